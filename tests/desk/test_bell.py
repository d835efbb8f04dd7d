"""What one was told is on the bell, and what changes while a page lies open is told within seconds."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.utils.timezone import now

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.handling.assign import assign
from complaints.handling.write_note import write_note
from complaints.outbox.models import Kind, Message, MessageState
from complaints.staff.models import Employee
from tests.desk.pages import next_address
from tests.factories import a_complaint


@pytest.fixture
def desk(client: Client, fern: Employee) -> Client:
    client.force_login(fern)
    return client


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara)


def given_to_fern(case: Case, fern: Employee, max_: Employee) -> Case:
    """A complaint that Max hands to Fern, which she is told."""
    assign(case.reference, to=max_.pk, by=max_, at=now())
    return assign(case.reference, to=fern.pk, by=max_, at=now())


def on_bell(desk: Client) -> list[tuple[str, bool]]:
    """What the bell says, and whether it is new."""
    told = desk.get("/desk/bell/").context["told"]
    return [(one.sentence, one.message.seen_at is None) for one in told]


def polled(desk: Client, page: str, address: str) -> str:
    """The address that a page asks for what has changed."""
    asks = re.search(rf'hx-get="({re.escape(address)}[^"]*)"', page)
    assert asks
    return unescape(asks[1])


def test_what_one_was_told_is_new_until_one_goes_there(
    desk: Client, case: Case, fern: Employee, max_: Employee
) -> None:
    given_to_fern(case, fern, max_)
    told = Message.objects.get(kind=Kind.STAFF_ASSIGNED, colleague=fern)
    assert on_bell(desk) == [(f"{case.reference} is yours: Cara Castillo", True)]
    assert desk.get("/desk/").context["counts"].news == "1"

    answer = desk.post(f"/desk/bell/{told.pk}/")

    assert answer["Location"] == f"/desk/complaints/{case.reference}/"
    assert on_bell(desk) == [(f"{case.reference} is yours: Cara Castillo", False)]
    assert desk.get("/desk/").context["counts"].news == ""


def test_the_bell_does_not_depend_on_the_mail(desk: Client, case: Case, fern: Employee, max_: Employee) -> None:
    given_to_fern(case, fern, max_)
    Message.objects.update(state=MessageState.FAILED, reason="550 no such mailbox")

    assert [new for _sentence, new in on_bell(desk)] == [True]


def test_what_came_after_the_page_was_drawn_stays_new(desk: Client, case: Case, fern: Employee, max_: Employee) -> None:
    given_to_fern(case, fern, max_)
    shown = desk.get("/desk/bell/").context["newest"]
    given_to_fern(a_complaint(by=fern), fern, max_)

    desk.post("/desk/bell/", {"until": shown})

    assert [new for _sentence, new in on_bell(desk)] == [True, False]


@pytest.mark.parametrize("until", ["", "nonsense", "9" * 30])
def test_an_odd_form_sees_nothing(desk: Client, case: Case, fern: Employee, max_: Employee, until: str) -> None:
    given_to_fern(case, fern, max_)

    assert desk.post("/desk/bell/", {"until": until}).status_code == 302
    assert [new for _sentence, new in on_bell(desk)] == [True]


def test_nobody_sees_or_silences_the_bell_of_another(
    client: Client, case: Case, fern: Employee, max_: Employee
) -> None:
    given_to_fern(case, fern, max_)
    told = Message.objects.get(kind=Kind.STAFF_ASSIGNED, colleague=fern)
    client.force_login(max_)

    assert client.get("/desk/bell/").context["told"] == []
    assert client.post(f"/desk/bell/{told.pk}/").status_code == 404
    client.post("/desk/bell/", {"until": told.pk})
    told.refresh_from_db()
    assert told.seen_at is None


def test_customers_mail_is_on_nobodys_bell(case: Case) -> None:
    assert Message.objects.filter(about=case.reference, to_customer=True, colleague=None).exists()
    assert not Message.objects.filter(to_customer=True).exclude(colleague=None).exists()


def test_the_bell_goes_on_by_pages(desk: Client, fern: Employee, max_: Employee) -> None:
    for _n in range(27):
        given_to_fern(a_complaint(by=fern), fern, max_)

    first = desk.get("/desk/bell/")
    second = desk.get(f"/desk/bell/{next_address(first)}")

    assert (len(first.context["told"]), len(second.context["told"]), next_address(second)) == (25, 2, "")
    assert first.context["counts"].news == "9+"


def test_the_counts_answer_only_when_they_are_others(desk: Client, case: Case, fern: Employee, max_: Employee) -> None:
    page = desk.get("/desk/bell/").content.decode()
    asks = polled(desk, page, "/desk/counts/")
    assert desk.get(asks).status_code == 204

    given_to_fern(case, fern, max_)

    answer = desk.get(asks)
    words = answer.content.decode()
    assert answer.status_code == 200
    assert re.search(r'id="count-news"\s+hx-swap-oob="true">1<', words)
    assert desk.get(polled(desk, words, "/desk/counts/")).status_code == 204


def test_an_open_list_says_what_came_and_what_is_no_longer_as_it_stands(
    desk: Client, case: Case, fern: Employee, max_: Employee, cara: Customer
) -> None:
    page = desk.get("/desk/?whose=unit").content.decode()
    asks = polled(desk, page, "/desk/news/")
    assert desk.get(asks).status_code == 204

    came = a_complaint(by=fern, customer=cara)
    assign(case.reference, to=max_.pk, by=max_, at=now())

    told = desk.get(asks).content.decode()
    assert came.reference in told
    assert "One complaint of this list is no longer as it stands here." in told
    assert 'href="/desk/?whose=unit"' in told
    again = polled(desk, told, "/desk/news/")
    assert desk.get(again).status_code == 204, "nobody is told the same twice"
    a_complaint(by=fern)
    assert "New here:" in desk.get(again).content.decode()


def test_a_note_by_somebody_else_is_news_of_a_list(desk: Client, case: Case, max_: Employee) -> None:
    asks = polled(desk, desk.get("/desk/").content.decode(), "/desk/news/")
    write_note(case.reference, text="She rang.", by=max_, at=now())

    assert "no longer as it stands here" in desk.get(asks).content.decode()


def test_another_branch_hears_nothing_of_it(client: Client, otto: Employee, fern: Employee) -> None:
    client.force_login(otto)
    asks = polled(client, client.get("/desk/").content.decode(), "/desk/news/")
    a_complaint(by=fern)

    assert client.get(asks).status_code == 204


@pytest.mark.parametrize("shown", ["nonsense", "-", "..", "1.1.1-x", "é", "9" * 400])
def test_an_odd_state_of_a_list_is_told_all_of_it(desk: Client, case: Case, shown: str) -> None:
    assert case.reference in desk.get("/desk/news/", {"shown": shown}).content.decode()
