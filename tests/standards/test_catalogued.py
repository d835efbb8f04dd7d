"""As which failure type a complaint counts in the catalogue of another time: by hand, then for any history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from complaints.standards.catalogued import AS_FILED, catalogued
from complaints.standards.models import Succession, SuccessionKind

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
BEFORE, AFTER = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)


def merged(old: int, new: int, at: datetime = MONDAY) -> Succession:
    return Succession(kind=SuccessionKind.MERGED, old_id=old, new_id=new, at=at)


def split(old: int, *parts: int, at: datetime = MONDAY) -> list[Succession]:
    return [Succession(kind=SuccessionKind.SPLIT, old_id=old, new_id=part, at=at) for part in parts]


def test_as_filed_everything_counts_as_what_it_is() -> None:
    assert AS_FILED.counts_as(7) == 7
    assert AS_FILED.filed_as(7) == [7]
    assert AS_FILED.together({1: 2, 3: 4}) == {1: 2, 3: 4}


def test_what_was_merged_counts_as_what_it_was_merged_into_from_that_moment_on() -> None:
    steps = [merged(1, 3), merged(2, 3)]
    assert [catalogued(steps, at=AFTER).counts_as(kind) for kind in (1, 2, 3)] == [3, 3, 3]
    assert [catalogued(steps, at=MONDAY).counts_as(kind) for kind in (1, 2, 3)] == [3, 3, 3]
    assert [catalogued(steps, at=BEFORE).counts_as(kind) for kind in (1, 2, 3)] == [1, 2, 3]


def test_parts_count_as_the_whole_before_it_was_split_and_the_whole_is_never_divided() -> None:
    steps = split(1, 2, 3)
    assert [catalogued(steps, at=BEFORE).counts_as(kind) for kind in (1, 2, 3)] == [1, 1, 1]
    assert [catalogued(steps, at=AFTER).counts_as(kind) for kind in (1, 2, 3)] == [1, 2, 3]


def test_several_steps_are_followed_to_their_end() -> None:
    steps = [merged(1, 2), merged(2, 3, at=AFTER), *split(4, 5, 6), *split(5, 7, 8, at=AFTER)]
    assert catalogued(steps, at=AFTER).counts_as(1) == 3
    assert catalogued(steps, at=MONDAY).counts_as(1) == 2
    assert catalogued(steps, at=BEFORE).counts_as(8) == 4
    assert catalogued(steps, at=MONDAY).counts_as(8) == 5
    assert catalogued(steps, at=AFTER).counts_as(8) == 8


def test_a_part_that_was_merged_counts_as_the_whole_while_neither_had_happened() -> None:
    steps = [*split(1, 2, 3), merged(2, 9, at=AFTER)]
    assert [catalogued(steps, at=at).counts_as(2) for at in (BEFORE, MONDAY, AFTER)] == [1, 2, 9]


def test_a_whole_that_had_been_merged_before_its_heir_was_split_counts_as_its_heir() -> None:
    steps = [merged(1, 2), *split(2, 3, 4, at=AFTER)]
    assert [catalogued(steps, at=AFTER).counts_as(kind) for kind in (1, 2, 3)] == [2, 2, 3]
    assert [catalogued(steps, at=MONDAY).counts_as(kind) for kind in (1, 2, 3)] == [2, 2, 2]
    assert [catalogued(steps, at=BEFORE).counts_as(kind) for kind in (1, 2, 3)] == [1, 2, 2]


@st.composite
def histories(draw: st.DrawFn) -> list[Succession]:
    """Merges and splits one after the other, as the verbs allow them: of what is kept, into what is kept or new."""
    kept, steps = [1, 2, 3, 4], []
    for number in range(draw(st.integers(0, 6))):
        at = MONDAY + timedelta(hours=number)
        old = kept.pop(draw(st.integers(0, len(kept) - 1)))
        if draw(st.booleans()) and kept:
            steps.append(merged(old, draw(st.sampled_from(kept)), at=at))
        else:
            parts = [10 * (number + 1) + one for one in range(draw(st.integers(2, 3)))]
            steps += split(old, *parts, at=at)
            kept += parts
    return steps


@given(histories(), st.integers(-1, 7), st.dictionaries(st.integers(1, 80), st.integers(0, 99)))
def test_no_complaint_is_lost_or_counted_twice_in_any_history(
    steps: list[Succession], hour: int, counts: dict[int, int]
) -> None:
    then = catalogued(steps, at=MONDAY + timedelta(hours=hour))
    together = then.together(counts)
    assert sum(together.values()) == sum(counts.values())
    for kind, n in together.items():
        assert n == sum(counts.get(one, 0) for one in then.filed_as(kind))
        assert then.counts_as(kind) == kind
