from __future__ import annotations

from datetime import datetime

from complaints.common.errors import NotFound
from complaints.outbox import queue
from complaints.outbox.models import Message
from complaints.staff.models import Employee


def see_message(pk: int, *, by: Employee, at: datetime) -> Message:
    """Note that an employee has seen what they were told; raises NotFound for what somebody else was told."""
    theirs = Message.objects.filter(colleague=by, pk=pk)
    message = theirs.first()
    if message is None:
        raise NotFound
    queue.note_seen(theirs, at=at)
    return message


def see_all_messages(*, until: int, by: Employee, at: datetime) -> None:
    """Note that an employee has seen everything they were told, up to the message `until`: later ones stay new."""
    queue.note_seen(Message.objects.filter(colleague=by, pk__lte=until), at=at)
