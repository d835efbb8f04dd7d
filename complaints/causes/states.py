"""The states of an investigation, of a hearing and of a corrective action, and the legal moves between them.

The desk draws its buttons from these tables; `apply` is the one writer of a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.common.errors import CauseMovedOn


class InvestigationState(models.TextChoices):
    OPEN = "open", pgettext_lazy("investigation", "To be answered")
    ANSWERED = "answered", pgettext_lazy("investigation", "Answered")
    CLOSED = "closed", pgettext_lazy("investigation", "Cause accepted")


class InvestigationMove(models.TextChoices):
    ANSWER = "answer", _("Answer with the cause")
    SEND_BACK = "send_back", _("Ask the department again")
    ACCEPT = "accept", _("Accept the cause")
    PLAN = "plan", _("Plan a corrective action")
    TELL = "tell", _("Tell an employee what is alleged")


class HearingState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("hearing", "Asked for their side")
    HEARD = "heard", pgettext_lazy("hearing", "Heard")
    FOUND = "found", pgettext_lazy("hearing", "Finding made")
    APPEALED = "appealed", pgettext_lazy("hearing", "Appealed")
    FINAL = "final", pgettext_lazy("hearing", "Decided on appeal")


class HearingMove(models.TextChoices):
    STATE = "state", _("Give your side")
    FIND = "find", _("Make a finding")
    APPEAL = "appeal", _("Appeal")
    DECIDE = "decide", _("Decide on the appeal")


class ActionState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("corrective action", "Planned")
    DONE = "done", pgettext_lazy("corrective action", "Done, effect observed")
    PROVED = "proved", pgettext_lazy("corrective action", "Effect proved")
    DROPPED = "dropped", pgettext_lazy("corrective action", "Dropped")


class ActionMove(models.TextChoices):
    FINISH = "finish", _("Done, with evidence")
    DROP = "drop", _("Drop it")
    EXPLAIN = "explain", _("A setting was changed because of it")
    PROVE = "prove", _("Effect proved")
    REOPEN = "reopen", _("Reopened without effect")


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states a move may start, and where it ends; without an end the state stays."""

    start: frozenset[str]
    end: str | None = None


_OPEN, _ANSWERED, _CLOSED = InvestigationState
_ASKED, _HEARD, _FOUND, _APPEALED, _FINAL = HearingState
_PLANNED, _DONE, _PROVED, _DROPPED = ActionState

RULES: Final[Mapping[str, Rule]] = {
    InvestigationMove.ANSWER: Rule(frozenset({_OPEN}), _ANSWERED),
    InvestigationMove.SEND_BACK: Rule(frozenset({_ANSWERED}), _OPEN),
    InvestigationMove.ACCEPT: Rule(frozenset({_ANSWERED}), _CLOSED),
    InvestigationMove.PLAN: Rule(frozenset({_ANSWERED, _CLOSED})),
    InvestigationMove.TELL: Rule(frozenset({_OPEN, _ANSWERED})),
    HearingMove.STATE: Rule(frozenset({_ASKED, _HEARD, _FOUND, _APPEALED})),
    HearingMove.FIND: Rule(frozenset({_ASKED, _HEARD}), _FOUND),
    HearingMove.APPEAL: Rule(frozenset({_FOUND}), _APPEALED),
    HearingMove.DECIDE: Rule(frozenset({_APPEALED}), _FINAL),
    ActionMove.FINISH: Rule(frozenset({_PLANNED}), _DONE),
    ActionMove.DROP: Rule(frozenset({_PLANNED}), _DROPPED),
    ActionMove.EXPLAIN: Rule(frozenset({_PLANNED, _DONE, _PROVED})),
    ActionMove.PROVE: Rule(frozenset({_DONE}), _PROVED),
    ActionMove.REOPEN: Rule(frozenset({_DONE}), _PLANNED),
}


class HasState(Protocol):
    """Whatever stands in one of the tables."""

    state: str


def is_legal(row: HasState, move: str) -> bool:
    """Whether a move may start where the row stands."""
    return row.state in RULES[move].start


def apply(row: HasState, move: str) -> None:
    """Make one legal move on a locked row, which the caller stores; raises CauseMovedOn for any other."""
    if not is_legal(row, move):
        raise CauseMovedOn(move=move, state=row.state)
    row.state = RULES[move].end or row.state
