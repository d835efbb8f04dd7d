"""The states of a case and the legal moves between them: the desk draws its buttons from this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    OPEN = "open", _("Open")
    WAITING = "waiting", _("Waiting for the customer")
    RESOLVED = "resolved", _("Resolution proposed")
    CLOSED = "closed", _("Closed")


class Outcome(models.TextChoices):
    """How a complaint ended."""

    SOLVED = "solved", _("Solved, says the customer")
    NO_ANSWER = "no_answer", _("Resolution proposed, no answer")
    WITHDRAWN = "withdrawn", _("Withdrawn by the customer")
    DUPLICATE = "duplicate", _("Duplicate of another")


class Move(models.TextChoices):
    """What can be done to a case; the value names the verb in `handling`."""

    ACKNOWLEDGE = "acknowledge", _("Acknowledge")
    ASSIGN = "assign", _("Assign")
    TAKE = "take", _("Take it")
    NOTE = "note", _("Write a note")
    WRITE = "write", _("Write to the customer")
    ASK = "ask", _("Ask the customer")
    ESCALATE = "escalate", _("Hand up")
    CLIMB = "climb", _("Go up the ladder")
    STEP_DOWN = "step_down", _("Send back")
    REASSESS = "reassess", _("Assess anew")
    RESOLVE = "resolve", _("Propose a resolution")
    CONFIRM = "confirm", _("Solved, says the customer")
    ACCEPT = "accept", _("Accept the resolution")
    REFUSE = "refuse", _("Refuse the resolution")
    ANSWER = "answer", _("Answer the question")
    REMARK = "remark", _("Write something")
    REOPEN = "reopen", _("Reopen")
    WITHDRAW = "withdraw", _("Withdraw")
    MARK_DUPLICATE = "mark_duplicate", _("Mark as a duplicate")
    UNMARK_DUPLICATE = "unmark_duplicate", _("No duplicate after all")
    LINK_FAILURE = "link_failure", _("Same failure as another")
    PART_FAILURE = "part_failure", _("Not the same failure")
    LET_REST = "let_rest", _("Close without an answer")
    PROPOSE_REMEDY = "propose_remedy", _("Offer something")


LIVE: Final = frozenset({Status.OPEN, Status.WAITING, Status.RESOLVED})
AT_WORK: Final = frozenset({Status.OPEN, Status.WAITING})
ANY: Final = frozenset(Status)


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states a move may start, and where it ends; without an end the state stays."""

    start: frozenset[Status]
    end: Status | None = None


MOVES: Final[dict[Move, Rule]] = {
    Move.ACKNOWLEDGE: Rule(AT_WORK),
    Move.TAKE: Rule(LIVE),
    Move.ASSIGN: Rule(LIVE),
    Move.NOTE: Rule(ANY),
    Move.WRITE: Rule(ANY),
    Move.ASK: Rule(AT_WORK, Status.WAITING),
    Move.ESCALATE: Rule(AT_WORK),
    Move.CLIMB: Rule(AT_WORK, Status.OPEN),
    Move.STEP_DOWN: Rule(AT_WORK),
    Move.REASSESS: Rule(LIVE),
    Move.RESOLVE: Rule(AT_WORK, Status.RESOLVED),
    Move.CONFIRM: Rule(LIVE, Status.CLOSED),
    Move.ACCEPT: Rule(frozenset({Status.RESOLVED}), Status.CLOSED),
    Move.REFUSE: Rule(frozenset({Status.RESOLVED}), Status.OPEN),
    Move.ANSWER: Rule(frozenset({Status.WAITING}), Status.OPEN),
    Move.REMARK: Rule(ANY),
    Move.REOPEN: Rule(frozenset({Status.RESOLVED, Status.CLOSED}), Status.OPEN),
    Move.WITHDRAW: Rule(LIVE, Status.CLOSED),
    Move.MARK_DUPLICATE: Rule(LIVE, Status.CLOSED),
    Move.UNMARK_DUPLICATE: Rule(frozenset({Status.CLOSED})),
    Move.LINK_FAILURE: Rule(ANY),
    Move.PART_FAILURE: Rule(ANY),
    Move.LET_REST: Rule(frozenset({Status.RESOLVED}), Status.CLOSED),
    Move.PROPOSE_REMEDY: Rule(LIVE),
}
