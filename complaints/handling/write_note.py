from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from complaints.cases import attachments, lifecycle, timeline
from complaints.cases.entries import Entry
from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.handling.texts import written
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission


@transaction.atomic
def write_note(
    reference: str,
    *,
    text: str,
    by: Employee,
    at: datetime,
    submission: str = "",
    files: Sequence[UploadedFile[bytes]] = (),
) -> Case:
    """Keep something for colleagues only. An older page does no harm: a note takes nothing away. Locks the case."""
    text = written(text)
    attachments.examine(files)
    case = lifecycle.lock_for(by, Permission.NOTE, reference, move=Move.NOTE)
    if timeline.has_submission(case, submission):
        return case
    lifecycle.apply(case, Move.NOTE, at=at)
    timeline.record(case, Entry.NOTE_WRITTEN, by=by.actor, at=at, text=text, submission=submission)
    attachments.keep(case, files, by=by.actor, at=at, public=False)
    return case
