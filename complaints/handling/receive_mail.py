from __future__ import annotations

from datetime import datetime
from typing import Final

from complaints.handling.sort_mail import sort_mail
from complaints.incoming import arrivals
from complaints.incoming.letter import Envelope
from complaints.incoming.models import Mail, Source
from complaints.incoming.queries import unit_of_the_mailbox

_UNKNOWN: Final = Envelope()


def receive_mail(
    raw: bytes,
    *,
    source: Source,
    at: datetime,
    envelope: Envelope = _UNKNOWN,
    is_old: bool = False,
    size: int | None = None,
) -> Mail:
    """Keep a mail whole, then find out where it belongs; the same mail again, by whatever way, changes nothing.

    Two transactions: once the first has committed the mail cannot be lost, whatever the second stumbles over, and the
    round takes up what was stored and not sorted. Raises Invalid where the organisation has no unit yet.
    """
    unit = unit_of_the_mailbox()
    mail, _new = arrivals.store(raw, source=source, unit=unit, at=at, envelope=envelope, is_old=is_old, size=size)
    sort_mail(mail.pk, at=at)
    return Mail.objects.defer("raw").select_related("case").get(pk=mail.pk)
