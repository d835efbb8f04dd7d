from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from complaints.cases.models import Case
from complaints.cases.queries import PAGE, Filters, Whose, one_visible, story_of, visible_to, worklist
from complaints.cases.search import find
from complaints.common.errors import NotFound
from complaints.customers.models import Customer
from complaints.handling.withdraw import withdraw
from complaints.staff.models import Employee
from complaints.standards.models import FailureType, Severity
from tests.cast import Organisation
from tests.factories import a_complaint, a_customer

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_everybody_sees_their_units_and_nobody_the_one_beside(
    fern: Employee, max_: Employee, vera: Employee, otto: Employee, quinn: Employee
) -> None:
    harbour = a_complaint(by=fern, at=AT)
    lakeside = a_complaint(by=otto, at=AT)
    seen = {person.name.split()[0]: set(visible_to(person)) for person in (fern, max_, vera, otto, quinn)}
    assert seen == {
        "Fern": {harbour},
        "Max": {harbour},
        "Vera": {harbour, lakeside},
        "Otto": {lakeside},
        "Quinn": {harbour, lakeside},
    }
    with pytest.raises(NotFound):
        one_visible(otto, harbour.reference)


def test_somebody_who_left_sees_nothing(fern: Employee) -> None:
    a_complaint(by=fern, at=AT)
    fern.is_active = False
    fern.save()
    assert not visible_to(fern).exists()


def test_the_worklist_has_what_is_due_first_first(fern: Employee) -> None:
    calm = a_complaint(by=fern, at=AT, severity=Severity.LOW)
    urgent = a_complaint(by=fern, at=AT, severity=Severity.CRITICAL)
    older = a_complaint(by=fern, at=AT - timedelta(hours=1), severity=Severity.CRITICAL)
    assert list(worklist(fern, Filters()).cases) == [older, urgent, calm]


def test_pages_follow_each_other_without_gap_or_repetition(fern: Employee) -> None:
    everything = {a_complaint(by=fern, at=AT) for _ in range(2 * PAGE + 3)}
    seen: list[Case] = []
    key, pages = "", 0
    while pages < 5:
        page = worklist(fern, Filters(), after=key)
        seen += page.cases
        key, pages = page.next_key, pages + 1
        if not key:
            break
    assert pages == 3
    assert len(seen) == len(set(seen))
    assert set(seen) == everything


@pytest.mark.parametrize("key", ["", "nonsense", "2026-01-01~1", "2026-13-01T00:00:00+00:00~1", "~", "9" * 400])
def test_a_broken_key_begins_at_the_beginning(fern: Employee, key: str) -> None:
    case = a_complaint(by=fern, at=AT)
    assert list(worklist(fern, Filters(), after=key).cases) == [case]


def test_the_lists_are_mine_my_units_unassigned_and_all(fern: Employee, max_: Employee, otto: Employee) -> None:
    mine = a_complaint(by=fern, at=AT)
    his = a_complaint(by=max_, at=AT)
    nobodys = a_complaint(by=None, at=AT)
    a_complaint(by=otto, at=AT)
    assert set(worklist(fern, Filters(whose=Whose.MINE)).cases) == {mine}
    assert set(worklist(fern, Filters(whose=Whose.UNASSIGNED)).cases) == {nobodys}
    assert set(worklist(fern, Filters(whose=Whose.UNIT)).cases) == {mine, his, nobodys}
    assert set(worklist(fern, Filters(whose=Whose.ALL)).cases) == {mine, his, nobodys}


@pytest.mark.parametrize("status", ["", "closed"])
def test_whoever_moves_to_another_unit_leaves_their_cases_behind(
    fern: Employee, organisation: Organisation, status: str
) -> None:
    case = a_complaint(by=fern)
    if status:
        withdraw(case.reference, reason="Cara called.", by=fern, at=AT)
    mine = Filters(whose=Whose.MINE, status=status)
    assert [one.pk for one in worklist(fern, mine).cases] == [case.pk]
    fern.unit = organisation.lakeside
    fern.save()
    assert not worklist(fern, mine).cases


def test_filters_narrow_and_closed_ones_are_listed_by_filing(fern: Employee, late_room: FailureType) -> None:
    room = a_complaint(by=fern, at=AT, failure_type=late_room.pk)
    other = a_complaint(by=fern, at=AT, severity=Severity.HIGH)
    first = a_complaint(by=fern, at=AT - timedelta(days=2))
    last = a_complaint(by=fern, at=AT - timedelta(days=1))
    for case in (first, last):
        withdraw(case.reference, reason="x", by=fern, at=AT)
    assert list(worklist(fern, Filters(failure_type=late_room.pk)).cases) == [room]
    assert list(worklist(fern, Filters(severity=Severity.HIGH)).cases) == [other]
    assert list(worklist(fern, Filters(status="closed")).cases) == [last, first]
    assert list(worklist(fern, Filters(outcome="withdrawn")).cases) == [last, first]


@pytest.mark.parametrize(
    "query",
    ["wardrobe", "WARDR", "fell wardrobe", "cara", "castillo sons", "cara@demo.example", "908", "衣柜", "衣柜倒"],
)
def test_a_case_is_found_by_customer_and_words(fern: Employee, cara: Customer, query: str) -> None:
    what = "The wardrobe fell over in 908. 衣柜倒了。"
    case = a_complaint(by=fern, customer=cara, at=AT, what_happened=what)
    a_complaint(by=fern, at=AT)
    assert find(fern, query).cases == [case]


@pytest.mark.parametrize("query", ["", "  ", "'", "a & b | !", "\\", "wardrobe chair", "'; drop table", "%%%", "\x00"])
def test_odd_queries_find_nothing_and_break_nothing(fern: Employee, query: str) -> None:
    a_complaint(by=fern, at=AT, what_happened="The wardrobe fell over.")
    assert find(fern, query).cases == []


def test_a_search_respects_who_sees_what(fern: Employee, otto: Employee) -> None:
    case = a_complaint(by=fern, at=AT, what_happened="The wardrobe fell over.")
    assert find(otto, "wardrobe").cases == []
    assert find(otto, case.reference).cases == []


def test_the_story_of_a_customer_holds_only_what_one_may_see(
    fern: Employee, otto: Employee, cara: Customer, late_room: FailureType
) -> None:
    here = a_complaint(by=fern, customer=cara, at=AT, failure_type=late_room.pk)
    a_complaint(by=otto, customer=cara, at=AT)
    story = story_of(cara, seen_by=fern)
    assert list(story.cases) == [here]
    assert list(story.by_touchpoint) == [("Arrival", 1)]
    assert list(story_of(a_customer(), seen_by=fern).cases) == []
