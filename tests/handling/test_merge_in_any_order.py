"""Random histories of customers: whatever was merged, undoing it gives back exactly what was there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from complaints.cases.models import Case
from complaints.common.errors import RecoveryError
from complaints.customers.models import Customer, Merge
from complaints.customers.records import change, file_of
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.merge_customers import merge_customers
from complaints.handling.note_consent import note_consent
from complaints.handling.undo_merge import undo_merge
from complaints.handling.unmark_duplicate import unmark_duplicate
from complaints.remedies import ledger
from complaints.remedies.authority import allowance
from complaints.staff.models import Employee, Tier
from tests.factories import a_complaint, a_customer
from tests.handling.test_merge_customers import snapshot
from tests.handling.test_unmark_duplicate import standing
from tests.remedies.purse import a_remedy, an_authority, usd

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
PEOPLE = 4
STEPS = ("file", "hold", "spend", "give_back", "write", "address", "consent", "merge", "undo")
CALM = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
steps = some.lists(
    some.tuples(some.sampled_from(STEPS), some.integers(0, PEOPLE - 1), some.integers(0, PEOPLE - 1)), max_size=14
)


def step(  # noqa: C901 - one branch for each thing that happens
    what: str, one: Customer, other: Customer, by: Employee, steward: Employee, at: datetime
) -> None:
    """One thing that happens to a customer, or that is refused."""
    if one.merged_into_id is not None and what in {"write", "address"}:
        return  # the verbs refuse it
    case = Case.objects.filter(customer=one).select_related("unit").order_by("pk").first()
    if what == "file":
        a_complaint(by=by, customer=one, at=at)
    elif what == "hold" and case is not None:
        ledger.hold(a_remedy(case, usd(7)), usd(7), allowance(by, case, at=at), at=at)
    elif what in {"spend", "give_back"} and case is not None:
        remedy = case.remedies.order_by("pk").first()
        held = None if remedy is None else ledger.standing(remedy)
        if what == "spend" and held is not None and not held.followed_by.exists():
            ledger.spend(held, at=at)
        elif what == "give_back" and remedy is not None:
            ledger.give_back(remedy, at=at)
    elif what == "write":
        told = replace(file_of(one), preferences=f"High floor {at:%M}", revenue=Decimal(100), revenue_currency="USD")
        change(one, replace(told, customer_since=date(2020, 1, 1 + at.minute % 28)))
    elif what == "address":
        added = dict.fromkeys((*file_of(one).emails, f"of-{other.pk}@demo.example"))
        change(one, replace(file_of(one), emails=tuple(added)))
    elif what == "consent":
        note_consent(one.pk, purpose="survey", agrees=at.minute % 2 == 0, words="by mail", by=by, at=at)
    elif what == "merge":
        merge_customers(one.pk, other.pk, by=steward, at=at)
    elif what == "undo":
        standing_merge = Merge.objects.filter(undone_at=None).order_by("-pk").first()
        if standing_merge is not None:
            undo_merge(standing_merge.pk, by=steward, at=at)


def happen(history: list[tuple[str, int, int]], people: list[Customer], by: Employee, steward: Employee) -> datetime:
    """Let a history happen, a minute for each step; the moment after it."""
    at = AT
    for what, one, other in history:
        at += timedelta(minutes=1)
        with suppress(RecoveryError), transaction.atomic():
            step(what, fresh(people[one]), fresh(people[other]), by, steward, at)
    return at + timedelta(minutes=1)


def fresh(customer: Customer) -> Customer:
    return Customer.objects.get(pk=customer.pk)


@CALM
@given(history=steps, pair=some.permutations(range(PEOPLE)))
def test_merging_and_undoing_gives_back_exactly_what_was_there(
    fern: Employee, quinn: Employee, history: list[tuple[str, int, int]], pair: list[int]
) -> None:
    with transaction.atomic():
        an_authority(Tier.FRONT_LINE, 50, 500, per_customer=30, customer_days=30)
        people = [a_customer(name=f"Cara {n}") for n in range(PEOPLE)]
        at = happen(history, people, fern, quinn)
        standing_people = [one for one in map(fresh, people) if one.merged_into_id is None]
        before = snapshot(*people)
        if len(standing_people) > 1:
            survivor, merged = [one for n in pair for one in standing_people if one.pk == people[n].pk][:2]
            merge = merge_customers(survivor.pk, merged.pk, by=quinn, at=at)
            assert not Case.objects.filter(customer=merged).exists()
            undo_merge(merge.pk, by=quinn, at=at)
        assert snapshot(*people) == before
        assert ledger.discrepancies() == []
        transaction.set_rollback(True)


@CALM
@given(history=steps, later=steps)
def test_however_often_they_merge_no_money_and_no_complaint_is_lost(
    fern: Employee, quinn: Employee, history: list[tuple[str, int, int]], later: list[tuple[str, int, int]]
) -> None:
    with transaction.atomic():
        an_authority(Tier.FRONT_LINE, 50, 500, per_customer=30, customer_days=30)
        people = [a_customer(name=f"Cara {n}") for n in range(PEOPLE)]
        at = happen(history + later, people, fern, quinn)
        for case in Case.objects.select_related("customer", "unit"):
            assert case.customer.merged_into_id is None
            left = allowance(fern, case, at=at).left_for_customer
            assert left is not None
        assert ledger.discrepancies() == []
        while (merge := Merge.objects.filter(undone_at=None).order_by("-pk").first()) is not None:
            undo_merge(merge.pk, by=quinn, at=at)
        assert not Customer.objects.filter(merged_into__isnull=False).exists()
        assert ledger.discrepancies() == []
        transaction.set_rollback(True)


@CALM
@given(history=some.lists(some.sampled_from(("hold", "spend", "give_back")), max_size=6))
def test_marking_a_duplicate_and_taking_it_back_leaves_it_as_it_was(
    fern: Employee, max_: Employee, quinn: Employee, history: list[str]
) -> None:
    with transaction.atomic():
        an_authority(Tier.FRONT_LINE, 50, 500, per_customer=30, customer_days=30)
        cara = a_customer(name="Cara")
        case, original = (a_complaint(by=fern, customer=cara, at=AT) for _ in range(2))
        happen([(what, 0, 0) for what in history], [cara], fern, quinn)
        case.remedies.update(status="fulfilled")  # what nobody decided on would be withdrawn with the mark
        before = standing(case)
        mark_duplicate(case.reference, original=original.reference, by=fern, at=AT)
        unmark_duplicate(case.reference, reason="Another room.", by=max_, at=AT + timedelta(hours=1))
        assert standing(case) == before
        assert ledger.discrepancies() == []
        transaction.set_rollback(True)
