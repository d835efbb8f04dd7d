"""What the mails to customers and colleagues say, for every kind there is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from complaints.cases.states import Outcome
from complaints.outbox.models import Kind
from complaints.outbox.placeholders import LINK
from complaints.outbox.render import Rendered, render

pytestmark = pytest.mark.django_db

FACTS = {
    "recipient_name": "Cara & Co",
    "reference": "C-7K3M9QXR",
    "responsible": "Fern Fuller",
    "unit": "Harbour Hotel",
    "by": "Fern Fuller",
    "tier_name": "Manager",
    "text": "First line.\n<b>Second</b> line.",
    "what_happened": "First line.\n<b>Second</b> line.",
    "customer": "Cara Castillo",
    "severity": "High",
    "reason": "She asks for more.",
    "outcome": Outcome.SOLVED.value,
    "deadline": "Put right",
    "lines": ["C-7K3M9QXR · Cara & Co · Put right", "C-1 · <b>Dan</b> · Put right"],
    "how_many": 2,
    "address": "cara@demo.example",
    "remedy": "Voucher & <b>more</b>",
    "course": "Making & <b>right</b>",
    "employee": "Fern Fuller",
    "until": "2026-03-31",
    "outside": "The ombudsman",
    "contact": "ombudsman.example\n+1 800 555 0100",
    "due_at": datetime(2026, 3, 8, 23, 30, tzinfo=UTC),
}
ABOUT_NO_COMPLAINT = {Kind.STAFF_DAILY, Kind.STAFF_DIGEST, Kind.STAFF_TRAINING, Kind.STAFF_LEDGER}
ABOUT_CAUSES = {Kind.STAFF_CAUSE, Kind.STAFF_HEARING}
"""They lead to a page of their own: a cause may be that of many complaints."""
PAGE = "http://localhost/desk/complaints/C-7K3M9QXR/"
SUMMARIES = {Kind.SEVERAL, Kind.STAFF_SEVERAL}
WITHOUT_A_WAY = {Kind.STAFF_MOVED}
"""Who had a complaint of another unit does not see it any more."""
TELL_WHEN = {Kind.RECEIVED, Kind.ACKNOWLEDGED, Kind.ESCALATED, Kind.REOPENED, Kind.STAFF_ASSIGNED, Kind.STAFF_ESCALATED}


def words(kind: Kind, *, language: str = "en", zone: str = "America/New_York", **facts: object) -> Rendered:
    staff = {"page": PAGE} if kind.value.startswith("staff_") else {}
    return render(kind, language=language, zone=zone, facts={**FACTS, **staff, **facts})


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in SUMMARIES | ABOUT_NO_COMPLAINT | ABOUT_CAUSES])
def test_every_message_names_the_complaint_and_leads_to_it(kind: Kind, language: str) -> None:
    told = words(kind, language=language)

    way = PAGE if kind.value.startswith("staff_") else LINK
    assert "C-7K3M9QXR" in told.subject
    assert "C-7K3M9QXR" in told.text
    assert (way in told.text) is (kind not in WITHOUT_A_WAY)
    assert (f'href="{way}"' in told.html) is (kind not in WITHOUT_A_WAY)
    assert f'lang="{language}"' in told.html


@pytest.mark.parametrize("kind", Kind)
def test_text_is_text_and_html_is_escaped(kind: Kind) -> None:
    told = words(kind, lines=["C-7K3M9QXR · Cara & Co"])

    assert "Cara & Co" in told.text
    assert "Cara &amp; Co" in told.html
    assert "<b>" not in told.html
    assert "&lt;" not in told.text
    assert "\n\n\n" not in told.text


@pytest.mark.parametrize("kind", sorted(TELL_WHEN))
def test_a_promise_is_told_in_the_time_of_the_unit_and_says_whose_time(kind: Kind) -> None:
    told = words(kind)

    assert "March 8, 2026, 7:30 p.m. (Eastern Time)" in told.text  # summer time began that morning
    assert "March 8, 2026, 7:30 p.m. (Eastern Time)" in told.html


@pytest.mark.parametrize("kind", sorted(TELL_WHEN))
def test_without_a_promise_there_is_no_gap(kind: Kind) -> None:
    told = words(kind, due_at=None, reason="")

    assert "\n\n\n" not in told.text
    assert "None" not in told.text + told.html


def why_it_is_mine(*, by: str = "Fern Fuller", for_customer: bool = False, is_urgent: bool = False) -> str:
    """The first sentence to whoever it was handed up to."""
    told = words(Kind.STAFF_ESCALATED, by=by, for_customer=for_customer, is_urgent=is_urgent)
    return told.text.split("\n\n")[1]


def test_whoever_gets_a_complaint_learns_why() -> None:
    assert why_it_is_mine() == "Fern Fuller has handed the complaint of Cara Castillo up to you. Severity: High."
    assert why_it_is_mine(by="Cara Castillo", for_customer=True).startswith(
        "Cara Castillo wants somebody higher to look at the complaint"
    )
    assert why_it_is_mine(by="", is_urgent=True).startswith("The complaint of Cara Castillo cannot wait")
    assert why_it_is_mine(by="").startswith("A deadline was missed")


@pytest.mark.parametrize(
    ("facts", "subject"),
    [
        ({}, "Handed up to you from Fern Fuller, decide by March 8, 2026, 7:30 p.m.: C-7K3M9QXR"),
        ({"due_at": None}, "Handed up to you from Fern Fuller: C-7K3M9QXR"),
        ({"from_whom": ""}, "Handed up to you, decide by March 8, 2026, 7:30 p.m.: C-7K3M9QXR"),
        ({"from_whom": "", "due_at": None}, "Handed up to you: C-7K3M9QXR"),
    ],
)
def test_the_subject_says_that_it_was_handed_up_from_whom_and_by_when(facts: dict[str, Any], subject: str) -> None:
    assert words(Kind.STAFF_ESCALATED, **{"from_whom": "Fern Fuller", **facts}).subject == subject


def test_a_summary_has_one_line_for_each_deadline() -> None:
    told = words(Kind.STAFF_DIGEST)

    assert told.subject == "2 deadlines draw near"
    assert (
        "first:\n\n- C-7K3M9QXR · Cara & Co · Put right\n- C-1 · <b>Dan</b> · Put right\n\nAll deadlines:" in told.text
    )
    assert "<li>C-7K3M9QXR · Cara &amp; Co · Put right</li>" in told.html


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_summary_speaks_of_no_complaint_as_if_it_were_the_only_one(language: str) -> None:
    told = words(Kind.STAFF_DIGEST, language=language, reference="C-NOTTHIS1")
    assert "C-NOTTHIS1" not in told.subject + told.text + told.html
    assert "None" not in told.text
    assert "\n\n\n" not in told.text


def test_the_way_outside_is_told_with_its_contact() -> None:
    told = words(Kind.ROUTE_OUTSIDE)

    assert "turn to The ombudsman:\n\nombudsman.example\n+1 800 555 0100\n\n" in told.text
    assert "ombudsman.example<br>" in told.html


@pytest.mark.parametrize("outcome", [*Outcome.values, "Closed with explanation"])
def test_every_ending_has_its_own_words(outcome: str) -> None:
    others = [words(Kind.CLOSED, outcome=other).text for other in Outcome.values if other != outcome]

    assert outcome not in Outcome.values or words(Kind.CLOSED, outcome=outcome).text not in others
