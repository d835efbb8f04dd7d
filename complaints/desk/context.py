"""What the frame of every page of the desk counts for its reader, looked up only when a page draws it."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from complaints.cases.queries import how_many_open_of
from complaints.desk.request import at_desk
from complaints.outbox.queries import how_much_is_new
from complaints.remedies.queries import how_many_wait
from complaints.staff.models import Employee

MOST_COUNTED: Final = 9
MOST_OWN: Final = 99


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts as they are shown: nothing, a number, or “9+”."""

    own: str
    approvals: str
    news: str

    @property
    def key(self) -> str:
        """Tells these counts from others."""
        return ".".join(astuple(self))


def frame(request: HttpRequest) -> dict[str, Any]:
    """The counts, for pages that draw them."""
    return {"counts": SimpleLazyObject(lambda: counts_of(at_desk(request).user))}


def counts_of(employee: Employee) -> Counts:
    """How many open complaints are an employee's own, how many approvals wait for them, how much on their bell is new.

    Each is counted up to what is shown and no further.
    """
    waiting = how_many_wait(employee, at=timezone.now(), most=MOST_COUNTED + 1)
    return Counts(
        own=_shown(how_many_open_of(employee, most=MOST_OWN + 1), most=MOST_OWN),
        approvals=_shown(waiting, most=MOST_COUNTED),
        news=_shown(how_much_is_new(employee, most=MOST_COUNTED + 1), most=MOST_COUNTED),
    )


def _shown(count: int, *, most: int) -> str:
    if count > most:
        return f"{most}+"
    return str(count) if count else ""
