"""One SMS is one segment, and its link arrives whole."""

from __future__ import annotations

import pytest

from complaints.outbox.segments import GSM_7, UCS_2, fits, one_segment, room, size

LINK = "https://complaints.example.com/track/AAAAAAAAAAAAAAAAAAAAAA/"
CHINESE = "https://c.example/track/AAAAAAAAAAAAAAAAAAAAAA/"


@pytest.mark.parametrize(
    ("text", "septets"),
    [
        ("", 0),
        ("abc", 3),
        ("Grüße", 5),
        ("€", 2),
        ("{[~]}", 10),
        ("a\\b|c^", 9),
        ("@£$¥", 4),
        ("ç", None),
        ("投诉", None),
    ],
)
def test_characters_of_the_extension_take_two(text: str, septets: int | None) -> None:
    assert size(text) == septets


def test_a_segment_holds_160_septets_or_70_characters() -> None:
    assert fits("a" * GSM_7)
    assert not fits("a" * (GSM_7 + 1))
    assert fits("€" * 80)
    assert not fits("€" * 80 + "a")
    assert fits("诉" * UCS_2)
    assert not fits("诉" * (UCS_2 + 1))
    assert fits("😀" * 35)
    assert not fits("😀" * 36)


def test_what_fits_is_left_as_it_is() -> None:
    assert one_segment("Your complaint C-7K3M9QXR", LINK) == f"Your complaint C-7K3M9QXR {LINK}"


@pytest.mark.parametrize("words", ["word " * 100, "{€} " * 100, "Grüße aus Köln " * 30, "a" * 500])
def test_long_words_are_cut_and_the_link_is_whole(words: str) -> None:
    told = one_segment(words, LINK)

    assert told.endswith(f"... {LINK}")
    assert fits(told)
    assert (size(told) or 0) > GSM_7 - 8


def test_chinese_words_are_cut_to_seventy_characters() -> None:
    told = one_segment("您的投诉已收到，我们会尽快与您联系，感谢您的耐心等待。", CHINESE)

    assert told.startswith("您的投诉")
    assert told.endswith(CHINESE)
    assert len(told) <= UCS_2


def test_half_a_character_is_never_sent() -> None:
    one_segment("😀" * 60, CHINESE).encode("utf-16-be").decode("utf-16-be")


def test_a_link_that_fills_a_segment_stands_alone_and_whole() -> None:
    link = "https://a.example/" + "x" * 200

    assert one_segment("Your complaint", link) == link


def test_typographic_signs_do_not_cost_the_alphabet() -> None:
    assert size(one_segment("We’ve “heard” you – thank you…", LINK)) is not None


@pytest.mark.parametrize("words", ["It comes to $1,250.00 in all. " * 9, "Be here at 19:30. Bring your key. " * 8])
def test_no_word_and_no_sum_is_cut_in_two(words: str) -> None:
    told = one_segment(words, LINK).removesuffix(LINK).strip().removesuffix("...")

    assert told in words
    assert words[len(told)] == " "


def test_what_ends_with_a_sentence_looks_whole() -> None:
    assert one_segment("已收到您的投诉。由王芳负责，最迟三天答复您。" * 3, LINK) == f"已收到您的投诉。 {LINK}"
    assert one_segment(f"It is $1,250.00 for you. {'Please tell us how. ' * 9}", LINK).endswith(f"how. {LINK}")
    assert "..." in one_segment(f"It is $1,250.00 {'for you ' * 30}", LINK)


@pytest.mark.parametrize(("text", "told"), [("abc", (3, 160)), ("€", (2, 160)), ("投诉", (2, 70)), ("😀", (2, 70))])
def test_the_desk_is_told_how_much_room_is_taken(text: str, told: tuple[int, int]) -> None:
    assert room(text) == told
