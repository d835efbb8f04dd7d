from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from complaints.cases.models import Case
from complaints.customers.records import mobiles_among
from complaints.outbox import queue
from complaints.outbox.models import REACHED_NOBODY, Channel, Message
from complaints.outbox.queries import one_visible, visible_to
from complaints.staff.models import Employee
from complaints.staff.permissions import Permission, require

MOST: Final = 1_000


class Likeness(StrEnum):
    """In what another message must be like one, beside the trouble both met."""

    TROUBLE = "trouble"
    KIND = "kind"
    DOMAIN = "domain"


def retry_message(pk: int, *, by: Employee, at: datetime) -> bool:
    """Queue once more a message that failed or came back, its cause mended; False where it had done neither.

    To a customer it goes to an address that is on file: one that was taken off the file got nothing, and gets nothing.
    Locks the message. Raises NotFound, NotPermitted.
    """
    message = one_visible(by, pk)
    require(by, Permission.RETRY_MESSAGE)
    return bool(queue.retry(_where_to([message]), at=at))


def retry_messages_like(pk: int, *, likeness: Likeness, by: Employee, at: datetime) -> int:
    """Queue once more a failed message and, of those the employee sees, all that failed like it; how many.

    At most MOST in one go, the oldest first. Locks the messages. Raises NotFound, NotPermitted.
    """
    message = one_visible(by, pk)
    require(by, Permission.RETRY_MESSAGE)
    if message.state not in REACHED_NOBODY:
        return 0
    alike = visible_to(by).filter(state=message.state, trouble=message.trouble)
    if likeness == Likeness.KIND:
        alike = alike.filter(kind=message.kind)
    elif likeness == Likeness.DOMAIN:
        alike = alike.filter(recipient__iendswith=f"@{message.domain}")
    return queue.retry(_where_to(list(alike.order_by("pk")[:MOST])), at=at)


def _where_to(messages: Sequence[Message]) -> dict[int, str]:
    """Where each of the messages goes now: where it went, or elsewhere to the customer where that is off the file."""
    about = {message.about for message in messages if message.to_customer}
    cases = Case.objects.filter(reference__in=about).only("reference", "customer_id")
    cases = (
        cases.prefetch_related("customer__emails", "customer__phones")
        .select_related("customer")
        .defer("customer__grams", "customer__near")
    )
    on_file = {}
    for case in cases:
        on_file[case.reference, Channel.EMAIL] = [email.address for email in case.customer.emails.all()]
        on_file[case.reference, Channel.SMS] = mobiles_among(case.customer.phones.all())
    where = {}
    for message in messages:
        known = on_file.get((message.about, Channel(message.channel)), []) if message.to_customer else []
        where[message.pk] = known[0] if known and message.recipient not in known else message.recipient
    return where
