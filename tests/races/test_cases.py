"""Two people, or one person twice, at the same case in the same instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from complaints.cases import links
from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.states import Status
from complaints.common.errors import ChangedMeanwhile, Invalid, MoveNotAllowed
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFacts
from complaints.handling.acknowledge import acknowledge
from complaints.handling.answer_resolution import answer_resolution
from complaints.handling.assign import take
from complaints.handling.file_complaint import ComplaintFacts, Filed, file_complaint
from complaints.handling.hear_customer import hear_customer
from complaints.handling.let_rest import let_rest
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.resolve import resolve
from complaints.handling.send_link import send_link
from complaints.handling.write_note import write_note
from complaints.outbox.models import Kind, Message
from complaints.staff.models import Employee, Tier
from tests.cast import Organisation
from tests.factories import a_complaint
from tests.races.meeting import meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer) -> Case:
    """Cara's complaint, Fern's to handle."""
    return a_complaint(by=fern, customer=cara, at=AT)


def test_one_form_posted_eight_times_at_once_is_one_complaint(organisation: Organisation) -> None:
    who = CustomerFacts(name="Cara Castillo", email="cara@demo.example")
    told = ComplaintFacts(customer=who, what_happened="The room was not ready.", submission="form-1")
    filed = meet(*[lambda: file_complaint(told, by=None, at=AT)] * 8)
    assert all(isinstance(one, Filed) for one in filed), filed
    assert sum(one.is_new for one in filed if isinstance(one, Filed)) == 1
    assert Case.objects.count() == Message.objects.count() == 1


def test_two_colleagues_deciding_on_the_same_page_do_not_decide_twice(
    case: Case, fern: Employee, max_: Employee
) -> None:
    drawn = case.version
    outcomes = meet(
        lambda: resolve(case.reference, text="A night free.", by=fern, at=AT, seen_version=drawn),
        lambda: resolve(case.reference, text="A voucher.", by=max_, at=AT, seen_version=drawn),
    )
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [ChangedMeanwhile]
    assert Message.objects.filter(kind=Kind.RESOLUTION_PROPOSED).count() == 1


def test_notes_of_two_colleagues_are_both_kept(case: Case, fern: Employee, max_: Employee) -> None:
    meet(
        *[lambda: write_note(case.reference, text="Fern's", by=fern, at=AT)] * 3,
        *[lambda: write_note(case.reference, text="Max's", by=max_, at=AT)] * 3,
    )
    assert TimelineEntry.objects.filter(case=case, kind=Entry.NOTE_WRITTEN).count() == 6
    assert Case.objects.get(pk=case.pk).version == case.version + 6


def test_two_who_acknowledge_tell_the_customer_once(case: Case, fern: Employee, max_: Employee) -> None:
    meet(lambda: acknowledge(case.reference, by=fern, at=AT), lambda: acknowledge(case.reference, by=max_, at=AT))
    assert Message.objects.filter(kind=Kind.ACKNOWLEDGED).count() == 1
    assert TimelineEntry.objects.filter(case=case, kind=Entry.ACKNOWLEDGED).count() == 1


def test_two_who_take_an_unassigned_case_leave_one_responsible(fern: Employee, max_: Employee, cara: Customer) -> None:
    case = a_complaint(by=None, customer=cara, at=AT)
    outcomes = meet(
        lambda: take(case.reference, by=fern, at=AT, seen_version=1),
        lambda: take(case.reference, by=max_, at=AT, seen_version=1),
    )
    assert [type(o) for o in outcomes if isinstance(o, Exception)] == [ChangedMeanwhile]
    assert TimelineEntry.objects.filter(case=case, kind=Entry.TAKEN).count() == 1


def test_a_verdict_sent_twice_at_once_climbs_one_tier(case: Case, fern: Employee) -> None:
    token = links.mint(case, at=AT)
    resolve(case.reference, text="A voucher.", by=fern, at=AT)
    meet(*[lambda: answer_resolution(token, solved=False, rating=1, at=AT)] * 4)
    now = Case.objects.get(pk=case.pk)
    assert (now.reopened_count, now.tier) == (1, Tier.MANAGER)


def test_solved_and_not_solved_at_once_leave_one_verdict(case: Case, fern: Employee) -> None:
    token = links.mint(case, at=AT)
    resolve(case.reference, text="A voucher.", by=fern, at=AT)
    outcomes = meet(
        lambda: answer_resolution(token, solved=True, rating=5, at=AT),
        lambda: answer_resolution(token, solved=False, rating=1, at=AT),
    )
    assert [type(o) for o in outcomes if isinstance(o, Exception)] == [MoveNotAllowed]
    assert Case.objects.get(pk=case.pk).status in {Status.CLOSED, Status.OPEN}


def test_a_customers_answer_posted_twice_is_written_once(case: Case) -> None:
    token = links.mint(case, at=AT)
    meet(*[lambda: hear_customer(token, text="Room 908", at=AT, submission="a1")] * 4)
    assert TimelineEntry.objects.filter(case=case, kind=Entry.CUSTOMER_ANSWERED).count() == 1


def test_duplicates_marked_across_each_other_leave_one_open(case: Case, fern: Employee, cara: Customer) -> None:
    other = a_complaint(by=fern, customer=cara, at=AT)
    outcomes = meet(
        lambda: mark_duplicate(case.reference, original=other.reference, by=fern, at=AT),
        lambda: mark_duplicate(other.reference, original=case.reference, by=fern, at=AT),
    )
    assert [type(o) for o in outcomes if isinstance(o, Exception)] == [Invalid]
    assert Case.objects.filter(status=Status.OPEN).count() == 1


def test_closing_for_want_of_an_answer_gives_way_to_the_answer(case: Case, fern: Employee) -> None:
    token = links.mint(case, at=AT)
    resolve(case.reference, text="A voucher.", by=fern, at=AT)
    after = AT + timedelta(days=14)
    meet(
        lambda: answer_resolution(token, solved=False, rating=1, at=after),
        lambda: let_rest(case.pk, at=after),
    )
    told = list(TimelineEntry.objects.filter(case=case).order_by("pk").values_list("kind", flat=True))
    case.refresh_from_db()
    assert told.count(Entry.RESOLUTION_REFUSED) == 1
    assert case.status == Status.OPEN
    assert Entry.LET_REST not in told[told.index(Entry.RESOLUTION_REFUSED) :], "closed before the answer, or not at all"


def test_a_link_asked_for_six_times_at_once_is_sent_once(case: Case) -> None:
    meet(*[lambda: send_link(case.reference, contact="cara@demo.example", at=AT)] * 6)
    assert Message.objects.filter(kind=Kind.TRACKING_LINK).count() == 1
    assert TimelineEntry.objects.filter(case=case, kind=Entry.LINK_SENT).count() == 1


def test_two_sweeps_close_a_resting_case_once(case: Case, fern: Employee) -> None:
    resolve(case.reference, text="A voucher.", by=fern, at=AT)
    closed = meet(*[lambda: let_rest(case.pk, at=AT + timedelta(days=14))] * 4)
    assert sorted(map(str, closed)) == ["False", "False", "False", "True"]
