from __future__ import annotations

import pytest

from complaints.common.words import clean, clean_line, places, sequence, split, stretches


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b\x07c", "abc"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("pay \u202egnp.exe\u202c now", "pay gnp.exe now"),
        ("  spaced  ", "spaced"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("tab\tstays", "tab\tstays"),
        (" \u200b\n\u2060 ", ""),
        ("\u3164\u2800", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
    ],
)
def test_what_cannot_be_seen_is_dropped_and_the_rest_kept(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_a_line_has_single_spaces() -> None:
    assert clean_line(" Cara \n\t Castillo ") == "Cara Castillo"


def test_words_are_folded_and_accents_dropped() -> None:
    assert split("Café NAÏVE Straße") == ["cafe", "naive", "strasse"]


def test_each_character_of_chinese_takes_a_place_and_so_does_each_latin_word() -> None:
    words, free = places("房间吵 Room 吵")
    assert sorted(words) == sorted([("房", 1), ("间", 2), ("吵", 3), ("房间", 1), ("间吵", 2), ("room", 4), ("吵", 5)])
    assert free == 6


@pytest.mark.parametrize("written", ["房间吵 Room 吵 door", "one two", "吵", "908房间"])
def test_what_stands_in_order_is_where_it_was_put(written: str) -> None:
    words, _free = places(written)
    place = 1
    for term, distance in sequence(split(written)):
        place += distance
        assert (term, place) in words


def test_folded_words_are_told_where_they_stand_in_what_was_written() -> None:
    text = "Größe: „CAFÉ“ 房间"
    assert [(word, text[begin:end]) for word, begin, end in stretches(text)] == [
        ("grosse", "Größe"), ("cafe", "CAFÉ"), ("房", "房"), ("间", "间"),
    ]  # fmt: skip
