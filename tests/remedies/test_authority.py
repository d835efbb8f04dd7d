"""Whose rule holds, and what is left of it: on this case, now, in this currency."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from djmoney.money import Money

from complaints.cases.models import Case
from complaints.common.errors import RateMissing
from complaints.customers.models import Customer
from complaints.remedies import ledger
from complaints.remedies.authority import Allowance, allowance
from complaints.remedies.budgets import accounts_of
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Authority, ExchangeRate
from complaints.staff.models import Course, Employee, Tier, Training
from tests.cast import Organisation
from tests.factories import a_complaint
from tests.remedies.purse import AT, LONG_AGO, a_remedy, an_authority, later, left, usd

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara, at=AT)


def of(employee: Employee, case: Case, currency: str = "USD") -> Allowance:
    return allowance(employee, case, at=AT, currency=currency)


def test_nobody_has_authority_until_somebody_grants_it(case: Case, fern: Employee, quinn: Employee) -> None:
    assert left(fern, case) is None
    an_authority(Tier.FRONT_LINE, 200)
    assert left(fern, case) == usd(200)
    assert left(quinn, case) is None, "an analyst stands beside the ladder"


def test_the_most_specific_rule_holds(case: Case, fern: Employee, organisation: Organisation, otto: Employee) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    an_authority(Tier.FRONT_LINE, 150, unit=organisation.region)
    an_authority(Tier.FRONT_LINE, 120, unit=organisation.harbour)
    assert left(fern, case) == usd(120)
    elsewhere = a_complaint(by=otto, at=AT)
    assert left(otto, elsewhere) == usd(150)
    an_authority(fern, 500)
    assert left(fern, case) == usd(500), "an exception for the employee goes before any unit of the tier"
    an_authority(fern, 50, unit=organisation.harbour)
    assert left(fern, case) == usd(50)


def test_a_rule_holds_from_its_first_moment_to_before_its_last(case: Case, fern: Employee) -> None:
    an_authority(Tier.FRONT_LINE, 200, valid_from=AT, valid_until=later(days=1))
    assert left(fern, case, at=AT - timedelta(seconds=1)) is None
    assert left(fern, case, at=AT) == usd(200)
    assert left(fern, case, at=later(days=1)) is None


def test_a_second_rule_for_the_same_people_is_refused_with_a_sentence(fern: Employee) -> None:
    an_authority(fern, 200, valid_until=AT)
    second = Authority(employee=fern, currency="USD", per_failure=1, per_month=1, valid_from=later(days=-1))
    with pytest.raises(ValidationError, match="same people at the same time"):
        second.full_clean()
    second.valid_from = AT
    second.full_clean()


def test_the_least_of_the_caps_is_what_is_left(case: Case, fern: Employee, cara: Customer) -> None:
    an_authority(Tier.FRONT_LINE, 200, 350, per_customer=300, customer_days=30)
    other, stranger = a_complaint(by=fern, customer=cara, at=AT), a_complaint(by=fern, at=AT)
    ledger.hold(a_remedy(other, usd(150)), usd(150), of(fern, other), at=AT)
    assert left(fern, case) == usd(150), "what is left for the customer"
    ledger.hold(a_remedy(stranger, usd(100)), usd(100), of(fern, stranger), at=AT)
    assert left(fern, case) == usd(100), "what is left of the month"
    ledger.hold(a_remedy(case, usd(80)), usd(80), of(fern, case), at=AT)
    assert left(fern, case) == usd(20)


def test_a_budget_is_each_employees_own(case: Case, fern: Employee, organisation: Organisation) -> None:
    an_authority(Tier.FRONT_LINE, 200, 200)
    flo = Employee.objects.create_user("flo@demo.example", name="Flo", role="front_line", unit=organisation.harbour)
    ledger.hold(a_remedy(case, usd(200)), usd(200), of(fern, case), at=AT)
    stranger = a_complaint(by=flo, at=AT)
    assert (left(fern, stranger), left(flo, stranger)) == (usd(0), usd(200))


def test_only_the_kinds_that_are_named_are_covered_and_an_apology_always(case: Case, fern: Employee) -> None:
    assert of(fern, case).covers(None, RemedyKind.APOLOGY)
    assert not of(fern, case).covers(None, RemedyKind.VOUCHER), "a voucher of no worth is none"
    an_authority(Tier.FRONT_LINE, 200, kinds=[RemedyKind.VOUCHER])
    assert of(fern, case).covers(usd(200), RemedyKind.VOUCHER)
    assert not of(fern, case).covers(usd("200.01"), RemedyKind.VOUCHER)
    assert not of(fern, case).covers(usd(20), RemedyKind.REFUND)


def test_an_expired_training_suspends_the_authority_and_no_apology(case: Case, fern: Employee) -> None:
    course = Course.objects.create(name="Making it right")
    an_authority(Tier.FRONT_LINE, 200, course=course)
    assert of(fern, case).is_suspended
    record = Training.objects.create(employee=fern, course=course, taken_on=LONG_AGO, expires_on=date(2026, 3, 10))
    assert left(fern, case) == usd(200), "the last day counts"
    night = AT.replace(day=11, hour=3)  # still the tenth in New York
    assert not allowance(fern, case, at=night).is_suspended
    assert allowance(fern, case, at=night + timedelta(hours=2)).is_suspended
    Training.objects.filter(pk=record.pk).update(expires_on=date(2026, 3, 9))
    suspended = of(fern, case)
    assert suspended.left == usd(0)
    assert not suspended.covers(usd(1), RemedyKind.VOUCHER)
    assert suspended.covers(None, RemedyKind.APOLOGY)


def test_an_exception_frees_nobody_from_the_training(case: Case, fern: Employee) -> None:
    course = Course.objects.create(name="Making it right")
    general = an_authority(Tier.FRONT_LINE, 200, course=course)
    an_authority(fern, 500)
    assert of(fern, case).course == course
    assert of(fern, case).is_suspended
    assert [one.is_suspended for one in accounts_of([fern], AT.date().replace(day=1), at=AT)[fern.pk]] == [True]
    Training.objects.create(employee=fern, course=course, taken_on=LONG_AGO)
    assert left(fern, case) == usd(500)
    Authority.objects.filter(pk=general.pk).update(currency="EUR")
    assert of(fern, case).course is None, "what asks for a training in euros asks for none in dollars"


def test_another_currency_needs_a_rate_and_is_never_rounded_in_our_disfavour(case: Case, fern: Employee) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    with pytest.raises(RateMissing):
        of(fern, case, "EUR")
    ExchangeRate.objects.create(source="EUR", target="USD", rate=Decimal("1.1"), since=LONG_AGO)
    ExchangeRate.objects.create(source="EUR", target="USD", rate=Decimal("9.9"), since=later(days=1))
    assert of(fern, case, "EUR").covers(Money("181.81", "EUR"), RemedyKind.VOUCHER)
    assert not of(fern, case, "EUR").covers(Money("181.82", "EUR"), RemedyKind.VOUCHER)
    entry = ledger.hold(a_remedy(case, Money("0.01", "EUR")), Money("0.01", "EUR"), of(fern, case, "EUR"), at=AT)
    assert (entry.amount, entry.rate) == (Decimal("0.02"), Decimal("1.1"))


def test_a_limit_in_another_currency_gives_no_second_helping(case: Case, fern: Employee, cara: Customer) -> None:
    """C3: a changed currency."""
    an_authority(Tier.FRONT_LINE, 200, per_customer=200, customer_days=30)
    an_authority(Tier.FRONT_LINE, 200, currency="EUR", per_customer=200, customer_days=30)
    ledger.hold(a_remedy(case, usd(150)), usd(150), of(fern, case), at=AT)
    with pytest.raises(RateMissing):
        of(fern, case, "EUR")
    ExchangeRate.objects.create(source="EUR", target="USD", rate=2, since=LONG_AGO)
    assert of(fern, case, "EUR").left == usd(50), "the failure is accounted for in dollars"
    other = a_complaint(by=fern, customer=cara, at=AT)
    with pytest.raises(RateMissing):
        of(fern, other, "EUR")
    ExchangeRate.objects.create(source="USD", target="EUR", rate=Decimal("0.5"), since=LONG_AGO)
    assert of(fern, other, "EUR").left == Money(125, "EUR"), "and the customer had dollars already"
