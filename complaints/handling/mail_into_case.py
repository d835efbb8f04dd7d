"""What a mail becomes: the customer's word in a case, which opens a closed one again, or a complaint of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils import translation
from django.utils.translation import gettext as _

from complaints.cases import attachments, lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case, Channel
from complaints.cases.queries import locked
from complaints.cases.states import Outcome, Status
from complaints.common.actors import SYSTEM
from complaints.common.errors import Invalid
from complaints.common.words import clean, is_cjk
from complaints.customers.models import Customer, Language
from complaints.customers.records import CustomerFacts
from complaints.handling.file_complaint import ComplaintFacts, file_complaint
from complaints.handling.hear_customer import hear
from complaints.handling.reopen_for_customer import may_open_again, open_for_customer
from complaints.handling.texts import LONGEST
from complaints.incoming.belonging import references_in
from complaints.incoming.letter import Enclosure, Letter
from complaints.incoming.loops import is_nobody
from complaints.incoming.models import Mail
from complaints.incoming.queries import case_of, only_customer_at, our_addresses

_ANSWER: Final = re.compile(
    r"^\s*(?:(?:re|aw|antw|sv|ref|回复|答复|回覆|返信)\s*(?:\[\d+\])?\s*[:\uff1a]\s*)+", re.IGNORECASE
)
_MOST_JUMPS: Final = 5  # from one duplicate to the complaint that it goes on in


@dataclass(frozen=True, slots=True)
class _Word:
    """What of a mail goes into a case: its text, the files we take, and the names of those that stay with the mail."""

    text: str
    files: Sequence[UploadedFile[bytes]]
    left: Sequence[str]


def join(mail: Mail, letter: Letter, reference: str, *, from_elsewhere: bool, at: datetime) -> Case:
    """Write a mail into a case as its customer's word; the case it became part of.

    A closed one is opened again where the customer still may, or else a complaint follows it. Who writes from an
    address that is not the customer's only adds a word, and staff are told where it came from. In the caller's
    transaction. Locks the case.
    """
    case = _going_on_in(locked(reference))
    if case.status == Status.CLOSED and not from_elsewhere and not may_open_again(case, at=at):
        return _follow(mail, letter, case, at=at)
    opens = case.status == Status.CLOSED and not from_elsewhere
    word = _word(letter, letter.said or letter.subject, language=case.customer.language)
    by_mail: dict[str, str | int] = {"mail": mail.pk, "address": letter.sender}
    take = open_for_customer if opens else hear
    case = take(case.reference, text=word.text, at=at, submission=_submission(mail), files=word.files, by_mail=by_mail)
    if from_elsewhere:
        timeline.record(case, Entry.MAIL_FROM_ELSEWHERE, by=SYSTEM, at=at, address=letter.sender)
    _note_left(case, word, at=at)
    return case


def start(mail: Mail, letter: Letter, *, at: datetime) -> Case:
    """File a mail as a complaint of its own; numbers that it names are a hint to staff. In the caller's transaction."""
    known = None if is_nobody(letter, ours=our_addresses()) else only_customer_at(letter.sender)
    case = _file(mail, letter, customer=known, at=at)
    named = [reference for reference in references_in(letter) if case_of(reference) is not None]
    if named:
        timeline.record(
            case, Entry.MAIL_NAMES, by=SYSTEM, at=at, references=", ".join(named), address=letter.sender or "–"
        )
    return case


def _follow(mail: Mail, letter: Letter, closed: Case, *, at: datetime) -> Case:
    """File a complaint that follows one which its customer cannot open again any more; each names the other."""
    case = _file(mail, letter, customer=closed.customer, at=at)
    timeline.record(case, Entry.FOLLOWS, by=SYSTEM, at=at, reference=closed.reference)
    timeline.record(closed, Entry.FOLLOWED, by=closed.customer.actor, at=at, reference=case.reference)
    lifecycle.renew_versions([closed])
    return case


def _file(mail: Mail, letter: Letter, *, customer: Customer | None, at: datetime) -> Case:
    language = customer.language if customer is not None else _language_of(letter)
    subject = _ANSWER.sub("", letter.subject).strip()
    text = f"{subject}\n\n{letter.said}".strip() if subject not in letter.said else letter.said
    word = _word(letter, text, language=language)
    who = customer.pk if customer is not None else _stranger(letter, language)
    facts = ComplaintFacts(
        customer=who, what_happened=word.text, channel=Channel.EMAIL, unit=mail.unit_id, submission=_submission(mail)
    )
    case = file_complaint(facts, by=None, at=at, files=word.files).case
    timeline.record(case, Entry.MAIL_FILED, by=SYSTEM, at=at, address=letter.sender or "–", mail=mail.pk)
    _note_left(case, word, at=at)
    return case


def _going_on_in(case: Case) -> Case:
    """The case that a duplicate of the same customer goes on in; locks what it passes, newest first."""
    for _jump in range(_MOST_JUMPS):
        original = case.duplicate_of
        if case.outcome != Outcome.DUPLICATE or original is None or original.customer_id != case.customer_id:
            break
        case = locked(original.reference)
    return case


def _stranger(letter: Letter, language: str) -> CustomerFacts:
    name = letter.sender_name or letter.sender.partition("@")[0]
    if not name:
        with translation.override(language):
            name = _("Unknown sender")
    email = "" if is_nobody(letter, ours=our_addresses()) else letter.sender
    return CustomerFacts(name=name, email=email, language=language)


def _language_of(letter: Letter) -> str:
    """The language we answer a stranger in: Chinese where it is written without kana, English otherwise."""
    told = f"{letter.subject}{letter.said}"
    has_kana = any("\u3040" <= sign <= "\u30ff" for sign in told)
    written = sum(is_cjk(sign) for sign in told)
    return Language.CHINESE if written * 4 > len(told) and not has_kana else Language.ENGLISH


def _submission(mail: Mail) -> str:
    """The key under which one mail is one word, however often it is taken up."""
    return f"mail-{mail.identity[:48]}"


def _word(letter: Letter, text: str, *, language: str) -> _Word:
    """What a case can take of a mail. What it cannot is not refused: nobody sits before a form and could mend it."""
    enclosures, text = list(letter.files), clean(text)
    with translation.override(language):
        if len(text) > LONGEST:
            enclosures.insert(0, Enclosure("mail.txt", text.encode()))
            text = f"{text[: LONGEST // 2]}…\n\n" + _("(This is the beginning; the whole text is attached.)")
        files, left = _acceptable(enclosures)
        text = text or _("(No words, only files.)")
    return _Word(text, files, left)


def _acceptable(enclosures: Sequence[Enclosure]) -> tuple[list[UploadedFile[bytes]], list[str]]:
    """The files that a case takes, and the names of the others."""
    files: list[UploadedFile[bytes]] = []
    left: list[str] = []
    for enclosure in enclosures:
        file = SimpleUploadedFile(enclosure.name or "file", enclosure.content)
        try:
            attachments.examine([file])
        except Invalid:
            left.append(attachments.shown_name(enclosure.name))
            continue
        if len(files) < attachments.MOST_FILES:
            files.append(file)
        else:
            left.append(attachments.shown_name(enclosure.name))
    return files, left


def _note_left(case: Case, word: _Word, *, at: datetime) -> None:
    if word.left:
        timeline.record(case, Entry.MAIL_FILES_LEFT, by=SYSTEM, at=at, names=", ".join(word.left)[:400])
