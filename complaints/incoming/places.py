"""Write how far we are with a mailbox: which of its mails are stored, and whether it answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from complaints.incoming.models import Fetched, Mailbox

OVERLAP: Final = 200  # numbers below the newest that are looked at again: a server may show a lower one later


def mailbox(name: str, *, at: datetime) -> Mailbox:
    """What we know of a mailbox; one that was never read is known from now on."""
    return Mailbox.objects.get_or_create(name=name, defaults={"known_since": at})[0]


def start_of(box: Mailbox, uid_validity: int) -> int:
    """The number from which on to look: from the beginning where the server numbers anew."""
    return box.low_uid if box.uid_validity == uid_validity else 1


def missing(box: Mailbox, uid_validity: int, uids: Sequence[int]) -> list[int]:
    """Those of the numbers that were not fetched yet, in order."""
    there = Fetched.objects.filter(mailbox=box, uid_validity=uid_validity, uid__gte=min(uids, default=0))
    known = set(there.values_list("uid", flat=True))
    return [uid for uid in uids if uid not in known]


def note_fetched(box: Mailbox, uid_validity: int, uid: int) -> None:
    """Note that a mail is stored; a second fetcher may have noted it before."""
    Fetched.objects.bulk_create([Fetched(mailbox=box, uid_validity=uid_validity, uid=uid)], ignore_conflicts=True)


def settle(box: Mailbox, uid_validity: int, *, listed: Sequence[int], left: Sequence[int], at: datetime) -> None:
    """Move the start behind what is done, never past a mail that is still to be fetched. Locks the mailbox."""
    newest = max(listed, default=0)
    low = max(1, min([*left[:1], newest + 1 - OVERLAP]))
    with transaction.atomic():
        row = Mailbox.objects.select_for_update(of=("self",)).get(pk=box.pk)
        row.low_uid = max(low, row.low_uid) if row.uid_validity == uid_validity else low
        row.uid_validity, row.read_at, row.trouble, row.trouble_since = uid_validity, at, "", None
        row.save()
        Fetched.objects.filter(mailbox=box).exclude(uid_validity=uid_validity, uid__gte=row.low_uid).delete()


def note_trouble(box: Mailbox, reason: str, *, at: datetime) -> None:
    """Note that a mailbox cannot be read, and since when."""
    Mailbox.objects.filter(pk=box.pk).update(trouble=reason[:500])
    Mailbox.objects.filter(pk=box.pk, trouble_since=None).update(trouble_since=at)
