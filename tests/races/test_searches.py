"""Searches are kept in the same instant, and words are written on one complaint by two people."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from complaints.cases.models import SavedSearch
from complaints.cases.search import find
from complaints.common.errors import Invalid
from complaints.handling.keep_search import keep_search
from complaints.handling.write_note import write_note
from complaints.staff.models import Employee
from tests.factories import a_complaint
from tests.races.meeting import meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_nobody_keeps_more_searches_than_the_most(fern: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaints.handling.keep_search.MOST_SAVED", 3)
    names = [f"Search {number}" for number in range(6)]

    outcomes = meet(*(partial(keep_search, name, {"q": "room"}, by=fern, at=AT) for name in names))

    assert sum(isinstance(outcome, Invalid) for outcome in outcomes) == 3
    assert SavedSearch.objects.count() == 3


def test_of_two_notes_written_at_once_both_are_found(fern: Employee, max_: Employee) -> None:
    case = a_complaint(by=fern, at=AT)
    meet(
        lambda: write_note(case.reference, text="A hinge.", by=fern, at=AT),
        lambda: write_note(case.reference, text="A carpenter.", by=max_, at=AT),
    )
    assert list(find(fern, "hinge carpenter").cases) == [case]
