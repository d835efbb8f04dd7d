"""What is measured: the pages people wait for, each with several complaints, so that none is warm by chance."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import cycle, islice
from statistics import quantiles
from typing import Any, Final
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from complaints.cases import links
from complaints.cases.models import Case
from complaints.cases.queries import Filters, Whose, worklist
from complaints.cases.states import Status
from complaints.customers.models import Customer, Phone
from complaints.management.measuring.load import RARE_WORD
from complaints.management.measuring.plans import Reading, heavy, queries_of
from complaints.staff.models import Employee, Role
from complaints.standards.models import FailureType

PAGE_LIMIT: Final = 60.0  # milliseconds at p95
SEARCH_LIMIT: Final = 100.0
MEASURES_LIMIT: Final = 150.0
ADDRESSES: Final = 10  # different complaints, customers or words for one page where there are as many


@dataclass(frozen=True, slots=True)
class Page:
    """One page as one person opens it: its addresses are asked in turn."""

    name: str
    limit: float
    client: Client
    addresses: Sequence[str]


@dataclass(frozen=True, slots=True)
class Measured:
    """How long a page took, in milliseconds, and what it asked of the database."""

    name: str
    limit: float
    best: float  # one in ten was as quick: what the page costs when nothing else is going on
    p50: float
    p95: float
    queries: int
    size: int  # bytes of the page: a fuller one takes longer
    readings: list[Reading] = field(default_factory=list)


def pages(*, at: datetime) -> list[Page]:
    """Every page that has a target, for the people who see little, a quarter, and everything."""
    people = _people()
    clients = {name: _client(employee) for name, employee in people.items()}
    return [
        *_worklists(people, clients),
        *_boards(clients),
        *_cases(people, clients, at=at),
        *_searches(people, clients),
        *_look_ups(clients["front line"]),
        *_measures(clients, at=at),
    ]


def measure(page: Page, *, rounds: int) -> Measured:
    """Open a page again and again, after it was opened once for each of its addresses."""
    for address in page.addresses:
        _open(page, address)
    times = [timed(partial(_open, page, address)) for address in islice(cycle(page.addresses), rounds)]
    size = len(page.client.get(page.addresses[0]).content)
    asked = [queries_of(partial(_open, page, address)) for address in page.addresses[:3]]
    readings = [reading for statements in asked for reading in heavy(statements)]
    worst = sorted(readings, key=lambda reading: -reading.rows)[:2]
    best, p50, p95 = (percentile(times, percent) for percent in (10, 50, 95))
    return Measured(page.name, page.limit, best, p50, p95, max(map(len, asked)), size, worst)


def timed(step: Callable[[], Any]) -> float:
    """How many milliseconds a step takes."""
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1000


def percentile(times: Sequence[float], percent: int) -> float:
    """The time within which that many in a hundred were done."""
    return quantiles(times, n=100, method="inclusive")[percent - 1]


def _people() -> dict[str, Employee]:
    branch = Employee.objects.filter(unit__code="load-branch-1")
    return {
        "front line": branch.filter(role=Role.FRONT_LINE).order_by("pk")[0],
        "manager": Employee.objects.get(unit=branch[0].unit.parent, role=Role.MANAGER),
        "VP": Employee.objects.get(unit__code="load-company", role=Role.VP),
    }


def _client(employee: Employee) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(employee, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _open(page: Page, address: str) -> None:
    answer = page.client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{page.name}: {address} answered {answer.status_code}")


def _worklists(people: dict[str, Employee], clients: dict[str, Client]) -> list[Page]:
    kind = FailureType.objects.filter(parent__isnull=False, cases__isnull=False).order_by("pk")[0]
    asked: dict[str, dict[str, Any]] = {
        "all": {"whose": "all"},
        "my unit's": {"whose": "unit"},
        "mine": {"whose": "mine"},
        "unassigned": {"whose": "unassigned"},
        "critical": {"whose": "all", "severity": 4},
        "VP's tier, kiosk": {"whose": "all", "tier": "vp", "channel": "kiosk"},
        "proposed": {"whose": "all", "status": "resolved"},
        "one failure type": {"whose": "all", "failure_type": kind.pk},
        "closed": {"whose": "all", "status": "closed"},
        "mine closed": {"whose": "mine", "status": "closed"},
        "unassigned closed": {"whose": "unassigned", "status": "closed"},
        "closed, critical, kiosk": {"whose": "all", "status": "closed", "severity": 4, "channel": "kiosk"},
        "closed, one failure type": {"whose": "all", "status": "closed", "failure_type": kind.pk},
        "kind of complainer": {"whose": "all", "complainer": "activist"},
        "closed, kind of complainer": {"whose": "all", "status": "closed", "complainer": "activist"},
    }
    found = [
        Page(f"worklist {who}: {what}", PAGE_LIMIT, clients[who], [_address("desk:worklist", **query)])
        for who in people
        for what, query in asked.items()
    ]
    for who, employee in people.items():
        for what, filters in (
            ("all, page 2", Filters(whose=Whose.ALL)),
            ("closed, page 2", Filters(whose=Whose.ALL, status=Status.CLOSED)),
        ):
            after = worklist(employee, filters).next_key
            address = _address("desk:worklist", whose="all", status=filters.status, after=after)
            found.append(Page(f"worklist {who}: {what}", PAGE_LIMIT, clients[who], [address]))
    return found


def _boards(clients: dict[str, Client]) -> list[Page]:
    return [
        Page(f"board {who}: {what}", PAGE_LIMIT, clients[who], [reverse(f"desk:{what}")])
        for what in ("escalations", "deadlines")
        for who in ("manager", "VP")
    ]


def _cases(people: dict[str, Employee], clients: dict[str, Client], *, at: datetime) -> list[Page]:
    found = []
    unit = people["front line"].unit
    for what, cases in (
        ("open", Case.objects.filter(unit=unit).exclude(status=Status.CLOSED).order_by("due_at", "pk")),
        ("closed", Case.objects.filter(unit=unit, status=Status.CLOSED).order_by("-filed_at", "-pk")),
    ):
        some = list(cases[:ADDRESSES])
        addresses = [reverse("desk:complaint", args=[case.reference]) for case in some]
        found += [Page(f"case page {who}: {what}", PAGE_LIMIT, clients[who], addresses) for who in people]
        tracked = [reverse("portal:track", args=[links.mint(case, at=at)]) for case in some]
        found.append(Page(f"tracking page: {what}", PAGE_LIMIT, Client(headers={"host": "localhost"}), tracked))
    return found


def _searches(people: dict[str, Employee], clients: dict[str, Client]) -> list[Page]:
    unit = people["front line"].unit
    case = Case.objects.filter(unit=unit).select_related("customer").order_by("pk")[0]
    asked = {
        "common word": ["room", "the"],
        "word of one in a hundred": _words_about(0.01),
        "word of one in a thousand": _words_about(0.001),
        "rare word": [RARE_WORD],
        "unknown word": ["zzyzx"],
        "two words": ["room towels", "shower nobody"],
        "unfinished word": ["tow", "zwie", "bro"],
        "Chinese": ["房间", "多收了钱"],
        "exact words": ['"the room"', '"room towels"', '"hotel desk"', "“没有人来处理”"],
        "left out": ["room -the", "towels -room -the -and", "多收了钱 -热水"],
        "reference": [case.reference],
        "customer": [case.customer.name],
    }
    return [
        Page(f"search {who}: {what}", SEARCH_LIMIT, clients[who], [_address("desk:worklist", q=word) for word in words])
        for who in people
        for what, words in asked.items()
    ] + [
        Page(f"search {who}: {what}", SEARCH_LIMIT, clients[who], [_address("desk:worklist", **query)])
        for who in people
        for what, query in _narrowed().items()
    ]


def _narrowed() -> dict[str, dict[str, Any]]:
    """Common words with filters that few complaints fit."""
    kind = FailureType.objects.filter(parent__isnull=False, cases__isnull=False).order_by("pk")[0]
    return {
        "common word, critical, kiosk": {"q": "room", "severity": 4, "channel": "kiosk"},
        "common word, one failure type": {"q": "room", "failure_type": kind.pk},
        "common word, closed, critical": {"q": "the", "status": "closed", "severity": 4},
        "common word, proposed": {"q": "room", "status": "resolved"},
        "common word, kind of complainer": {"q": "room", "complainer": "activist"},
        "common word, a month long ago": {"q": "room", "since": "2024-06-01", "until": "2024-06-30"},
    }


def _words_about(share: float) -> list[str]:
    """Words that occur in about this share of the newest texts: neither plan is plainly right for them."""
    from collections import Counter

    texts = list(Case.objects.order_by("-filed_at").values_list("what_happened", flat=True)[:4_000])
    counts = Counter(word for text in texts for word in set(text.split()) if word.isascii())
    return [word for word, _times in sorted(counts.items(), key=lambda item: abs(item[1] / len(texts) - share))[:4]]


def _look_ups(client: Client) -> list[Page]:
    oldest = Customer.objects.filter(name__regex="^[A-Z]").order_by("pk")[7]
    phone = Phone.objects.order_by("pk")[3]
    asked = {
        "common name": ["ann", "ben", "carla"],
        "rare name": [oldest.name, oldest.name[:-2]],
        "middle of a name": ["son", "berg", "zini"],
        "telephone": [str(phone.number), str(phone.number)[2:9], str(phone.number)[-6:]],
        "address": [f"{'.'.join(oldest.name.lower().split())}@mail", "mail-7.ex"],
        "a letter or two": ["a", "x", "zo", "qu"],
        "Chinese": ["王", "李伟", "赵丽丽"],
        "nobody": ["xqzzyw", "zanzibar qqq"],
    }
    return [
        Page(f"look-up: {what}", SEARCH_LIMIT, client, [_address("desk:find_customer", look=typed) for typed in some])
        for what, some in asked.items()
    ]


def _measures(clients: dict[str, Client], *, at: datetime) -> list[Page]:
    """The page of measures: a part of the organisation and all of it, by default and over all that is on record."""
    ever = {"since": "2000-01-01", "until": f"{at:%Y-%m-%d}"}
    asked = {"by default": {}, "ever": ever, "ever, types of today": {**ever, "catalogue": "now"}}
    return [
        Page(f"measures {who}: {what}", MEASURES_LIMIT, clients[who], [_address("desk:insights", **query)])
        for who in ("manager", "VP")
        for what, query in asked.items()
    ]


def _address(name: str, **query: Any) -> str:
    return f"{reverse(name)}?{urlencode(query)}"
