"""The life of a remedy and the legal moves in it; pages draw their buttons from this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.cases.states import Outcome


class RemedyStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    AWAITING = "awaiting", _("Awaiting approval")
    AUTHORISED = "authorised", _("Authorised")
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    FULFILLED = "fulfilled", _("Fulfilled")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    REVERSED = "reversed", _("Reversed")


class RemedyMove(models.TextChoices):
    SUBMIT = "submit", _("Ask for approval")
    AUTHORISE = "authorise", _("Approve")
    REFUSE = "refuse", _("Refuse")
    ASK_BACK = "ask_back", _("Ask back")
    OFFER = "offer", _("Offer")
    ACCEPT = "accept", _("Accept the offer")
    DECLINE = "decline", _("Decline the offer")
    FULFIL = "fulfil", _("Tick off as given")
    WITHDRAW = "withdraw", _("Withdraw")
    EXPIRE = "expire", _("Let it expire")
    REVERSE = "reverse", _("Reverse")


@dataclass(frozen=True, slots=True)
class RemedyRule:
    """From which states a move may start, and where it ends."""

    start: frozenset[RemedyStatus]
    end: RemedyStatus


def _from(*start: RemedyStatus, to: RemedyStatus) -> RemedyRule:
    return RemedyRule(frozenset(start), to)


MOVES: Final[dict[RemedyMove, RemedyRule]] = {
    RemedyMove.SUBMIT: _from(RemedyStatus.PROPOSED, to=RemedyStatus.AWAITING),
    RemedyMove.AUTHORISE: _from(RemedyStatus.PROPOSED, RemedyStatus.AWAITING, to=RemedyStatus.AUTHORISED),
    RemedyMove.REFUSE: _from(RemedyStatus.AWAITING, to=RemedyStatus.REFUSED),
    RemedyMove.ASK_BACK: _from(RemedyStatus.AWAITING, to=RemedyStatus.PROPOSED),
    RemedyMove.OFFER: _from(RemedyStatus.AUTHORISED, to=RemedyStatus.OFFERED),
    RemedyMove.ACCEPT: _from(RemedyStatus.OFFERED, to=RemedyStatus.ACCEPTED),
    RemedyMove.DECLINE: _from(RemedyStatus.OFFERED, to=RemedyStatus.DECLINED),
    RemedyMove.FULFIL: _from(RemedyStatus.OFFERED, RemedyStatus.ACCEPTED, to=RemedyStatus.FULFILLED),
    RemedyMove.WITHDRAW: _from(
        RemedyStatus.PROPOSED, RemedyStatus.AWAITING, RemedyStatus.OFFERED, to=RemedyStatus.WITHDRAWN
    ),
    RemedyMove.EXPIRE: _from(
        RemedyStatus.PROPOSED, RemedyStatus.AWAITING, RemedyStatus.OFFERED, to=RemedyStatus.EXPIRED
    ),
    RemedyMove.REVERSE: _from(RemedyStatus.ACCEPTED, RemedyStatus.FULFILLED, to=RemedyStatus.REVERSED),
}

UNDECIDED: Final = frozenset({RemedyStatus.PROPOSED, RemedyStatus.AWAITING})
"""Where the sum of a remedy may still become another one."""

ENDED_BY: Final[dict[Outcome, frozenset[RemedyStatus]]] = {
    Outcome.SOLVED: UNDECIDED,
    Outcome.NO_ANSWER: UNDECIDED,
    Outcome.DUPLICATE: UNDECIDED,
    Outcome.WITHDRAWN: UNDECIDED | {RemedyStatus.OFFERED},
}
"""What is withdrawn when a case ends so. An offer is a promise: it stays, unless the customer withdrew."""

LAPSING: Final = MOVES[RemedyMove.EXPIRE].start
"""Where a remedy does not stay for ever: what is held for it is given back when its day has come."""

UNTOLD: Final = frozenset({RemedyStatus.PROPOSED, RemedyStatus.AWAITING, RemedyStatus.AUTHORISED, RemedyStatus.REFUSED})
"""What the customer does not know of; nothing of ours lets on that it is there."""
