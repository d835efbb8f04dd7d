from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.owed import owed
from complaints.cases.states import Move, Outcome, Status
from complaints.common.actors import SYSTEM
from complaints.handling import tell
from complaints.handling.end_remedies import end_remedies
from complaints.outbox.models import Kind

PATIENCE = timedelta(days=14)


@transaction.atomic
def let_rest(case_id: int, *, at: datetime) -> bool:
    """Close a case whose customer has been silent for two weeks since our last word; False where it moved on.

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
    """Cases whose customer has been silent for two weeks since our last word, longest first."""
    return list(Case.objects.filter(_silent(at=at)).order_by("resolved_at").values_list("pk", flat=True)[:limit])


def _silent(*, at: datetime) -> Q:
    """Two weeks since we proposed or wrote last, and no word from the customer that we owe an answer to."""
    since_proposed = TimelineEntry.objects.filter(case=OuterRef("pk"), at__gte=OuterRef("resolved_at"))
    written = since_proposed.filter(kind=Entry.WRITTEN, at__gt=at - PATIENCE)
    return Q(status=Status.RESOLVED, resolved_at__lte=at - PATIENCE) & Q(~Exists(written)) & Q(~owed())
