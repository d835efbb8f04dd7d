"""What failed for good goes out once more: one, or all that failed like it and that one sees."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from complaints.cases.models import Case
from complaints.common.errors import NotFound, NotPermitted
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFile
from complaints.handling.change_customer import change_customer
from complaints.handling.retry_message import Likeness, retry_messages_like
from complaints.outbox.models import Kind, Message, MessageState, Trouble
from complaints.staff.models import Employee
from tests.factories import a_complaint, a_customer, an_hour_ago


@dataclass(frozen=True)
class Failed:
    """Four of Harbour Hotel's messages that failed, and one of Lakeside's."""

    one: Message
    other_kind: Message
    other_domain: Message
    other_trouble: Message
    elsewhere: Message


def _failed(case: Case, address: str, trouble: Trouble = Trouble.REFUSED, kind: Kind = Kind.RECEIVED) -> Message:
    message = Message.objects.get(about=case.reference, kind=Kind.RECEIVED)
    message.state, message.trouble, message.reason = MessageState.FAILED, trouble, "550 no"
    message.recipient, message.kind, message.attempts = address, kind, 3
    message.save()
    return message


@pytest.fixture
def failed(fern: Employee, otto: Employee) -> Failed:
    def filed(by: Employee, address: str) -> Case:
        return a_complaint(by=by, customer=a_customer(email=address))

    return Failed(
        _failed(filed(fern, "a@one.example"), "a@one.example"),
        _failed(filed(fern, "b@one.example"), "b@one.example", kind=Kind.CLOSED),
        _failed(filed(fern, "c@two.example"), "c@two.example"),
        _failed(filed(fern, "d@one.example"), "d@one.example", Trouble.UNSENDABLE),
        _failed(filed(otto, "e@one.example"), "e@one.example"),
    )


def queued_again() -> set[int]:
    again = Message.objects.filter(state=MessageState.QUEUED, attempts=0, trouble="", reason="")
    return set(again.values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("likeness", "others"),
    [
        (Likeness.TROUBLE, ["other_kind", "other_domain"]),
        (Likeness.KIND, ["other_domain"]),
        (Likeness.DOMAIN, ["other_kind"]),
    ],
)
def test_all_that_failed_like_it_go_out_again(
    failed: Failed, fern: Employee, likeness: Likeness, others: list[str]
) -> None:
    done = retry_messages_like(failed.one.pk, likeness=likeness, by=fern, at=an_hour_ago())
    assert queued_again() == {failed.one.pk, *(getattr(failed, name).pk for name in others)}
    assert done == 1 + len(others)


def test_nobody_sends_again_what_they_do_not_see(failed: Failed, fern: Employee) -> None:
    retry_messages_like(failed.one.pk, likeness=Likeness.TROUBLE, by=fern, at=an_hour_ago())
    failed.elsewhere.refresh_from_db()
    assert failed.elsewhere.state == MessageState.FAILED
    with pytest.raises(NotFound):
        retry_messages_like(failed.elsewhere.pk, likeness=Likeness.TROUBLE, by=fern, at=an_hour_ago())


def test_who_may_not_send_again_sends_none(failed: Failed, quinn: Employee) -> None:
    with pytest.raises(NotPermitted):
        retry_messages_like(failed.one.pk, likeness=Likeness.TROUBLE, by=quinn, at=an_hour_ago())
    assert not queued_again()


def test_what_was_sent_meanwhile_is_not_sent_again(failed: Failed, fern: Employee) -> None:
    Message.objects.filter(pk=failed.one.pk).update(state=MessageState.SENT, sent_at=an_hour_ago())
    retry_messages_like(failed.one.pk, likeness=Likeness.KIND, by=fern, at=an_hour_ago())
    assert failed.one.pk not in queued_again()


def test_each_goes_to_an_address_that_is_still_on_file(failed: Failed, fern: Employee) -> None:
    moved: Customer = Case.objects.get(reference=failed.other_kind.about).customer
    file = CustomerFile(name=moved.name, emails=("new@three.example",))
    change_customer(moved.pk, file=file, by=fern, at=an_hour_ago())
    retry_messages_like(failed.one.pk, likeness=Likeness.TROUBLE, by=fern, at=an_hour_ago())
    went = dict(Message.objects.filter(pk__in=queued_again()).values_list("pk", "recipient"))
    assert went[failed.other_kind.pk] == "new@three.example"
    assert went[failed.one.pk] == "a@one.example"
