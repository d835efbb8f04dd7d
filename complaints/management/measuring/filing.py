"""How fast complaints are filed, beside the bare inserts of the very same rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import Random
from typing import Any, Final
from uuid import uuid4

from django.db import connection, transaction

from complaints.cases.models import Case, CaseText, Channel, Clock, TimelineEntry
from complaints.customers.models import Customer
from complaints.handling.file_complaint import ComplaintFacts, file_complaint
from complaints.management.measuring.load import Zipf
from complaints.management.measuring.pages import percentile, timed
from complaints.management.measuring.plans import queries_of
from complaints.outbox.models import Message
from complaints.staff.models import Employee
from complaints.standards.models import FailureType

MOST_QUERIES: Final = 12
LEAST_SHARE: Final = 0.40
BLOCK: Final = 50


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

    def file(told: ComplaintFacts) -> None:
        file_complaint(told, by=by, at=at)

    for _time in range(10):
        file(facts())
    asked = queries_of(partial(file, facts()))
    queries = len([sql for sql in asked if not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))])
    filed: list[float] = []
    inserted: list[float] = []
    while len(filed) < rounds:
        bare = [_taken_back(facts(), by=by, at=at) for _time in range(BLOCK)]
        inserted += [timed(partial(_insert, one)) for one in bare]
        told = [facts() for _time in range(BLOCK)]
        filed += [timed(partial(file, one)) for one in told]
    return FilingMeasured(
        percentile(filed, 50),
        percentile(filed, 95),
        queries,
        len(filed) / sum(filed) * 1000,
        len(inserted) / sum(inserted) * 1000,
    )


def _taken_back(facts: ComplaintFacts, *, by: Employee, at: datetime) -> _Bare:
    """The rows of a filing that is rolled back, as one plain INSERT for each table."""
    with transaction.atomic():
        case = Case.objects.get(pk=file_complaint(facts, by=by, at=at).case.pk)
        hanging: list[list[Any]] = [
            list(Clock.objects.filter(case=case)),
            list(TimelineEntry.objects.filter(case=case)),
            list(CaseText.objects.filter(case=case)),
        ]
        messages = list(Message.objects.filter(about=case.reference))
        transaction.set_rollback(True)

    def insert() -> None:
        with transaction.atomic():
            case.pk = None
            Case.objects.bulk_create([case])
            for rows in (*hanging, messages):
                for row in rows:
                    row.pk = None
                    if rows is not messages:
                        row.case = case
                type(rows[0])._default_manager.bulk_create(rows)  # noqa: SLF001 - Django's public name for it
            transaction.set_rollback(True)

    return _Bare([sql for sql in queries_of(insert) if sql.startswith("INSERT")], case.pk)


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
