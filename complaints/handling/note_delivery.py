"""What a mail provider or a mail server says became of a message that had left."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction

from complaints.cases import lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.queries import locked
from complaints.common.actors import SYSTEM
from complaints.handling import tell
from complaints.outbox import queue
from complaints.outbox.models import PENDING, Bar, Kind, Message, MessageState, Trouble


class Fate(StrEnum):
    """What became of a message."""

    DELIVERED = "delivered"
    NO_MAILBOX = "no_mailbox"  # came back, and will again
    CAME_BACK = "came_back"  # came back this time: a full mailbox, a server that was away too long
    REFUSED = "refused"  # the provider would not send it
    UNWANTED = "unwanted"  # the recipient reported it as spam


@transaction.atomic
def note_delivery(fate: Fate, *, message_id: str, provider_id: str, reason: str, at: datetime) -> bool:
    """Note what became of a message; heard again, or of a message that is not ours, it is False and changes nothing.

    What did not arrive is written on the timeline, and whoever is responsible is asked for another way to reach the
    customer; a message to a colleague may be about no complaint. Locks the case, then the message.
    """
    known = queue.reported_on(message_id=message_id, provider_id=provider_id)
    if known is None:
        return False
    case = locked(known.about) if known.to_customer else None
    message = Message.objects.select_for_update(of=("self",)).get(pk=known.pk)
    match fate:
        case Fate.DELIVERED:
            return _delivered(case, message, at=at)
        case Fate.UNWANTED:
            is_news = queue.bar(message.recipient, Bar.UNWANTED, reason=reason, at=at)
            if is_news:
                _ask_staff(case, message, Entry.MAIL_UNWANTED, reason=str(Bar.UNWANTED.label), at=at)
            return is_news
        case _:
            return _came_back(case, message, fate, reason=reason, at=at)


TURNED_AWAY: Final = {
    Trouble.NO_MAILBOX: (Bar.BOUNCED, Entry.MAIL_CAME_BACK),
    Trouble.STOPPED: (Bar.UNWANTED, Entry.MAIL_UNWANTED),
}
"""What a server says while it refuses a message that holds for every further one to the address."""


@transaction.atomic
def turned_away(pk: int, trouble: Trouble, *, reason: str, at: datetime) -> None:
    """Note that a message was refused for one of TURNED_AWAY. Locks the case."""
    message, (bar, entry) = Message.objects.get(pk=pk), TURNED_AWAY[trouble]
    case = locked(message.about) if message.to_customer else None
    if queue.bar(message.recipient, bar, reason=reason, at=at):
        _ask_staff(case, message, entry, reason=reason, at=at)


def _delivered(case: Case | None, message: Message, *, at: datetime) -> bool:
    """It arrived, whatever we thought of it; nobody sends it again."""
    if message.state not in {*PENDING, MessageState.SENT, MessageState.FAILED}:
        return False
    if case is not None and message.sent_at is None:
        tell.reached(case, message.kind, at=at)
    queue.note_report(message, MessageState.DELIVERED, trouble="", reason="", at=at)
    return True


def _came_back(case: Case | None, message: Message, fate: Fate, *, reason: str, at: datetime) -> bool:
    if message.state in {MessageState.BOUNCED, MessageState.FAILED, MessageState.WITHHELD}:
        return False
    refused = fate == Fate.REFUSED
    trouble = Trouble.REFUSED if refused else Trouble.CAME_BACK
    state = MessageState.FAILED if refused else MessageState.BOUNCED
    queue.note_report(message, state, trouble=trouble, reason=reason or str(trouble.label), at=at)
    if fate == Fate.NO_MAILBOX:
        queue.bar(message.recipient, Bar.BOUNCED, reason=reason, at=at)
    _ask_staff(case, message, Entry.MAIL_CAME_BACK, reason=message.reason, at=at)
    return True


def _ask_staff(case: Case | None, message: Message, entry: Entry, *, reason: str, at: datetime) -> None:
    """Ask for another way to reach the customer; a colleague's own mailbox is no business of a case."""
    if case is None:
        return
    timeline.record(case, entry, by=SYSTEM, at=at, address=message.recipient, reason=reason)
    lifecycle.renew_versions([case])
    facts = {"address": message.recipient, "reason": reason}
    tell.responsible(case, Kind.STAFF_UNREACHABLE, occasion=f"message {message.pk}", at=at, **facts)
