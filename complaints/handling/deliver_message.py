"""Send what is queued: the message a hint names, or what is due, many over one connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from complaints.cases import links
from complaints.cases.queries import locked
from complaints.common.errors import RecoveryError
from complaints.handling import tell
from complaints.handling.note_delivery import TURNED_AWAY, turned_away
from complaints.handling.wishes import as_wished
from complaints.outbox import breaker, folding, queue
from complaints.outbox.breaker import Permit
from complaints.outbox.models import Channel, Kind, Message, Trouble
from complaints.outbox.placeholders import CODE
from complaints.outbox.queries import barred
from complaints.outbox.render import SUMMARIES, Rendered, with_code, words_of
from complaints.outbox.sms import SmsLine
from complaints.outbox.texts import Texts, in_force
from complaints.outbox.transports import Line, TransportError
from complaints.remedies.models import Voucher

log = structlog.get_logger(__name__)
BATCH: Final = 50
LONGEST: Final = timedelta(seconds=45)  # with one slow message on top, below the limit of a flight


def deliver_message(message_id: str, *, clock: Callable[[], datetime]) -> bool:
    """Send the message a hint names, claimed by this call alone; False when it is not to be tried now or is done.

    Claims in one transaction, sends outside of any, marks in another: no lock is held while talking to the network.
    """
    channel = queue.channel_of(message_id)
    if channel is None:
        return False
    permit = breaker.permit(channel, at=clock(), most=1)
    message = queue.claim(message_id, at=clock()) if permit.most else None
    return bool(_deliver([message] if message else [], permit, clock=clock))


def deliver_due(*, clock: Callable[[], datetime], most: int = BATCH) -> int:
    """Send what waits and no hint has reached, what matters most first, over one connection; how many were taken up.

    Claims a batch in one transaction, sends outside of any and marks each by itself: a sender that dies leaves all
    but the one it was sending to be recognised as sent or to be sent by another.
    """
    return sum(_deliver_due_on(channel, clock=clock, most=most) for channel in Channel)


def _deliver_due_on(channel: Channel, *, clock: Callable[[], datetime], most: int) -> int:
    permit = breaker.permit(channel, at=clock(), most=most)
    claimed = queue.claim_due(channel, at=clock(), most=permit.most) if permit.most else []
    return _deliver(claimed, permit, clock=clock)


def _deliver(claimed: Sequence[Message], permit: Permit, *, clock: Callable[[], datetime]) -> int:
    began = clock()
    going = _not_withheld(claimed, at=began)
    fresh = _fresh_links(going, at=began)
    tried, texts = 0, in_force() if going else None
    with Line() as line:
        ways: dict[str, Line | SmsLine] = {Channel.EMAIL: line, Channel.SMS: SmsLine()}
        while tried < len(going) and clock() - began <= LONGEST:
            message = going[tried]
            tried += 1
            if not _try(
                ways[message.channel], message, permit, texts=texts, link=fresh.get(message.about, ""), clock=clock
            ):
                break
    if tried < len(going):
        queue.let_go(going[tried:], at=clock())
    permit.hand_back(at=clock())
    return len(claimed) - (len(going) - tried)


def _try(
    line: Line | SmsLine,
    message: Message,
    permit: Permit,
    *,
    texts: Texts | None,
    link: str,
    clock: Callable[[], datetime],
) -> bool:
    """Send one message and mark it; False when the others must wait, as the server is away."""
    words = None
    try:
        words = words_of(message, texts)
        provider_id = line.send(message, _with_code(message, words), link=link if message.to_customer else "")
    except TransportError as error:
        return _note_failure(message, error, permit, words=words, at=clock())
    except Exception as error:
        log.exception("message.broken", message_id=message.message_id)
        queue.mark_failed(message, trouble=Trouble.BROKEN, permanent=False, reason=repr(error), at=clock())
        return True
    _note_sent(message, words, provider_id=provider_id, at=clock())
    permit.worked()
    return True


def _with_code(message: Message, words: Rendered) -> Rendered:
    """The words with the code of the voucher they tell of, looked up for this very mail."""
    if message.kind != Kind.VOUCHER_ISSUED or CODE not in f"{words.text}{words.html}":
        return words
    return with_code(words, Voucher.objects.get(remedy=message.facts["remedy"]).code)


def _note_sent(message: Message, words: Rendered, *, provider_id: str, at: datetime) -> None:
    """Mark a message as sent together with the deadlines it meets: a crash loses both or neither.

    Locks the case, where it meets any. A case whose deadlines cannot be reckoned does not make it go out twice.
    """
    if not (message.to_customer and message.kind in tell.MEETS):
        queue.mark_sent(message, words, provider_id=provider_id, at=at)
        return
    try:
        with transaction.atomic():
            case = locked(message.about)
            if queue.mark_sent(message, words, provider_id=provider_id, at=at):
                tell.reached(case, message.kind, at=at)
    except RecoveryError:
        log.exception("message.deadlines_not_met", message_id=message.message_id)
        queue.mark_sent(message, words, provider_id=provider_id, at=at)


def _note_failure(
    message: Message, error: TransportError, permit: Permit, *, words: Rendered | None, at: datetime
) -> bool:
    """Mark a message as failed; what passes counts against the server, what is for good only against the message."""
    log.warning("message.not_sent", message_id=message.message_id, reason=error.reason, permanent=error.permanent)
    kept = None if message.kind in SUMMARIES else words  # a summary may still grow until it leaves
    queue.mark_failed(message, trouble=error.trouble, permanent=error.permanent, reason=error.reason, words=kept, at=at)
    if not error.permanent:
        return not permit.failed(error.trouble, reason=error.reason, at=at)
    permit.worked()
    if error.trouble in TURNED_AWAY:
        turned_away(message.pk, error.trouble, reason=error.reason, at=at)
    return True


def _not_withheld(claimed: Sequence[Message], *, at: datetime) -> list[Message]:
    """What is really sent now: not to a barred address, as the customer wishes, no more news than anybody reads."""
    closed = barred(message.recipient for message in claimed)
    back = [message for message in claimed if message.recipient.lower() in closed]
    if back:
        queue.withhold(back, Trouble.BARRED)
    wished = as_wished([message for message in claimed if message.recipient.lower() not in closed], at=at)
    queue.withhold(wished.unwanted, Trouble.NOT_WISHED)
    for message, until in wished.waiting:
        _put_off(message, until=until, at=at)
    going = wished.going
    folded = {message.pk for message in folding.beyond_the_cap(going, at=at) if folding.fold(message, at=at)}
    return [message for message in going if message.pk not in folded]


def _put_off(message: Message, *, until: datetime, at: datetime) -> None:
    """Let a message wait for the morning together with the deadlines it meets: we have answered, they are asleep.

    Locks the case, where it meets any.
    """
    with transaction.atomic():
        if message.kind in tell.MEETS:
            tell.reached(locked(message.about), message.kind, at=at)
        queue.put_off([message], until=until)


def _fresh_links(going: Sequence[Message], *, at: datetime) -> dict[str, str]:
    """A link minted for these very mails, by the case they are about: what we keep of a message holds no secret."""
    about = {message.about for message in going if message.to_customer}
    return {
        reference: f"{settings.BASE_URL}{reverse('portal:track', args=[token])}"
        for reference, token in links.mint_several(about, at=at).items()
    }
