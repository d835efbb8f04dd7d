"""The inbox of approvals and the page on which one decides: never twice, never one's own, and no word lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.handling.decide_approval import approve, ask_back
from complaints.handling.pass_up_approval import pass_up_approval
from complaints.handling.propose_remedy import RemedyFacts, answer_question, propose_remedy
from complaints.handling.withdraw_remedy import withdraw_remedy
from complaints.outbox.models import Kind, Message
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Approval, Authority, Decision, Remedy
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Absence, Employee, Tier
from complaints.standards.models import FailureType
from tests.factories import a_complaint, an_hour_ago
from tests.query_counts import assert_as_recorded, queries_of
from tests.remedies.purse import an_authority, movements, usd

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _authorities(db: None) -> None:
    an_authority(Tier.FRONT_LINE, 200, 100_000)
    an_authority(Tier.MANAGER, 2000, 100_000)
    an_authority(Tier.VP, 20000, 1_000_000)


@pytest.fixture
def desk(client: Client, max_: Employee) -> Client:
    client.force_login(max_)
    return client


@pytest.fixture
def case(fern: Employee, max_: Employee, vera: Employee, cara: Customer, late_room: FailureType) -> Case:
    return a_complaint(by=fern, customer=cara, failure_type=late_room.pk)


def asked(case: Case, by: Employee, amount: float = 500, **facts: Any) -> Approval:
    """A refund that somebody above has to decide on."""
    what = RemedyFacts(kind=RemedyKind.REFUND, words="The night is free.", amount=usd(amount), **facts)
    remedy = propose_remedy(case.reference, what, by=by, at=an_hour_ago())
    return Approval.objects.select_related("remedy").get(remedy=remedy, decision="")


def page_of(approval: Approval) -> str:
    return f"/desk/approvals/{approval.pk}/"


def send(desk: Client, approval: Approval, choice: str, **sent: Any) -> Any:
    return desk.post(page_of(approval), {"choice": choice, "amount": "500.00", "reason": "", **sent})


def remedy_of(approval: Approval) -> Remedy:
    return Remedy.objects.get(pk=approval.remedy_id)


def test_the_inbox_shows_at_a_glance_what_is_asked(desk: Client, case: Case, fern: Employee) -> None:
    asked(case, fern, reason="Three hours in the lobby.")

    page = desk.get("/desk/approvals/").content.decode()

    for words in ("$500.00", "Refund · Cara Castillo", "Room not ready on time", "Fern Fuller", "Three hours", "left"):
        assert words in page


def test_all_that_is_needed_to_decide_stands_on_one_page(desk: Client, case: Case, fern: Employee) -> None:
    approval = asked(case, fern, reason="Three hours in the lobby.")

    page = desk.get(page_of(approval))

    words = page.content.decode()
    for told in (
        "Three hours in the lobby.",
        "The night is free.",
        case.what_happened,
        "You can decide up to $2,000.00",
    ):
        assert told in words
    assert [(str(one.left), str(one.after)) for one in page.context["purses"]] == [
        ("$2,000.00", "$1,500.00"),
        ("$100,000.00", "$99,500.00"),
    ]


def test_approved_as_asked(desk: Client, case: Case, fern: Employee) -> None:
    approval = asked(case, fern)

    assert send(desk, approval, "approve", reason="Well argued.")["Location"] == "/desk/approvals/"

    assert (remedy_of(approval).status, remedy_of(approval).amount) == (RemedyStatus.OFFERED, usd(500))
    assert Message.objects.filter(kind=Kind.REMEDY_OFFERED).count() == 1


def test_approved_with_another_sum(desk: Client, case: Case, fern: Employee) -> None:
    approval = asked(case, fern)

    send(desk, approval, "approve", amount="400")

    assert remedy_of(approval).amount == usd(400)
    assert "Max Moreno approved $400.00 instead of $500.00." in desk.get(page_of(approval)).content.decode()


@pytest.mark.parametrize(("choice", "status"), [("refuse", RemedyStatus.REFUSED), ("ask_back", RemedyStatus.PROPOSED)])
def test_refusing_and_asking_back_need_words(
    desk: Client, case: Case, fern: Employee, choice: str, status: RemedyStatus
) -> None:
    approval = asked(case, fern)

    answer = send(desk, approval, choice)

    assert answer.status_code == 400
    assert answer.context["form"].errors["reason"]
    assert remedy_of(approval).status == RemedyStatus.AWAITING
    assert send(desk, approval, choice, reason="Why so much?").status_code == 302
    assert remedy_of(approval).status == status
    assert Message.objects.filter(kind=Kind.STAFF_APPROVAL_DECIDED, recipient=fern.email).exists()


def test_to_refuse_no_sum_is_needed(desk: Client, case: Case, fern: Employee) -> None:
    approval = asked(case, fern)

    assert send(desk, approval, "refuse", amount="none of it", reason="No.").status_code == 302
    assert remedy_of(approval).status == RemedyStatus.REFUSED


@pytest.mark.parametrize(
    "sent", [{"choice": ""}, {"choice": "grant"}, {"amount": "lots"}, {"amount": ""}, {"amount": "-5"}, {"amount": "0"}]
)
def test_what_is_no_decision_changes_nothing_and_keeps_the_words(
    desk: Client, case: Case, fern: Employee, sent: dict[str, str]
) -> None:
    approval = asked(case, fern)

    answer = send(desk, approval, **{"choice": "approve", "reason": "Careful words.", **sent})

    assert answer.status_code == 400
    assert "Careful words." in answer.content.decode()
    assert remedy_of(approval).status == RemedyStatus.AWAITING


def test_the_same_form_twice_decides_once(desk: Client, case: Case, fern: Employee) -> None:
    approval = asked(case, fern)

    for _time in range(2):
        assert send(desk, approval, "approve", submission="form-1").status_code == 302

    assert movements(remedy_of(approval)) == ["hold", "spend"]
    assert Message.objects.filter(kind=Kind.REMEDY_OFFERED).count() == 1


def test_decided_meanwhile_by_a_stand_in_says_so_and_loses_no_word(
    desk: Client, case: Case, fern: Employee, vera: Employee
) -> None:
    approval = asked(case, fern)
    approve(case.reference, remedy=approval.remedy_id, by=vera, at=now(), amount=usd(450))

    answer = send(desk, approval, "refuse", reason="Half an hour of careful words.")

    words = answer.content.decode()
    assert answer.status_code == 409
    assert "This remedy has moved on" in words
    assert "Vera Vance approved $450.00 instead of $500.00." in words
    assert "Half an hour of careful words." in words
    assert not answer.context["may_decide"]
    assert remedy_of(approval).amount == usd(450)


def test_an_authority_lowered_meanwhile_is_said_with_what_is_left_now(desk: Client, case: Case, fern: Employee) -> None:
    approval = asked(case, fern)
    Authority.objects.filter(tier=Tier.MANAGER).update(per_failure=300)

    answer = send(desk, approval, "approve", reason="Fine.")

    words = answer.content.decode()
    assert answer.status_code == 409
    assert "more than is left of the authority" in words
    assert "You can decide up to $300.00" in words
    assert "Fine." in words
    assert send(desk, approval, "approve", amount="300").status_code == 302
    assert remedy_of(approval).amount == usd(300)


def test_ones_own_proposal_is_shown_but_never_decided(desk: Client, case: Case, max_: Employee, vera: Employee) -> None:
    approval = asked(case, max_, 3000)
    Absence.objects.create(employee=vera, since=an_hour_ago(), until=now() + timedelta(days=1), stand_in=max_)

    assert desk.get("/desk/approvals/").context["rows"] == []
    assert "This is your own proposal" in desk.get(page_of(approval)).content.decode()
    assert send(desk, approval, "approve", amount="3000").status_code == 403
    assert remedy_of(approval).status == RemedyStatus.AWAITING


def test_a_stand_in_is_told_for_whom(
    client: Client, case: Case, fern: Employee, max_: Employee, vera: Employee
) -> None:
    approval = asked(case, fern)
    Absence.objects.create(employee=max_, since=an_hour_ago(), until=now() + timedelta(days=1), stand_in=vera)
    client.force_login(vera)

    assert "you stand in for Max Moreno" in client.get("/desk/approvals/").content.decode()
    assert send(client, approval, "approve").status_code == 302
    assert Approval.objects.get(pk=approval.pk).decided_by == vera


def test_who_did_not_decide_in_time_may_still(desk: Client, case: Case, fern: Employee, vera: Employee) -> None:
    approval = asked(case, fern)
    pass_up_approval(approval.remedy_id, at=now() + timedelta(days=30))

    page = desk.get(page_of(approval)).content.decode()
    assert "It now waits for Vera Vance." in page
    assert send(desk, approval, "approve").status_code == 302
    assert [one.decision for one in Approval.objects.order_by("pk")] == [Decision.PASSED_UP, Decision.APPROVED]


def test_a_page_older_than_the_answer_decides_nothing(desk: Client, case: Case, fern: Employee, max_: Employee) -> None:
    old = asked(case, fern)
    ask_back(case.reference, remedy=old.remedy_id, question="Why?", by=max_, at=now())
    answer_question(case.reference, remedy=old.remedy_id, text="More.", amount=usd(900), by=fern, at=now())

    answer = send(desk, old, "approve", reason="Fine.")

    new = Approval.objects.latest("pk")
    assert answer.status_code == 409
    assert f'href="{page_of(new)}"' in answer.content.decode()
    assert remedy_of(old).status == RemedyStatus.AWAITING
    assert send(desk, new, "approve", amount="900").status_code == 302


def test_what_was_taken_back_is_said(desk: Client, case: Case, fern: Employee) -> None:
    approval = asked(case, fern)
    withdraw_remedy(case.reference, remedy=approval.remedy_id, reason="She left.", by=fern, at=now())

    page = desk.get(page_of(approval)).content.decode()

    assert "It was taken back before anybody decided." in page
    assert "There is nothing to decide here any more." in page


def test_another_branch_finds_nothing(client: Client, case: Case, fern: Employee, otto: Employee) -> None:
    approval = asked(case, fern)
    Employee.objects.filter(pk=otto.pk).update(role="manager")
    client.force_login(otto)

    assert client.get(page_of(approval)).status_code == 404
    assert send(client, approval, "approve").status_code == 404
    assert remedy_of(approval).status == RemedyStatus.AWAITING


@pytest.mark.parametrize(("asked_for", "shown"), [(0, ""), (3, "3"), (9, "9"), (10, "9+")])
def test_the_navigation_counts_what_waits_up_to_nine(
    desk: Client, fern: Employee, max_: Employee, asked_for: int, shown: str
) -> None:
    for _number in range(asked_for):
        asked(a_complaint(by=fern), fern)

    page = desk.get("/desk/")

    assert page.context["counts"].approvals == shown
    count = page.content.decode().partition('id="count-approvals"')[2].partition("</span>")[0]
    assert (f">{shown}<" in count, "hidden" in count) == (True, not shown)


def test_words_typed_while_the_sign_in_expired_open_again(
    client: Client, case: Case, fern: Employee, max_: Employee
) -> None:
    approval = asked(case, fern)
    send(client, approval, "refuse", reason="Half an hour of careful words.")
    client.force_login(max_)

    assert "Half an hour of careful words." in client.get(page_of(approval)).content.decode()
    assert remedy_of(approval).status == RemedyStatus.AWAITING


@pytest.mark.parametrize("page", ["desk:approvals", "desk:approval"])
def test_pages_take_no_more_queries_with_twenty_rows_than_with_two(
    page: str, desk: Client, case: Case, fern: Employee, max_: Employee, cara: Customer, late_room: FailureType
) -> None:
    approval = asked(case, fern)
    address = "/desk/approvals/" if page == "desk:approvals" else page_of(approval)

    def more(number: int) -> None:
        for _one in range(number):
            other = a_complaint(by=fern, customer=cara, failure_type=late_room.pk)
            what = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=usd(50))
            propose_remedy(other.reference, what, by=fern, at=an_hour_ago())
            asked(other, fern)

    more(2)
    few = queries_of(desk, address)
    more(18)
    assert_as_recorded(page, few=few, many=queries_of(desk, address))
