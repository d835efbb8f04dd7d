from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from complaints.cases import attachments, lifecycle, links, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import MOVES, Move, Status
from complaints.common import rulebook
from complaints.handling import tell
from complaints.handling.escalate import climb_if_urgent
from complaints.handling.take_by_signal import hold_by_signal
from complaints.handling.texts import written
from complaints.outbox.models import Kind


@transaction.atomic
def hear_customer(
    token: str, *, text: str, at: datetime, submission: str = "", files: Sequence[UploadedFile[bytes]] = ()
) -> Case:
    """The customer writes on their tracking page: an answer sets the clocks running again, and nothing written is lost.

    Whatever state the case is in, who is responsible is told, or whoever stands in for them. What is written on a
    duplicate stands on the complaint that goes on as well, and whoever is responsible for that one is told. Locks the
    case, and of a duplicate the other one too, in the order of their ids. Raises NotFound, Invalid, ChangedMeanwhile.
    """
    text = written(text)
    attachments.examine(files)
    return hear(links.case_behind(token, at=at).reference, text=text, at=at, submission=submission, files=files)


def hear(
    reference: str,
    *,
    text: str,
    at: datetime,
    submission: str,
    files: Sequence[UploadedFile[bytes]],
    by_mail: Mapping[str, str | int] | None = None,
) -> Case:
    """Take the customer's word, and examined files, by whatever way they came; `by_mail` names the mail for staff.

    In the caller's transaction. Locks the case. Raises NotFound.
    """
    case, original = lifecycle.lock_with_original(reference)
    if timeline.has_submission(case, submission):
        return case
    lifecycle.apply(case, Move.ANSWER if case.status == Status.WAITING else Move.REMARK, at=at)
    facts = {"submission": submission, **(by_mail or {})}
    customer = case.customer.actor
    entry = timeline.record(case, Entry.CUSTOMER_ANSWERED, by=customer, at=at, text=text, public=None, **facts)
    attachments.keep(case, files, by=customer, at=at, public=True)
    if original is not None:
        duplicate = case.reference
        timeline.record(original, Entry.DUPLICATE_HEARD, by=customer, at=at, text=text, duplicate=duplicate)
        lifecycle.store(original)
    tell.responsible(original or case, Kind.STAFF_CUSTOMER_ANSWERED, occasion=f"entry {entry.pk}", at=at, text=text)
    if Status(case.status) in MOVES[Move.CLIMB].start:
        edition = rulebook.edition()
        hold_by_signal(case, edition, said=text, at=at)
        climb_if_urgent(case, edition, said=text, at=at)
    return case
