"""Authority not used: figures worked out by hand, of units and never of a person."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils.timezone import now

from complaints.cases.models import Case, Clock
from complaints.handling.escalate import escalate
from complaints.handling.reverse_remedy import reverse_remedy
from complaints.insights.late_remedies import Late, late_in
from complaints.insights.unused import cases_spent_on, groups, one_group, use_of
from complaints.remedies.models import Authority
from complaints.staff.models import Course, Employee, Role, Tier, Training, Unit
from tests.cast import Organisation, employee
from tests.factories import a_complaint
from tests.insights.march import AFTERWARDS, MARCH, Month, a_month, give
from tests.remedies.purse import AT, an_authority, later, usd

pytestmark = pytest.mark.django_db


@pytest.fixture
def month(fern: Employee, max_: Employee, vera: Employee) -> Month:
    return a_month(fern, max_)


def late(viewer: Employee, unit: Unit, month: date = MARCH) -> Late:
    group = one_group(viewer, month, unit=unit.pk)
    assert group is not None
    return late_in([group], month)[unit.pk]


def ids(*cases: Case) -> set[int]:
    return {case.pk for case in cases}


def test_what_was_granted_less_what_was_spent_is_what_was_not_used(month: Month, max_: Employee) -> None:
    page = groups(max_, MARCH)
    (use,) = use_of(page.shown, MARCH, at=AFTERWARDS)[max_.unit_id]
    assert (use.granted, use.held, use.spent) == (usd(11_000), usd(0), usd(150 + 100 + 120 + 500))
    assert use.unused == usd(10_130)
    spent_on = cases_spent_on(page.shown, MARCH)[max_.unit_id]
    assert spent_on == ids(month.on_the_spot, month.tried, month.needless, month.too_much)


def test_what_waits_for_approval_is_set_aside_and_not_unused(month: Month, fern: Employee, max_: Employee) -> None:
    give(month.on_the_spot, 900, by=fern, at=later(hours=5))
    (use,) = use_of(groups(max_, MARCH).shown, MARCH, at=AFTERWARDS)[max_.unit_id]
    assert (use.held, use.spent, use.unused) == (usd(900), usd(870), usd(9_230))


def test_what_was_given_back_was_not_spent(month: Month, fern: Employee, max_: Employee) -> None:
    given = give(month.left_alone, 80, by=fern, at=later(hours=5))
    given.status = "accepted"
    given.save()
    reverse_remedy(month.left_alone.reference, remedy=given.pk, reason="By mistake.", by=max_, at=later(days=40))
    page = groups(max_, MARCH)
    assert use_of(page.shown, MARCH, at=AFTERWARDS)[max_.unit_id][0].spent == usd(870)
    assert month.left_alone.pk not in cases_spent_on(page.shown, MARCH)[max_.unit_id]


def test_three_of_five_came_up_without_what_the_front_line_could_have_given(
    month: Month, max_: Employee, organisation: Organisation
) -> None:
    found = late(max_, organisation.harbour)
    assert found.climbed == ids(month.left_alone, month.too_much, month.needless, month.tried, month.sorry)
    assert found.missed == ids(month.left_alone, month.needless, month.sorry)
    assert found.share == 60


def test_a_remedy_that_came_late_or_only_after_the_climb_is_named(
    month: Month, max_: Employee, organisation: Organisation
) -> None:
    found = late(max_, organisation.harbour)
    assert found.offered == ids(month.on_the_spot, month.too_much, month.needless, month.tried)
    assert found.late == ids(month.too_much)
    assert found.after == ids(month.too_much, month.needless)


def test_by_the_rule_of_that_day_and_of_the_unit(fern: Employee, max_: Employee, organisation: Organisation) -> None:
    def up(at: datetime) -> Case:
        case = a_complaint(by=fern, at=AT)
        escalate(case.reference, reason="Beyond me.", by=fern, at=at)
        give(case, 150, by=max_, at=at)
        return case

    an_authority(Tier.MANAGER, 2000)
    an_authority(Tier.FRONT_LINE, 200, valid_until=later(days=2))
    an_authority(Tier.FRONT_LINE, 120, unit=organisation.harbour, valid_from=later(days=1))
    first, second, third = up(later(hours=1)), up(later(days=1, hours=1)), up(later(days=3))
    del second, third
    assert late(max_, organisation.harbour).missed == ids(first), "then $120 only, which would not have been enough"


def test_without_any_authority_of_the_front_line_nothing_was_missed(
    fern: Employee, max_: Employee, organisation: Organisation
) -> None:
    an_authority(Tier.MANAGER, 2000)
    case = a_complaint(by=fern, at=AT)
    escalate(case.reference, reason="Beyond me.", by=fern, at=later(hours=1))
    found = late(max_, organisation.harbour)
    assert found.climbed == ids(case)
    assert not found.missed


def test_only_the_first_step_and_the_first_remedy_count(
    month: Month, max_: Employee, vera: Employee, organisation: Organisation
) -> None:
    escalate(month.tried.reference, reason="Beyond me too.", by=max_, at=later(days=30))
    give(month.on_the_spot, 20, by=max_, at=later(days=30))
    april = late(max_, organisation.harbour, date(2026, 4, 1))
    assert not april.climbed | april.offered
    assert len(late(max_, organisation.harbour).climbed) == 5


def test_a_month_ends_when_it_does_where_the_unit_is(
    fern: Employee, max_: Employee, organisation: Organisation
) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    in_march, in_april = a_complaint(by=fern, at=AT), a_complaint(by=fern, at=AT)
    escalate(in_march.reference, reason="Beyond me.", by=fern, at=datetime(2026, 4, 1, 3, 59, tzinfo=UTC))
    escalate(in_april.reference, reason="Beyond me.", by=fern, at=datetime(2026, 4, 1, 4, 0, tzinfo=UTC))
    assert late(max_, organisation.harbour).climbed == ids(in_march)
    assert late(max_, organisation.harbour, date(2026, 4, 1)).climbed == ids(in_april)


def test_who_is_alone_is_counted_with_the_unit_above(
    month: Month, vera: Employee, otto: Employee, max_: Employee, organisation: Organisation
) -> None:
    page = groups(vera, MARCH)
    assert [(one.unit, set(one.folded)) for one in page.shown] == [
        (organisation.company, {organisation.region, organisation.lakeside}),
        (organisation.harbour, set()),
    ]
    assert not page.left_out
    assert [one.unit for one in groups(max_, MARCH).shown] == [organisation.harbour]


def test_who_is_alone_at_the_top_is_not_shown(month: Month, vera: Employee, organisation: Organisation) -> None:
    page = groups(vera, MARCH)
    assert [one.unit for one in page.shown] == [organisation.harbour]
    assert set(page.left_out) == {organisation.company, organisation.region, organisation.lakeside}


def test_who_left_but_spent_in_the_month_is_counted_with_the_others(
    month: Month, fern: Employee, max_: Employee, organisation: Organisation
) -> None:
    fern.is_active = False
    fern.save()
    assert [one.people for one in groups(max_, MARCH).shown] == [2]
    assert not groups(max_, date(2026, 5, 1)).shown


def test_the_months_of_a_changed_rule_are_granted_once(fern: Employee, max_: Employee) -> None:
    give_up = later(days=3)
    an_authority(Tier.FRONT_LINE, 200, 1000, valid_until=give_up)
    give(a_complaint(by=fern, at=AT), 150, by=fern, at=AT)
    an_authority(Tier.FRONT_LINE, 200, 600, valid_from=give_up)
    (use,) = use_of(groups(max_, MARCH).shown, MARCH, at=AFTERWARDS)[max_.unit_id]
    assert (use.granted, use.spent) == (usd(600), usd(150))


def test_an_exception_that_is_over_grants_nothing_more(fern: Employee, max_: Employee) -> None:
    an_authority(Tier.FRONT_LINE, 200, 1000)
    an_authority(fern, 500, 5000, valid_from=later(hours=1), valid_until=later(days=2))
    give(a_complaint(by=fern, at=AT), 150, by=fern, at=later(hours=2))
    (use,) = use_of(groups(max_, MARCH).shown, MARCH, at=AFTERWARDS)[max_.unit_id]
    assert (use.granted, use.spent, use.unused) == (usd(1000), usd(150), usd(850))


def test_what_was_taken_under_a_larger_exception_was_granted(fern: Employee, max_: Employee) -> None:
    an_authority(Tier.FRONT_LINE, 100, 100)
    an_authority(fern, 500, 5000, valid_from=later(hours=1), valid_until=later(days=2))
    give(a_complaint(by=fern, at=AT), 150, by=fern, at=later(hours=2))
    (use,) = use_of(groups(max_, MARCH).shown, MARCH, at=AFTERWARDS)[max_.unit_id]
    assert (use.granted, use.spent, use.unused) == (usd(150), usd(150), usd(0))


def test_whose_training_expired_was_granted_what_they_took(fern: Employee, max_: Employee) -> None:
    course = Course.objects.create(name="Making it right")
    Training.objects.create(employee=fern, course=course, taken_on=date(2025, 1, 1), expires_on=date(2026, 3, 20))
    an_authority(Tier.FRONT_LINE, 200, 1000, course=course)
    give(a_complaint(by=fern, at=AT), 150, by=fern, at=AT)
    (use,) = use_of(groups(max_, MARCH).shown, MARCH, at=AFTERWARDS)[max_.unit_id]
    assert (use.granted, use.unused) == (usd(150), usd(0))


def test_every_currency_stands_for_itself(fern: Employee, max_: Employee) -> None:
    an_authority(Tier.FRONT_LINE, 200, 1000)
    an_authority(Tier.MANAGER, 200, 3000, currency="EUR")
    found = use_of(groups(max_, MARCH).shown, MARCH, at=AFTERWARDS)[max_.unit_id]
    assert [(str(one.granted.currency), int(one.granted.amount)) for one in found] == [("EUR", 3000), ("USD", 1000)]


def test_the_first_deadline_counts_though_a_later_one_was_set(
    month: Month, max_: Employee, organisation: Organisation
) -> None:
    clock = Clock.objects.filter(case=month.needless, kind="resolve").first()
    assert clock is not None
    Clock.objects.filter(pk=clock.pk).update(due_at=later(hours=2), ended_at=later(hours=2))
    clock.pk, clock.due_at = None, later(days=9)
    clock.save()
    assert late(max_, organisation.harbour).late == ids(month.too_much, month.needless)


def test_units_are_walked_by_key(vera: Employee, organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaints.insights.unused.PAGE", 1)
    for unit in (organisation.harbour, organisation.lakeside):
        for name in ("Ann", "Ben"):
            employee(f"{name}{unit.pk} X", Role.FRONT_LINE, unit)
    first = groups(vera, now().date().replace(day=1))
    second = groups(vera, now().date().replace(day=1), after=first.next_key)
    assert [one.unit for page in (first, second) for one in page.shown] == [organisation.harbour, organisation.lakeside]
    assert not second.next_key
    assert not Authority.objects.exists()
