from __future__ import annotations

from complaints.intake.identity import LONGEST_KEY, Occurrences, key_of


def test_the_first_row_with_a_key_bears_it_plain_and_later_ones_are_numbered() -> None:
    occurrences = Occurrences()
    assert [occurrences.numbered(key) for key in ("a", "b", "a", "a", "b")] == ["a", "b", "a#2", "a#3", "b#2"]


def test_keys_are_told_apart_however_many_there_are() -> None:
    occurrences = Occurrences()
    keys = [f"key {number}" for number in range(50_000)]
    assert [occurrences.numbered(key) for key in keys] == keys
    assert occurrences.numbered("key 49999") == "key 49999#2"


def test_blank_columns_keep_their_place_in_the_key() -> None:
    assert key_of(["1", "", "x"]) != key_of(["1", "x", ""])


def test_an_endless_key_is_kept_as_its_hash() -> None:
    endless = "x" * 5_000
    assert len(key_of([endless])) <= LONGEST_KEY
    assert key_of([endless]) != key_of([endless + "y"])
