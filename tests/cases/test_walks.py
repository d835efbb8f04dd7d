from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from complaints.cases import queries, search
from complaints.cases.asked import read
from complaints.cases.models import Case, CaseText, Channel
from complaints.cases.queries import PAGE, Filters, Whose, worklist
from complaints.cases.states import Status
from complaints.customers.models import Customer
from complaints.management.measuring.load import make_load
from complaints.staff.models import Employee, Role
from complaints.staff.queries import visible_units

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight hundred cases in forty branches, and lists so short that they end everywhere."""
    monkeypatch.setattr(queries, "PAGE", 5)
    monkeypatch.setattr(queries, "WALK", 60)
    make_load(800, seed=3, at=AT, on_batch=lambda _count: None)
    chance = Random(4)
    some = Case.objects.filter(status=Status.CLOSED).order_by("pk")[:300]
    for case in some:  # more open ones than a load has, some due at the same moment, some of nobody
        case.status, case.outcome, case.closed_at = Status.OPEN, "", None
        case.due_at = AT + timedelta(hours=chance.randint(1, 40))
        case.responsible_id = case.responsible_id if chance.random() < 0.6 else None
        case.save()


def people() -> list[Employee]:
    """One who sees a branch, one who sees ten of them, and one who sees everything."""
    fern = Employee.objects.filter(unit__code="load-branch-1", role=Role.FRONT_LINE)[0]
    manager = Employee.objects.get(unit=fern.unit.parent, role=Role.MANAGER)
    return [fern, manager, Employee.objects.get(unit__code="load-company", role=Role.VP)]


def leafed_through(employee: Employee, filters: Filters) -> list[int]:
    """Every case of a list, page after page."""
    found: list[int] = []
    page = worklist(employee, filters)
    for _page in range(500):
        found += [case.pk for case in page.cases]
        if not page.next_key:
            return found
        page = worklist(employee, filters, after=page.next_key)
    raise AssertionError("The list has no end.")


@pytest.mark.parametrize("ends", [False, True])
@pytest.mark.parametrize(
    "narrowed",
    [{}, {"severity": 4}, {"channel": Channel.KIOSK, "tier": "vp"}, {"whose": Whose.UNASSIGNED}, {"whose": Whose.MINE}],
)
def test_leafing_through_a_list_meets_every_case_once_and_in_order(narrowed: dict[str, object], *, ends: bool) -> None:
    told = {"whose": Whose.ALL, "status": Status.CLOSED if ends else "", **narrowed}
    filters = Filters(**told)  # type: ignore[arg-type] # the values above fit
    for employee in people():
        seen = queries.visible_to(employee)
        rows = seen.filter(status=Status.CLOSED) if ends else seen.exclude(status=Status.CLOSED)
        rows = rows.order_by("-filed_at", "-pk") if ends else rows.order_by("due_at", "pk")
        match narrowed.get("whose"):
            case Whose.UNASSIGNED:
                rows = rows.filter(responsible=None)
            case Whose.MINE:
                rows = rows.filter(responsible=employee)
            case _:
                rows = rows.filter(**narrowed)
        assert leafed_through(employee, filters) == list(rows.values_list("pk", flat=True))


@pytest.mark.parametrize("query", ["room", "the noise", "vosa", "房间", "zwiebelkuchen", "zwie"])
def test_a_search_gives_the_newest_hits_whichever_way_it_finds_them(
    query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for probe in (1, 50, 4_000):
        monkeypatch.setattr(search, "PROBE_ROWS", probe)
        for employee in people():
            found = [case.pk for case in search.find(employee, query, order=search.Order.NEWEST).cases]
            hits = CaseText.objects.extra(where=["document @@ %s::tsquery"], params=[read(query).as_query()])
            seen = hits.filter(unit__in=visible_units(employee)).order_by("-filed_at", "-case")
            assert found == list(seen.values_list("case", flat=True)[:PAGE])
    assert Customer.objects.exists()
