"""Files are merged in the same instant as something else."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Event

import pytest
from django.db import transaction

from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.common.errors import MergeMovedOn
from complaints.customers.models import Customer, Merge
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.merge_customers import merge_customers
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.undo_merge import undo_merge
from complaints.handling.write_note import write_note
from complaints.remedies import ledger
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import LedgerEntry
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint, a_customer
from tests.races.meeting import meet
from tests.remedies.purse import an_authority, usd

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def double() -> Customer:
    return a_customer(name="Kara Castillo")


def test_a_complaint_filed_while_its_customer_is_merged_is_the_survivors(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    merged = Event()

    def merge() -> None:
        with transaction.atomic():
            merge_customers(cara.pk, double.pk, by=quinn, at=AT)
            merged.set()
            time.sleep(0.5)  # the complaint comes meanwhile, and has to wait

    def file() -> None:
        assert merged.wait(10)
        a_complaint(by=fern, customer=double, at=AT)

    assert list(meet(merge, file)) == [None, None]
    assert Case.objects.get().customer_id == cara.pk


def test_a_merge_waits_for_a_complaint_that_is_being_filed_for_the_merged_one(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    filed = Event()

    def file() -> None:
        with transaction.atomic():
            a_complaint(by=fern, customer=double, at=AT)
            filed.set()
            time.sleep(0.5)

    def merge() -> None:
        assert filed.wait(10)
        merge_customers(cara.pk, double.pk, by=quinn, at=AT)

    assert list(meet(file, merge)) == [None, None]
    assert Case.objects.get().customer_id == cara.pk


def test_eight_stewards_merge_the_same_pair_once(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    a_complaint(by=fern, customer=double, at=AT)
    outcomes = meet(*[lambda: merge_customers(cara.pk, double.pk, by=quinn, at=AT)] * 8)
    assert all(isinstance(one, Merge) for one in outcomes), outcomes
    assert Merge.objects.count() == TimelineEntry.objects.filter(kind=Entry.CUSTOMER_MERGED).count() == 1


def test_of_two_merges_across_each_other_one_is_told_to_look_again(
    fern: Employee, quinn: Employee, ada: Employee, cara: Customer, double: Customer
) -> None:
    for customer in (cara, double):
        a_complaint(by=fern, customer=customer, at=AT)
    outcomes = meet(
        lambda: merge_customers(cara.pk, double.pk, by=quinn, at=AT),
        lambda: merge_customers(double.pk, cara.pk, by=ada, at=AT),
    )
    assert [type(one) for one in outcomes if isinstance(one, Exception)] == [MergeMovedOn]
    assert Customer.objects.filter(merged_into__isnull=False).count() == 1


def test_a_note_on_a_complaint_whose_customer_is_merged_meanwhile_is_written(
    fern: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    case = a_complaint(by=fern, customer=double, at=AT)
    merged = Event()

    def merge() -> None:
        with transaction.atomic():
            merge_customers(cara.pk, double.pk, by=quinn, at=AT)
            merged.set()
            time.sleep(0.5)

    def write() -> None:
        assert merged.wait(10)
        write_note(case.reference, text="She called.", by=fern, at=AT)

    assert list(meet(merge, write)) == [None, None]
    case.refresh_from_db()
    assert case.customer_id == cara.pk


def test_what_is_given_to_both_while_they_are_merged_stays_within_the_cap_of_one(
    fern: Employee, max_: Employee, quinn: Employee, cara: Customer, double: Customer
) -> None:
    an_authority(Tier.FRONT_LINE, 200, per_customer=100, customer_days=30)
    own, theirs = (a_complaint(by=fern, customer=one, at=AT) for one in (cara, double))
    merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    what = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=usd(60))
    meet(
        lambda: propose_remedy(own.reference, what, by=fern, at=AT),
        lambda: propose_remedy(theirs.reference, what, by=fern, at=AT),
    )
    assert LedgerEntry.objects.filter(kind="hold", holder=fern).count() == 1
    assert ledger.discrepancies() == []


def test_merging_undoing_and_working_on_their_complaints_do_not_wait_for_each_other_for_ever(
    fern: Employee, quinn: Employee, ada: Employee, cara: Customer, double: Customer
) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    cases = [a_complaint(by=fern, customer=one, at=AT) for one in (cara, double, cara, double)]
    first = merge_customers(cara.pk, double.pk, by=quinn, at=AT)
    what = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=usd(10))
    outcomes = meet(
        lambda: undo_merge(first.pk, by=ada, at=AT),
        lambda: mark_duplicate(cases[3].reference, original=cases[0].reference, by=fern, at=AT),
        lambda: propose_remedy(cases[1].reference, what, by=fern, at=AT),
        lambda: a_complaint(by=fern, customer=double, at=AT),
    )
    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    assert ledger.discrepancies() == []
