"""What each kind of remedy did in similar cases: was it accepted, and was the customer satisfied.

Written anew every quarter of an hour by a job, so that a page reads a few rows whatever the table of cases holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Q

from complaints.insights.models import OutcomeTally
from complaints.insights.shares import USUAL_STRENGTH, Share, drawn, strength_of
from complaints.remedies.catalogue import catalogue
from complaints.remedies.states import RemedyStatus
from complaints.standards.models import FailureType

FEW: Final = 10
"""Below so many cases of a failure, its whole area is looked at; below that, the page says that they are few."""

_LOCK: Final = 0x5E77_1266
"""The number of the lock that tallies are written under, one at a time."""
_TAKEN: Final = (RemedyStatus.ACCEPTED, RemedyStatus.FULFILLED, RemedyStatus.REVERSED)
"""What the customer said yes to, or took on the spot; what was reversed was taken before."""

# What was imported says nothing of how an offer was answered, and an apology asks for no answer. A failure without an
# area is its own area; a leaf without one would be counted twice.
_TALLY: Final = """
WITH told AS (
    SELECT c.id, r.kind, c.solved,
           CASE WHEN t.parent_id IS NOT NULL THEN t.id END AS failure,
           COALESCE(t.parent_id, t.id) AS area,
           BOOL_OR(r.status = ANY(%(taken)s)) AS taken,
           BOOL_OR(r.proposed_by_id IS NOT NULL AND NOT r.kind = ANY(%(intangible)s)) AS asked
    FROM complaints_remedy r
    JOIN complaints_case c ON c.id = r.case_id
    LEFT JOIN complaints_failuretype t ON t.id = c.failure_type_id
    WHERE r.status = ANY(%(answered)s)
    GROUP BY c.id, r.kind, c.solved, t.id, t.parent_id
)
SELECT CASE WHEN GROUPING(failure) = 0 THEN failure WHEN GROUPING(area) = 0 THEN area END,
       kind,
       GROUPING(failure) = 0,
       COUNT(*) FILTER (WHERE asked),
       COUNT(*) FILTER (WHERE asked AND taken),
       COUNT(*) FILTER (WHERE taken AND solved IS NOT NULL),
       COUNT(*) FILTER (WHERE taken AND solved)
FROM told
GROUP BY GROUPING SETS ((failure, kind), (area, kind), (kind))
HAVING (GROUPING(failure) = 1 OR failure IS NOT NULL) AND (GROUPING(area) = 1 OR area IS NOT NULL)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one kind of remedy did in similar cases; what to expect of the next is drawn towards the overall share."""

    kind: str
    is_of_area: bool
    """Whether the cases are those of the whole area, as the failure itself has too few."""
    accepted: Share
    satisfied: Share
    accepted_expected: float
    satisfied_expected: float
    as_of: datetime

    @property
    def is_few(self) -> bool:
        """Whether one should not rely on it."""
        return max(self.accepted.of, self.satisfied.of) < FEW


def tally(*, at: datetime) -> int:
    """Count everything anew, and put it in place of what was counted before; how many rows.

    Inside a transaction; whoever reads meanwhile sees what was counted before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        answered = [RemedyStatus.DECLINED.value, *(one.value for one in _TAKEN)]
        facts = {
            "taken": [one.value for one in _TAKEN],
            "answered": answered,
            "intangible": [one.code for one in catalogue().values() if not one.is_tangible],
        }
        cursor.execute(_TALLY, facts)
        found = cursor.fetchall()
    strengths = _strengths(
        (kind, Share(accepted, answered), Share(satisfied, judged))
        for _of, kind, is_leaf, answered, accepted, judged, satisfied in found
        if is_leaf
    )
    rows = []
    for of, kind, _is_leaf, answered, accepted, judged, satisfied in found:
        row = OutcomeTally(
            failure_type_id=of,
            kind=kind,
            answered=answered,
            accepted=accepted,
            judged=judged,
            satisfied=satisfied,
            as_of=at,
        )
        if of is None:  # of no failure type the strengths are the usual ones
            row.accepting_strength, row.satisfying_strength = strengths.get(kind, (USUAL_STRENGTH, USUAL_STRENGTH))
        rows.append(row)
    OutcomeTally.objects.all().delete()
    OutcomeTally.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def outcomes_for(kind: FailureType | None) -> dict[str, Outcome]:
    """What each kind of remedy did where the same failed, or where that is too few cases, in its area. One query."""
    if kind is None:
        return {}
    area = kind.parent_id or kind.pk
    rows = OutcomeTally.objects.filter(Q(failure_type__in={kind.pk, area}) | Q(failure_type=None))
    by_kind: dict[str, dict[int | None, OutcomeTally]] = defaultdict(dict)
    for row in rows:
        by_kind[row.kind][row.failure_type_id] = row
    found = (_outcome(name, scopes, failure=kind.pk, area=area) for name, scopes in by_kind.items())
    return {one.kind: one for one in found if one is not None}


def expected(share: Share, overall: Share, strength: float | None) -> float:
    """What to expect of the next case.

    Half a case is put on either side of the overall share, so that it is never quite nothing or everything (the
    posterior mean under Jeffreys' prior).
    """
    towards = (overall.hits + 0.5) / (overall.of + 1)
    return drawn(share, towards=towards, strength=USUAL_STRENGTH if strength is None else strength)


def _outcome(kind: str, scopes: Mapping[int | None, OutcomeTally], *, failure: int, area: int) -> Outcome | None:
    own, wider, overall = scopes.get(failure), scopes.get(area), scopes.get(None)
    row = own if own and max(own.answered, own.judged) >= FEW else wider
    if row is None or overall is None or not (row.answered or row.judged):
        return None
    accepted, satisfied = Share(row.accepted, row.answered), Share(row.satisfied, row.judged)
    return Outcome(
        kind=kind,
        is_of_area=row.failure_type_id != failure,
        accepted=accepted,
        satisfied=satisfied,
        accepted_expected=expected(accepted, Share(overall.accepted, overall.answered), overall.accepting_strength),
        satisfied_expected=expected(satisfied, Share(overall.satisfied, overall.judged), overall.satisfying_strength),
        as_of=row.as_of,
    )


def _strengths(leaves: Iterable[tuple[str, Share, Share]]) -> dict[str, tuple[float, float]]:
    """For each kind how much its overall shares weigh, judged by how much the failures differ."""
    accepted: dict[str, list[Share]] = defaultdict(list)
    satisfied: dict[str, list[Share]] = defaultdict(list)
    for kind, taken, pleased in leaves:
        accepted[kind].append(taken)
        satisfied[kind].append(pleased)
    return {kind: (strength_of(accepted[kind]), strength_of(satisfied[kind])) for kind in accepted}
