"""The worklist, customers and messages: what stands on them, and for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Case
from complaints.cases.queries import PAGE
from complaints.customers.models import Customer
from complaints.handling.resolve import resolve
from complaints.handling.withdraw import withdraw
from complaints.outbox.models import Message, MessageState
from complaints.staff.models import Employee
from complaints.standards.models import FailureType, Severity
from tests.cast import Organisation
from tests.desk.pages import next_address
from tests.factories import a_complaint, a_customer


@pytest.fixture
def desk(client: Client, max_: Employee) -> Client:
    """Max's browser."""
    client.force_login(max_)
    return client


def listed(desk: Client, asked: str = "") -> list[str]:
    """The references on the page, in order."""
    return [case.reference for case in desk.get(f"/desk/{asked}").context["page"].cases]


def test_what_is_due_first_stands_first(desk: Client, fern: Employee) -> None:
    calm = a_complaint(by=fern, severity=Severity.LOW)
    urgent = a_complaint(by=fern, severity=Severity.CRITICAL)

    assert listed(desk) == [urgent.reference, calm.reference]


def test_each_tab_holds_its_own(desk: Client, fern: Employee, max_: Employee) -> None:
    hers, his, nobodys = a_complaint(by=fern), a_complaint(by=max_), a_complaint(by=None)

    assert listed(desk, "?whose=mine") == [his.reference]
    assert listed(desk, "?whose=unassigned") == [nobodys.reference]
    assert set(listed(desk, "?whose=unit")) == set(listed(desk)) == {hers.reference, his.reference, nobodys.reference}


@pytest.mark.parametrize(
    "narrowed",
    ["status=resolved", "severity=3", "channel=letter", "tier=manager", "unit={unit}", "failure_type={kind}"],
)
def test_a_filter_narrows_the_list_and_keeps_its_value(
    client: Client,
    vera: Employee,
    otto: Employee,
    max_: Employee,
    fern: Employee,
    late_room: FailureType,
    narrowed: str,
) -> None:
    client.force_login(vera)
    a_complaint(by=otto)
    wanted = a_complaint(by=max_, severity=Severity.HIGH, channel="letter", failure_type=late_room.pk)
    resolve(wanted.reference, text="A night free.", by=max_, at=now())
    asked = narrowed.format(unit=max_.unit_id, kind=late_room.pk)

    assert listed(client, f"?{asked}") == [wanted.reference]
    page = client.get(f"/desk/?{asked}").content.decode()
    assert f'value="{asked.partition("=")[2]}" selected' in page


@pytest.mark.parametrize(
    "odd", ["severity=high", "unit=99999999999999999999", "status=%00", "after=x~y", "whose=theirs"]
)
def test_a_filter_that_does_not_exist_narrows_nothing(desk: Client, fern: Employee, odd: str) -> None:
    case = a_complaint(by=fern)

    assert listed(desk, f"?{odd}") == [case.reference]


def test_pages_follow_each_other_without_gap_or_repetition(desk: Client, fern: Employee) -> None:
    filed = {a_complaint(by=fern, severity=1 + n % 4).reference for n in range(2 * PAGE + 3)}

    seen, asked = [], ""
    while True:
        answer = desk.get(f"/desk/{asked}")
        seen += [case.reference for case in answer.context["page"].cases]
        asked = next_address(answer)
        if not asked:
            break

    assert len(seen) == len(filed)
    assert set(seen) == filed


@pytest.mark.parametrize("typed", ["{reference}", "castillo", "chandelier", "CHANDEL", "大堂"])
def test_a_search_finds_by_reference_customer_and_words(
    desk: Client, fern: Employee, cara: Customer, typed: str
) -> None:
    a_complaint(by=fern)
    case = a_complaint(by=fern, customer=cara, what_happened="The chandelier fell. 大堂的吊灯掉了。")

    assert listed(desk, f"?q={typed.format(reference=case.reference)}") == [case.reference]


def test_otto_finds_nothing_of_harbour_hotel(client: Client, otto: Employee, fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara)
    client.force_login(otto)

    assert listed(client) == listed(client, f"?q={case.reference}") == listed(client, "?q=castillo") == []
    page = client.get(f"/desk/customers/{cara.pk}/").content.decode()
    assert case.reference not in page
    assert not client.get("/desk/messages/").context["page"].messages


def test_deadlines_are_told_in_words(desk: Client, fern: Employee) -> None:
    late = a_complaint(by=fern, at=now() - timedelta(days=9))
    waiting = a_complaint(by=fern)
    resolve(waiting.reference, text="A night free.", by=fern, at=now())

    page = desk.get("/desk/").content.decode()

    assert "late</time>" in page
    assert "Waits for the customer" in page
    withdraw(late.reference, reason="She rang.", by=fern, at=now())
    assert listed(desk) == [waiting.reference]
    assert listed(desk, "?status=closed") == [late.reference]


def test_a_customers_complaints_come_in_pages_too(desk: Client, fern: Employee, cara: Customer) -> None:
    for _ in range(PAGE + 2):
        a_complaint(by=fern, customer=cara)
    first = desk.get(f"/desk/customers/{cara.pk}/").context["page"]

    second = desk.get(f"/desk/customers/{cara.pk}/", {"after": first.next_key}).context["page"]

    assert (len(first.cases), len(second.cases), second.next_key) == (PAGE, 2, "")
    assert not {case.pk for case in first.cases} & {case.pk for case in second.cases}


@pytest.mark.parametrize("typed", ["\x00", "%", "'", "a" * 5000, "C-", "+", "(", "\u202e"])
def test_odd_searches_find_nothing_and_break_nothing(desk: Client, cara: Customer, typed: str) -> None:
    for address in ("/desk/", "/desk/customers/", "/desk/customers/find/"):
        assert desk.get(address, {"q": typed, "look": typed}).status_code == 200


def test_messages_are_listed_newest_first_and_by_state(desk: Client, fern: Employee) -> None:
    a_complaint(by=fern)
    silent = a_complaint(by=fern, customer=a_customer(email=""))

    page = desk.get("/desk/messages/").context["page"]
    withheld = desk.get("/desk/messages/?state=withheld").context["page"]

    assert page.messages[0].about == silent.reference
    assert [(message.about, message.reason) for message in withheld.messages] == [
        (silent.reference, "No e-mail address is on file.")
    ]


def test_messages_of_one_unit_are_found_behind_many_of_another(
    client: Client, max_: Employee, otto: Employee, monkeypatch: pytest.MonkeyPatch, organisation: Organisation
) -> None:
    monkeypatch.setattr("complaints.outbox.queries.WALK", 3)
    mine = a_complaint(by=max_)
    max_.unit = organisation.region
    max_.save()
    organisation.lakeside.parent = organisation.company
    organisation.lakeside.save()
    for _ in range(3):
        a_complaint(by=otto)
    client.force_login(max_)

    first = client.get("/desk/messages/").context["page"]
    second = client.get("/desk/messages/", {"after": first.next_key}).context["page"]

    assert (list(first.messages), first.more_unseen) == ([], True)
    assert [message.about for message in second.messages] == [mine.reference]


def test_a_message_is_shown_without_the_secret_link(desk: Client, fern: Employee) -> None:
    a_complaint(by=fern)

    page = desk.get(f"/desk/messages/{Message.objects.latest('pk').pk}/").content.decode()

    assert "the customer&#x27;s own link" in page
    assert "[[link]]" not in page


def test_a_failed_message_is_queued_once_more(desk: Client, fern: Employee) -> None:
    a_complaint(by=fern)
    message = Message.objects.latest("pk")
    Message.objects.update(state=MessageState.FAILED, reason="550 no such mailbox", attempts=7)
    assert "Send once more" in desk.get(f"/desk/messages/{message.pk}/").content.decode()

    desk.post(f"/desk/messages/{message.pk}/retry/")

    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.QUEUED, 0)
    assert Case.objects.count() == 1


def test_the_link_to_the_next_page_keeps_what_the_list_was_narrowed_to(desk: Client, fern: Employee) -> None:
    for _n in range(PAGE + 1):
        a_complaint(by=fern, severity=4)

    first = desk.get("/desk/?whose=all&severity=4")
    second = desk.get(f"/desk/{next_address(first)}")

    assert next_address(first).startswith("?whose=all&severity=4&after=")
    assert len(second.context["page"].cases) == 1
    assert 'href="?whose=all&amp;severity=4">Back to the beginning' in second.content.decode()
