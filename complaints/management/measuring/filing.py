"""How fast complaints are filed, beside the bare inserts of the very same rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from typing import Final
from uuid import uuid4

from django.db import connection, transaction

from complaints.cases.models import Case, Channel
from complaints.customers.models import Customer
from complaints.handling.file_complaint import ComplaintFacts, file_complaint
from complaints.management.measuring.load import Zipf
from complaints.management.measuring.pages import percentile, timed
from complaints.management.measuring.plans import queries_of
from complaints.staff.models import Employee
from complaints.standards.models import FailureType

MOST_QUERIES: Final = 12
LEAST_SHARE: Final = 0.40
BLOCK: Final = 50
_WRITES: Final = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True)
class FilingMeasured:
    """Filing at the desk: milliseconds, queries, and its rate beside that of the bare inserts."""

    p50: float
    p95: float
    queries: int
    a_second: float
    bare_a_second: float

    @property
    def share(self) -> float:
        """The rate of filing as a share of the bare inserts' rate."""
        return self.a_second / self.bare_a_second


@dataclass(frozen=True, slots=True)
class _Bare:
    """The writes of one filing that was taken back: the first one makes the case, the others name its key."""

    statements: Sequence[str]
    case_id: int


class _TakenBackError(Exception):
    """Ends a filing that was only to show what it writes."""


def measure_filing(*, rounds: int, at: datetime) -> FilingMeasured:
    """File and insert by turns, in blocks, so that both meet the same state of tables and disk."""
    chance = Random(7)  # noqa: S311 - measurements must repeat
    by = Employee.objects.select_related("unit").filter(unit__code="load-branch-2", role="front_line").order_by("pk")[0]
    customers = list(Customer.objects.filter(emails__isnull=False).order_by("pk")[:500])
    kinds = list(FailureType.objects.filter(parent__isnull=False)[:50])
    texts = Case.objects.order_by("-filed_at").values_list("what_happened", flat=True)[:200]
    words = Zipf(sorted({word for text in texts for word in text.split()}))

    def facts() -> ComplaintFacts:
        return ComplaintFacts(
            customer=chance.choice(customers).pk,
            what_happened=" ".join(words.several(chance, chance.randint(20, 80))),
            channel=Channel.PHONE,
            failure_type=chance.choice(kinds).pk,
            submission=uuid4().hex,
        )

    def file() -> None:
        file_complaint(facts(), by=by, at=at)

    for _time in range(10):
        file()
    queries = len([sql for sql in queries_of(file) if not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))])
    filed: list[float] = []
    inserted: list[float] = []
    while len(filed) < rounds:
        bare = [_taken_back(facts(), by=by, at=at) for _time in range(BLOCK)]
        inserted += [timed(partial(_insert, one)) for one in bare]
        filed += [timed(file) for _time in range(BLOCK)]
    return FilingMeasured(
        percentile(filed, 50),
        percentile(filed, 95),
        queries,
        len(filed) / sum(filed) * 1000,
        len(inserted) / sum(inserted) * 1000,
    )


def _taken_back(facts: ComplaintFacts, *, by: Employee, at: datetime) -> _Bare:
    """What a filing writes, learnt from one that is rolled back."""
    made: list[int] = []

    def file() -> None:
        try:
            with transaction.atomic():
                made.append(file_complaint(facts, by=by, at=at).case.pk)
                raise _TakenBackError
        except _TakenBackError:
            pass

    statements = [sql for sql in queries_of(file) if sql.startswith(_WRITES)]
    return _Bare(statements, made[0])


def _insert(bare: _Bare) -> None:
    """The same rows by plain SQL, in one transaction, past everything of ours and of Django's."""
    raw = connection.connection
    with raw, raw.cursor() as cursor:
        key = str(bare.case_id)
        case_id = ""
        for sql in bare.statements:
            cursor.execute(re.sub(rf"\b{key}\b", case_id, sql) if case_id else sql)
            if not case_id and "RETURNING" in sql:
                case_id = str(cursor.fetchone()[0])
