"""Who may spend what, now: the rule that holds for an employee and a case, and what is left of it.

Reads only. What is left may be gone a moment later; whether it is there when it is taken, the ledger judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, DecimalField, F, Q, QuerySet, Sum, When
from django.db.models import Case as Choice
from django.db.models.expressions import RawSQL
from djmoney.money import Money

from complaints.cases.models import SAME_FAILURE, Case
from complaints.common.money import converted
from complaints.customers.models import Customer
from complaints.remedies.catalogue import is_tangible
from complaints.remedies.exchange import rate
from complaints.remedies.models import Authority, LedgerEntry, LedgerKind, Remedy
from complaints.staff.models import Course, Employee, Training

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What an employee may decide on a case by themselves at a moment.

    Without a rule they have no authority here; `is_suspended` while the training it requires has expired. `rate` is
    what the asked currency is converted at, `course` the training that is required.
    """

    employee: Employee
    rule: Authority | None = None
    course: Course | None = None
    rate: Decimal = Decimal(1)
    is_suspended: bool = False
    left_for_failure: Decimal = NOTHING
    left_for_customer: Decimal | None = None
    left_this_month: Decimal = NOTHING

    @property
    def left(self) -> Money | None:
        """What they can still decide on this case; None where they have no authority at all."""
        if self.rule is None:
            return None
        caps = [self.left_for_failure, self.left_this_month]
        if self.left_for_customer is not None:
            caps.append(self.left_for_customer)
        return Money(NOTHING if self.is_suspended else max(NOTHING, min(caps)), self.rule.currency)

    def permits(self, kind: str) -> bool:
        """Whether they may decide on this kind of remedy at all."""
        return self.rule is not None and not self.is_suspended and (not self.rule.kinds or kind in self.rule.kinds)

    def covers_some(self, kind: str) -> bool:
        """Whether they may decide on this kind of remedy by themselves, be it on less than is asked."""
        left = self.left
        return left is not None and left.amount > 0 and self.permits(kind)

    def covers(self, amount: Money | None, kind: str) -> bool:
        """Whether they may decide on a remedy by themselves; what takes no money anybody may."""
        if amount is None:
            return not is_tangible(kind)
        left = self.left
        return left is not None and self.permits(kind) and converted(amount, self.rate) <= left.amount


def allowance(
    employee: Employee,
    case: Case,
    *,
    at: datetime,
    currency: str = "",
    without: Remedy | None = None,
    month: date | None = None,
) -> Allowance:
    """What an employee may decide on a case: the rule that holds, and what is left of its caps.

    A failure is accounted for in one currency, that of the first remedy which took money; another one is converted.
    Where complaints in two currencies turn out to be one failure, nothing is left. A month counts all that the employee
    took in the rule's currency, by whichever rule. `without` leaves out what one remedy holds itself, `month` is
    another month than the present one. Raises RateMissing where a conversion has no rate.
    """
    entries = LedgerEntry.objects.exclude(remedy=without) if without else LedgerEntry.objects.all()
    for_failure = _by_currency(entries.filter(_of_one_failure_with(case)))
    rules = rules_for(employee, case, at=at)
    rule = _chosen(rules, [*for_failure] or ([currency, ""] if currency else [""]))
    if rule is None:
        return Allowance(employee=employee)
    course = required_course(rule, rules)
    own = entries.filter(holder=employee, month=month or month_of(case, at=at), currency=rule.currency)
    return Allowance(
        employee=employee,
        rule=rule,
        course=course,
        rate=rate(currency or rule.currency, rule.currency, at=at),
        is_suspended=course is not None and not _is_trained(employee, course, at=at),
        left_for_failure=NOTHING if len(for_failure) > 1 else rule.per_failure - sum(for_failure.values(), NOTHING),
        left_for_customer=_left_for_customer(rule, case, entries, at=at),
        left_this_month=rule.per_month - sum(_by_currency(own).values(), NOTHING),
    )


def rules_for(employee: Employee, case: Case, *, at: datetime) -> list[Authority]:
    """The rules in force that fit an employee and the unit of a case, the most specific first."""
    mine = Q(employee=employee) | (Q(tier=employee.tier, employee=None) if employee.tier else Q(pk=None))
    here = Q(unit=None) | Q(unit__in=case.unit.ancestor_ids)
    in_force = Q(valid_from__lte=at) & (Q(valid_until=None) | Q(valid_until__gt=at))
    fitting = Authority.objects.filter(mine & here & in_force).select_related("unit", "course")
    return sorted(fitting, key=lambda rule: (*(-part for part in rule.specificity), rule.currency))


def required_course(rule: Authority, fitting: Iterable[Authority]) -> Course | None:
    """The training that a rule requires: its own, or that of the next more general one of those that fit.

    `fitting` come the most specific first. An exception changes what may be spent and frees nobody from the training.
    """
    general = (one for one in fitting if one.currency == rule.currency and one.specificity <= rule.specificity)
    return next((one.course for one in (rule, *general) if one.course_id is not None), None)


def month_of(case: Case, *, at: datetime) -> date:
    """The first day of the calendar month of a moment, in the zone of the case's unit."""
    return at.astimezone(ZoneInfo(case.unit.time_zone)).date().replace(day=1)


def _of_one_failure_with(case: Case) -> RawSQL:
    """The entries of everything that is one failure with a case: an array, so that they are found by their index."""
    listed = f"complaints_ledgerentry.case_id = ANY(ARRAY({SAME_FAILURE.format(case='%s')}))"
    return RawSQL(listed, [case.pk], output_field=BooleanField())  # noqa: S611 - no text of anybody's in it


def _chosen(rules: Sequence[Authority], currencies: Sequence[str]) -> Authority | None:
    """The most specific rule in the first of the currencies that has one; an empty one stands for any."""
    return next((rule for one in currencies for rule in rules if one in {"", rule.currency}), None)


def _left_for_customer(rule: Authority, case: Case, entries: QuerySet[LedgerEntry], *, at: datetime) -> Decimal | None:
    if rule.per_customer is None or rule.customer_days is None:
        return None
    since = at - timedelta(days=rule.customer_days)
    circle = Customer.objects.filter(pk=case.customer_id, circle__isnull=False).values("circle")
    files = Customer.objects.filter(Q(pk=case.customer_id) | Q(circle__in=circle)).values("pk")
    taken = _by_currency(entries.filter(case__customer=case.customer_id, customer__in=files, taken_at__gt=since))
    return rule.per_customer - sum(
        (converted(Money(sum_, one), rate(one, rule.currency, at=at)) for one, sum_ in taken.items()), NOTHING
    )


def _by_currency(entries: QuerySet[LedgerEntry]) -> dict[str, Decimal]:
    """What entries come to, held and spent together; currencies that come to nothing are left out."""
    signed: Any = Choice(
        When(kind=LedgerKind.HOLD, then=F("amount")),
        When(kind__in=[LedgerKind.RELEASE, LedgerKind.REVERSE], then=-F("amount")),
        default=NOTHING,
        output_field=DecimalField(max_digits=14, decimal_places=2),
    )
    return {one: sum_ for one, sum_ in entries.values_list("currency").annotate(sum=Sum(signed)).order_by() if sum_}


def _is_trained(employee: Employee, course: Course, *, at: datetime) -> bool:
    """Whether a training holds on the day it is where the employee works."""
    today = at.astimezone(ZoneInfo(employee.unit.time_zone)).date()
    held = Training.objects.filter(employee=employee, course=course, taken_on__lte=today)
    return held.filter(Q(expires_on=None) | Q(expires_on__gte=today)).exists()
