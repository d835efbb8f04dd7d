from __future__ import annotations

import pytest

from complaints.common.words import clean, clean_line, index_words, split


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


def test_chinese_is_indexed_as_characters_and_pairs() -> None:
    assert index_words("房间吵 Room") == sorted({"房", "间", "吵", "房间", "间吵", "room"})
