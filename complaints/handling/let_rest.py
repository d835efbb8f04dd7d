from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.states import Move, Outcome, Status
from complaints.common.actors import SYSTEM
from complaints.handling import tell
from complaints.handling.end_remedies import end_remedies
from complaints.outbox.models import Kind

PATIENCE = timedelta(days=14)


@transaction.atomic
def let_rest(case_id: int, *, at: datetime) -> bool:
    """Close a case whose customer has been silent for two weeks since the proposal; False where it moved on.

    Locks the case, skipping one that somebody is working on, then the balances.
    """
    waited = Case.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "customer", "unit", "responsible"
    )
    case = waited.filter(_silent(at=at), pk=case_id).first()
    if case is None:
        return False
    lifecycle.apply(case, Move.LET_REST, at=at, outcome=Outcome.NO_ANSWER)
    timeline.record(case, Entry.LET_REST, by=SYSTEM, at=at)
    end_remedies(case, by=SYSTEM, at=at)
    tell.customer(case, Kind.CLOSED, occasion=f"v{case.version}", at=at, outcome=Outcome.NO_ANSWER.value)
    return True


def resting_ids(*, at: datetime, limit: int | None = 200) -> list[int]:
    """Cases whose customer has been silent for two weeks since the proposal, longest first."""
    return list(Case.objects.filter(_silent(at=at)).order_by("resolved_at").values_list("pk", flat=True)[:limit])


def _silent(*, at: datetime) -> Q:
    """A proposal two weeks old, and no word from the customer since: who wrote has not fallen silent, ever."""
    words = TimelineEntry.objects.filter(
        case=OuterRef("pk"), kind=Entry.CUSTOMER_ANSWERED, at__gte=OuterRef("resolved_at")
    )
    return Q(status=Status.RESOLVED, resolved_at__lte=at - PATIENCE) & Q(~Exists(words))
