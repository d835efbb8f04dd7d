"""Hand an order to a system outside, and tell what passes from what is for good."""

from __future__ import annotations

import json
from typing import Any, Final

from django.conf import settings

from complaints.common.calling import Bounds, NoAnswer, Why, call
from complaints.fulfilment.models import Trouble

_PASSES: Final = frozenset({408, 409, 423, 425, 429})
_TO_SIGN_IN: Final = frozenset({401, 403})


class SendError(Exception):
    """The order was not taken; `permanent` says whether trying again could help."""

    def __init__(self, trouble: Trouble, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.trouble = trouble
        self.reason = reason
        self.permanent = permanent


def send(url: str, body: bytes, headers: dict[str, str]) -> str:
    """Post an order within FULFILMENT_TIMEOUT seconds; the reference it is given, if any. Raises SendError."""
    bounds = Bounds(settings.FULFILMENT_TIMEOUT, to_loopback=settings.FULFILMENT_TO_LOOPBACK)
    try:
        status, told = call("POST", url, body, {"Content-Type": "application/json", **headers}, bounds=bounds)
    except NoAnswer as error:
        raise SendError(Trouble(error.why.value), error.reason, permanent=error.why == Why.NOT_ALLOWED) from error
    _judge(status)
    return _reference(told)


def _judge(status: int) -> None:
    """Tell what passes from what is for good: a wrong secret is ours to mend, so it passes."""
    if 200 <= status < 300:
        return
    if status in _TO_SIGN_IN:
        raise SendError(Trouble.SIGN_IN, str(status))
    if status >= 500 or status in _PASSES:
        raise SendError(Trouble.NOT_NOW, str(status))
    raise SendError(Trouble.REFUSED, str(status), permanent=True)


def _reference(told: bytes) -> str:
    """The reference in an answer, cut to what we keep; empty for an answer in any other form."""
    try:
        found: Any = json.loads(told)
    except (ValueError, RecursionError):
        return ""
    reference = found.get("reference") if isinstance(found, dict) else None
    return reference if isinstance(reference, str) else ""
