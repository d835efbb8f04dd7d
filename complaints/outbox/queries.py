"""Reads over messages: who sees which, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from complaints.common.errors import NotFound
from complaints.outbox.models import Message
from complaints.staff.models import Employee
from complaints.staff.queries import sees_whole_organisation, visible_units

PAGE = 25


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One page of messages, and the key to go on from."""

    messages: Sequence[Message]
    next_key: str = ""


def visible_to(employee: Employee) -> QuerySet[Message]:
    """The messages about cases of the units that the employee sees."""
    messages = Message.objects.all()
    if sees_whole_organisation(employee):
        return messages
    return messages.filter(unit_id__in=list(visible_units(employee).values_list("pk", flat=True)))


def messages_seen_by(employee: Employee, *, state: str = "", after: str = "") -> MessagePage:
    """A page of messages, newest first; without their bodies. Keyset pages, no counting."""
    messages = visible_to(employee).defer("body_text", "body_html")
    if state:
        messages = messages.filter(state=state)
    if after.isascii() and after.isdigit() and len(after) < 19:
        messages = messages.filter(pk__lt=int(after))
    page = list(messages.order_by("-pk")[: PAGE + 1])
    return MessagePage(page[:PAGE], str(page[PAGE - 1].pk) if len(page) > PAGE else "")


def one_visible(employee: Employee, pk: int) -> Message:
    """One message; raises NotFound where the employee may not see it."""
    message = visible_to(employee).select_related("unit").filter(pk=pk).first()
    if message is None:
        raise NotFound
    return message
