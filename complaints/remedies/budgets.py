"""Reads over months of authority: what each employee may spend, holds and has spent. Always the sum of the entries.

Employees stand in the order of their names: what somebody gives away is in no ranking.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from django.db.models import Case as Choice
from django.db.models import Count, DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce
from django.utils import timezone
from djmoney.money import Money

from complaints.common.errors import NotFound
from complaints.common.keyset import read_id
from complaints.remedies.authority import required_course
from complaints.remedies.catalogue import catalogue
from complaints.remedies.models import Authority, LedgerEntry, LedgerKind, LedgerProof
from complaints.staff.models import Employee, Tier, Training, Unit
from complaints.staff.queries import visible_units
from complaints.standards.models import FailureType

PAGE: Final = 25
SUMMED: Final = 20_000
"""Entries of a month, the newest, that its sums by kind are taken from."""

_NOTHING: Final = Value(Decimal(0), output_field=DecimalField(max_digits=14, decimal_places=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What one employee may spend by one authority in a month, and what stands in the ledger for it.

    `elsewhere` was taken in the same month and currency by whatever other rules they had, and counts. `is_over` where
    the authority had ended by the moment that is shown: now, or the last of a month that is past.
    """

    holder: Employee
    authority: Authority
    held: Money
    spent: Money
    elsewhere: Money
    is_suspended: bool = False
    is_over: bool = False

    @property
    def is_exception(self) -> bool:
        """Whether it is for this employee by name, not for their tier."""
        return self.authority.employee_id is not None

    @property
    def budget(self) -> Money:
        """What the authority allows in a month."""
        return Money(self.authority.per_month, self.authority.currency)

    @property
    def per_failure(self) -> Money:
        """What the authority allows on one failure."""
        return Money(self.authority.per_failure, self.authority.currency)

    @property
    def left(self) -> Money:
        """What is left of the month, never less than nothing; nothing where the authority is over."""
        return self.budget * 0 if self.is_over else self.left_beside(self.held + self.spent + self.elsewhere)

    def left_beside(self, taken: Money) -> Money:
        """What of the month's budget is left beside a sum."""
        return max(self.budget - taken, self.budget * 0)


@dataclass(frozen=True, slots=True)
class Accounts:
    """One page of employees with their accounts, none where they have no authority, and the key to go on from."""

    people: Sequence[tuple[Employee, Sequence[Account]]]
    next_key: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of an account, and what stood there after it."""

    entry: LedgerEntry
    held: Money
    spent: Money
    left: Money

    @property
    def amount(self) -> Money:
        """What the entry moves."""
        return Money(self.entry.amount, self.entry.currency)


@dataclass(frozen=True, slots=True)
class Share:
    """What went into one kind of remedy, or into one type of failure, in a month."""

    name: str
    name_zh: str
    remedies: int
    sum: Money


def accounts(viewer: Employee, month: date, *, at: datetime, unit: int | None = None, after: str = "") -> Accounts:
    """A page of the employees of the units one sees, with their accounts of a month. Keyset pages, no counting."""
    spent_something = LedgerEntry.objects.filter(holder=OuterRef("pk"), month=month)
    people = (
        Employee.objects.filter(unit__in=_units(viewer, unit), role__in=Tier.values)
        .filter(Q(is_active=True) | Exists(spent_something))
        .select_related("unit")
        .order_by("name", "pk")
    )
    key = read_id(after)
    last = people.filter(pk=key).first() if key is not None else None
    if last is not None:
        people = people.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))
    page = list(people[: PAGE + 1])
    found = accounts_of(page[:PAGE], month, at=at)
    return Accounts([(one, found[one.pk]) for one in page[:PAGE]], str(page[PAGE - 1].pk) if len(page) > PAGE else "")


def account(viewer: Employee, *, authority: int, holder: int, month: date, at: datetime) -> Account:
    """One account of an employee of the units one sees; raises NotFound where there is none."""
    person = Employee.objects.filter(pk=holder, unit__in=visible_units(viewer)).select_related("unit").first()
    found = accounts_of([person], month, at=at)[person.pk] if person else []
    one = next((one for one in found if one.authority.pk == authority), None)
    if one is None:
        raise NotFound
    return one


def lines(account: Account, month: date, *, before: int | None = None, limit: int = PAGE) -> tuple[list[Line], bool]:
    """The entries of an account, the newest first, each with what stood there after it; and whether there are more."""
    of_month = _entries(month).filter(holder=account.holder, currency=account.authority.currency)
    by_others = of_month.exclude(authority=account.authority).filter(pk__lt=OuterRef("pk")).order_by()
    rows = of_month.filter(authority=account.authority)
    if before is not None:  # older ones are summed as before: each sum goes from the oldest entry to its own
        rows = rows.filter(pk__lt=before)
    told = (
        rows.annotate(
            after_taken=Window(Sum("taken_by_it"), order_by=F("pk").asc()),
            after_spent=Window(Sum("spent_by_it"), order_by=F("pk").asc()),
            elsewhere=Coalesce(
                Subquery(by_others.values("holder").annotate(sum=Sum("taken_by_it")).values("sum")), _NOTHING
            ),
        )
        .select_related("remedy", "case")
        .order_by("-pk")[: limit + 1]
    )
    found = [_line(entry, account) for entry in told]
    return found[:limit], len(found) > limit


def by_kind(viewer: Employee, month: date, *, unit: int | None = None) -> list[Share]:
    """What was held and spent in a month by kind of remedy, in the order of the catalogue."""
    order = list(catalogue())
    rows = _summed(viewer, month, unit, "remedy__kind")
    rows.sort(key=lambda row: order.index(row[0]) if row[0] in order else len(order))
    return [Share(kind, "", times, sum_) for kind, times, sum_ in rows]


def by_failure(viewer: Employee, month: date, *, unit: int | None = None) -> list[Share]:
    """What was held and spent in a month by type of failure, the costliest first."""
    rows = _summed(viewer, month, unit, "case__failure_type")
    kinds = FailureType.objects.in_bulk([pk for pk, _times, _sum in rows if pk is not None])
    named = [(kinds.get(pk), times, sum_) for pk, times, sum_ in rows]
    shares = [Share(kind.name if kind else "", kind.name_zh if kind else "", n, sum_) for kind, n, sum_ in named]
    return sorted(shares, key=lambda one: (str(one.sum.currency), -one.sum.amount))


def is_summed_whole(viewer: Employee, month: date, *, unit: int | None = None) -> bool:
    """Whether the sums by kind hold the whole month, not only its newest entries."""
    rows = LedgerEntry.objects.filter(month=month, holder__unit__in=_units(viewer, unit)).order_by("-pk")
    return not rows.values("pk")[SUMMED : SUMMED + 1]


def last_proof() -> LedgerProof | None:
    """What the last night's comparison of balances and entries found; None before the first one."""
    return LedgerProof.objects.order_by("-day").first()


def _units(viewer: Employee, unit: int | None) -> QuerySet[Unit]:
    seen = visible_units(viewer)
    return seen if unit is None else seen.filter(pk=unit)


def _entries(month: date) -> QuerySet[LedgerEntry, Any]:
    """The entries of a month, each with what it takes from what is left, and what of that is spent."""
    was_spent = LedgerEntry.objects.filter(hold=OuterRef("hold"), kind=LedgerKind.SPEND)
    back = [LedgerKind.RELEASE, LedgerKind.REVERSE]
    return LedgerEntry.objects.filter(month=month).annotate(
        taken_by_it=Choice(
            When(kind=LedgerKind.HOLD, then=F("amount")), When(kind__in=back, then=-F("amount")), default=_NOTHING
        ),
        spent_by_it=Choice(
            When(kind=LedgerKind.SPEND, then=F("amount")),
            When(Q(kind__in=back) & Exists(was_spent), then=-F("amount")),
            default=_NOTHING,
        ),
    )


def accounts_of(people: Sequence[Employee], month: date, *, at: datetime) -> dict[int, list[Account]]:
    """The accounts of some people in a month, by their ids.

    Of what they may spend now, and then, the newest first, of whatever else they took something from that month.
    """
    at = min(at, _end_of(month))
    sums: dict[tuple[int, int], tuple[Decimal, Decimal]] = {
        (holder, authority): (taken - spent, spent)
        for holder, authority, taken, spent in _entries(month)
        .filter(holder__in=people)
        .values_list("holder", "authority")
        .annotate(taken=Coalesce(Sum("taken_by_it"), _NOTHING), spent=Coalesce(Sum("spent_by_it"), _NOTHING))
        .order_by()
    }
    in_force = Q(valid_from__lte=at) & (Q(valid_until=None) | Q(valid_until__gt=at))
    theirs = Q(employee__in=people) | Q(employee=None)
    used = Q(pk__in=[authority for _holder, authority in sums])
    rules = list(Authority.objects.filter(used | (in_force & theirs)).select_related("unit", "course"))
    trained = _trained(people, rules, at=at)
    found: dict[int, list[Account]] = {}
    for person in people:
        fitting = _fitting(person, rules, at=at)
        current = _best(fitting)
        used_ones = [rule for rule in rules if (person.pk, rule.pk) in sums and rule not in current]
        used_ones.sort(key=attrgetter("valid_from", "pk"), reverse=True)
        taken = {rule: sums.get((person.pk, rule.pk), (Decimal(0), Decimal(0))) for rule in [*current, *used_ones]}
        everything = defaultdict[str, Decimal](Decimal)
        for rule, parts in taken.items():
            everything[rule.currency] += sum(parts)
        found[person.pk] = [
            Account(
                holder=person,
                authority=rule,
                held=Money(held, rule.currency),
                spent=Money(spent, rule.currency),
                elsewhere=Money(everything[rule.currency] - held - spent, rule.currency),
                is_suspended=(course := required_course(rule, fitting)) is not None
                and (person.pk, course.pk) not in trained,
                is_over=rule.valid_until is not None and rule.valid_until <= at,
            )
            for rule, (held, spent) in taken.items()
        ]
    return found


def _end_of(month: date) -> datetime:
    """The last moment of a month where the reader is: by what was in force then, a month that is over is shown."""
    behind = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return timezone.make_aware(datetime.combine(behind, time.min)) - timedelta(microseconds=1)


def _fitting(person: Employee, rules: Iterable[Authority], *, at: datetime) -> list[Authority]:
    """The rules that hold for somebody in their own unit, the most specific first."""
    fitting = [
        rule
        for rule in rules
        if rule.valid_from <= at
        and (rule.valid_until is None or rule.valid_until > at)
        and (rule.employee_id == person.pk or (rule.employee_id is None and rule.tier == person.tier))
        and (rule.unit_id is None or rule.unit_id in person.unit.ancestor_ids)
    ]
    return sorted(fitting, key=lambda rule: rule.specificity, reverse=True)


def _best(fitting: Sequence[Authority]) -> list[Authority]:
    """The most specific rule in each currency."""
    best = {rule.currency: rule for rule in reversed(fitting)}
    return [best[currency] for currency in sorted(best)]


def _trained(people: Sequence[Employee], rules: Sequence[Authority], *, at: datetime) -> set[tuple[int, int]]:
    """Who holds which of the required trainings on the day it is where the reader is."""
    today = timezone.localdate(at)
    courses = {rule.course_id for rule in rules if rule.course_id is not None}
    held = Training.objects.filter(employee__in=people, course__in=courses, taken_on__lte=today)
    return set(held.filter(Q(expires_on=None) | Q(expires_on__gte=today)).values_list("employee", "course"))


def _line(entry: Any, account: Account) -> Line:
    currency = account.authority.currency
    spent, taken = Money(entry.after_spent, currency), Money(entry.after_taken, currency)
    left = account.left_beside(taken + Money(entry.elsewhere, currency))
    return Line(entry, held=taken - spent, spent=spent, left=left)


def _summed(viewer: Employee, month: date, unit: int | None, by: str) -> list[tuple[Any, int, Money]]:
    newest = LedgerEntry.objects.filter(month=month, holder__unit__in=_units(viewer, unit)).order_by("-pk")
    rows = (
        _entries(month)
        .filter(pk__in=newest.values("pk")[:SUMMED])
        .values_list(by, "currency")
        .annotate(sum=Sum("taken_by_it"), times=Count("remedy", distinct=True))
        .order_by()
    )
    return [(key, times, Money(sum_, currency)) for key, currency, sum_, times in rows if sum_]
