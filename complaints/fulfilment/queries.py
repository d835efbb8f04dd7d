"""Reads over orders: what of the remedies of a case is with a system outside, and what somebody has to look after."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from complaints.common.errors import NotFound
from complaints.common.keyset import read_id
from complaints.fulfilment.models import OPEN_ENDED, Endpoint, Order, Trouble
from complaints.outbox.models import Breaker
from complaints.remedies.models import Remedy
from complaints.staff.models import Employee
from complaints.staff.queries import sees_whole_organisation, visible_units

PAGE: Final = 25
WALK: Final = 5_000  # rows of an index a list page reads at most; the rest is one click further


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of orders, and the key to go on from."""

    orders: Sequence[Order]
    next_key: str = ""


@dataclass(frozen=True, slots=True)
class Resting:
    """A system that nothing is sent to for now, since when and why."""

    endpoint: Endpoint
    breaker: Breaker
    trouble: str


def channel_of(endpoint: Endpoint) -> str:
    """The name of an endpoint among the channels that have a breaker."""
    return f"endpoint {endpoint.pk}"


def orders_of(remedies: Collection[Remedy]) -> dict[int, Order]:
    """The order of each of these remedies that has one, in one query; in none for no remedies."""
    if not remedies:
        return {}
    found = Order.objects.filter(remedy__in=[one.pk for one in remedies]).select_related("endpoint")
    return {one.remedy_id: one for one in found}


def orders_seen_by(employee: Employee, *, state: str = "", after: str = "") -> OrderPage:
    """A page of orders on complaints one sees, newest first; without a state those somebody may have to look after.

    Keyset pages, no counting. At most WALK rows of the index are read.
    """
    walk = Order.objects.order_by("-pk")
    walk = walk.filter(state=state) if state else walk.filter(state__in=OPEN_ENDED)
    last_shown = read_id(after)
    if last_shown is not None:
        walk = walk.filter(pk__lt=last_shown)
    found = Order.objects.filter(pk__in=walk.values("pk")[:WALK])
    if not sees_whole_organisation(employee):
        found = found.filter(remedy__case__unit__in=visible_units(employee))
    page = list(found.select_related("endpoint", "remedy__case__unit").order_by("-pk")[: PAGE + 1])
    if len(page) > PAGE:
        return OrderPage(page[:PAGE], str(page[PAGE - 1].pk))
    last = walk.values_list("pk", flat=True)[WALK - 1 : WALK].first()
    return OrderPage(page, str(last or ""))


def one_seen(employee: Employee, pk: int) -> Order:
    """One order on a complaint the employee sees; raises NotFound."""
    seen = Order.objects.select_related("remedy__case").filter(pk=pk, remedy__case__unit__in=visible_units(employee))
    found = seen.first()
    if found is None:
        raise NotFound
    return found


def resting() -> list[Resting]:
    """The systems that are spared for now, because they were away several times in a row."""
    endpoints = {channel_of(one): one for one in Endpoint.objects.filter(is_active=True)}
    found = Breaker.objects.filter(pk__in=endpoints, open_since__isnull=False).order_by("pk")
    return [Resting(endpoints[one.pk], one, str(Trouble(one.trouble).label) if one.trouble else "") for one in found]
