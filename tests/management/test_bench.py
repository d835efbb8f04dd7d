from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import models

from complaints.cases.entries import Entry
from complaints.cases.models import Case, CaseText, Clock, TimelineEntry
from complaints.customers.models import Customer
from complaints.handling.deliver_message import deliver_due
from complaints.handling.escalate_overdue import overdue_ids
from complaints.insights import rollups
from complaints.management.measuring import load, pages, post
from complaints.management.measuring.filing import FilingMeasured, measure_filing
from complaints.management.measuring.pages import PAGE_LIMIT, SEARCH_LIMIT, Measured
from complaints.management.measuring.plans import heavy, queries_of
from complaints.management.measuring.post import PostMeasured
from complaints.management.measuring.report import Run, table, written
from complaints.management.measuring.sweeping import SweepMeasured, measure_sweep
from complaints.outbox.models import Kind, Message, MessageState

AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
QUICK = Measured("worklist", PAGE_LIMIT, best=9, p50=10, p95=12, queries=7, size=40_000)
FILING = FilingMeasured(p50=4, p95=6, queries=9, a_second=200, bare_a_second=400)


def measured(*, name: str = "worklist", limit: float = PAGE_LIMIT, best: float = 9, p95: float = 12) -> Measured:
    return Measured(name, limit, best=best, p50=best + 1, p95=p95, queries=7, size=40_000)


def verdicts(small: Measured, large: Measured, filing: FilingMeasured = FILING) -> dict[str, bool]:
    runs = [Run(10_000, [small], FILING), Run(1_000_000, [large], filing)]
    return {line.name: line.is_met for line in table(runs)}


def test_a_page_that_is_quick_and_stays_so_keeps_its_promise() -> None:
    assert verdicts(QUICK, QUICK)["worklist"]


@pytest.mark.parametrize("large", [measured(p95=61), measured(best=11)])
def test_a_page_that_is_slow_or_gets_slower_misses(large: Measured) -> None:
    assert not verdicts(QUICK, large)["worklist"]


def test_a_search_may_get_slower_below_its_limit() -> None:
    small, large = measured(limit=SEARCH_LIMIT), measured(limit=SEARCH_LIMIT, best=60, p95=90)
    assert verdicts(small, large)["worklist"]


def test_filing_is_judged_beside_the_bare_inserts() -> None:
    slow = FilingMeasured(p50=9, p95=12, queries=13, a_second=100, bare_a_second=400)
    told = verdicts(QUICK, QUICK, slow)
    assert not told["filing: share of the bare inserts' rate"]
    assert not told["filing: queries"]


def test_the_sweep_is_judged_by_ten_thousand_and_says_where_fewer_ran() -> None:
    quick, slow = SweepMeasured(10_000, seconds=40, queries=9), SweepMeasured(1_000, seconds=7, queries=9)
    lines = table([Run(10_000, [], sweep=quick), Run(1_000_000, [], sweep=slow)])
    told = next(line for line in lines if line.name.startswith("sweep: seconds"))
    assert told.values == "40.0 | 70.0 (from 1,000)"
    assert not told.is_met
    assert table([Run(10_000, [], sweep=quick)])[0].is_met


def test_what_misses_is_named_below_the_table() -> None:
    told = written([Run(10_000, [QUICK], FILING), Run(1_000_000, [measured(best=30)], FILING)])
    assert "1 of 3 targets are missed." in told
    assert told.splitlines()[-1].startswith("  worklist: ")


def test_a_run_comes_back_from_json_as_it_was() -> None:
    run = Run(10_000, [QUICK], FILING, SweepMeasured(100, seconds=0.5, queries=9), web_memory=90)
    assert Run.from_json(json.loads(json.dumps(run.as_json()))) == run


@pytest.mark.django_db(transaction=True)
def test_every_page_of_a_small_load_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    load.make_load(4_000, seed=1, at=AT, on_batch=lambda _count: None)
    assert rollups.differences() == []
    every = pages.pages(at=datetime.now(UTC))
    assert {page.name.split()[0] for page in every} == {
        "worklist",
        "board",
        "case",
        "tracking",
        "search",
        "look-up:",
        "measures",
    }
    for page in every[::9]:
        found = pages.measure(page, rounds=3)
        assert 0 < found.best <= found.p50 <= found.p95
        assert found.queries
    reading = heavy(queries_of(lambda: list(Case.objects.filter(place__contains="zzz"))))
    assert reading[0].rows == 4_000
    assert "complaints_case" in reading[0].plan


@pytest.mark.django_db(transaction=True)
def test_the_bare_inserts_write_the_same_rows_as_filing() -> None:
    load.make_load(1_000, seed=1, at=AT, on_batch=lambda _count: None)
    found = measure_filing(rounds=50, at=datetime.now(UTC))
    added = 10 + 1 + 50 + 50
    assert Case.objects.count() == 1_000 + added
    new = Case.objects.order_by("-pk")[:added].values("pk")
    assert Clock.objects.filter(case__in=new).count() == 2 * added
    assert TimelineEntry.objects.filter(case__in=new, kind=Entry.FILED).count() == added
    assert CaseText.objects.filter(case__in=new).exclude(document="").count() == added
    assert Message.objects.filter(about__in=new.values("reference"), kind=Kind.RECEIVED).count() == added
    assert found.queries <= 12
    assert found.a_second < found.bare_a_second
    assert Customer.objects.count() == 400


@pytest.mark.django_db(transaction=True)
def test_the_sweep_is_measured_on_deadlines_of_its_own_and_leaves_the_load_as_it_was() -> None:
    load.make_load(1_000, seed=1, at=AT, on_batch=lambda _count: None)
    everything: tuple[type[models.Model], ...] = (Case, CaseText, Clock, TimelineEntry, Message)
    before = [list(model._default_manager.order_by("pk").values()) for model in everything]
    assert overdue_ids(at=datetime.now(UTC)), "the load has some that ran out, which are let alone"
    found = measure_sweep(deadlines=40)
    assert (found.deadlines, found.how_many_ran) == (40, " (from 40)")
    assert 0 < found.seconds < 60
    assert [list(model._default_manager.order_by("pk").values()) for model in everything] == before


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        (PostMeasured(1_000, seconds=4, sent=1_000, arrived=1_000, connections=20), (True, True)),
        (PostMeasured(1_000, seconds=8, sent=1_000, arrived=1_000, connections=20), (False, True)),
        (PostMeasured(1_000, seconds=4, sent=1_000, arrived=1_001, connections=20), (True, False)),
    ],
)
def test_the_post_is_judged_by_its_speed_and_by_what_arrived(found: PostMeasured, kept: tuple[bool, bool]) -> None:
    lines = [line for line in table([Run(10_000, [], post=found)]) if line.name.startswith("post")]
    assert tuple(line.is_met for line in lines) == kept


@pytest.mark.django_db(transaction=True)
def test_the_backlog_that_is_measured_can_be_sent_and_its_server_counts_it(settings: Any) -> None:
    load.make_load(1_000, seed=1, at=AT, on_batch=lambda _count: None)
    ids = post._queue(60, at=AT)
    with post._MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        while deliver_due(clock=lambda: AT):
            pass
    assert (server.mails, server.connections) == (60, 2)
    assert set(post._ours(ids).values_list("state", flat=True)) == {MessageState.SENT}
