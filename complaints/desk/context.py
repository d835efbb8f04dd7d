"""What the frame of every page of the desk shows, looked up only when a page draws it."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from complaints.desk.request import at_desk
from complaints.remedies.queries import how_many_wait

MOST_COUNTED: Final = 9


def frame(request: HttpRequest) -> dict[str, Any]:
    """How many approvals wait for the reader: none, a number, or “9+”."""
    return {"approvals_waiting": SimpleLazyObject(lambda: _waiting(request))}


def _waiting(request: HttpRequest) -> str:
    waiting = how_many_wait(at_desk(request).user, at=timezone.now(), most=MOST_COUNTED + 1)
    if waiting > MOST_COUNTED:
        return f"{MOST_COUNTED}+"
    return str(waiting) if waiting else ""
