"""Where a complaint stands, told to the customer: what was done, who has it, what comes next and by when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.cases.entries import Entry
from complaints.cases.models import Case, TimelineEntry
from complaints.cases.sentences import sentence_for_customer
from complaints.cases.states import Outcome, Status
from complaints.common.actors import ActorKind
from complaints.handling.answer_resolution import was_judged
from complaints.handling.climb_for_customer import offered_rung
from complaints.handling.let_rest import PATIENCE
from complaints.handling.offer_remedy import words_of
from complaints.handling.reopen_for_customer import may_open_again
from complaints.remedies.queries import offers_to_customer

STEPS: Final = (_("Received"), _("In hand"), _("Proposal"), _("Closed"))


@dataclass(frozen=True, slots=True)
class Step:
    """One mark on the way of a complaint."""

    name: str | Promise
    is_done: bool
    is_now: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """What is said of a stage: the heading, what comes next, and what that was when the moment has passed."""

    step: int
    heading: str | Promise
    then: str | Promise
    meaning: str = "info"


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the story as the customer reads it."""

    at: datetime
    sentence: str
    text: str
    by_customer: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """A remedy that the customer may accept or decline."""

    pk: int
    name: str
    words: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the upper part of the tracking page says."""

    steps: list[Step]
    stage: Stage
    who: str
    by: datetime | None
    is_late: bool
    closes_at: datetime | None
    asks: str
    awaits_answer: bool
    awaits_verdict: bool
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """Who would look at it next, if the customer wished so: a person of ours, a step, or somebody outside."""

    person: str
    title: str | Promise
    by: datetime | None
    is_outside: bool
    contact: str


_UNREAD: Final = Stage(0, _("We have your complaint"), _("Somebody of us reads it and tells you who looks after it."))
_STAGES: Final[dict[Status, Stage]] = {
    Status.OPEN: Stage(1, _("We are looking after it"), _("We look into it and propose how to put it right.")),
    Status.WAITING: Stage(
        1,
        _("We need something from you"),
        _("Please answer our question. The matter rests until then and goes on at once when you have written."),
        "warn",
    ),
    Status.RESOLVED: Stage(
        2,
        _("We have a proposal for you"),
        _("Please tell us whether that solves it. If it does not, it goes to somebody higher up at once."),
        "warn",
    ),
    Status.CLOSED: Stage(3, _("Closed"), _("If something is not right after all, write to us below."), "quiet"),
}
_ENDINGS: Final[dict[str, str | Promise]] = {
    Outcome.SOLVED: _("Solved. Thank you for telling us"),
    Outcome.NO_ANSWER: _("Closed, as we have not heard from you"),
    Outcome.WITHDRAWN: _("Closed, as you wished"),
    Outcome.DUPLICATE: _("Goes on with another complaint about the same matter"),
}


def standing_of(case: Case, entries: Iterable[TimelineEntry], *, at: datetime) -> Standing:
    """Tell where a complaint stands; `entries` are its public ones, newest first."""
    status = Status(case.status)
    stage = (
        _UNREAD
        if status == Status.OPEN and case.acknowledged_at is None and case.responsible is None
        else _STAGES[status]
    )
    if status == Status.CLOSED:
        stage = Stage(
            stage.step,
            _ENDINGS.get(case.outcome, stage.heading),
            stage.then,
            "ok" if case.outcome == Outcome.SOLVED else "quiet",
        )
    asked = {Status.WAITING: Entry.QUESTION_ASKED, Status.RESOLVED: Entry.RESOLUTION_PROPOSED}.get(status)
    return Standing(
        steps=[
            Step(name, place < stage.step or status == Status.CLOSED, place == stage.step)
            for place, name in enumerate(STEPS)
        ],
        stage=stage,
        who=case.responsible.name if case.responsible else "",
        by=case.due,
        is_late=case.due is not None and case.due < at,
        closes_at=_closes_at(case, entries),
        asks=next((entry.text for entry in entries if entry.kind == asked), ""),
        awaits_answer=status == Status.WAITING,
        awaits_verdict=status == Status.RESOLVED or _can_still_judge(case, at=at),
        is_closed=status == Status.CLOSED,
    )


def _can_still_judge(case: Case, *, at: datetime) -> bool:
    """Whether the customer can still say how a closed complaint was handled."""
    return case.status == Status.CLOSED and may_open_again(case, at=at) and not was_judged(case)


def _closes_at(case: Case, entries: Iterable[TimelineEntry]) -> datetime | None:
    """When a proposal comes to rest without a verdict: two weeks after it, or after the customer's last word."""
    if case.status != Status.RESOLVED or case.resolved_at is None:
        return None
    words = [entry.at for entry in entries if entry.kind == Entry.CUSTOMER_ANSWERED]
    return max([case.resolved_at, *words]) + PATIENCE


def offer_of(case: Case, *, at: datetime) -> Offer | None:
    """The next step of the ladder as the customer is told of it before they ask; None where they cannot ask."""
    rung = offered_rung(case, at=at)
    if rung is None:
        return None
    return Offer(
        person=rung.responsible.name if rung.responsible else "",
        title=rung.step.title,
        by=rung.decides_by(at=at),
        is_outside=rung.step.is_outside,
        contact=rung.step.contact,
    )


def story_of(entries: Iterable[TimelineEntry]) -> list[Told]:
    """The public entries as sentences, in the language that is active."""
    told = [
        Told(entry.at, sentence_for_customer(entry), entry.text, entry.actor_kind == ActorKind.CUSTOMER)
        for entry in entries
    ]
    return [line for line in told if line.sentence]


def offered_to(case: Case) -> list[Offered]:
    """What the customer may accept or decline now."""
    return [Offered(one.pk, str(words_of(one)), one.words, one.lapses_at) for one in offers_to_customer(case)]
