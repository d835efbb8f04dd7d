"""What the customer sees when something cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from complaints.common.errors import NotFound, RecoveryError

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def shows_errors(view: View[P]) -> View[P]:
    """Let a view raise on purpose: a link that leads nowhere offers a new one, anything else is said in its sentence."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFound as error:
            return render(request, "portal/no_such_link.html", status=error.status)
        except RecoveryError as error:
            return render(request, "portal/refused.html", {"sentence": error.sentence}, status=error.status)

    return shown
