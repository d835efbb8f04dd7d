"""Who goes first when many wait, and what an address gets in an hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.outbox.folding import CUSTOMERS_AN_HOUR
from complaints.outbox.models import FOLDED, PRIORITY, Channel, Kind, Message, MessageState, Priority, Trouble
from complaints.outbox.render import words_of
from complaints.staff.models import Employee
from tests.factories import a_complaint, a_customer
from tests.outbox.conftest import AT, queued, sweep
from tests.outbox.post_office import PostOffice

SOON = AT + timedelta(minutes=1)
WINDOW_OVER = AT + timedelta(hours=1, minutes=1)


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    """Cara's complaint; its receipt has been dealt with."""
    filed = a_complaint(by=fern, customer=cara, at=AT)
    Message.objects.all().delete()
    return filed


def test_a_reply_overtakes_news_and_news_a_digest(case: Case, office: PostOffice) -> None:
    queued(case, "digest@demo.example", kind=Kind.STAFF_DIGEST, how_many=2, lines=["x"])
    queued(case, "news@demo.example", kind=Kind.CLOSED)
    queued(case, "reply@demo.example", kind=Kind.WRITTEN, at=AT + timedelta(seconds=9), by="Fern", text="Yes.")
    assert sweep(SOON, most=1) == 1
    assert sweep(SOON) == 2
    assert office.recipients() == ["reply@demo.example", "news@demo.example", "digest@demo.example"]


def test_what_a_person_wrote_goes_first_and_is_never_folded() -> None:
    persons = {Kind.WRITTEN, Kind.QUESTION, Kind.RESOLUTION_PROPOSED, Kind.ACKNOWLEDGED, Kind.STAFF_CUSTOMER_ANSWERED}
    assert {PRIORITY[kind] for kind in persons} == {Priority.FIRST}
    assert not persons & FOLDED


def test_each_priority_is_read_from_the_index_alone(case: Case) -> None:
    asked = Message.objects.filter(
        channel=Channel.EMAIL, priority=0, state__in=("queued", "in_flight", "retry"), look_again_at__lte=SOON
    ).order_by("look_again_at", "id")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = asked[:50].explain()
    assert "message_pending" in plan
    assert "Sort" not in plan


def test_beyond_the_cap_news_are_told_in_one_at_the_end_of_the_hour(
    fern: Employee, cara: Customer, office: PostOffice
) -> None:
    for _ in range(CUSTOMERS_AN_HOUR + 5):
        a_complaint(by=fern, customer=cara, at=AT)
    sweep(SOON)
    assert office.recipients() == ["cara@demo.example"] * CUSTOMERS_AN_HOUR
    folded = Message.objects.filter(trouble=Trouble.FOLDED)
    assert [one.state for one in folded] == [MessageState.WITHHELD] * 5
    summary = Message.objects.get(kind=Kind.SEVERAL)
    assert sweep(WINDOW_OVER - timedelta(seconds=1)) == 0
    assert sweep(WINDOW_OVER) == 1
    told = office.mails[-1].get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    assert all(one.about in told for one in folded)
    assert "/track/" in told
    summary.refresh_from_db()
    assert (summary.state, summary.subject) == (MessageState.SENT, "5 messages about your complaints")


def test_what_a_person_wrote_is_sent_beyond_the_cap(case: Case, office: PostOffice) -> None:
    for number in range(CUSTOMERS_AN_HOUR + 3):
        queued(case, "cara@demo.example", kind=Kind.WRITTEN, occasion=f"{number}", by="Fern", text=f"Word {number}.")
    sweep(SOON)
    assert len(office.mails) == CUSTOMERS_AN_HOUR + 3


def test_the_next_hour_begins_anew(fern: Employee, cara: Customer, office: PostOffice) -> None:
    for _ in range(CUSTOMERS_AN_HOUR):
        a_complaint(by=fern, customer=cara, at=AT)
    sweep(SOON)
    a_complaint(by=fern, customer=cara, at=AT + timedelta(hours=1))
    sweep(AT + timedelta(hours=1, minutes=2))
    assert len(office.mails) == CUSTOMERS_AN_HOUR + 1


def test_once_the_summary_has_left_what_comes_late_goes_by_itself(
    fern: Employee, cara: Customer, office: PostOffice
) -> None:
    for _ in range(CUSTOMERS_AN_HOUR + 1):
        a_complaint(by=fern, customer=cara, at=AT)
    sweep(SOON)
    Message.objects.filter(kind=Kind.SEVERAL).update(look_again_at=SOON)
    sweep(SOON)
    a_complaint(by=fern, customer=cara, at=AT)
    sweep(SOON)
    assert len(office.mails) == CUSTOMERS_AN_HOUR + 2
    assert Message.objects.filter(trouble=Trouble.FOLDED).count() == 1


def test_another_address_is_not_held_back(fern: Employee, cara: Customer, office: PostOffice) -> None:
    for _ in range(CUSTOMERS_AN_HOUR + 1):
        a_complaint(by=fern, customer=cara, at=AT)
    a_complaint(by=fern, customer=a_customer(email="dan@demo.example"), at=AT)
    sweep(SOON)
    assert "dan@demo.example" in office.recipients()


def test_a_summary_names_only_what_its_unit_may_know(
    fern: Employee, otto: Employee, cara: Customer, office: PostOffice
) -> None:
    for _ in range(CUSTOMERS_AN_HOUR):
        a_complaint(by=fern, customer=cara, at=AT)
    mine, theirs = (a_complaint(by=who, customer=cara, at=AT) for who in (fern, otto))
    sweep(SOON)
    told = {one.unit_id: words_of(one).text for one in Message.objects.filter(kind=Kind.SEVERAL).select_related("unit")}
    assert mine.reference in told[mine.unit_id]
    assert theirs.reference not in told[mine.unit_id]
    assert theirs.reference in told[theirs.unit_id]
