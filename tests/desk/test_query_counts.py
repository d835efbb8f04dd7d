from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.timezone import now

from complaints.customers.models import Customer
from complaints.handling.escalate import escalate
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.reopen import reopen
from complaints.handling.resolve import resolve
from complaints.handling.write_note import write_note
from complaints.outbox.models import Message
from complaints.remedies.catalogue import RemedyKind
from complaints.staff.models import Employee, Tier
from complaints.standards.models import FailureType
from tests.factories import a_complaint, a_customer, a_picture
from tests.query_counts import assert_as_recorded, queries_of
from tests.remedies.purse import an_authority, usd


def _many_rows(max_: Employee, fern: Employee, cara: Customer, kind: FailureType, *, rows: int) -> str:
    """Complaints of Cara and of others, and as many notes, files and remedies on the first."""
    first = a_complaint(by=max_, customer=cara, failure_type=kind.pk, files=[a_picture()])
    for number in range(rows):
        a_complaint(by=max_, customer=cara, failure_type=kind.pk)
        a_complaint(by=max_, customer=a_customer(name=f"Cara {number}", phone=f"+1212555{number:04}"))
        raised = a_complaint(by=max_, customer=cara, failure_type=kind.pk)
        resolve(raised.reference, text="A night free.", by=max_, at=now())
        reopen(raised.reference, reason="Not enough.", by=max_, at=now())
        escalate(raised.reference, reason="Beyond me.", by=max_, at=now())
        write_note(first.reference, text=f"Note {number}", by=max_, at=now(), files=[a_picture()])
        for amount, by in ((None, max_), (usd(number + 1), max_), (usd(5000), fern)):
            what = RemedyKind.VOUCHER if amount else RemedyKind.APOLOGY
            propose_remedy(first.reference, RemedyFacts(kind=what, words="Sorry.", amount=amount), by=by, at=now())
    return first.reference


PAGES: dict[str, Callable[[str, int], str]] = {
    "desk:worklist": lambda _reference, _cara: "/desk/",
    "desk:worklist filtered": lambda _reference, _cara: "/desk/?whose=mine&severity=2&channel=phone",
    "desk:worklist closed": lambda _reference, _cara: "/desk/?status=closed",
    "desk:worklist search": lambda _reference, _cara: "/desk/?q=room",
    "desk:complaint": lambda reference, _cara: f"/desk/complaints/{reference}/",
    "desk:news": lambda reference, _cara: f"/desk/complaints/{reference}/news/?version=0&entry=0",
    "desk:new_complaint": lambda _reference, cara: f"/desk/complaints/new/?customer={cara}",
    "desk:find_customer": lambda _reference, _cara: "/desk/customers/find/?look=cara",
    "desk:customers": lambda _reference, _cara: "/desk/customers/?q=cara",
    "desk:customer": lambda _reference, cara: f"/desk/customers/{cara}/",
    "desk:edit_customer": lambda _reference, cara: f"/desk/customers/{cara}/edit/",
    "desk:escalations": lambda _reference, _cara: "/desk/escalations/",
    "desk:deadlines": lambda _reference, _cara: "/desk/deadlines/",
    "desk:messages": lambda _reference, _cara: "/desk/messages/",
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_takes_no_more_queries_with_twenty_rows_than_with_two(
    page: str, client: Client, max_: Employee, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    client.force_login(max_)
    an_authority(Tier.MANAGER, 2000)
    reference = _many_rows(max_, fern, cara, late_room, rows=2)
    few = queries_of(client, PAGES[page](reference, cara.pk))

    _many_rows(max_, fern, cara, late_room, rows=18)
    for number in range(18):
        write_note(reference, text=f"Note {number}", by=max_, at=now(), files=[a_picture()])
        for amount in (usd(number + 1), usd(5000)):
            facts = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=amount)
            propose_remedy(reference, facts, by=fern, at=now())
    many = queries_of(client, PAGES[page](reference, cara.pk))

    assert Message.objects.exists()
    assert_as_recorded(page, few=few, many=many)
