"""Reads over messages: who sees which, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from complaints.common.errors import NotFound
from complaints.common.keyset import read_id
from complaints.outbox.models import CONFIDENTIAL, BarredAddress, Breaker, Channel, Message, MessageState
from complaints.staff.models import Employee
from complaints.staff.queries import sees_whole_organisation, visible_unit_ids

PAGE = 25
WALK = 5_000  # rows of an index a list page reads at most; the rest is one click further
_IN_CONFIDENCE = Q(kind__in=CONFIDENTIAL)
IN_TROUBLE = frozenset({MessageState.FAILED, MessageState.WITHHELD, MessageState.RETRY, MessageState.BOUNCED})
"""The states that have an index of their own: they are few, and looked for among many."""


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One page of messages, and the key to go on from; `more_unseen` when the walk ended before the page was full."""

    messages: Sequence[Message]
    next_key: str = ""
    more_unseen: bool = False


def visible_to(employee: Employee) -> QuerySet[Message]:
    """The messages about cases of the units that the employee sees, and in confidence only their own."""
    shown = Message.objects.exclude(_IN_CONFIDENCE & ~Q(colleague=employee))
    return shown if sees_whole_organisation(employee) else shown.filter(unit_id__in=visible_unit_ids(employee))


def messages_seen_by(employee: Employee, *, state: str = "", after: str = "") -> MessagePage:
    """A page of messages, newest first; without their bodies. Keyset pages, no counting.

    At most WALK rows of the index are read, whatever units and state leave of them.
    """
    units = None if sees_whole_organisation(employee) else visible_unit_ids(employee)
    walk = Message.objects.order_by("-pk")
    key = read_id(after)
    if key is not None:
        walk = walk.filter(pk__lt=key)
    if units is not None and len(units) == 1:
        walk = walk.filter(unit_id=units[0])
    elif state in IN_TROUBLE:
        walk = walk.filter(state=state)
    found = (
        Message.objects.exclude(_IN_CONFIDENCE & ~Q(colleague=employee))
        .filter(pk__in=walk.values("pk")[:WALK])
        .order_by("-pk")
        .defer("facts", "body_text", "body_html")
    )
    if state:
        found = found.filter(state=state)
    if units is not None:
        found = found.filter(unit_id__in=units)
    page = list(found[: PAGE + 1])
    if len(page) > PAGE:
        return MessagePage(page[:PAGE], str(page[PAGE - 1].pk))
    last = walk.values_list("pk", flat=True)[WALK - 1 : WALK].first()
    return MessagePage(page, str(last or ""), more_unseen=last is not None)


def news_of(employee: Employee, *, after: str = "") -> MessagePage:
    """A page of what an employee was told, newest first: their bell. Keyset pages, no counting."""
    told = Message.objects.filter(colleague=employee).select_related("unit").defer("body_text", "body_html")
    key = read_id(after)
    if key is not None:
        told = told.filter(pk__lt=key)
    page = list(told.order_by("-pk")[: PAGE + 1])
    return MessagePage(page[:PAGE], str(page[PAGE - 1].pk) if len(page) > PAGE else "")


def how_much_is_new(employee: Employee, *, most: int) -> int:
    """How much of what an employee was told they have not seen, counted up to `most`."""
    return len(Message.objects.filter(colleague=employee, seen_at=None).order_by().values_list("pk")[:most])


def one_visible(employee: Employee, pk: int) -> Message:
    """One message; raises NotFound where the employee may not see it."""
    message = visible_to(employee).select_related("unit").filter(pk=pk).first()
    if message is None:
        raise NotFound
    return message


def barred(addresses: Iterable[str]) -> dict[str, BarredAddress]:
    """Those of the addresses that nothing is sent to, in lower case."""
    asked = {address.lower() for address in addresses if address}
    return {row.address: row for row in BarredAddress.objects.filter(address__in=asked)} if asked else {}


def channels_out_of_order() -> list[Breaker]:
    """The channels of messages on which nothing is tried now, with since when and why."""
    return list(Breaker.objects.filter(open_since__isnull=False, channel__in=Channel.values))
