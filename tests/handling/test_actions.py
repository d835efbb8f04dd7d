"""Corrective actions: planned, reminded, done with evidence, proved, or open again by themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from complaints.causes.counting import measure
from complaints.causes.models import CauseEntry, CorrectiveAction, Exposure, Investigation, Subject
from complaints.causes.queries import actions_seen_by
from complaints.causes.states import ActionState
from complaints.common.errors import CauseMovedOn, CausesNotYours, Invalid
from complaints.customers.models import Customer
from complaints.handling.finish_action import drop_action, finish_action
from complaints.handling.keep_exposure import keep_exposure
from complaints.handling.mark_duplicate import mark_duplicate
from complaints.handling.watch_causes import actions_to_watch, watch_action
from complaints.staff.models import Employee, Unit
from complaints.standards.models import FailureType
from tests.cast import Organisation
from tests.causes.matters import AT, answered, asked, news_for, planned
from tests.factories import a_complaint
from tests.remedies.purse import usd

pytestmark = pytest.mark.django_db

EFFECT: date = date(2026, 3, 30)
NEW_YORK_MIDNIGHT = datetime(2026, 4, 27, 4, 0, tzinfo=UTC)
"""The beginning of the day after the window of 28 days, in the unit's zone."""


@pytest.fixture
def found(fern: Employee, quinn: Employee, hana: Employee, housekeeping: Unit, cara: Customer) -> Investigation:
    case = a_complaint(by=fern, customer=cara, at=datetime(2025, 1, 7, 12, 0, tzinfo=UTC))
    return answered(asked(case, of=housekeeping, by=quinn), by=hana)


@pytest.fixture
def action(found: Investigation, late_room: FailureType, hana: Employee, quinn: Employee) -> CorrectiveAction:
    return planned(found, late_room, owner=hana, by=quinn)


def complain(by: Employee, kind: FailureType, day: date, times: int = 1) -> None:
    at = datetime(day.year, day.month, day.day, 17, 0, tzinfo=UTC)
    for _time in range(times):
        a_complaint(by=by, failure_type=kind.pk, at=at)


def finish(action: CorrectiveAction, by: Employee, *, effect_on: date = EFFECT) -> CorrectiveAction:
    return finish_action(action.pk, evidence="The new list.", effect_on=effect_on, by=by, at=AT + timedelta(days=20))


def test_an_action_is_planned_once_and_its_owner_is_told(
    found: Investigation, late_room: FailureType, hana: Employee, quinn: Employee
) -> None:
    made = {
        planned(found, late_room, owner=hana, by=quinn, submission="form", cost=usd(1200), subject=Subject.TRAINING)
        for _time in range(2)
    }
    assert len(made) == 1
    action = CorrectiveAction.objects.get()
    assert (action.state, action.cost, action.due_at) == (
        ActionState.PLANNED,
        usd(1200),
        datetime(2026, 3, 21, 4, 0, tzinfo=UTC),
    )
    assert news_for(hana).count("A corrective action is yours") == 1


def test_the_department_may_plan_and_others_may_not(
    found: Investigation, late_room: FailureType, hana: Employee, max_: Employee
) -> None:
    assert planned(found, late_room, owner=hana, by=hana).planned_by == hana
    with pytest.raises(CausesNotYours):
        planned(found, late_room, owner=hana, by=max_)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": " "}, "title"),
        ({"due_on": date(2026, 3, 1)}, "due_on"),
        ({"subject": "weather"}, "subject"),
        ({"window_days": 13}, "window_days"),
        ({"window_days": 367}, "window_days"),
        ({"cost": usd(-1)}, "cost"),
        ({"failure_type": 0}, "failure_type"),
    ],
)
def test_what_cannot_be_planned_is_refused(
    found: Investigation, late_room: FailureType, hana: Employee, quinn: Employee, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        planned(found, late_room, owner=hana, by=quinn, **facts)
    assert refused.value.field == field


def test_no_action_before_there_is_a_cause(
    fern: Employee, quinn: Employee, hana: Employee, housekeeping: Unit, late_room: FailureType
) -> None:
    found = asked(a_complaint(by=fern, at=AT), of=housekeeping, by=quinn)
    with pytest.raises(CauseMovedOn):
        planned(found, late_room, owner=hana, by=quinn)


def test_the_owner_is_reminded_and_then_whoever_stands_above(
    action: CorrectiveAction, hana: Employee, vera: Employee
) -> None:
    reminder = AT + (action.due_at - AT) * 0.75
    assert actions_to_watch(at=reminder - timedelta(seconds=1)) == []
    for at in (reminder, action.due_at):
        assert actions_to_watch(at=at) == [action.pk]
        assert watch_action(action.pk, at=at)
        assert not watch_action(action.pk, at=at)
    assert news_for(hana)[-1] == "A corrective action is due soon"
    assert news_for(vera) == ["The time for a corrective action is over"]
    assert CauseEntry.objects.get(kind="overdue").text == "Vera Vance"


def test_done_needs_evidence_and_a_day_that_can_be(action: CorrectiveAction, hana: Employee, max_: Employee) -> None:
    late = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)  # still the second of March in New York
    with pytest.raises(Invalid) as refused:
        finish_action(action.pk, evidence=" ", effect_on=EFFECT, by=hana, at=late)
    assert refused.value.field == "evidence"
    for day in (date(2026, 3, 1), date(2027, 3, 4)):
        with pytest.raises(Invalid) as refused:
            finish_action(action.pk, evidence="x", effect_on=day, by=hana, at=late)
        assert refused.value.field == "effect_on"
    with pytest.raises(CausesNotYours):
        finish_action(action.pk, evidence="x", effect_on=EFFECT, by=max_, at=late)
    done = finish_action(action.pk, evidence="x", effect_on=date(2027, 3, 3), by=hana, at=late)
    assert done.state == ActionState.DONE


def test_the_window_is_reckoned_in_days_of_the_unit(action: CorrectiveAction, hana: Employee) -> None:
    assert finish(action, hana).observed_until == NEW_YORK_MIDNIGHT


def test_an_action_that_helped_is_proved_when_its_window_is_over(
    action: CorrectiveAction, fern: Employee, hana: Employee, quinn: Employee, late_room: FailureType
) -> None:
    complain(fern, late_room, date(2026, 3, 10), times=12)
    complain(fern, late_room, date(2026, 4, 10), times=2)
    complain(fern, late_room, date(2026, 2, 28), times=5)  # before the window before
    finish(action, hana)
    assert watch_action(action.pk, at=NEW_YORK_MIDNIGHT)
    action.refresh_from_db()
    assert (action.state, action.look_at, action.times_reopened) == (ActionState.PROVED, None, 0)
    everybody = action.proof["lines"][0]
    assert (everybody["before"], everybody["after"], everybody["ratio"]) == (12, 2, pytest.approx(2 / 12))
    assert everybody["high"] < 1
    for person in (hana, quinn):
        assert news_for(person).count("The action had an effect: the rate of complaints fell") == 1


def test_an_action_without_effect_opens_again_by_itself_and_is_told_once(
    action: CorrectiveAction, fern: Employee, hana: Employee, quinn: Employee, late_room: FailureType
) -> None:
    complain(fern, late_room, date(2026, 3, 10), times=6)
    complain(fern, late_room, date(2026, 4, 10), times=5)
    finish(action, hana)
    for at in (NEW_YORK_MIDNIGHT, NEW_YORK_MIDNIGHT, NEW_YORK_MIDNIGHT + timedelta(days=1)):
        watch_action(action.pk, at=at)
    action.refresh_from_db()
    assert (action.state, action.times_reopened) == (ActionState.PLANNED, 1)
    assert action.due_at == datetime(2026, 5, 11, 4, 0, tzinfo=UTC)
    told = "The action had no effect that can be shown, and is open again"
    for person in (hana, quinn):
        assert news_for(person).count(told) == 1
    finish_action(action.pk, evidence="Once more.", effect_on=date(2026, 5, 4), by=hana,
                  at=datetime(2026, 5, 1, 12, 0, tzinfo=UTC))  # fmt: skip
    watch_action(action.pk, at=datetime(2026, 6, 1, 4, 0, tzinfo=UTC))
    action.refresh_from_db()
    assert (action.state, action.times_reopened) == (ActionState.PLANNED, 2)
    assert news_for(hana).count(told) == 2


def test_nothing_is_said_while_the_window_is_open(
    action: CorrectiveAction, fern: Employee, hana: Employee, late_room: FailureType
) -> None:
    complain(fern, late_room, date(2026, 3, 10), times=12)
    finish(action, hana)
    before = news_for(hana)
    assert watch_action(action.pk, at=NEW_YORK_MIDNIGHT - timedelta(seconds=1))
    action.refresh_from_db()
    assert (action.state, action.look_at) == (ActionState.DONE, NEW_YORK_MIDNIGHT)
    assert action.proof["lines"][0]["after"] == 0
    assert news_for(hana) == before


def test_only_complaints_of_that_failure_in_those_units_count_and_duplicates_do_not(
    action: CorrectiveAction, fern: Employee, otto: Employee, cara: Customer, late_room: FailureType
) -> None:
    other = FailureType.objects.create(parent=late_room.parent, name="Room too hot")
    complain(fern, other, date(2026, 4, 10))
    complain(otto, late_room, date(2026, 4, 10))
    complain(fern, late_room, date(2026, 4, 11), times=2)
    at = datetime(2026, 4, 10, 17, 0, tzinfo=UTC)
    first, second = (a_complaint(by=fern, customer=cara, failure_type=late_room.pk, at=at) for _time in range(2))
    mark_duplicate(second.reference, original=first.reference, by=fern, at=at)
    Customer.objects.filter(pk=cara.pk).update(group="gold")
    for edge in (NEW_YORK_MIDNIGHT - timedelta(minutes=1), NEW_YORK_MIDNIGHT):
        a_complaint(by=fern, failure_type=late_room.pk, at=edge)
    proof = measure(action, EFFECT, until=date(2026, 4, 27))
    assert [(line.group, line.before, line.after) for line in proof.lines] == [(None, 0, 4), ("", 0, 3), ("gold", 0, 1)]
    assert (proof.exposure_before, proof.exposure_after, proof.by_exposure) == (28, 28, False)


def test_rates_are_per_what_could_have_failed_where_every_month_is_known(
    action: CorrectiveAction, fern: Employee, quinn: Employee, late_room: FailureType
) -> None:
    """March has 31 days: 27 of them, the 2nd to the 28th, and so on. 3,100 nights in March are 100 a day."""
    complain(fern, late_room, date(2026, 3, 10), times=4)
    assert keep_exposure(["code, month, nights", "harbour, 2026-03, 3100"], by=quinn) == 1
    assert not measure(action, EFFECT, until=date(2026, 4, 27)).by_exposure
    assert keep_exposure(["harbour;2026-04;9000", "harbour\t2026-03\t3100"], by=quinn) == 2
    proof = measure(action, EFFECT, until=date(2026, 4, 27))
    assert proof.by_exposure
    assert proof.exposure_before == pytest.approx(28 * 100)
    assert proof.exposure_after == pytest.approx(2 * 100 + 26 * 300)


@pytest.mark.parametrize(
    "line", ["harbour, 2026-13, 5", "harbour, 2026-03", "elsewhere, 2026-03, 5", "harbour, 2026-03, -5", "a, b, c"]
)
def test_a_line_that_cannot_be_read_is_named(quinn: Employee, organisation: Organisation, line: str) -> None:
    with pytest.raises(Invalid, match="Line 2"):
        keep_exposure(["harbour, 2026-01, 5", line], by=quinn)
    assert not Exposure.objects.exists()


@pytest.mark.parametrize("line", ["harbour, 2026-03, some", "harbour, 2026-03, -5", "harbour, March, 5", "a, b, c"])
def test_a_single_line_that_cannot_be_read_is_not_taken_for_a_head(
    quinn: Employee, organisation: Organisation, line: str
) -> None:
    with pytest.raises(Invalid, match="Line 1"):
        keep_exposure([line], by=quinn)


@pytest.mark.parametrize(
    "line",
    [
        "Harbour Hotel, 2026-03, 4,120",
        "harbour hotel\t2026-03\t4,120",
        "harbour;2026-03;4.120",
        "HARBOUR\t2026-03\t4 120",
        "harbour, 2026-03, 4120",
    ],
)
def test_a_unit_is_named_as_people_call_it_and_thousands_are_parted(
    quinn: Employee, organisation: Organisation, line: str
) -> None:
    assert keep_exposure([line], by=quinn) == 1
    kept = Exposure.objects.get()
    assert (kept.unit, kept.amount) == (organisation.harbour, 4120)


def test_a_name_of_two_units_is_neither(quinn: Employee, organisation: Organisation) -> None:
    organisation.lakeside.name = organisation.harbour.name
    organisation.lakeside.save()
    with pytest.raises(Invalid, match="there is no unit"):
        keep_exposure([f"{organisation.harbour.name}, 2026-03, 4120"], by=quinn)


def test_only_analysts_drop_an_action_and_say_why(action: CorrectiveAction, hana: Employee, quinn: Employee) -> None:
    with pytest.raises(CausesNotYours):
        drop_action(action.pk, reason="Too dear.", by=hana, at=AT)
    with pytest.raises(Invalid):
        drop_action(action.pk, reason="", by=quinn, at=AT)
    assert drop_action(action.pk, reason="Too dear.", by=quinn, at=AT).state == ActionState.DROPPED
    with pytest.raises(CauseMovedOn):
        finish(action, hana)


def test_an_owner_sees_their_action_and_nobody_beside_them(
    found: Investigation, late_room: FailureType, fern: Employee, otto: Employee, quinn: Employee
) -> None:
    action = planned(found, late_room, owner=fern, by=quinn)
    assert list(actions_seen_by(fern)) == [action]
    assert list(actions_seen_by(otto)) == []


def test_what_is_done_without_evidence_is_refused_by_the_database(action: CorrectiveAction) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectiveAction.objects.filter(pk=action.pk).update(state=ActionState.DONE)


def test_what_is_measured_lies_where_it_happened_or_in_ones_own_units(
    found: Investigation, late_room: FailureType, hana: Employee, organisation: Organisation
) -> None:
    with pytest.raises(Invalid) as refused:
        planned(found, late_room, owner=hana, by=hana, unit=organisation.lakeside.pk)
    assert refused.value.field == "unit"


def test_nobody_elsewhere_is_made_the_owner(
    found: Investigation, late_room: FailureType, hana: Employee, otto: Employee
) -> None:
    with pytest.raises(Invalid) as refused:
        planned(found, late_room, owner=otto, by=hana)
    assert refused.value.field == "owner"
