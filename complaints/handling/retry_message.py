from __future__ import annotations

from datetime import datetime

from complaints.cases.models import Case
from complaints.customers.records import file_of
from complaints.outbox import queue
from complaints.outbox.models import Message, MessageState
from complaints.outbox.queries import one_visible
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require


def retry_message(pk: int, *, by: Employee, at: datetime) -> bool:
    """Queue a failed message once more, its cause mended; False where it had not failed.

    To a customer it goes to an address that is on file: one that was taken off the file got nothing, and gets nothing.
    Locks nothing: the state in the condition of the update decides. Raises NotFound, NotPermitted.
    """
    message = one_visible(by, pk)
    require(by, Permission.RETRY_MESSAGE)
    if message.state != MessageState.FAILED:
        return False
    queue.retry(message, at=at, address=_on_file_instead(message) if message.to_customer else None)
    return True


def _on_file_instead(message: Message) -> str | None:
    """Where to write when the address of a message is not on file any more; None while it is, or there is no other."""
    addresses = file_of(Case.objects.select_related("customer").get(reference=message.about).customer).emails
    return None if message.recipient in addresses or not addresses else addresses[0]
