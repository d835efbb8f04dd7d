"""What nobody decided on or answered for too long is let go, and holds no money any more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from complaints.cases import lifecycle
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.common.actors import SYSTEM
from complaints.handling.offer_remedy import note
from complaints.remedies import ledger
from complaints.remedies import lifecycle as remedies
from complaints.remedies.models import Decision, Remedy
from complaints.remedies.states import LAPSING, RemedyMove, RemedyStatus


def lapsed_ids(*, at: datetime, limit: int | None = 200) -> list[int]:
    """Remedies whose day has come, the longest ago first."""
    lapsed = Remedy.objects.filter(status__in=sorted(LAPSING), lapses_at__lte=at).order_by("lapses_at", "id")
    return list(lapsed.values_list("pk", flat=True)[:limit])


@transaction.atomic
def expire_remedy(remedy_id: int, *, at: datetime) -> bool:
    """Let a remedy expire and release what it took; False where it moved on.

    Locks the case, skipping one that somebody is working on, then the balances.
    """
    cases = Case.objects.select_for_update(skip_locked=True, of=("self",)).select_related("customer", "unit")
    case = cases.filter(remedies=remedy_id).first()
    if case is None:
        return False
    remedy = remedies.of_case(case, remedy_id)
    if remedy.status not in LAPSING or remedy.lapses_at is None or remedy.lapses_at > at:
        return False
    was_offered = remedy.status == RemedyStatus.OFFERED
    remedies.apply(remedy, RemedyMove.EXPIRE)
    remedies.decide(remedy, Decision.DROPPED, by=None, at=at)
    ledger.give_back(remedy, at=at)
    note(case, remedy, Entry.REMEDY_EXPIRED, by=SYSTEM, at=at, public=was_offered)
    lifecycle.store(case)
    return True
