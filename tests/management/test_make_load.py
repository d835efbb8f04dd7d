from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count

from complaints.cases import search
from complaints.cases.entries import Entry
from complaints.cases.models import ESCALATED, Case, CaseText, Clock, TimelineEntry
from complaints.cases.states import Status
from complaints.customers import lookup
from complaints.customers.models import Customer
from complaints.handling.refresh_rollups import refresh_rollups
from complaints.insights import rollups
from complaints.insights.models import Grain, LabelTally
from complaints.management.measuring import load
from complaints.outbox.models import Message, MessageState
from complaints.staff.models import Employee, Role, Tier, Unit

pytestmark = pytest.mark.django_db(transaction=True)  # it ends with VACUUM, which stands in no transaction


def make(complaints: int, **options: Any) -> str:
    out = io.StringIO()
    call_command("make_load", complaints=complaints, stdout=out, **options)
    return out.getvalue()


def indexes() -> set[tuple[str, str]]:
    """Every index and its columns; a condition is told in other words once the index was made anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, split_part(indexdef, ' WHERE ', 1) FROM pg_indexes WHERE schemaname = 'public'"
        )
        return {(name, columns) for name, columns in cursor.fetchall()}


def test_it_makes_as_many_as_asked_in_the_shape_of_real_ones() -> None:
    before = indexes()
    assert "1,000 complaints in" in make(1_000)
    assert indexes() == before
    assert Case.objects.count() == CaseText.objects.count() == 1_000
    assert 10 <= Case.objects.exclude(status=Status.CLOSED).count() <= 60
    each = Count("pk") / Count("case", distinct=True)
    entries = dict(TimelineEntry.objects.values_list("case__status").annotate(each=each).order_by())
    assert {entries.pop(Status.CLOSED)} | set(entries.values()) == {3, 20}
    assert Clock.objects.count() == 2_000
    assert not Message.objects.exclude(state=MessageState.SENT).exists()
    assert Customer.objects.count() == 400
    assert Unit.objects.filter(code__startswith="load-branch-").count() == 40


def test_what_it_makes_is_counted() -> None:
    """Triggers that note what changed sleep while it is written; the page of measures would know next to nothing."""
    make(1_000)
    make(200)
    refresh_rollups()
    company = Unit.objects.get(code="load-company")
    tallies = LabelTally.objects.filter(unit_id=company.pk, label="all", grain=Grain.YEAR)
    assert sum(tallies.values_list("n", flat=True)) == 1_200
    assert rollups.differences() == []


def test_what_it_makes_is_found() -> None:
    make(1_000)
    vera = Employee.objects.get(unit__code="load-company", role=Role.VP)
    assert len(search.find(vera, "room").cases) == 25
    assert len(search.find(vera, load.RARE_WORD).cases) == 1
    customer = Customer.objects.order_by("pk")[0]
    assert customer in lookup.find(customer.name, limit=100)


def test_what_stands_on_a_higher_tier_came_up_and_says_why() -> None:
    make(1_000)
    up = Case.objects.filter(ESCALATED)
    assert {case.pk for case in up} == {
        case.pk for case in Case.objects.exclude(status=Status.CLOSED) if case.tier != Tier.FRONT_LINE
    }
    assert up.count() > 1
    why = TimelineEntry.objects.filter(case__in=up, kind=Entry.ESCALATED)
    assert {entry.case_id for entry in why if entry.facts["reason"]} == {case.pk for case in up}


def test_the_same_seed_makes_the_same_load() -> None:
    make(200, seed=5)
    first = list(Case.objects.order_by("pk").values_list("what_happened", "customer__name", "status"))
    make(200, seed=5)
    assert list(Case.objects.order_by("pk").values_list("what_happened", "customer__name", "status")[200:]) == first
    make(200, seed=6)
    said = list(Case.objects.order_by("pk").values_list("what_happened", flat=True))
    assert said[400:] != said[:200]


def test_less_than_one_complaint_is_answered_with_a_sentence() -> None:
    with pytest.raises(CommandError, match="from 1"):
        make(0)
