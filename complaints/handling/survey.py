"""Some days after a complaint was closed: the two questions to a customer who was not asked, or did not say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from complaints.cases.entries import Entry
from complaints.cases.models import Case, SourceRecord, TimelineEntry
from complaints.cases.states import Outcome, Status
from complaints.handling import tell
from complaints.outbox.models import Kind, Message

CATCHES_UP: Final = timedelta(days=7)
"""Whoever should have been asked longer ago than that, while nothing ran, is not asked any more."""
ASKED: Final = (Outcome.SOLVED, Outcome.NO_ANSWER)
"""Who withdrew, or goes on with another complaint, is not asked about this one."""


def surveying_ids(*, at: datetime, limit: int | None = 200) -> list[int]:
    """Complaints whose customers are to be asked now, those closed longest ago first."""
    return list(_to_ask(at=at).order_by("closed_at").values_list("pk", flat=True)[:limit])


@transaction.atomic
def survey(case_id: int, *, at: datetime) -> bool:
    """Ask the customer the two questions, once for a complaint; False where it moved on. Locks the case."""
    locked = Case.objects.select_for_update(skip_locked=True, of=("self",)).select_related("unit", "responsible")
    case = locked.filter(pk__in=_to_ask(at=at).values("pk"), pk=case_id).first()
    if case is None:
        return False
    tell.customer(case, Kind.SURVEY, occasion="survey", at=at)
    return True


def _to_ask(*, at: datetime) -> QuerySet[Case]:
    """Closed so many days ago, with no word of the customer on how it was; never what was imported."""
    days = timedelta(days=settings.SURVEY_AFTER_DAYS)
    if not days:
        return Case.objects.none()
    answered = TimelineEntry.objects.filter(case=OuterRef("pk"), kind=Entry.RESOLUTION_ACCEPTED)
    asked = Message.objects.filter(about=OuterRef("reference"), kind=Kind.SURVEY)
    return Case.objects.filter(
        ~Exists(answered),
        ~Exists(asked),
        ~Exists(SourceRecord.objects.filter(case=OuterRef("pk"))),
        status=Status.CLOSED,
        outcome__in=ASKED,
        handling_rating__isnull=True,
        closed_at__lte=at - days,
        closed_at__gt=at - days - CATCHES_UP,
    )
