from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from complaints.staff.models import Employee


class DeskRequest(HttpRequest):
    """A request at the desk: `KeepWhatWasTyped` lets nobody in who is not signed in."""

    user: Employee
    htmx: HtmxDetails


def at_desk(request: HttpRequest) -> DeskRequest:
    """Name the request what it is once the sign-in has been checked."""
    return cast("DeskRequest", request)
