"""Tell programs from people: what a program sent must never become a complaint, be answered, and be answered again."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from complaints.incoming.letter import Letter
from complaints.incoming.models import Aside

_ROBOT: Final = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|donotreply|bounces?|auto-?reply)(?:[+\-=.].*)?@"
)
_NOWHERE: Final = re.compile(r".*@(?:.*\.)?(?:invalid|localhost|localdomain|test)")
"""Domains that no mail can go to (RFC 2606): placeholders for somebody without an address."""
_TO_MANY: Final = frozenset({"bulk", "list", "junk"})


def why_not(letter: Letter, *, ours: Collection[str], colleagues: Collection[str] = ()) -> Aside | None:
    """Why a mail is set aside, or None where a person may have written it. `ours` are addresses in lower case."""
    signs = {
        Aside.REPORT: letter.is_report,
        Aside.NULL_SENDER: letter.null_sender,
        Aside.NO_SENDER: not letter.sender,
        Aside.OWN: letter.sender in ours or _without_tag(letter.sender) in ours,
        Aside.COLLEAGUE: letter.sender in colleagues,
        Aside.AUTOMATIC: _is_automatic(letter),
        Aside.BULK: _is_bulk(letter),
        Aside.EMPTY: not (letter.said or letter.subject or letter.files),
    }
    return next((reason for reason, is_so in signs.items() if is_so), None)


def is_nobody(letter: Letter, *, ours: Collection[str]) -> bool:
    """Whether the sender's address must never be written to: a robot's, a placeholder, or our own."""
    sender = letter.sender
    if letter.null_sender or not sender or sender in ours or _without_tag(sender) in ours:
        return True
    return bool(_ROBOT.match(sender) or _NOWHERE.fullmatch(sender))


def _is_automatic(letter: Letter) -> bool:
    told = letter.headers
    if told.get("auto-submitted", "no").split(";")[0].strip().lower() not in {"no", ""}:
        return True
    if any(name in told for name in ("x-auto-response-suppress", "x-autoreply", "x-autorespond", "x-loop")):
        return True
    return "auto_reply" in told.get("precedence", "").lower() or bool(_ROBOT.match(letter.sender))


def _is_bulk(letter: Letter) -> bool:
    told = letter.headers
    return told.get("precedence", "").strip().lower() in _TO_MANY or "list-id" in told or "list-unsubscribe" in told


def _without_tag(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
