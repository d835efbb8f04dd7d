"""A mark as a duplicate is taken back: the complaint goes on as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from complaints.cases import links
from complaints.cases.entries import Entry
from complaints.cases.models import Attachment, Case, Clock, TimelineEntry
from complaints.cases.queries import legal_moves
from complaints.cases.states import Move, Status
from complaints.common.errors import MoveNotAllowed, NotPermitted
from complaints.customers.models import Customer
from complaints.handling.ask_customer import ask_customer
from complaints.handling.confirm_solved import confirm_solved
from complaints.handling.hear_customer import hear_customer
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.reopen import reopen
from complaints.handling.resolve import resolve
from complaints.handling.unmark_duplicate import unmark_duplicate
from complaints.handling.write_note import write_note
from complaints.outbox.models import Kind, Message
from complaints.outbox.render import words_of
from complaints.remedies import ledger
from complaints.remedies.models import LedgerEntry, Remedy
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint, a_picture
from tests.remedies.purse import a_remedy as proposed
from tests.remedies.purse import an_authority, left, usd

AT = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=30)


@pytest.fixture
def original(fern: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara, at=AT)


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara, at=AT)


def standing(case: Case) -> list[Any]:
    """A case with its clocks and remedies, but for its version."""
    row = {k: v for k, v in Case.objects.filter(pk=case.pk).values().get().items() if k != "version"}
    clocks = Clock.objects.filter(case=case).order_by("pk").values()
    return [row, list(clocks), list(Remedy.objects.filter(case=case).order_by("pk").values())]


@pytest.mark.parametrize("state", [Status.OPEN, Status.WAITING, Status.RESOLVED])
def test_the_complaint_goes_on_exactly_as_it_was(
    fern: Employee, max_: Employee, original: Case, case: Case, state: Status
) -> None:
    if state == Status.WAITING:
        ask_customer(case.reference, text="Which room?", by=fern, at=AT)
    if state == Status.RESOLVED:
        resolve(case.reference, text="We changed the room.", by=fern, at=AT)
    before = standing(case)
    mark_duplicate(case.reference, original=original.reference, by=fern, at=AT)
    assert standing(case) != before
    unmark_duplicate(case.reference, reason="Another room.", by=max_, at=LATER)
    assert standing(case) == before
    kinds = set(TimelineEntry.objects.values_list("case", "kind"))
    assert {(case.pk, Entry.DUPLICATE_UNDONE), (original.pk, Entry.DUPLICATE_LEFT)} <= kinds
    assert Message.objects.filter(about=case.reference, kind=Kind.REOPENED).count() == 1


def test_m1_files_and_notes_of_a_duplicate_are_there_once_before_and_after(
    fern: Employee, max_: Employee, original: Case, cara: Customer
) -> None:
    """FAILURES M1: a merge that copies only the first file."""
    files = [a_picture("a.png"), a_picture("b.png"), SimpleUploadedFile("bill.txt", b"100", "text/plain")]
    case = a_complaint(by=fern, customer=cara, at=AT, files=files)
    for text in ("One.", "Two."):
        write_note(case.reference, text=text, by=fern, at=AT)
    mark_duplicate(case.reference, original=original.reference, by=fern, at=AT)
    assert Attachment.objects.filter(case__duplicate_of=original).count() == 3
    unmark_duplicate(case.reference, reason="Another room.", by=max_, at=LATER)
    assert Attachment.objects.filter(case=case).count() == Attachment.objects.count() == 3
    assert TimelineEntry.objects.filter(kind=Entry.NOTE_WRITTEN).count() == 2


def test_m2_a_word_on_a_duplicate_reaches_whoever_has_the_one_that_goes_on(
    fern: Employee, max_: Employee, original: Case, case: Case
) -> None:
    """FAILURES M2: a reply reopens the dead complaint, and whoever has the other one is not told."""
    Case.objects.filter(pk=original.pk).update(responsible=max_)
    mark_duplicate(case.reference, original=original.reference, by=fern, at=AT)
    hear_customer(links.mint(case, at=AT), text="And the shower leaks.", at=LATER)
    case.refresh_from_db()
    assert case.status == Status.CLOSED
    heard = TimelineEntry.objects.get(case=original, kind=Entry.DUPLICATE_HEARD)
    assert (heard.text, heard.public) == ("And the shower leaks.", False)
    told = Message.objects.get(kind=Kind.STAFF_CUSTOMER_ANSWERED)
    assert (told.colleague, told.about) == (max_, original.reference)


def test_m2_marked_taken_back_and_marked_the_other_way_round(
    fern: Employee, max_: Employee, original: Case, case: Case
) -> None:
    """FAILURES M2: what was merged once cannot be merged again, and A into B into A."""
    mark_duplicate(case.reference, original=original.reference, by=fern, at=AT)
    unmark_duplicate(case.reference, reason="Another room.", by=max_, at=AT)
    mark_duplicate(original.reference, original=case.reference, by=fern, at=AT)
    original.refresh_from_db()
    assert original.duplicate_of == case


def test_what_is_given_counts_for_the_failure_while_the_mark_stands(
    fern: Employee, max_: Employee, original: Case, case: Case
) -> None:
    rule = an_authority(Tier.FRONT_LINE, 100)
    for one, dollars in ((original, 70), (case, 20)):
        LedgerEntry.objects.create(
            kind="hold", remedy=proposed(one, usd(dollars)), authority=rule, holder=fern, amount=dollars, at=AT
        )
    mark_duplicate(case.reference, original=original.reference, by=fern, at=AT)
    assert left(fern, original) == usd(30)  # what nobody had decided on went back with the mark
    unmark_duplicate(case.reference, reason="Another room.", by=max_, at=AT)
    assert (left(fern, original), left(fern, case)) == (usd(30), usd(100))
    assert ledger.discrepancies() == []


def test_only_a_superior_takes_it_back_and_only_from_a_duplicate(
    fern: Employee, max_: Employee, original: Case, case: Case
) -> None:
    with pytest.raises(MoveNotAllowed):
        unmark_duplicate(case.reference, reason="Why not.", by=max_, at=AT)
    mark_duplicate(case.reference, original=original.reference, by=fern, at=AT)
    with pytest.raises(NotPermitted):
        unmark_duplicate(case.reference, reason="Why not.", by=fern, at=AT)


def test_nobody_opens_a_duplicate_again_and_has_its_own_caps_by_that(
    fern: Employee, max_: Employee, original: Case, case: Case
) -> None:
    mark_duplicate(case.reference, original=original.reference, by=fern, at=AT)
    for one in (fern, max_):
        with pytest.raises(MoveNotAllowed):
            reopen(case.reference, reason="Why not.", by=one, at=LATER)
        case.refresh_from_db()
        assert (case.duplicate_of, Move.REOPEN in legal_moves(case, one)) == (original, False)
    assert Move.UNMARK_DUPLICATE in legal_moves(case, max_)


@pytest.mark.parametrize("waits", [False, True])
def test_the_customer_reads_that_it_was_no_duplicate_and_whether_we_wait_for_them(
    fern: Employee, max_: Employee, original: Case, case: Case, waits: bool
) -> None:
    if waits:
        resolve(case.reference, text="We changed the room.", by=fern, at=AT)
    mark_duplicate(case.reference, original=original.reference, by=fern, at=AT)
    unmark_duplicate(case.reference, reason="Another room.", by=max_, at=LATER)
    told = words_of(Message.objects.get(about=case.reference, kind=Kind.REOPENED)).text
    assert "not put right" not in told
    assert "one step higher" not in told
    assert "it goes on by itself" in told
    assert ("we look forward to your answer" in told, "You hear from us by" in told) == (waits, not waits)


def test_it_gets_its_state_back_where_the_other_was_closed_meanwhile(
    fern: Employee, max_: Employee, original: Case, case: Case
) -> None:
    before = standing(case)
    mark_duplicate(case.reference, original=original.reference, by=fern, at=AT)
    confirm_solved(original.reference, text="A new key.", by=fern, at=AT)
    unmark_duplicate(case.reference, reason="Another room.", by=max_, at=LATER)
    assert standing(case) == before
    original.refresh_from_db()
    assert original.status == Status.CLOSED
