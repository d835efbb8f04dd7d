"""Find out where a mail belongs: a word in a case, a complaint of its own, or set aside with the reason."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.conf import settings
from django.db import DataError, Error, IntegrityError, transaction

from complaints.handling import mail_into_case
from complaints.handling.note_delivery import Fate, note_delivery
from complaints.incoming import arrivals, belonging, loops, queries
from complaints.incoming.letter import Envelope, Letter, read, reported
from complaints.incoming.models import Aside, Mail, MailState
from complaints.outbox.reply_address import is_reply_address

log = structlog.get_logger(__name__)
NO_SUCH_MAILBOX = "5.1."  # RFC 3463: the address is at fault


@transaction.atomic
def sort_mail(pk: int, *, at: datetime) -> bool:
    """Take a stored mail into a case, or set it aside; False where that was done before.

    A mail that breaks this is set aside as broken: it is not lost and stops no other. Locks the mail, then the case.
    Raises django.db.Error where the database is at fault and not the mail, which waits.
    """
    mail = Mail.objects.select_for_update(of=("self",)).defer("raw").filter(pk=pk, state=MailState.SEEN).first()
    if mail is None:
        return False
    try:
        with transaction.atomic():
            letter = letter_of(mail)
            arrivals.note_letter(mail, letter)
            _sort(mail, letter, at=at)
    except Exception as error:
        if isinstance(error, Error) and not isinstance(error, DataError | IntegrityError):
            raise
        log.exception("mail.broken", mail=pk)
        mail.case = None
        arrivals.set_aside(mail, Aside.BROKEN, at=at, note=repr(error))
    log.info("mail.sorted", mail=pk, source=mail.source, state=mail.state, reason=mail.reason)
    return True


def put_off(pk: int, *, at: datetime) -> None:
    """Let a mail that could not be sorted wait, so that it does not come first again and again."""
    arrivals.put_off(pk, at=at)


def letter_of(mail: Mail) -> Letter:
    """A stored mail, read."""
    envelope = Envelope(sender=mail.envelope_sender, recipient=mail.envelope_recipient or None)
    return read(queries.original_of(mail), envelope)


def _sort(mail: Mail, letter: Letter, *, at: datetime) -> None:
    aside = _why_not(mail, letter)
    if aside is not None:
        note = _note_report(mail, at=at) if aside == Aside.REPORT else ""
        arrivals.set_aside(mail, aside, at=at, note=note)
        return
    signed = queries.signed_thread(letter.recipients)
    place = belonging.place_of(letter, signed=signed, threads=queries.threads_named(letter.answers))
    if place.case is None:
        case = mail_into_case.start(mail, letter, at=at)
    else:
        case = mail_into_case.join(mail, letter, place.case, from_elsewhere=place.from_elsewhere, at=at)
    arrivals.take(mail, case, at=at)


def _why_not(mail: Mail, letter: Letter) -> Aside | None:
    """Why a mail is set aside; what a program sent is told first, so that nobody takes it for a person's."""
    if mail.is_cut:
        return Aside.TOO_LARGE
    colleagues = {letter.sender} if queries.is_colleague(letter.sender) else set[str]()
    aside = loops.why_not(letter, ours=queries.our_addresses(), colleagues=colleagues)
    if aside is None and is_reply_address(letter.sender):
        aside = Aside.OWN
    if aside is None and mail.is_old:
        aside = Aside.OLD
    if aside is None:
        before = queries.how_many_from(letter.sender, before=mail.received_at, apart_from=mail.pk)
        aside = Aside.TOO_MANY if before >= settings.MAIL_IN_MOST_A_DAY else None
    return aside


def _note_report(mail: Mail, *, at: datetime) -> str:
    """Let a delivery report about a message of ours mark it as come back; what the report says, for people.

    A report can be forged, but not by somebody who has not seen the random Message-ID of that very message.
    """
    action, names, why = reported(queries.original_of(mail))
    if action == "failed":
        fate = Fate.NO_MAILBOX if why.startswith(NO_SUCH_MAILBOX) else Fate.CAME_BACK
        for name in names:
            if note_delivery(fate, message_id=name, provider_id="", reason=why, at=at):
                break
    return f"{action} {why}".strip()
