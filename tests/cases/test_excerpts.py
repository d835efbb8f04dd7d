"""Excerpts: where in the record stands what was looked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from complaints.cases.asked import read
from complaints.cases.excerpts import AROUND, Excerpt, excerpts
from complaints.cases.models import Case
from complaints.handling.write_note import write_note
from complaints.staff.models import Employee
from tests.factories import a_complaint

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def shown(case: Case, typed: str) -> list[Excerpt]:
    return excerpts([case], read(typed))[case.pk]


def marked(excerpt: Excerpt) -> str:
    """An excerpt on one line, with brackets around what was looked for."""
    return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in excerpt.pieces)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("wardrobe", "The [Wardrobe] fell over in the café. 衣柜倒了。"),
        ("wardr", "The [Wardrobe] fell over in the café. 衣柜倒了。"),
        ('"fell over"', "The Wardrobe [fell over] in the café. 衣柜倒了。"),
        ("CAFE the -lamp", "[The] Wardrobe fell over in [the] [café]. 衣柜倒了。"),
        ("衣柜", "The Wardrobe fell over in the café. [衣柜]倒了。"),
        ("柜倒了", "The Wardrobe fell over in the café. 衣[柜倒了]。"),
    ],
)
def test_what_was_looked_for_is_marked_as_it_was_written(fern: Employee, typed: str, line: str) -> None:
    case = a_complaint(by=fern, at=AT, what_happened="The Wardrobe fell over in the café. 衣柜倒了。")
    assert [(str(one.where), marked(one), one.at) for one in shown(case, typed)] == [("What went wrong", line, None)]


def test_what_is_not_where_the_most_stands_is_shown_from_where_it_is(fern: Employee) -> None:
    case = a_complaint(by=fern, at=AT, what_happened="The wardrobe fell.", wanted="A new wardrobe.")
    write_note(case.reference, text="A hinge <b>broke</b>.", by=fern, at=AT + timedelta(hours=1))
    write_note(case.reference, text="Another wardrobe.", by=fern, at=AT + timedelta(hours=2))

    found = shown(case, "wardrobe fell hinge")

    assert [(str(one.where), marked(one), one.at) for one in found] == [
        ("What went wrong", "The [wardrobe] [fell].", None),
        ("Fern Fuller wrote a note", "A [hinge] <b>broke</b>.", AT + timedelta(hours=1)),
    ]


def test_a_long_text_is_cut_around_where_most_of_it_stands(fern: Employee) -> None:
    text = f"{'much ado ' * 60}wardrobe {'and so on ' * 60}cold wardrobe water\n{'to the end ' * 60}"
    case = a_complaint(by=fern, at=AT, what_happened=text)

    line = marked(shown(case, "wardrobe cold water")[0])

    assert "[cold] [wardrobe] [water] to the end" in line
    assert line.startswith("…")
    assert line.endswith("…")
    assert len(line) <= AROUND + 10


def test_what_was_found_by_its_customer_needs_no_excerpt(fern: Employee) -> None:
    case = a_complaint(by=fern, at=AT)
    assert shown(case, case.customer.name) == shown(case, "-room") == []


def test_a_word_at_the_end_of_the_longest_note_is_shown_too(fern: Employee) -> None:
    """Transcripts are long: they were found by such a word, and nobody was shown where."""
    case = a_complaint(by=fern, at=AT)
    transcript = f"{'Agent: I see. ' * 1420}Guest: a marmot."
    write_note(case.reference, text=transcript, by=fern, at=AT)
    assert [marked(one)[-16:] for one in shown(case, "marmot")] == [" Guest: a [marmot]."[-16:]]
