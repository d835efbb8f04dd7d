from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import InternalError, connection, transaction

from complaints.cases import sentences, timeline
from complaints.cases.entries import TOLD, Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.common.actors import SYSTEM
from complaints.staff.models import Employee
from tests.factories import a_complaint

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE complaints_timelineentry SET text = 'rewritten'",
        "DELETE FROM complaints_timelineentry",
    ],
)
def test_the_database_refuses_to_change_what_happened(fern: Employee, statement: str) -> None:
    a_complaint(by=fern, at=AT)
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert TimelineEntry.objects.get().text == ""


def test_every_kind_of_entry_is_told() -> None:
    assert set(TOLD) == set(Entry)


def test_what_is_not_for_the_customer_has_no_sentence_for_them(fern: Employee) -> None:
    case: Case = a_complaint(by=fern, at=AT)
    note = timeline.record(case, Entry.NOTE_WRITTEN, by=fern.actor, at=AT, text="A regular.", public=True)
    assert not note.public
    assert sentences.sentence_for_customer(note) == ""
    assert "Fern" in sentences.sentence_for_staff(note)


def test_sentences_name_who_did_it_as_they_were_called_that_day(fern: Employee) -> None:
    case = a_complaint(by=fern, at=AT)
    fern.name = "Fern Married"
    fern.save()
    filed = TimelineEntry.objects.get(case=case)
    assert sentences.sentence_for_staff(filed) == "Fern Fuller filed the complaint"
    up = timeline.entry(case, Entry.ESCALATED, by=SYSTEM, at=AT, to="Max Moreno")
    assert sentences.sentence_for_customer(up) == "Your complaint was handed to Max Moreno"
