from __future__ import annotations

from datetime import datetime

import structlog

from complaints.incoming import arrivals
from complaints.incoming.queries import not_adding_up, recent_tallies

log = structlog.get_logger(__name__)


def prove_mail(*, at: datetime) -> int:
    """Hold the mails that were seen lately against those that were taken or set aside; how many tallies miss any.

    A mail that is missed is an alarm: an error in the log, and a warning on the page of the mail that came in, until it
    is dealt with. Locks nothing.
    """
    wrong = {tally.pk: tally for tally in not_adding_up(at=at)}
    for tally in recent_tallies(at=at):
        if tally.pk in wrong:
            log.error(
                "mail.not_adding_up", source=tally.source, day=str(tally.day), seen=tally.seen, left=tally.waiting
            )
        arrivals.note_proof(tally, is_right=tally.pk not in wrong, at=at)
    return len(wrong)
