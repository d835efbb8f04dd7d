"""Find cases by reference, customer, and words in all that was written on them: ranked, narrowed, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from complaints.cases import texts
from complaints.cases.asked import Asked, read
from complaints.cases.models import Case, CaseText
from complaints.cases.queries import PAGE, SHOWN, visible_to
from complaints.cases.states import Status
from complaints.cases.walks import Walk
from complaints.common.keyset import Key, beyond, read_id, read_key
from complaints.common.tokens import read_reference
from complaints.customers.lookup import find as customers_found
from complaints.customers.lookup import is_contact
from complaints.customers.models import UNSHOWN
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, may
from complaints.staff.queries import sees_whole_organisation, visible_unit_ids
from complaints.standards.models import FailureType

PROBE_ROWS: Final = 4_000  # the newest cases, read one by one before the index is asked
FAR_ROWS: Final = 15_000  # read one by one where the index would give more than can be fetched
MOST_FETCHED: Final = 10_000  # hits that are fetched from the index and sorted, as many as PostgreSQL expects
POOL: Final = 200  # hits that are ranked against each other: the newest ones
MOST_UNIT_MARKS: Final = 100  # units that are named inside the index; more are told apart behind it
DOUBLED_BY: Final = 365 * 24 * 3600
"""Seconds: a year younger counts as much as fitting twice as well."""
WEIGHTS: Final = "{0.1, 0.3, 0.6, 1.0}"
"""How much a word counts: D nothing yet, C in what was written since, B at filing, A in reference and customer."""


class Order(StrEnum):
    """What stands first: what fits best, or what was filed last."""

    BEST = "best"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What a search is narrowed to; empty means everything. Filed from `since` on, and before `until`."""

    status: str = ""
    is_closed: bool | None = None
    severity: int | None = None
    failure_type: int | None = None
    channel: str = ""
    unit: int | None = None
    complainer: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found.

    `after` leads to the next page of what was ranked together, `back` to older hits, which are ranked by themselves.
    `total` is how many there are, where all of them are known.
    """

    cases: Sequence[Case] = field(default_factory=list)
    asked: Asked = field(default_factory=lambda: Asked(()))
    after: str = ""
    back: str = ""
    total: int | None = None


@dataclass(frozen=True, slots=True)
class _Pool:
    """Hits from the newest on, and the key of the end of what was looked through, where there may be more behind it."""

    keys: list[Key]
    end: Key | None = None


def find(
    employee: Employee,
    typed: str,
    narrowed: Narrowing | None = None,
    *,
    order: Order = Order.BEST,
    after: str = "",
    back: str = "",
) -> Found:
    """Visible cases with this reference, of the customer with this address or number, or with all that was asked.

    At most POOL hits are ranked against each other, from the newest on or from `back` on: a million cannot be within a
    tenth of a second. A common word fills that pool from the newest cases alone; only where it does not can the index
    hold few enough hits to be fetched and sorted. At a million cases each plan is far too slow for the other's words.
    Where neither will do, as for common words that seldom stand side by side, more of the newest are read, and what is
    older is a step further back.

    Units and filters are part of what is asked of the rows, never taken away from an answer: nothing that is told
    here, neither count nor order nor page, depends on a case that the employee does not see.
    """
    narrowed = narrowed or Narrowing()
    units = _units(employee, narrowed)
    reference = read_reference(typed)
    if reference is not None:
        exact = list(visible_to(employee).filter(reference=reference).values_list("pk", flat=True))
        if exact:
            return _page(exact, read(typed), _Pool([]), after="")
    asked = read(typed)
    query = asked.as_query()
    if is_contact(typed):
        pool = _of_customers(employee, typed, narrowed, read_key(back))
    elif not query or units == []:
        return Found(asked=asked)
    else:
        condition, params = _condition(query, narrowed, units)
        pool = _hits(condition, params, narrowed, units, read_key(back))
    ranked = _ranked(pool, asked, order) if query and not is_contact(typed) else [key.pk for key in pool.keys]
    return _page(ranked, asked, pool, after=after, is_first=not back)


def _page(ranked: list[int], asked: Asked, pool: _Pool, *, after: str, is_first: bool = True) -> Found:
    """The page behind the case whose id is `after`, or the first one where that is not among them."""
    last = read_id(after)
    begin = ranked.index(last) + 1 if last in ranked else 0
    shown = ranked[begin : begin + PAGE]
    cases = Case.objects.select_related(*SHOWN).defer(*UNSHOWN).in_bulk(shown)
    goes_on = len(ranked) > begin + PAGE
    return Found(
        [cases[pk] for pk in shown if pk in cases],
        asked,
        after=str(shown[-1]) if goes_on else "",
        back="" if goes_on or pool.end is None else str(pool.end),
        total=len(ranked) if pool.end is None and is_first else None,
    )


def _units(employee: Employee, narrowed: Narrowing) -> list[int] | None:
    """The units whose cases may be found; None for all of them."""
    if not may(employee, Permission.VIEW):
        return []
    seen = None if sees_whole_organisation(employee) else visible_unit_ids(employee)
    if narrowed.unit is None:
        return seen
    return [narrowed.unit] if seen is None or narrowed.unit in seen else []


def _condition(query: str, narrowed: Narrowing, units: list[int] | None) -> tuple[str, list[Any]]:
    """What a row of the index must be: words and marks first, which the index knows, then what only the case knows."""
    conditions, params = ["document @@ %s::tsquery"], list[Any]([query])
    is_closed = narrowed.status == Status.CLOSED if narrowed.status else narrowed.is_closed
    every = texts.marks(
        channel=narrowed.channel, severity=narrowed.severity, complainer=narrowed.complainer, is_closed=is_closed
    )
    if every:
        conditions.append("marks @> %s")
        params.append(every)
    if narrowed.failure_type is not None:  # an area stands for every failure in it
        kinds = FailureType.objects.filter(Q(pk=narrowed.failure_type) | Q(parent=narrowed.failure_type))
        conditions.append("marks && %s::text[]")
        params.append([mark for pk in kinds.values_list("pk", flat=True) for mark in texts.marks(failure_type=pk)])
    if units is not None:
        few = len(units) <= MOST_UNIT_MARKS
        conditions.append("marks && %s::text[]" if few else "unit_id = ANY(%s)")
        params.append([mark for unit in units for mark in texts.marks(unit=unit)] if few else units)
    for sign, moment in ((">=", narrowed.since), ("<", narrowed.until)):
        if moment is not None:
            conditions.append(f"filed_at {sign} %s")
            params.append(moment)
    if narrowed.status not in {"", Status.CLOSED}:
        conditions.append("(SELECT told.status FROM complaints_case AS told WHERE told.id = case_id) = %s")
        params.append(narrowed.status)
    return " AND ".join(conditions), params


def _hits(condition: str, params: list[Any], narrowed: Narrowing, units: list[int] | None, back: Key | None) -> _Pool:
    """Look at the newest texts one by one: quick for a common word, whatever the table holds. Else ask the index.

    A period is where they are looked at; of many units fewer hits are wanted, as each is walked by itself.
    """
    rows = CaseText.objects.filter(beyond("filed_at", back, descending=True))
    if narrowed.since is not None:
        rows = rows.filter(filed_at__gte=narrowed.since)
    if narrowed.until is not None:
        rows = rows.filter(filed_at__lt=narrowed.until)
    rows = rows.annotate(fits=RawSQL(condition, params))  # noqa: S611 - our own SQL, every value a parameter
    walk = Walk(rows.order_by("-filed_at", "-case").values_list("case", "filed_at", "fits"), units, descending=True)
    wanted = POOL if units is None else min(POOL, max(PAGE, PROBE_ROWS // len(units)))
    found = walk.until("fits", [], wanted=wanted + 1, most=PROBE_ROWS)
    if len(found.keys) < PAGE and found.end is not None:
        if _expected(condition, params) <= MOST_FETCHED:
            return _in_index(condition, params, back)
        found = walk.where("fits", [], wanted=wanted + 1, most=FAR_ROWS)
    if len(found.keys) > wanted:
        return _Pool(found.keys[:wanted], found.keys[wanted - 1])
    return _Pool(found.keys, found.end)


def _expected(condition: str, params: list[Any]) -> int:
    """How many texts PostgreSQL expects to fetch; of a phrase all that have its words, as they must be looked at."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) SELECT FROM complaints_casetext WHERE {condition}", params)
        ((plan,),) = cursor.fetchone()
    return int(plan["Plan"]["Plan Rows"])


def _in_index(condition: str, params: list[Any], back: Key | None) -> _Pool:
    """Fetch every hit from the index and sort them: quick for what the newest texts hold seldom or never.

    The hits are fetched first and for sure: told the limit, PostgreSQL hopes to meet a rare word early on its walk
    through a million texts.
    """
    sql = (
        "WITH hits AS MATERIALIZED (SELECT case_id, filed_at FROM complaints_casetext"  # noqa: S608 - our own SQL
        f" WHERE {condition})"
        " SELECT filed_at, case_id FROM hits"
        " WHERE %s::timestamptz IS NULL OR (filed_at, case_id) < (%s::timestamptz, %s::bigint)"
        " ORDER BY filed_at DESC, case_id DESC LIMIT %s"
    )
    with connection.cursor() as cursor:
        moment, pk = (None, None) if back is None else back
        cursor.execute(sql, [*params, moment, moment, pk, POOL + 1])
        keys = [Key(filed_at, case) for filed_at, case in cursor.fetchall()]
    return _Pool(keys[:POOL], keys[POOL - 1] if len(keys) > POOL else None)


def _of_customers(employee: Employee, typed: str, narrowed: Narrowing, back: Key | None) -> _Pool:
    """The newest cases of whoever has this address or number."""
    facts = {
        "status": narrowed.status, "channel": narrowed.channel, "severity": narrowed.severity,
        "unit": narrowed.unit, "complainer": narrowed.complainer,
        "filed_at__gte": narrowed.since, "filed_at__lt": narrowed.until,
    }  # fmt: skip
    cases = visible_to(employee).filter(customer__in=customers_found(typed))
    cases = cases.filter(**{name: value for name, value in facts.items() if value not in {"", None}})
    if narrowed.failure_type is not None:
        kind = narrowed.failure_type
        cases = cases.filter(Q(failure_type=kind) | Q(failure_type__parent=kind))
    if narrowed.is_closed is not None:
        cases = cases.filter(closed_at__isnull=not narrowed.is_closed)
    rows = cases.filter(beyond("filed_at", back, descending=True)).order_by("-filed_at", "-pk")
    keys = [Key(filed_at, pk) for filed_at, pk in rows.values_list("filed_at", "pk")[: POOL + 1]]
    return _Pool(keys[:POOL], keys[POOL - 1] if len(keys) > POOL else None)


def _ranked(pool: _Pool, asked: Asked, order: Order) -> list[int]:
    """The hits in their order. Fitting is cover density: how often, how near each other, and where the words stand.

    Age weighs in by halves a year, reckoned from a fixed moment, so that the order is the same whenever it is asked.
    """
    pks = [key.pk for key in pool.keys]
    if order == Order.NEWEST or not pks:
        return pks
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_id FROM complaints_casetext WHERE case_id = ANY(%s) ORDER BY"
            " ln(greatest(ts_rank_cd(%s, document, %s::tsquery, 1), 1e-6::float8)) / ln(2::float8)"
            " + extract(epoch FROM filed_at)::float8 / %s DESC, filed_at DESC, case_id DESC",
            [pks, WEIGHTS, asked.for_rank(), DOUBLED_BY],
        )
        return [pk for (pk,) in cursor.fetchall()]
