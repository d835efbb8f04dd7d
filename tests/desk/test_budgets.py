"""Budgets on screen: always the sum of the entries, in the order of names, and nobody's beyond one's units."""

from __future__ import annotations

import csv
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from djmoney.money import Money

from complaints.handling.decide_approval import refuse
from complaints.handling.fulfil_remedy import fulfil_remedy
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.prove_ledger import prove_ledger
from complaints.handling.reverse_remedy import reverse_remedy
from complaints.remedies import budgets
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Authority, LedgerProof, Remedy
from complaints.staff.models import Course, Employee, Tier, Training
from complaints.standards.models import FailureType
from tests.factories import a_complaint
from tests.query_counts import assert_as_recorded, queries_of
from tests.remedies.purse import AT, LONG_AGO, an_authority, later, usd

MARCH = date(2026, 3, 1)

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _in_march(db: None) -> Any:
    an_authority(Tier.FRONT_LINE, 200, 1000)
    an_authority(Tier.MANAGER, 2000, 100_000)
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def desk(client: Client, max_: Employee) -> Client:
    client.force_login(max_)
    return client


def given(
    by: Employee, amount: float, *, kind: RemedyKind = RemedyKind.REFUND, at: datetime = AT, **facts: Any
) -> Remedy:
    what = RemedyFacts(kind=kind, words="Sorry.", amount=usd(amount))
    case = a_complaint(by=by, at=at, **facts)
    return propose_remedy(case.reference, what, by=by, at=at)


def figures(viewer: Employee, who: Employee, month: date = MARCH) -> tuple[Money, Money, Money, Money]:
    [found] = dict(budgets.accounts(viewer, month, at=AT).people)[who]
    return found.budget, found.held, found.spent, found.left


def test_a_month_is_the_sum_of_its_entries(fern: Employee, max_: Employee) -> None:
    given(fern, 150)
    back = given(fern, 40)
    fulfil_remedy(back.case.reference, remedy=back.pk, proof="4711", by=fern, at=AT)
    reverse_remedy(back.case.reference, remedy=back.pk, reason="Paid twice.", by=max_, at=AT)
    given(fern, 500)
    dropped = given(fern, 600)
    refuse(dropped.case.reference, remedy=dropped.pk, reason="No.", by=max_, at=AT)

    assert figures(max_, fern) == (usd(1000), usd(0), usd(150), usd(850))
    assert figures(max_, max_) == (usd(100_000), usd(500), usd(0), usd(99_500))
    assert figures(max_, fern, date(2026, 2, 1)) == (usd(1000), usd(0), usd(0), usd(1000))


def test_who_has_nothing_spent_is_listed_too_and_names_rule_the_order(
    desk: Client, fern: Employee, max_: Employee, otto: Employee
) -> None:
    given(max_, 1500)

    people = [person for person, _accounts in desk.get("/desk/budgets/").context["page"].people]

    assert people == [fern, max_], "by name, not by what they gave, and nobody of another branch"


def test_the_rule_for_an_employee_is_shown_before_that_of_their_tier(fern: Employee, max_: Employee) -> None:
    an_authority(fern, 300, 5000)

    assert figures(max_, fern)[0] == usd(5000)


def test_what_was_spent_by_an_authority_that_ended_still_shows(fern: Employee, max_: Employee) -> None:
    given(fern, 150)
    Authority.objects.filter(tier=Tier.FRONT_LINE).update(valid_until=later(hours=1))
    an_authority(Tier.FRONT_LINE, 100, 400, valid_from=later(hours=1))

    held = dict(budgets.accounts(max_, MARCH, at=later(hours=2)).people)[fern]

    told = [(one.budget, one.elsewhere, one.spent, one.left) for one in held]
    assert told == [(usd(400), usd(150), usd(0), usd(250)), (usd(1000), usd(0), usd(150), usd(0))], (
        "nothing is left of what is over"
    )


def test_what_was_taken_under_an_exception_counts_on_the_screen_too(fern: Employee, max_: Employee) -> None:
    given(fern, 150)
    exception = an_authority(fern, 200, 1100, valid_from=later(hours=1), valid_until=later(days=2))
    with time_machine.travel(later(hours=2), tick=False):
        given(fern, 170, at=later(hours=2))
    by_tier, by_name = dict(budgets.accounts(max_, MARCH, at=later(days=3)).people)[fern]

    assert by_name.authority == exception
    assert (by_tier.spent, by_tier.elsewhere, by_tier.left) == (usd(150), usd(170), usd(680))
    assert [one.left for one in budgets.lines(by_tier, MARCH)[0]] == [usd(850), usd(850)], "as it stood then"
    assert [one.left for one in budgets.lines(by_name, MARCH)[0]] == [usd(780), usd(780)]


def test_an_exception_and_what_is_over_say_so(desk: Client, fern: Employee) -> None:
    def page(month: str = "2026-03") -> str:
        return " ".join(desk.get("/desk/budgets/", {"month": month}).content.decode().split())

    given(fern, 150)
    assert "exception for this employee" not in page()
    assert "ended on" not in page()
    exception = an_authority(fern, 200, 1100, valid_from=later(hours=1), valid_until=later(days=2))
    with time_machine.travel(later(hours=2), tick=False):
        given(fern, 170, at=later(hours=2))
        assert "exception for this employee" in page()
        assert "ended on" not in page()
    with time_machine.travel(later(days=2), tick=False):
        assert "exception for this employee" in page()
        assert "ended on March 12, 2026" in page()
    Authority.objects.filter(pk=exception.pk).update(valid_until=later(days=40))
    with time_machine.travel(later(days=41), tick=False):
        assert "ended on" not in page(), "by the end of March it was in force"


def test_an_expired_training_is_said(desk: Client, fern: Employee) -> None:
    course = Course.objects.create(name="Making it right")
    Authority.objects.filter(tier=Tier.FRONT_LINE).update(course=course)
    words = "suspended: training expired"

    assert words in desk.get("/desk/budgets/").content.decode()
    Training.objects.create(employee=fern, course=course, taken_on=LONG_AGO.date())
    assert words not in desk.get("/desk/budgets/").content.decode()


def test_sums_by_kind_and_by_failure(
    desk: Client, fern: Employee, max_: Employee, otto: Employee, late_room: FailureType
) -> None:
    given(fern, 100, failure_type=late_room.pk)
    given(fern, 50, failure_type=late_room.pk)
    given(fern, 30, kind=RemedyKind.VOUCHER)
    given(otto, 70, failure_type=late_room.pk)

    page = desk.get("/desk/budgets/")

    assert [(label, one.remedies, one.sum) for label, one in page.context["kinds"]] == [
        ("Voucher", 1, usd(30)),
        ("Refund", 2, usd(150)),
    ]
    assert [(name, one.sum) for name, one in page.context["failures"]] == [
        ("Room not ready on time", usd(150)),
        ("", usd(30)),
    ]
    assert "not yet sorted" in page.content.decode()


def test_sums_that_left_entries_out_say_so(desk: Client, fern: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    given(fern, 100)
    assert "Only the newest" not in desk.get("/desk/budgets/").content.decode()
    monkeypatch.setattr(budgets, "SUMMED", 1)

    assert "Only the newest" in desk.get("/desk/budgets/").content.decode()


def test_the_entries_of_an_account_carry_what_stood_there_after_them(
    desk: Client, fern: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(fern, 150)
    given(fern, 40)
    [account] = dict(budgets.accounts(fern, MARCH, at=AT).people)[fern]

    told, more = budgets.lines(account, MARCH, limit=3)
    older, _more = budgets.lines(account, MARCH, before=told[-1].entry.pk)

    assert more
    assert [(one.entry.kind, one.held, one.spent, one.left) for one in [*told, *older]] == [
        ("spend", usd(0), usd(190), usd(810)),
        ("hold", usd(40), usd(150), usd(810)),
        ("spend", usd(0), usd(150), usd(850)),
        ("hold", usd(150), usd(0), usd(850)),
    ]


def test_the_ledger_as_a_table_is_safe_for_spreadsheets(desk: Client, fern: Employee, max_: Employee) -> None:
    Employee.objects.filter(pk=fern.pk).update(name="=HYPERLINK(1)")
    remedy = given(fern, 150)
    [account] = dict(budgets.accounts(max_, MARCH, at=AT).people)[fern]

    answer = desk.get(f"/desk/budgets/{account.authority.pk}/{fern.pk}/sheet.csv?month=2026-03")

    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert rows[0][:3] == ["When", "Employee", "Entry"]
    assert [row[1:] for row in rows[1:]] == [
        [
            "'=HYPERLINK(1)",
            "Set aside",
            "Refund",
            remedy.case.reference,
            "150.00",
            "USD",
            "150.00",
            "0.00",
            "850.00",
            "",
        ],
        ["'=HYPERLINK(1)", "Spent", "Refund", remedy.case.reference, "150.00", "USD", "0.00", "150.00", "850.00", ""],
    ]
    assert "attachment" in answer["Content-Disposition"]


def test_a_complaint_of_another_branch_is_not_named(desk: Client, fern: Employee, otto: Employee) -> None:
    remedy = given(otto, 150)
    Employee.objects.filter(pk=otto.pk).update(unit=fern.unit)
    authority = Authority.objects.get(tier=Tier.FRONT_LINE)

    for address in ("", "sheet.csv"):
        page = desk.get(f"/desk/budgets/{authority.pk}/{otto.pk}/{address}?month=2026-03").content.decode()
        assert "Spent" in page
        assert remedy.case.reference not in page


def test_nobody_sees_an_account_of_another_branch(desk: Client, otto: Employee) -> None:
    given(otto, 150)
    authority = Authority.objects.get(tier=Tier.FRONT_LINE)

    for address in ("", "sheet.csv"):
        assert desk.get(f"/desk/budgets/{authority.pk}/{otto.pk}/{address}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", MARCH),
        ("2026-02", date(2026, 2, 1)),
        ("2026-13", MARCH),
        ("0001-01", MARCH),
        ("9999-12", MARCH),
        ("%00", MARCH),
    ],
)
def test_any_month_can_be_asked_for(desk: Client, asked: str, shown: date) -> None:
    assert desk.get("/desk/budgets/", {"month": asked}).context["month"] == shown


def test_the_proof_of_the_night_is_shown(client: Client, desk: Client, quinn: Employee) -> None:
    assert "have not been compared" in desk.get("/desk/budgets/").content.decode()
    prove_ledger(at=AT)
    assert "every balance is the sum of its entries" in desk.get("/desk/budgets/").content.decode()

    LedgerProof.objects.update(discrepancies=["month 1/2/2026-03: 1 + 2, by the entries 1 + 3 USD"])
    page = desk.get("/desk/budgets/").content.decode()
    assert "did not add up" in page
    assert "by the entries" not in page, "what differs is for those who see the whole organisation"
    client.force_login(quinn)
    assert "by the entries 1 + 3 USD" in client.get("/desk/budgets/").content.decode()


def test_the_list_goes_on_by_key(desk: Client, fern: Employee, max_: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "PAGE", 1)

    first = desk.get("/desk/budgets/").context["page"]
    second = desk.get("/desk/budgets/", {"after": first.next_key}).context["page"]

    assert [person for person, _accounts in [*first.people, *second.people]] == [fern, max_]
    assert second.next_key == ""


@pytest.mark.parametrize("page", ["desk:budgets", "desk:budget", "desk:budget_sheet"])
def test_pages_take_no_more_queries_with_twenty_rows_than_with_two(
    page: str, desk: Client, fern: Employee, max_: Employee, late_room: FailureType
) -> None:
    authority = Authority.objects.get(tier=Tier.FRONT_LINE)
    account = f"/desk/budgets/{authority.pk}/{fern.pk}/"
    address = {"desk:budgets": "/desk/budgets/", "desk:budget": account, "desk:budget_sheet": f"{account}sheet.csv"}[
        page
    ]

    def more(number: int) -> None:
        for _one in range(number):
            given(fern, 10, failure_type=late_room.pk)
            Employee.objects.create(
                email=f"{Employee.objects.count()}@demo.example", name="Someone", unit=fern.unit, role="front_line"
            )

    more(2)
    few = queries_of(desk, address)
    more(18)
    assert_as_recorded(page, few=few, many=queries_of(desk, address))
