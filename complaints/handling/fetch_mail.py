from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from complaints.common.errors import RecoveryError
from complaints.handling.receive_mail import receive_mail
from complaints.incoming import places
from complaints.incoming.imap import MailboxError, OpenMailbox, Where, open_mailbox
from complaints.incoming.models import Mailbox, Source

log = structlog.get_logger(__name__)
LONGEST: Final = timedelta(seconds=45)
BEFORE_WE_CAME: Final = timedelta(days=1)
"""What lay longer than this in a mailbox when we first looked there is set aside, not filed."""


def fetch_mail(where: Where, *, clock: Callable[[], datetime]) -> int:
    """Fetch what is new in a mailbox and receive it, one mail after the other; how many.

    A mail is noted as fetched after it is stored: whoever dies in between fetches it again, and it is known by then.
    Whether somebody has read it is not asked, and several may fetch at once. No lock is held while talking to the
    server. What cannot be fetched is tried again the next time, and hides no other.
    """
    began = clock()
    box = places.mailbox(where.name, at=began)
    try:
        with open_mailbox(where) as opened:
            return _fetch(box, opened, began=began, clock=clock)
    except (MailboxError, RecoveryError) as error:
        log.warning("mailbox.trouble", mailbox=where.name, reason=str(error))
        places.note_trouble(box, str(error), at=clock())
        return 0


def _fetch(box: Mailbox, opened: OpenMailbox, *, began: datetime, clock: Callable[[], datetime]) -> int:
    validity = opened.uid_validity
    listed = opened.uids_from(places.start_of(box, validity))
    left = places.missing(box, validity, listed)
    done, refused = 0, list[int]()
    for uid in list(left):
        if clock() - began > LONGEST:
            break
        left.remove(uid)
        if _take(box, opened, uid, at=clock()):
            done += 1
        else:
            refused.append(uid)
    places.settle(box, validity, listed=listed, left=sorted([*refused, *left]), at=clock())
    if refused:
        places.note_trouble(box, f"{len(refused)}: UID {', '.join(map(str, refused[:10]))}", at=clock())
    return done


def _take(box: Mailbox, opened: OpenMailbox, uid: int, *, at: datetime) -> bool:
    """Fetch and receive one mail; False where the server does not give it."""
    try:
        piece = opened.fetch(uid)
    except MailboxError as error:
        log.warning("mailbox.refused", mailbox=box.name, uid=uid, reason=str(error))
        return False
    if piece is not None:
        is_old = piece.arrived_at is not None and piece.arrived_at < box.known_since - BEFORE_WE_CAME
        receive_mail(piece.raw, source=Source.IMAP, at=at, is_old=is_old, size=piece.size)
    places.note_fetched(box, opened.uid_validity, uid)
    return True
