from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from complaints.cases import clocks, lifecycle, links
from complaints.cases.models import Case
from complaints.cases.queries import locked
from complaints.common.errors import RecoveryError
from complaints.handling import tell
from complaints.outbox import queue, transports
from complaints.outbox.models import Message
from complaints.outbox.render import Rendered, words_of

log = structlog.get_logger(__name__)


def deliver_message(message_id: str, *, clock: Callable[[], datetime], swept: bool = False) -> bool:
    """Send one message, claimed by this call alone; False when another sender has it or it is done.

    Claims in one transaction, sends outside of any, marks in another: no lock is held while talking to the network.
    """
    message = queue.claim(message_id, at=clock(), swept=swept)
    if message is None:
        return False
    words = words_of(message)
    try:
        transports.send(message, words, link=_fresh_link(message, at=clock()))
    except transports.TransportError as error:
        log.warning("message.not_sent", message_id=message.message_id, reason=error.reason, permanent=error.permanent)
        queue.mark_failed(message, permanent=error.permanent, reason=error.reason, at=clock())
    else:
        at = clock()
        _note_delivery(message, words, at=at)
    return True


def _note_delivery(message: Message, words: Rendered, *, at: datetime) -> None:
    """Mark a message as sent together with the deadlines it meets: a crash loses both or neither.

    A case whose deadlines cannot be reckoned does not make the message go out twice.
    """
    try:
        with transaction.atomic():
            _meet_deadlines(message, at=at)
            queue.mark_sent(message, words, at=at)
    except RecoveryError:
        log.exception("message.deadlines_not_met", message_id=message.message_id)
        queue.mark_sent(message, words, at=at)


def _meet_deadlines(message: Message, *, at: datetime) -> None:
    """End the deadlines that a delivered message meets. Locks the case; its version stays, nobody's page grows old."""
    kinds = tell.MEETS.get(message.kind)
    if kinds and message.to_customer:
        case = locked(message.about)
        clocks.meet(case, kinds, at=at)
        lifecycle.note_due(case)


def _fresh_link(message: Message, *, at: datetime) -> str:
    """A link minted for this very mail: what we keep of the message holds no secret."""
    if not message.to_customer:
        return ""
    token = links.mint(Case.objects.get(reference=message.about), at=at)
    return f"{settings.BASE_URL}{reverse('portal:track', args=[token])}"
