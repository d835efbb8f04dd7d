from __future__ import annotations

from datetime import datetime

from complaints.outbox import queue
from complaints.outbox.models import MessageState
from complaints.outbox.queries import one_visible
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require


def retry_message(pk: int, *, by: Employee, at: datetime) -> bool:
    """Queue a failed message once more, its cause mended; False where it had not failed.

    Locks nothing: the state in the condition of the update decides. Raises NotFound, NotPermitted.
    """
    message = one_visible(by, pk)
    require(by, Permission.RETRY_MESSAGE)
    if message.state != MessageState.FAILED:
        return False
    queue.retry(message, at=at)
    return True
