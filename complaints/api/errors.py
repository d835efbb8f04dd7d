"""Show errors as JSON problems (RFC 9457)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from complaints.common.errors import Invalid, RecoveryError

PROBLEM = "application/problem+json"


def as_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """One form for every error: type, title, status, and for bad input the sentences by field."""
    if isinstance(error, RecoveryError):
        named = {error.field: [error.sentence]} if isinstance(error, Invalid) else None
        return _problem(error.code, error.sentence, error.status, named)
    response = exception_handler(error, context)
    if response is None:
        return None
    fields = error.detail if isinstance(error, ValidationError) and isinstance(error.detail, dict) else None
    code = error.default_code if isinstance(error, APIException) else "not_found"
    title = str(getattr(error, "detail", error)) if fields is None else _("Some fields cannot be taken as they are.")
    problem = _problem(str(code), title, response.status_code, fields)
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in response.headers:
            problem.headers[name] = response.headers[name]
    return problem


def _problem(code: str, title: str, status: int, fields: Any) -> Response:
    body = {"type": f"urn:recovery:{code}", "title": title, "status": status}
    return Response(body | ({"fields": fields} if fields else {}), status=status, content_type=PROBLEM)
