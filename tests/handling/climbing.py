"""What the tests of the ladder ask of the rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from complaints.cases.models import Case, Clock, TimelineEntry
from complaints.handling.deliver_message import deliver_message
from complaints.outbox.models import PENDING, Kind, Message
from complaints.standards.models import ClockKind

AT: Final = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A Monday."""


def later(**by: float) -> datetime:
    return AT + timedelta(**by)


def fresh(case: Case) -> Case:
    """The case as the database has it now."""
    return Case.objects.select_related("unit", "responsible", "customer").get(pk=case.pk)


def clock_of(case: Case, kind: ClockKind) -> Clock:
    """The newest clock of a kind."""
    return Clock.objects.filter(case=case, kind=kind).order_by("-pk")[0]


def told(kind: Kind, about: Case | None = None) -> list[str]:
    """Whom messages of a kind go to, oldest first."""
    messages = Message.objects.filter(kind=kind).order_by("pk")
    if about is not None:
        messages = messages.filter(about=about.reference)
    return list(messages.values_list("recipient", flat=True))


def happened(case: Case) -> list[str]:
    """Kinds of the entries of a case, oldest first."""
    return list(TimelineEntry.objects.filter(case=case).order_by("pk").values_list("kind", flat=True))


def deliver(at: datetime) -> None:
    """Let everything that waits reach its reader at a moment."""
    for message in Message.objects.filter(state__in=PENDING).order_by("pk"):
        deliver_message(message.message_id, clock=lambda: at)
