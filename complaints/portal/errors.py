"""What the customer sees when something cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from complaints.common.errors import NotFound, RecoveryError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def shows_errors(view: View[P]) -> View[P]:
    """Let a view raise on purpose: a dead link offers a new one, anything else is said in its sentence."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            return render(request, "portal/no_such_link.html", status=error.status)
        except RecoveryError as error:
            return render(request, "portal/refused.html", {"sentence": error.sentence}, status=error.status)

    return shown
