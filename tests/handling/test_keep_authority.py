"""What people may spend is kept by administrators, and what was in force stays written as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from complaints.common.errors import BeyondAuthority, ChangedMeanwhile, Invalid, NotFound, NotPermitted
from complaints.customers.models import Customer
from complaints.handling.keep_authority import keep_authority
from complaints.handling.keep_rate import keep_rate
from complaints.handling.keep_training import keep_course, keep_training
from complaints.remedies import ledger
from complaints.remedies.authority import allowance
from complaints.remedies.exchange import rate
from complaints.remedies.models import Authority, ExchangeRate
from complaints.remedies.sheets import AuthoritySheet, RateSheet
from complaints.staff.models import Course, Employee, Setting, SettingChange, Tier, Training
from complaints.staff.sheets import CourseSheet, TrainingSheet
from tests.factories import a_complaint
from tests.remedies.purse import AT, a_remedy, an_authority, later, left, usd

pytestmark = pytest.mark.django_db


def terms(**facts: Any) -> AuthoritySheet:
    told: dict[str, Any] = {
        "tier": Tier.FRONT_LINE.value,
        "employee": None,
        "unit": None,
        "currency": "USD",
        "per_failure": Decimal(200),
        "per_customer": None,
        "customer_days": None,
        "per_month": Decimal(1000),
        "kinds": (),
        "course": None,
    }
    return AuthoritySheet(**{**told, **facts})


def a_rule(per_month: int = 1000) -> Authority:
    """Of the front line, as it is stored."""
    return Authority.objects.get(pk=an_authority(Tier.FRONT_LINE, 200, per_month).pk)


def test_a_new_authority_holds_at_once(ada: Employee, fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    rule = keep_authority(None, sheet=terms(), by=ada, at=AT)
    assert (rule.valid_from, left(fern, case)) == (AT, usd(200))
    [change] = SettingChange.objects.all()
    assert (change.setting, change.key, change.is_new) == (Setting.AUTHORITY, rule.pk, True)


def test_other_terms_end_the_rule_and_begin_anew(ada: Employee, fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    rule = a_rule()
    now = AuthoritySheet.of_authority(rule)

    made = keep_authority(rule.pk, sheet=replace(now, per_failure=Decimal(120)), by=ada, at=AT, seen=now.fingerprint)

    rule.refresh_from_db()
    assert (int(rule.per_failure), rule.valid_until, made.valid_from) == (200, AT, AT)
    assert left(fern, case, AT - timedelta(seconds=1)) == usd(200)
    assert left(fern, case) == usd(120)
    [change] = SettingChange.objects.all()
    assert change.facts["per_failure"] == ["200.00", "120"]


def test_other_terms_may_begin_later(ada: Employee, fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    rule = a_rule()
    sheet = replace(AuthoritySheet.of_authority(rule), per_failure=Decimal(300), valid_from=later(days=3))

    made = keep_authority(rule.pk, sheet=sheet, by=ada, at=AT)
    keep_authority(made.pk, sheet=replace(sheet, per_failure=Decimal(400)), by=ada, at=later(days=1))

    assert [left(fern, case, later(days=days)) for days in (2, 3)] == [usd(200), usd(400)]
    assert Authority.objects.count() == 2, "what has not begun is written over"


def test_an_authority_is_ended(ada: Employee, fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    rule = a_rule()
    sheet = replace(AuthoritySheet.of_authority(rule), valid_until=later(days=1))

    assert keep_authority(rule.pk, sheet=sheet, by=ada, at=AT) == rule
    assert left(fern, case, later(days=1)) is None
    with pytest.raises(Invalid, match="has ended"):
        keep_authority(rule.pk, sheet=replace(sheet, valid_until=None), by=ada, at=later(days=2))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"tier": Tier.MANAGER.value}, "tier"),
        ({"currency": "EUR"}, "currency"),
        ({"valid_until": AT - timedelta(days=1)}, "valid_until"),
        ({"per_failure": Decimal(1), "valid_from": AT - timedelta(days=1)}, "valid_from"),
    ],
)
def test_what_was_in_force_cannot_be_rewritten(ada: Employee, facts: dict[str, Any], field: str) -> None:
    rule = a_rule()
    sheet = replace(AuthoritySheet.of_authority(rule), **facts)
    with pytest.raises(Invalid) as refused:
        keep_authority(rule.pk, sheet=sheet, by=ada, at=AT)
    assert refused.value.field == field
    assert AuthoritySheet.of_authority(Authority.objects.get()) == AuthoritySheet.of_authority(rule)


@pytest.mark.parametrize(
    "facts",
    [
        {"tier": ""},
        {"currency": "usd"},
        {"per_customer": Decimal(5)},
        {"customer_days": 30},
        {"per_failure": Decimal(-1)},
        {"valid_until": AT},
        {"kinds": ("bribe",)},
    ],
)
def test_terms_that_cannot_be_are_refused(ada: Employee, facts: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        keep_authority(None, sheet=terms(**facts), by=ada, at=AT)
    assert not Authority.objects.exists()


def test_two_for_the_same_people_at_the_same_time_are_refused(ada: Employee) -> None:
    keep_authority(None, sheet=terms(), by=ada, at=AT)
    with pytest.raises(Invalid, match="same people"):
        keep_authority(None, sheet=terms(per_failure=Decimal(300)), by=ada, at=later(days=1))


def test_a_month_goes_on_when_its_terms_change(ada: Employee, fern: Employee, cara: Customer) -> None:
    rule = a_rule(300)
    first, second = (a_complaint(by=fern, at=AT) for _ in range(2))
    ledger.spend(ledger.hold(a_remedy(first, usd(200)), usd(200), allowance(fern, first, at=AT), at=AT), at=AT)
    sheet = replace(AuthoritySheet.of_authority(rule), per_month=Decimal(310))
    keep_authority(rule.pk, sheet=sheet, by=ada, at=later(hours=1))

    assert left(fern, second, later(hours=2)) == usd(110)
    fresh = allowance(fern, second, at=later(hours=2))
    with pytest.raises(BeyondAuthority):
        ledger.hold(a_remedy(second, usd(111)), usd(111), fresh, at=later(hours=2))
    ledger.spend(ledger.hold(a_remedy(second, usd(110)), usd(110), fresh, at=later(hours=2)), at=later(hours=2))
    assert ledger.discrepancies() == []


def test_a_page_drawn_before_another_changed_it_changes_nothing(ada: Employee) -> None:
    rule = a_rule()
    old = AuthoritySheet.of_authority(rule)
    keep_authority(rule.pk, sheet=replace(old, valid_until=later(days=9)), by=ada, at=AT, seen=old.fingerprint)
    with pytest.raises(ChangedMeanwhile):
        keep_authority(rule.pk, sheet=replace(old, per_failure=Decimal(1)), by=ada, at=AT, seen=old.fingerprint)


@pytest.mark.parametrize("who", ["fern", "max_", "vera", "quinn"])
def test_only_administrators_keep_what_people_may_spend(who: str, request: pytest.FixtureRequest) -> None:
    by = request.getfixturevalue(who)
    day = AT.date()
    with pytest.raises(NotPermitted):
        keep_authority(None, sheet=terms(), by=by, at=AT)
    with pytest.raises(NotPermitted):
        keep_rate(None, sheet=RateSheet(source="EUR", target="USD", rate=Decimal(1)), by=by, at=AT)
    with pytest.raises(NotPermitted):
        keep_course(None, sheet=CourseSheet(name="Making it right"), by=by, at=AT)
    with pytest.raises(NotPermitted):
        keep_training(None, sheet=TrainingSheet(employee=by.pk, course=1, taken_on=day), by=by, at=AT)


# Exchange rates


def euro(**facts: Any) -> RateSheet:
    return RateSheet(**{"source": "EUR", "target": "USD", "rate": Decimal("1.08"), "origin": "ECB", **facts})


def test_a_rate_holds_from_now_on_and_stays_for_what_was_decided_by_it(ada: Employee) -> None:
    first = keep_rate(None, sheet=euro(), by=ada, at=AT)
    keep_rate(None, sheet=euro(rate=Decimal("1.10")), by=ada, at=later(days=1))
    assert [rate("EUR", "USD", at=later(days=days)) for days in (0, 1)] == [Decimal("1.08"), Decimal("1.10")]
    with pytest.raises(Invalid, match="it stays"):
        keep_rate(first.pk, sheet=euro(rate=Decimal(2)), by=ada, at=later(days=2))


def test_a_rate_to_come_may_still_be_changed(ada: Employee) -> None:
    made = keep_rate(None, sheet=euro(since=later(days=9)), by=ada, at=AT)
    keep_rate(made.pk, sheet=euro(since=later(days=9), rate=Decimal("1.2")), by=ada, at=AT)
    assert ExchangeRate.objects.get().rate == Decimal("1.2")


@pytest.mark.parametrize(
    "facts", [{"since": AT - timedelta(days=1)}, {"target": "EUR"}, {"rate": Decimal(0)}, {"rate": Decimal(-1)}]
)
def test_a_rate_that_cannot_be_is_refused(ada: Employee, facts: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        keep_rate(None, sheet=euro(**facts), by=ada, at=AT)
    assert not ExchangeRate.objects.exists()


# Trainings


def test_a_training_lets_an_authority_hold_again(ada: Employee, fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara, at=AT)
    course = keep_course(None, sheet=CourseSheet(name="Making it right"), by=ada, at=AT)
    an_authority(Tier.FRONT_LINE, 200, course=course)
    assert left(fern, case) == usd(0)

    taken = TrainingSheet(employee=fern.pk, course=course.pk, taken_on=AT.date(), expires_on=date(2027, 3, 1))
    record = keep_training(None, sheet=taken, by=ada, at=AT)
    again = keep_training(None, sheet=taken, by=ada, at=AT)

    assert left(fern, case) == usd(200)
    assert Training.objects.get() == record == again


def test_another_end_is_warned_of_anew(ada: Employee, fern: Employee) -> None:
    course = Course.objects.create(name="Making it right")
    record = Training.objects.create(
        employee=fern, course=course, taken_on=date(2026, 1, 1), expires_on=date(2026, 3, 20), warned_at=AT
    )
    sheet = replace(TrainingSheet.of(record), expires_on=date(2026, 6, 1))
    assert keep_training(record.pk, sheet=sheet, by=ada, at=AT).warned_at is None


def test_a_training_that_ends_before_it_was_taken_is_refused(ada: Employee, fern: Employee) -> None:
    course = Course.objects.create(name="Making it right")
    sheet = TrainingSheet(employee=fern.pk, course=course.pk, taken_on=date(2026, 1, 2), expires_on=date(2026, 1, 1))
    with pytest.raises(Invalid):
        keep_training(None, sheet=sheet, by=ada, at=AT)


def test_there_are_no_two_trainings_of_one_name(ada: Employee) -> None:
    first = keep_course(None, sheet=CourseSheet(name="Making it right"), by=ada, at=AT)
    with pytest.raises(Invalid):
        keep_course(None, sheet=CourseSheet(name="Making it right"), by=ada, at=AT)
    assert keep_course(first.pk, sheet=CourseSheet(name="On the spot"), by=ada, at=AT).name == "On the spot"


@pytest.mark.parametrize("verb", [keep_authority, keep_rate, keep_training, keep_course])
def test_what_is_not_there_is_not_found(ada: Employee, verb: Any) -> None:
    with pytest.raises(NotFound):
        verb(4711, sheet=terms(), by=ada, at=AT)
