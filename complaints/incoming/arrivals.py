"""Write mails that came in: stored whole first, counted, and then once taken or set aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F

from complaints.cases.models import Case
from complaints.incoming.letter import LARGEST, Envelope, Letter, identity_of
from complaints.incoming.models import Aside, Mail, MailState, Source, Tally
from complaints.staff.models import Employee, Unit

GRACE: Final = timedelta(seconds=30)  # by then whoever stored a mail has sorted it, or has died
PAUSE: Final = timedelta(minutes=5)  # before a mail that could not be sorted is tried again


def store(
    raw: bytes,
    *,
    source: Source,
    unit: Unit,
    at: datetime,
    envelope: Envelope,
    is_old: bool = False,
    size: int | None = None,
) -> tuple[Mail, bool]:
    """Keep a mail as it came, for good; also whether it is a new one, and not one that came before by any way.

    Of what is larger than we read only the headers are kept; whoever fetched no more than these gives its `size`.
    """
    whole = size or len(raw)
    kept = raw if whole <= LARGEST else raw[: 256 * 1024].partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]
    mail = Mail(
        source=source,
        identity=identity_of(raw),
        raw=kept,
        size=whole,
        envelope_sender=None if envelope.sender is None else envelope.sender[:254],
        envelope_recipient=(envelope.recipient or "")[:254],
        is_old=is_old,
        is_cut=len(kept) < whole,
        received_at=at,
        look_again_at=at + GRACE,
        unit=unit,
    )
    with transaction.atomic():
        try:
            with transaction.atomic():
                mail.save(force_insert=True)
        except IntegrityError:
            _count(source, at, repeated=1)
            return Mail.objects.defer("raw").get(identity=mail.identity), False
        _count(source, at, seen=1)
    return mail, True


def note_letter(mail: Mail, letter: Letter) -> None:
    """Write on a locked mail what was read in it."""
    mail.message_id, mail.sender, mail.sender_name = letter.message_id, letter.sender, letter.sender_name
    mail.subject, mail.said, mail.quoted = letter.subject, letter.said, letter.quoted
    mail.files = [file.name for file in letter.files]


def take(mail: Mail, case: Case, *, at: datetime, by: Employee | None = None) -> None:
    """Note that a locked mail is part of a complaint now, by itself or because somebody decided so."""
    before = mail.state
    mail.state, mail.case, mail.unit, mail.taken_by = MailState.TAKEN, case, case.unit, by
    mail.sorted_at = mail.sorted_at or at
    mail.save()
    _count(Source(mail.source), mail.received_at, taken=1, aside=-1 if before == MailState.ASIDE else 0)


def set_aside(mail: Mail, reason: Aside, *, at: datetime, note: str = "") -> None:
    """Note that a locked mail became part of no complaint, and why."""
    mail.state, mail.reason, mail.note, mail.sorted_at = MailState.ASIDE, reason, note[:500], at
    mail.save()
    _count(Source(mail.source), mail.received_at, aside=1)


def put_off(pk: int, *, at: datetime) -> None:
    """Let a mail that could not be sorted wait a little, so that it does not come first again and again."""
    Mail.objects.filter(pk=pk, state=MailState.SEEN).update(look_again_at=at + PAUSE)


def note_proof(tally: Tally, *, is_right: bool, at: datetime) -> None:
    """Note whether a tally adds up, and if not, since when."""
    if is_right and tally.wrong_since is not None:
        Tally.objects.filter(pk=tally.pk).update(wrong_since=None)
    elif not is_right and tally.wrong_since is None:
        Tally.objects.filter(pk=tally.pk, wrong_since=None).update(wrong_since=at)


def _count(source: Source, at: datetime, **more: int) -> None:
    """Add to the tally of a day; the row is locked until the end of the transaction, so this comes last."""
    day = at.astimezone(UTC).date()
    tally = Tally.objects.filter(source=source, day=day)
    added = {name: F(name) + count for name, count in more.items() if count}
    if not tally.update(**added):
        Tally.objects.bulk_create([Tally(source=source, day=day)], ignore_conflicts=True)
        tally.update(**added)
