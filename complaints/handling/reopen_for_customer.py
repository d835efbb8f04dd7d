from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from complaints.cases import attachments, links, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.queries import locked
from complaints.cases.states import Move, Outcome, Status
from complaints.common import rulebook
from complaints.common.errors import MoveNotAllowed
from complaints.handling import tell
from complaints.handling.escalate import climb_if_urgent
from complaints.handling.reopen import open_again
from complaints.handling.texts import written
from complaints.outbox.models import Kind

REOPENS_FOR: Final = timedelta(days=30)
"""So long after it was closed, the customer opens a complaint again themselves; later it is somebody's to decide."""


@transaction.atomic
def reopen_for_customer(
    token: str, *, text: str, at: datetime, submission: str = "", files: Sequence[UploadedFile[bytes]] = ()
) -> Case:
    """The customer says that a closed complaint is not right after all: it is open, with new deadlines.

    Whoever had it has it again, or where they have left, the unit's list; the same form twice opens it once. Locks the
    case. Raises NotFound, Invalid, and MoveNotAllowed where it is not closed, or not theirs to open any more.
    """
    text = written(text)
    attachments.examine(files)
    reference = links.case_behind(token, at=at).reference
    return open_for_customer(reference, text=text, at=at, submission=submission, files=files)


def open_for_customer(
    reference: str,
    *,
    text: str,
    at: datetime,
    submission: str,
    files: Sequence[UploadedFile[bytes]],
    by_mail: Mapping[str, str | int] | None = None,
) -> Case:
    """Open a closed case for its customer, by whatever way their word and examined files came.

    In the caller's transaction. Locks the case. Raises NotFound, MoveNotAllowed.
    """
    case = locked(reference)
    if timeline.has_submission(case, submission):
        return case
    if not may_open_again(case, at=at):
        raise MoveNotAllowed(case=case.reference, move=Move.REOPEN, status=case.status)
    customer, had_it = case.customer.actor, case.responsible
    facts = {"submission": submission, **(by_mail or {})}
    timeline.record(case, Entry.CUSTOMER_ANSWERED, by=customer, at=at, text=text, public=None, **facts)
    attachments.keep(case, files, by=customer, at=at, public=True)
    open_again(case, responsible=had_it if had_it is not None and had_it.is_active else None, at=at)
    timeline.record(case, Entry.REOPENED, by=customer, at=at)
    occasion = f"v{case.version}"
    tell.responsible(case, Kind.STAFF_CUSTOMER_ANSWERED, occasion=occasion, at=at, text=text)
    tell.customer(case, Kind.REOPENED, occasion=occasion, at=at)
    climb_if_urgent(case, rulebook.edition(), said=text, at=at)
    return case


def may_open_again(case: Case, *, at: datetime) -> bool:
    """Whether the customer can open a complaint again: closed not long ago, and not going on elsewhere."""
    return (
        case.status == Status.CLOSED
        and case.outcome != Outcome.DUPLICATE
        and case.closed_at is not None
        and at - case.closed_at < REOPENS_FOR
    )
