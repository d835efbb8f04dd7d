"""The ledger in the database: nobody overspends, by whatever way they come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import Error, connection, transaction
from djmoney.money import Money

from complaints.cases.models import Case
from complaints.common.errors import BeyondAuthority
from complaints.customers.models import Customer
from complaints.remedies import ledger
from complaints.remedies.authority import allowance
from complaints.remedies.models import Authority, Balance, LedgerEntry, Scope
from complaints.staff.models import Employee, Tier
from tests.cast import Organisation
from tests.factories import a_complaint
from tests.remedies.purse import AT, a_remedy, an_authority, later, left, movements, usd

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara, at=AT)


@pytest.fixture
def rule(fern: Employee) -> Authority:
    """What the front line may spend."""
    return an_authority(Tier.FRONT_LINE, 200, 1000, per_customer=300, customer_days=30)


def held(case: Case, by: Employee, amount: float, at: datetime = AT) -> LedgerEntry:
    of = allowance(by, case, at=at, currency="USD")
    return ledger.hold(a_remedy(case, usd(amount)), usd(amount), of, at=at)


def month() -> list[int]:
    """What is held and spent in the one month there is."""
    [balance] = Balance.objects.filter(scope=Scope.MONTH)
    return [round(balance.held), round(balance.spent)]


def raw(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_hold_is_spent_and_the_balance_is_the_sum_of_the_entries(case: Case, fern: Employee, rule: Authority) -> None:
    entry = held(case, fern, 150)
    assert month() == [150, 0]
    ledger.spend(entry, at=AT)
    assert month() == [0, 150]
    assert left(fern, case) == usd(50)
    assert ledger.discrepancies() == []


def test_what_is_given_back_can_be_spent_again_and_only_once(case: Case, fern: Employee, rule: Authority) -> None:
    """C3: a reversal frees the budget once."""
    entry = held(case, fern, 150)
    ledger.spend(entry, at=AT)
    assert ledger.give_back(entry.remedy, at=AT, given=True) == entry
    assert ledger.give_back(entry.remedy, at=AT, given=True) is None
    assert movements(entry.remedy) == ["hold", "spend", "reverse"]
    assert left(fern, case) == usd(200)
    with pytest.raises(Error), transaction.atomic():
        LedgerEntry.objects.create(
            kind="release", hold=entry, remedy=entry.remedy, authority=rule, holder=fern, amount=150, at=AT
        )
    assert ledger.discrepancies() == []


def test_two_gestures_below_the_cap_are_one_above_it(case: Case, fern: Employee, rule: Authority) -> None:
    held(case, fern, 150)
    with pytest.raises(BeyondAuthority):
        held(case, fern, 50.01)
    held(case, fern, 50)


def test_a_colleague_does_not_add_to_what_a_failure_may_cost(
    case: Case, fern: Employee, max_: Employee, rule: Authority
) -> None:
    an_authority(Tier.MANAGER, 2000)
    held(case, max_, 190)
    with pytest.raises(BeyondAuthority):
        held(case, fern, 11)


def test_a_duplicate_is_the_same_failure(case: Case, fern: Employee, cara: Customer, rule: Authority) -> None:
    Authority.objects.update(per_customer=None, customer_days=None)
    twin = a_complaint(by=fern, customer=cara, at=AT)
    held(twin, fern, 150)
    Case.objects.filter(pk=twin.pk).update(duplicate_of=case)
    twin.refresh_from_db()
    assert left(fern, case) == left(fern, twin) == usd(50)
    for one in (case, twin):
        with pytest.raises(BeyondAuthority):
            held(one, fern, 51)
    held(case, fern, 50)
    assert left(fern, twin) == usd(0)
    assert ledger.discrepancies() == []


def test_one_customer_is_counted_over_all_their_complaints_while_the_window_lasts(
    case: Case, fern: Employee, cara: Customer, rule: Authority
) -> None:
    other = a_complaint(by=fern, customer=cara, at=AT)
    held(case, fern, 200)
    with pytest.raises(BeyondAuthority):
        held(other, fern, 101)
    with pytest.raises(BeyondAuthority):
        held(other, fern, 101, at=later(days=29))
    held(other, fern, 101, at=later(days=30))


def test_a_month_ends_in_the_zone_of_the_unit(case: Case, fern: Employee) -> None:
    an_authority(Tier.FRONT_LINE, 200, 200)
    last = AT.replace(month=4, day=1, hour=3)  # the evening of 31 March in New York
    entry = held(case, fern, 200, at=last)
    assert Balance.objects.get(scope=Scope.MONTH).month == date(2026, 3, 1)
    ledger.spend(entry, at=last + timedelta(hours=2))
    assert month() == [0, 200], "spent in the month it was set aside in"


def test_a_cap_that_was_lowered_holds_when_it_is_spent(case: Case, fern: Employee, rule: Authority) -> None:
    """C3: a cap lowered between proposal and authorisation."""
    entry = held(case, fern, 150)
    Authority.objects.update(per_failure=100)
    with pytest.raises(BeyondAuthority):
        ledger.spend(entry, at=AT)
    assert movements(entry.remedy) == ["hold"]
    ledger.give_back(entry.remedy, at=AT)
    assert month() == [0, 0]


def test_one_failure_is_accounted_for_in_one_currency(case: Case, fern: Employee, rule: Authority) -> None:
    """C3: a changed currency."""
    euros = an_authority(Tier.FRONT_LINE, 200, currency="EUR")
    held(case, fern, 150)
    with pytest.raises(Error), transaction.atomic():
        LedgerEntry.objects.create(
            kind="hold", remedy=a_remedy(case, usd(1)), authority=euros, holder=fern, amount=1, at=AT
        )


def test_an_exception_brings_no_second_budget_and_what_it_took_stays_taken(fern: Employee) -> None:
    first, second, third = (a_complaint(by=fern, at=AT) for _one in range(3))
    an_authority(Tier.FRONT_LINE, 400, 400)
    held(first, fern, 400)
    an_authority(fern, 500, 500, valid_from=later(hours=1), valid_until=later(days=1))
    assert left(fern, second, at=later(hours=2)) == usd(100), "the month is the employee's, not the rule's"
    with pytest.raises(BeyondAuthority):
        held(second, fern, 101, at=later(hours=2))
    entry = held(second, fern, 100, at=later(hours=2))
    assert left(fern, third, at=later(days=2)) == usd(0)
    with pytest.raises(BeyondAuthority):
        held(third, fern, 1, at=later(days=2))
    ledger.give_back(entry.remedy, at=later(days=2))
    Authority.objects.filter(employee=None).update(per_month=450)
    assert left(fern, third, at=later(days=2)) == usd(50)
    held(third, fern, 50, at=later(days=2))
    assert ledger.discrepancies() == []


def test_raw_sql_takes_no_second_budget_by_an_exception(case: Case, fern: Employee) -> None:
    an_authority(Tier.FRONT_LINE, 400, 400)
    held(case, fern, 400)
    exception = an_authority(fern, 900, 500)
    take = f"{_INTO}) SELECT 'hold', remedy_id, {exception.pk}, holder_id, %d, at FROM complaints_ledgerentry"
    with pytest.raises(Error):
        raw(take % 101)
    raw(take % 100)
    assert left(fern, case) == usd(0)


def test_another_currency_is_another_budget(fern: Employee) -> None:
    an_authority(Tier.FRONT_LINE, 400, 400)
    an_authority(Tier.FRONT_LINE, 400, 400, currency="EUR")
    held(a_complaint(by=fern, at=AT), fern, 400)
    in_euros = allowance(fern, a_complaint(by=fern, at=AT), at=AT, currency="EUR")
    assert in_euros.left == Money(400, "EUR")


_INTO = "INSERT INTO complaints_ledgerentry (kind, remedy_id, authority_id, holder_id, amount, at"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE complaints_ledgerentry SET amount = 1",
        "DELETE FROM complaints_ledgerentry",
        "UPDATE complaints_balance SET spent = 0, taken = 0",
        "UPDATE complaints_balance SET cap = 1000000",
        "DELETE FROM complaints_balance",
        "DELETE FROM complaints_authority",
        f"{_INTO}) SELECT 'hold', remedy_id, authority_id, holder_id, 51, at FROM complaints_ledgerentry",
        f"{_INTO}) SELECT 'hold', remedy_id, authority_id, holder_id, -10, at FROM complaints_ledgerentry",
        # neither another complaint nor another month, customer or currency in the INSERT makes room
        (
            f"{_INTO}, case_id, customer_id, month, currency, taken_at) SELECT 'hold', remedy_id, authority_id,"
            " holder_id, 51, at, 0, 0, '1999-01-01', 'XXX', '1999-01-01' FROM complaints_ledgerentry"
        ),
        f"{_INTO}) SELECT 'reverse', remedy_id, authority_id, holder_id, amount, at FROM complaints_ledgerentry",
        (
            f"{_INTO}, hold_id) SELECT 'reverse', remedy_id, authority_id, holder_id, amount, at, id"
            " FROM complaints_ledgerentry"
        ),
    ],
)
def test_raw_sql_neither_rewrites_nor_overspends(case: Case, fern: Employee, rule: Authority, sql: str) -> None:
    held(case, fern, 150)
    with pytest.raises(Error):
        raw(sql)
    assert month() == [150, 0]


@pytest.mark.parametrize("sets", ["amount = 5000", "amount = NULL, kind = 'apology'", "amount_currency = 'EUR'"])
def test_what_was_authorised_stays_worth_what_the_ledger_spent(case: Case, fern: Employee, sets: str) -> None:
    remedy = a_remedy(case, usd(150))
    raw(f"UPDATE complaints_remedy SET amount = 140 WHERE id = {remedy.pk}")
    raw(f"UPDATE complaints_remedy SET amount = 120, status = 'authorised' WHERE id = {remedy.pk}")
    with pytest.raises(Error, match="Cannot update"):
        raw(f"UPDATE complaints_remedy SET {sets} WHERE id = {remedy.pk}")
    remedy.refresh_from_db()
    assert remedy.amount == usd(120)


@pytest.mark.parametrize("table", ["complaints_ledgerentry", "complaints_balance", "complaints_remedy CASCADE"])
def test_the_ledger_is_never_emptied(case: Case, fern: Employee, rule: Authority, table: str) -> None:
    held(case, fern, 150)
    with pytest.raises(Error, match="the ledger is never emptied"):
        raw(f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table}")
    assert month() == [150, 0]


def test_raw_sql_takes_money_by_nobody_elses_rule(
    case: Case, fern: Employee, max_: Employee, rule: Authority, organisation: Organisation
) -> None:
    held(case, fern, 1)
    take = f"{_INTO}) SELECT 'hold', remedy_id, %d, holder_id, 1, at FROM complaints_ledgerentry"
    for other in (
        an_authority(Tier.MANAGER, 2000),
        an_authority(max_, 2000),
        an_authority(fern, 2000, unit=organisation.lakeside),
        an_authority(fern, 2000, valid_until=AT),
        an_authority(fern, 2000, valid_from=later(hours=1)),
    ):
        with pytest.raises(Error, match="not an authority of this employee"):
            raw(take % other.pk)
    raw(take % an_authority(fern, 2000, unit=organisation.region).pk)
    assert LedgerEntry.objects.count() == 2


def test_raw_sql_gives_back_no_more_than_was_taken(case: Case, fern: Employee, rule: Authority) -> None:
    held(case, fern, 150)
    raw(
        "INSERT INTO complaints_ledgerentry (kind, hold_id, remedy_id, authority_id, holder_id, amount, at)"
        " SELECT 'release', id, remedy_id, authority_id, holder_id, 9999, at FROM complaints_ledgerentry"
    )
    assert month() == [0, 0]
    assert left(fern, case) == usd(200)


def test_the_proof_of_the_night_finds_a_balance_that_is_not_the_sum(
    case: Case, fern: Employee, rule: Authority
) -> None:
    held(case, fern, 150)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # a superuser past every trigger
        cursor.execute("UPDATE complaints_balance SET held = held - 1 WHERE scope = 'customer'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    [found] = ledger.discrepancies()
    assert found.startswith(f"customer {case.customer_id}: 149.00 + 0.00")


def test_two_authorities_for_the_same_people_at_once_are_refused(fern: Employee, rule: Authority) -> None:
    with pytest.raises(Error), transaction.atomic():
        an_authority(Tier.FRONT_LINE, 500)
    Authority.objects.filter(pk=rule.pk).update(valid_until=AT)
    an_authority(Tier.FRONT_LINE, 500, valid_from=AT)
    assert Authority.objects.count() == 2
    assert Decimal(500) in set(Authority.objects.values_list("per_failure", flat=True))
