"""Two files of one customer become one, and two again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from complaints.cases.entries import Entry
from complaints.cases.models import Attachment, Case, TimelineEntry
from complaints.common.errors import BeyondAuthority, Invalid, LaterMergeFirst, MergeMovedOn, NotPermitted
from complaints.customers import lookup
from complaints.customers.models import Customer, Merge, Purpose, Suspicion, Verdict
from complaints.customers.records import CustomerFacts, CustomerFile, change, file_of, same_person
from complaints.handling.change_customer import change_customer
from complaints.handling.merge_customers import merge_customers
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.undo_merge import undo_merge
from complaints.handling.write_note import write_note
from complaints.outbox.models import Message, MessageState
from complaints.remedies import ledger
from complaints.remedies.authority import allowance
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import LedgerEntry, Remedy
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint, a_customer, a_picture
from tests.remedies.purse import a_remedy, an_authority, usd

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def double(cara: Customer) -> Customer:
    """Cara once more, as somebody typed her at another counter."""
    found = a_customer(name="Kara Castillo", email="kara@demo.example", phone="+12125550199")
    change(found, replace(file_of(found), preferences="No feathers", notes="Sings", customer_since=date(2019, 5, 1)))
    return found


def offer(case: Case, by: Employee, dollars: str, at: datetime = AT) -> None:
    facts = RemedyFacts(kind=RemedyKind.VOUCHER, amount=usd(dollars), words="Sorry.", reason="It was cold.")
    propose_remedy(case.reference, facts=facts, by=by, at=at)


def test_everything_moves_and_nothing_is_lost(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    own, theirs = a_complaint(by=fern, customer=cara), a_complaint(by=fern, customer=double)
    merge_customers(cara.pk, double.pk, by=quinn, at=AT)

    cara.refresh_from_db()
    assert {case.customer_id for case in Case.objects.all()} == {cara.pk}
    file = file_of(cara)
    assert file.emails == ("cara@demo.example", "kara@demo.example")
    assert file.phones == ("+12125550142", "+12125550199")
    assert "No feathers" in file.preferences
    assert "High floor" in file.preferences
    assert file.notes.endswith("Sings")
    assert file.customer_since == date(2019, 5, 1)
    told = TimelineEntry.objects.get(kind=Entry.CUSTOMER_MERGED)
    assert (told.case_id, told.public) == (theirs.pk, False)
    assert not TimelineEntry.objects.filter(case=own, kind=Entry.CUSTOMER_MERGED).exists()


def test_m1_every_file_and_every_note_is_there_once_after_a_merge(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    """FAILURES M1: a merge that copies only the first file."""
    files = [a_picture(f"{n}.png") for n in range(2)] + [SimpleUploadedFile("bill.txt", b"100", "text/plain")]
    case = a_complaint(by=fern, customer=double, files=files)
    for text in ("One.", "Two."):
        write_note(case.reference, text=text, by=fern, at=AT)
    merge = merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    of_cara = Case.objects.filter(customer=cara)
    assert sorted(Attachment.objects.filter(case__in=of_cara).values_list("name", flat=True)) == [
        "0.png", "1.png", "bill.txt",
    ]  # fmt: skip
    notes = TimelineEntry.objects.filter(case__in=of_cara, kind=Entry.NOTE_WRITTEN)
    assert sorted(notes.values_list("text", flat=True)) == ["One.", "Two."]
    undo_merge(merge.pk, by=quinn, at=LATER)
    assert Attachment.objects.filter(case__customer=double).count() == 3
    assert Attachment.objects.count() == 3


def test_m3_two_people_with_one_address_stay_two_until_somebody_says_otherwise(fern: Employee) -> None:
    """FAILURES M3: two people with one e-mail are merged by themselves, and the second one's data is gone."""
    wife = a_customer(name="Ann Lee", email="family@demo.example")
    husband = a_customer(name="Bob Lee", email="family@demo.example")
    assert same_person(CustomerFacts(name="Ann Lee", email="family@demo.example")) == wife
    assert same_person(CustomerFacts(name="Bob Lee", email="family@demo.example")) == husband
    assert same_person(CustomerFacts(name="Cid Lee", email="family@demo.example")) is None


@pytest.mark.parametrize("cara_survives", [True, False])
def test_m3_the_steward_chooses_who_goes_on_and_no_ghost_is_left(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer, cara_survives: bool
) -> None:
    """FAILURES M3: the direction is fixed, and ghosts are left."""
    stays, goes = (cara, double) if cara_survives else (double, cara)
    for customer in (cara, double):
        a_complaint(by=fern, customer=customer)
    merge_customers(stays.pk, goes.pk, by=quinn, at=AT)
    for words in ("Castillo", "kara@demo.example", "Cara Castillo", "Kara"):
        assert [one.pk for one in lookup.find(words)] == [stays.pk], words
    assert not Case.objects.filter(customer=goes).exists()


def test_whoever_names_the_merged_one_means_the_one_who_goes_on(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    assert a_complaint(by=fern, customer=double).customer_id == cara.pk
    assert same_person(CustomerFacts(name="Kara Castillo", email="kara@demo.example")) == cara


def test_the_database_refuses_a_complaint_for_somebody_who_was_merged(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    case = a_complaint(by=fern, customer=cara)
    merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(customer=double)


def test_the_database_lets_nobody_be_merged_who_still_has_complaints(
    fern: Employee, cara: Customer, double: Customer
) -> None:
    a_complaint(by=fern, customer=double)
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.filter(pk=double.pk).update(merged_into=cara)


def snapshot(*people: Customer) -> list[Any]:
    """All that is kept of customers, row by row; versions and the timeline grow with every step."""
    rows: list[Any] = []
    for pk in (one.pk for one in people):
        one = Customer.objects.get(pk=pk)
        cases = one.cases.order_by("pk")
        rows += [
            file_of(one), one.merged_into_id, one.haystack, sorted(one.grams), one.near,
            list(one.emails.values_list("pk", "address")), list(one.phones.values_list("pk", "number")),
            [{k: v for k, v in row.items() if k != "version"} for row in cases.values()],
            list(Remedy.objects.filter(case__in=cases).order_by("pk").values()),
            list(one.consents.order_by("pk").values()),
        ]  # fmt: skip
    rows.append(list(LedgerEntry.objects.order_by("pk").values()))
    return rows


def test_an_undo_gives_back_exactly_what_was_there(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    an_authority(Tier.FRONT_LINE, per_failure=200, per_month=1000)
    for customer in (cara, double):
        offer(a_complaint(by=fern, customer=customer, at=AT), fern, "20")
    customer_consents(double, quinn)
    before = snapshot(cara, double)
    merge = merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    assert snapshot(cara, double) != before
    undo_merge(merge.pk, by=quinn, at=LATER)
    assert snapshot(cara, double) == before
    assert ledger.discrepancies() == []
    kinds = TimelineEntry.objects.filter(case__customer=double).values_list("kind", flat=True)
    assert {Entry.CUSTOMER_MERGED, Entry.CUSTOMER_PARTED} <= set(kinds)


def customer_consents(customer: Customer, by: Employee) -> None:
    customer.consents.create(purpose=Purpose.SURVEY, agrees=True, at=AT, noted_by=by)


def test_what_came_since_stays_with_the_survivor_but_for_what_the_steward_names(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    merge = merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    stays = a_complaint(by=fern, customer=cara, at=LATER)
    goes = a_complaint(by=fern, customer=double, at=LATER)
    change_customer(
        cara.pk, file=replace(file_of(Customer.objects.get(pk=cara.pk)), company="Castillo Ltd"), by=fern, at=LATER
    )
    undo_merge(merge.pk, by=quinn, at=LATER, also=[goes.reference])
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (stays.customer_id, goes.customer_id) == (cara.pk, double.pk)
    kept = file_of(Customer.objects.get(pk=cara.pk))
    assert (kept.company, kept.emails) == ("Castillo Ltd", ("cara@demo.example",))


def test_an_earlier_complaint_of_the_survivor_cannot_be_given_away_with_an_undo(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    own = a_complaint(by=fern, customer=cara, at=AT - timedelta(days=1))
    merge = merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    undo_merge(merge.pk, by=quinn, at=LATER, also=[own.reference])
    own.refresh_from_db()
    assert own.customer_id == cara.pk


def test_sent_twice_it_is_merged_and_undone_once(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    a_complaint(by=fern, customer=double)
    first = merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    assert merge_customers(cara.pk, double.pk, by=quinn, at=AT) == first
    undo_merge(first.pk, by=quinn, at=LATER)
    undo_merge(first.pk, by=quinn, at=LATER)
    assert TimelineEntry.objects.filter(kind=Entry.CUSTOMER_PARTED).count() == 1


def test_m2_a_merge_does_not_go_round_in_a_circle(quinn: Employee, cara: Customer, double: Customer) -> None:
    """FAILURES M2: A into B, B into C, C into A."""
    third = a_customer()
    merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    merge_customers(third.pk, cara.pk, by=quinn, at=AT)
    with pytest.raises(MergeMovedOn):
        merge_customers(double.pk, third.pk, by=quinn, at=AT)
    with pytest.raises(Invalid):
        merge_customers(third.pk, third.pk, by=quinn, at=AT)


def test_of_several_merges_the_last_one_is_undone_first(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    third = a_customer()
    cases = [a_complaint(by=fern, customer=one, at=AT) for one in (cara, double, third)]
    before = snapshot(cara, double, third)
    first = merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    second = merge_customers(third.pk, cara.pk, by=quinn, at=AT)
    with pytest.raises(LaterMergeFirst):
        undo_merge(first.pk, by=quinn, at=LATER)
    undo_merge(second.pk, by=quinn, at=LATER)
    undo_merge(first.pk, by=quinn, at=LATER)
    assert snapshot(cara, double, third) == before
    assert len(cases) == 3


def test_what_is_given_to_both_counts_against_the_cap_of_one_customer(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    an_authority(Tier.FRONT_LINE, per_failure=200, per_month=1000, per_customer=100, customer_days=30)
    own, theirs = (a_complaint(by=fern, customer=one, at=AT) for one in (cara, double))
    offer(own, fern, "60")
    offer(theirs, fern, "30")
    merge = merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    theirs.refresh_from_db()
    left = allowance(fern, theirs, at=AT)
    assert left.left_for_customer == Decimal(10)
    with pytest.raises(BeyondAuthority):
        take(theirs, fern, "11")
    take(theirs, fern, "10")
    undo_merge(merge.pk, by=quinn, at=LATER)
    own.refresh_from_db()
    theirs.refresh_from_db()
    assert allowance(fern, own, at=LATER).left_for_customer == Decimal(40)
    assert allowance(fern, theirs, at=LATER).left_for_customer == Decimal(60)
    with pytest.raises(BeyondAuthority):
        take(theirs, fern, "61", at=LATER)
    take(theirs, fern, "60", at=LATER)
    assert ledger.discrepancies() == []


def take(case: Case, by: Employee, dollars: str, at: datetime = AT) -> None:
    """Set money aside for a remedy of a case, which only the database judges."""
    remedy = a_remedy(case, usd(dollars))
    ledger.hold(remedy, usd(dollars), allowance(by, case, at=at), at=at)


def test_what_waited_for_an_address_goes_to_the_one_that_came_with_the_merge(fern: Employee, quinn: Employee) -> None:
    silent, known = a_customer(name="Noor", email=""), a_customer(name="Noor")
    a_complaint(by=fern, customer=silent)
    assert Message.objects.filter(state=MessageState.WITHHELD).exists()
    merge_customers(known.pk, silent.pk, by=quinn, at=AT)
    assert not Message.objects.filter(state=MessageState.WITHHELD).exists()


def test_only_who_keeps_the_profiles_and_sees_them_whole_merges(
    fern: Employee, max_: Employee, otto: Employee, quinn: Employee, ada: Employee, cara: Customer, double: Customer
) -> None:
    a_complaint(by=otto, customer=double)
    for employee in (fern, max_, otto):
        with pytest.raises(NotPermitted):
            merge_customers(cara.pk, double.pk, by=employee, at=AT)
    quinn.unit = fern.unit
    quinn.save()
    with pytest.raises(NotPermitted):
        merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    merge_customers(cara.pk, double.pk, by=ada, at=AT)


def test_an_undone_merge_is_remembered_as_two_customers(quinn: Employee, cara: Customer, double: Customer) -> None:
    merge = merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    assert Suspicion.objects.get().verdict == Verdict.SAME
    undo_merge(merge.pk, by=quinn, at=LATER)
    assert Suspicion.objects.get().verdict == Verdict.DIFFERENT
    assert Merge.objects.get().undone_by == quinn


def test_a_file_reads_as_it_was_kept() -> None:
    file = CustomerFile(
        name="卡拉", emails=("a@b.example",), revenue=Decimal("1200.50"), customer_since=date(2020, 1, 2)
    )
    assert CustomerFile.from_kept(file.kept()) == file
