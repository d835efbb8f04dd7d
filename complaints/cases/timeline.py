"""Write and tell the timeline."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from complaints.cases.entries import TOLD, Entry
from complaints.cases.models import Case, TimelineEntry
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
    """Store one entry, in the transaction of what it tells."""
    stored = entry(case, kind, by=by, at=at, text=text, public=public, **facts)
    stored.save(force_insert=True)
    return stored


def has_submission(case: Case, submission: str) -> bool:
    """Whether a form with this key has been taken already; asked under the lock of the case."""
    return bool(submission) and TimelineEntry.objects.filter(case=case, facts__submission=submission).exists()


def sentence_for_staff(told: TimelineEntry) -> str:
    """What happened, for the desk, in the language that is active."""
    return str(TOLD[told.entry].to_staff) % _facts(told)


def sentence_for_customer(told: TimelineEntry) -> str:
    """What happened, for the customer; empty where it is none of their business."""
    telling = TOLD[told.entry].to_customer
    return "" if telling is None or not told.public else str(telling) % _facts(told)


def _facts(told: TimelineEntry) -> dict[str, object]:
    names = {ActorKind.SYSTEM: _("The system"), ActorKind.CUSTOMER: told.actor_name or _("The customer")}
    return {
        "to": _("our team"),
        **{k: v for k, v in told.facts.items() if v},
        "actor": names.get(ActorKind(told.actor_kind), told.actor_name),
    }
