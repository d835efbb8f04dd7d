"""Write the timeline."""

from __future__ import annotations

from datetime import datetime

from complaints.cases import texts
from complaints.cases.entries import TOLD, Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.states import Status
from complaints.common.actors import Actor, ActorKind


def entry(
    case: Case,
    kind: Entry,
    *,
    by: Actor,
    at: datetime,
    text: str = "",
    public: bool | None = None,
    **facts: str | int | None,
) -> TimelineEntry:
    """An entry not yet stored; public where the registry has a sentence for the customer and nobody hides it."""
    told_to_customer = TOLD[kind].to_customer is not None
    return TimelineEntry(
        case=case,
        at=at,
        kind=kind,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        public=told_to_customer if public is None else public and told_to_customer,
        text=text,
        facts=facts,
    )


def record(
    case: Case,
    kind: Entry,
    *,
    by: Actor,
    at: datetime,
    text: str = "",
    public: bool | None = None,
    **facts: str | int | None,
) -> TimelineEntry:
    """Store one entry, in the transaction of what it tells, and let the case be found by what was written."""
    stored = entry(case, kind, by=by, at=at, text=text, public=public, **facts)
    stored.save(force_insert=True)
    texts.add(case, texts.said(stored))
    return stored


def has_submission(case: Case, submission: str) -> bool:
    """Whether a form with this key has been taken already; asked under the lock of the case."""
    return bool(submission) and TimelineEntry.objects.filter(case=case, facts__submission=submission).exists()


def status_before_mark(case: Case) -> Status:
    """In what state a case was marked as a duplicate last; open where the entry does not say."""
    marks = TimelineEntry.objects.filter(case=case, kind=Entry.DUPLICATE_MARKED).order_by("-pk")
    was = marks.values_list("facts__was", flat=True).first()
    return Status(was) if was in Status.values else Status.OPEN


def last_employee(case: Case, kind: Entry) -> int | None:
    """Who of ours did something of a kind last; None where it was always somebody else, or never."""
    done = TimelineEntry.objects.filter(case=case, kind=kind, actor_kind=ActorKind.EMPLOYEE)
    return done.order_by("-pk").values_list("actor_id", flat=True).first()
