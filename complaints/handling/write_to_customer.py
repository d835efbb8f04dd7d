from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from complaints.cases import attachments, lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.handling import tell
from complaints.handling.texts import written
from complaints.outbox.models import Kind
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def write_to_customer(
    reference: str,
    *,
    text: str,
    by: Employee,
    at: datetime,
    seen_version: int | None = None,
    submission: str = "",
    files: Sequence[UploadedFile[bytes]] = (),
) -> Case:
    """Write to the customer; a first word from a person also acknowledges. Locks the case."""
    text = written(text)
    attachments.examine(files)
    case = lifecycle.lock_for(by, Permission.WRITE, reference, move=Move.WRITE)
    if timeline.has_submission(case, submission):
        return case
    lifecycle.check_version(case, seen_version)
    lifecycle.apply(case, Move.WRITE, at=at, acknowledged_at=case.acknowledged_at or at)
    entry = timeline.record(case, Entry.WRITTEN, by=by.actor, at=at, text=text, submission=submission)
    attachments.keep(case, files, by=by.actor, at=at, public=True)
    tell.customer(case, Kind.WRITTEN, occasion=f"entry {entry.pk}", at=at, by=by.name, text=text)
    return case
