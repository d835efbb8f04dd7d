"""Reads over cases: who sees which, the worklist, one case with all that belongs to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet

from complaints.cases.entries import Entry
from complaints.cases.models import ESCALATED, NOT_DUE, Case, Clock, TimelineEntry
from complaints.cases.states import MOVES, Move, Outcome, Status
from complaints.cases.walks import Walk
from complaints.common.errors import NotFound
from complaints.common.keyset import Key, beyond, read_key
from complaints.common.tokens import read_reference
from complaints.customers.models import UNSHOWN, Customer
from complaints.staff.models import Employee, Role, Tier, Unit
from complaints.staff.permissions import Permission, may
from complaints.staff.queries import sees_whole_organisation, visible_units
from complaints.standards.models import FailureType

PAGE = 25
TOLD_OF = 500  # cases of one customer that "what failed where" is counted over
SHOWN: Final = ("customer", "unit", "responsible", "failure_type")
LOOKED_BACK = 200  # entries of one case that the board of escalations looks through
CLOCKS_SHOWN = 12
WALK = 5_000  # rows of an index a list page reads at most; the rest is one click further


def visible_to(employee: Employee) -> QuerySet[Case]:
    """The cases an employee sees: those of their units; who is responsible for one belongs to its unit or above it."""
    if not may(employee, Permission.VIEW):
        return Case.objects.none()
    if sees_whole_organisation(employee):
        return Case.objects.all()
    return Case.objects.filter(unit_id__in=_unit_ids(employee))


def locked(reference: str) -> Case:
    """One case under its row lock, for the rest of the transaction; raises NotFound.

    Asked for again where it is not there: a case that went to another customer while we waited is left out of a join.
    """
    row = (
        Case.objects.select_for_update(of=("self",))
        .select_related("customer", "unit", "responsible")
        .defer(*UNSHOWN)
        .filter(reference=reference)
    )
    case = row.first() or row.all().first()
    if case is None:
        raise NotFound(case=reference)
    return case


def one_visible(employee: Employee, reference: str) -> Case:
    """One case for its page, with the people and places it names, by its reference however it is written.

    Raises NotFound where the employee may not see it, and for what cannot be a reference.
    """
    case = (
        visible_to(employee)
        .select_related("customer", "unit", "responsible__unit", "filed_by", "duplicate_of")
        .select_related("failure_type__department", "failure_type__parent__department")
        .select_related("service_standard", "standard__standard")
        .defer(*UNSHOWN)
        .filter(reference=read_reference(reference))
        .first()
    )
    if case is None:
        raise NotFound(case=reference)
    return case


def legal_moves(case: Case, employee: Employee) -> list[Move]:
    """The steps that are legal now and that this employee may take: what the desk draws as buttons."""
    grants = {
        Move.ACKNOWLEDGE: Permission.ACKNOWLEDGE,
        Move.TAKE: Permission.TAKE,
        Move.ASSIGN: Permission.ASSIGN,
        Move.PROPOSE_REMEDY: Permission.PROPOSE_REMEDY,
        Move.NOTE: Permission.NOTE,
        Move.WRITE: Permission.WRITE,
        Move.ASK: Permission.ASK,
        Move.ESCALATE: Permission.ESCALATE,
        Move.STEP_DOWN: Permission.STEP_DOWN,
        Move.REASSESS: Permission.REASSESS,
        Move.RESOLVE: Permission.RESOLVE,
        Move.CONFIRM: Permission.CONFIRM,
        Move.REOPEN: Permission.REOPEN,
        Move.WITHDRAW: Permission.WITHDRAW,
        Move.MARK_DUPLICATE: Permission.MARK_DUPLICATE,
        Move.UNMARK_DUPLICATE: Permission.UNMARK_DUPLICATE,
        Move.LINK_FAILURE: Permission.LINK_FAILURE,
        Move.PART_FAILURE: Permission.PART_FAILURE,
    }
    legal = [
        move
        for move, permission in grants.items()
        if Status(case.status) in MOVES[move].start and may(employee, permission)
    ]
    done = set()
    if case.acknowledged_at is not None:
        done.add(Move.ACKNOWLEDGE)
    if case.responsible_id == employee.pk:
        done.add(Move.TAKE)
    if case.step == 0:
        done.add(Move.STEP_DOWN)
    done.add(Move.REOPEN if case.outcome == Outcome.DUPLICATE else Move.UNMARK_DUPLICATE)
    return [move for move in legal if move not in done]


class Whose(StrEnum):
    """The three lists of the desk, and everything one may see."""

    MINE = "mine"
    UNIT = "unit"
    UNASSIGNED = "unassigned"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a worklist is narrowed to; empty means everything."""

    whose: Whose = Whose.UNIT
    status: str = ""  # empty: everything that is not closed
    tier: str = ""
    severity: int | None = None
    failure_type: int | None = None
    channel: str = ""
    unit: int | None = None
    outcome: str = ""
    complainer: str = ""

    @property
    def ends(self) -> bool:
        """Whether closed cases are asked for: they are listed by filing, newest first."""
        return self.status == Status.CLOSED or bool(self.outcome)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list and the key to go on from; `more_unseen` when the walk ended before the page was full."""

    cases: Sequence[Case] = field(default_factory=list)
    next_key: str = ""
    more_unseen: bool = False


def worklist(employee: Employee, filters: Filters, *, after: str = "") -> Page:
    """A page of the worklist: what is due first, or for closed cases what was filed last. Keyset pages, no counting.

    At most about WALK rows of an index are read, whatever the filters leave of them: see `walks`.
    """
    moment = "filed_at" if filters.ends else "due_at"
    order = ("-filed_at", "-pk") if filters.ends else ("due_at", "pk")
    rows, units, seen = _of_whom(employee, filters)
    rows = rows.filter(status=Status.CLOSED) if filters.ends else rows.exclude(status=Status.CLOSED)
    rows = rows.filter(beyond(moment, read_key(after), descending=filters.ends))
    condition, params = _narrowed(filters, seen)
    walk = Walk(rows.order_by(*order).values_list("pk", moment, *_NARROWING), units, descending=filters.ends)
    found = walk.until(condition, params, wanted=PAGE + 1, most=WALK)
    shown = Case.objects.select_related(*SHOWN).in_bulk([key.pk for key in found.keys[:PAGE]])
    cases = [shown[key.pk] for key in found.keys[:PAGE] if key.pk in shown]
    if len(found.keys) > PAGE:
        return Page(cases, str(found.keys[PAGE - 1]))
    if found.end is not None and condition:
        return Page(cases, str(found.end), more_unseen=True)
    return Page(cases)


def cases_of(customer: Customer, *, seen_by: Employee, after: str = "") -> Page:
    """A page of what a customer complained of and the employee may see, newest first. Keyset pages, no counting.

    At most WALK of the customer's cases are looked at, whomever they belong to.
    """
    order = ("-filed_at", "-pk")
    walk = Case.objects.filter(beyond("filed_at", read_key(after), descending=True), customer=customer)
    walked = walk.order_by(*order).values("pk")[:WALK]
    found = (
        visible_to(seen_by)
        .filter(pk__in=walked)
        .order_by(*order)
        .select_related("customer", "unit", "responsible", "failure_type")
        .defer(*UNSHOWN)
    )
    cases = list(found[: PAGE + 1])
    last = cases[PAGE - 1] if len(cases) > PAGE else None
    return Page(cases[:PAGE], str(Key(last.filed_at, last.pk)) if last else "")


def may_change(employee: Employee, customer: Customer) -> bool:
    """Whether what is on file for a customer is this employee's to change.

    Their role grants it, and they see one of the customer's newest WALK cases, or there is none yet.
    """
    if not may(employee, Permission.CHANGE_CUSTOMER):
        return False
    theirs = Case.objects.filter(customer=customer).order_by("-filed_at", "-pk").values("pk")[:WALK]
    return visible_to(employee).filter(pk__in=theirs).exists() or not Case.objects.filter(customer=customer).exists()


def came_up(employee: Employee, *, after: str = "") -> Page:
    """A page of the open cases that came up to the employee's tier or higher, in the units they see.

    Longest there first; for somebody beside the ladder, from the managers' tier on. Keyset pages, no counting.
    """
    tiers = list(Tier)
    least = max(tiers.index(employee.tier), 1) if employee.tier else 1
    units = None if sees_whole_organisation(employee) else _unit_ids(employee)
    rows = Case.objects.filter(ESCALATED, beyond("reached_tier_at", read_key(after)))
    walked = rows.order_by("reached_tier_at", "pk").values_list("pk", "reached_tier_at", "tier")
    found = Walk(walked, units, descending=False).until("tier = ANY(%s)", [tiers[least:]], wanted=PAGE + 1, most=WALK)
    shown = Case.objects.select_related(*SHOWN).in_bulk([key.pk for key in found.keys[:PAGE]])
    cases = [shown[key.pk] for key in found.keys[:PAGE] if key.pk in shown]
    if len(found.keys) > PAGE:
        return Page(cases, str(found.keys[PAGE - 1]))
    return Page(cases) if found.end is None else Page(cases, str(found.end), more_unseen=True)


def how_many_open_of(employee: Employee, *, most: int) -> int:
    """How many open cases an employee is responsible for, counted up to `most`."""
    theirs = Case.objects.filter(responsible=employee).exclude(status=Status.CLOSED)
    return len(theirs.order_by().values_list("pk")[:most])


def due_soonest(employee: Employee, *, most: int, unit: int | None = None) -> tuple[list[Case], bool]:
    """The cases whose clocks run out first in the units an employee sees, and whether there are more than `most`."""
    units = None if sees_whole_organisation(employee) else _unit_ids(employee)
    if not may(employee, Permission.VIEW):
        units = []
    if unit is not None:
        units = [unit] if units is None or unit in units else []
    rows = Case.objects.exclude(status=Status.CLOSED).filter(due_at__lt=NOT_DUE)
    walk = Walk(rows.order_by("due_at", "pk").values_list("pk", "due_at"), units, descending=False)
    keys = walk.until("", [], wanted=most + 1, most=most + 1).keys
    found = Case.objects.select_related("customer", "unit", "responsible").defer(*UNSHOWN)
    return list(found.filter(pk__in=[key.pk for key in keys[:most]])), len(keys) > most


def newest_of_kinds(cases: Sequence[Case], kinds: Collection[Entry]) -> dict[int, list[TimelineEntry]]:
    """For each of some cases, its entries of some kinds, newest first, out of the newest LOOKED_BACK. One query."""
    rows = TimelineEntry.objects.raw(
        "SELECT entry.* FROM unnest(%s::bigint[]) AS listed(pk) CROSS JOIN LATERAL"
        " (SELECT * FROM complaints_timelineentry WHERE case_id = listed.pk ORDER BY id DESC LIMIT %s) AS entry"
        " WHERE entry.kind = ANY(%s) ORDER BY entry.id DESC",
        [[case.pk for case in cases], LOOKED_BACK, list(kinds)],
    )
    found: dict[int, list[TimelineEntry]] = {case.pk: [] for case in cases}
    for entry in rows:
        found[entry.case_id].append(entry)
    return found


def clocks_of(case: Case) -> list[Clock]:
    """The deadlines of a case that anybody had to meet: those that still count first, then those that ended last."""
    rows = Clock.objects.filter(case=case, dropped=False).select_related("calendar")
    return list(rows.order_by(F("ended_at").desc(nulls_first=True), "due_at", "pk")[:CLOCKS_SHOWN])


def timeline_of(case: Case, *, after: int = 0, limit: int = 200, public_only: bool = False) -> list[TimelineEntry]:
    """The newest entries of a case, newest first; with `after`, only what came since that entry."""
    entries = TimelineEntry.objects.filter(case=case, pk__gt=after)
    if public_only:
        entries = entries.filter(public=True)
    return list(entries.order_by("-pk")[:limit])


def filed_since(customer: Customer, at: datetime, *, seen_by: Employee, but: Collection[int]) -> list[Case]:
    """The newest complaints of a customer filed since a moment, that the employee sees, without some."""
    theirs = visible_to(seen_by).filter(customer=customer, filed_at__gte=at).exclude(pk__in=but)
    return list(theirs.select_related("failure_type").order_by("-filed_at", "-pk")[:PAGE])


def duplicates_of(case: Case, *, seen_by: Employee) -> list[Case]:
    """The duplicates of a case that the employee sees, with the files that came with each, oldest first."""
    theirs = visible_to(seen_by).filter(duplicate_of=case).order_by("pk").prefetch_related("attachments")
    return list(theirs[:20])


@dataclass(frozen=True, slots=True)
class Story:
    """What an employee should know of a customer before they say hello."""

    customer: Customer
    cases: Sequence[Case]
    by_touchpoint: Sequence[tuple[str, int]]


def story_of(customer: Customer, *, seen_by: Employee, but: Case | None = None) -> Story:
    """Earlier complaints the employee may see, newest first, and how often each touchpoint failed this customer.

    Touchpoints are counted over the newest TOLD_OF cases: a stand-in customer of imported records has thousands.
    """
    theirs = visible_to(seen_by).filter(customer=customer)
    cases = theirs if but is None else theirs.exclude(pk=but.pk)
    newest = theirs.order_by("-filed_at").values("pk")[:TOLD_OF]
    touchpoints = (
        Case.objects.filter(pk__in=newest, failure_type__isnull=False)
        .values_list("failure_type__touchpoint")
        .annotate(times=Count("pk"))
        .order_by("-times")[:6]
    )
    return Story(
        customer,
        list(cases.select_related("failure_type").order_by("-filed_at")[:5]),
        [(name, n) for name, n in touchpoints if name],
    )


def _of_whom(employee: Employee, filters: Filters) -> tuple[QuerySet[Case], list[int] | None, list[int] | None]:
    """The cases of a tab, the units they are walked in, and the units that what was walked over is narrowed to.

    None where the walk need not go unit by unit, or may keep every unit. An employee's own cases are walked by an index
    of their own and narrowed then: nearly all are of their units, which the planner does not know.
    """
    units = None if sees_whole_organisation(employee) else _unit_ids(employee)
    if not may(employee, Permission.VIEW):
        units = []
    if filters.whose == Whose.UNIT and employee.role not in {Role.ANALYST, Role.ADMINISTRATOR}:
        units = [employee.unit_id] if units is None or employee.unit_id in units else []
    if filters.unit is not None:
        units = [filters.unit] if units is None or filters.unit in units else []
    if filters.whose == Whose.MINE and units != []:  # an index of their own
        return Case.objects.filter(responsible=employee), None, units
    if filters.whose == Whose.UNASSIGNED and units is None and not filters.ends:
        return Case.objects.filter(responsible__isnull=True), None, None
    return Case.objects.all(), units, None


_NARROWING: Final = (
    "tier",
    "severity",
    "channel",
    "outcome",
    "status",
    "complainer",
    "failure_type",
    "responsible",
    "unit",
)


def _narrowed(filters: Filters, units: list[int] | None) -> tuple[str, list[Any]]:
    """What is left of the rows walked over, as SQL over their columns."""
    conditions: list[str] = []
    params: list[Any] = []
    for name, value in (
        ("tier", filters.tier),
        ("severity", filters.severity),
        ("channel", filters.channel),
        ("outcome", filters.outcome),
        ("complainer", filters.complainer),
        ("status", "" if filters.ends else filters.status),
    ):
        if value not in {"", None}:
            conditions.append(f"{name} = %s")
            params.append(value)
    if filters.failure_type is not None:  # an area stands for every failure in it
        kinds = FailureType.objects.filter(Q(pk=filters.failure_type) | Q(parent=filters.failure_type))
        conditions.append("failure_type = ANY(%s)")
        params.append(list(kinds.values_list("pk", flat=True)))
    if units is not None:
        conditions.append("unit = ANY(%s)")
        params.append(units)
    if filters.whose == Whose.UNASSIGNED:  # also where the rows are nobody's already: it costs nothing
        conditions.append("responsible IS NULL")
    return " AND ".join(conditions), params


def _unit_ids(employee: Employee) -> list[int]:
    return list(visible_units(employee).values_list("pk", flat=True))


def has_open_cases(unit: Unit) -> bool:
    """Whether a complaint of this very unit is not closed yet."""
    return Case.objects.filter(unit=unit).exclude(status=Status.CLOSED).exists()
