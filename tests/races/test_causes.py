"""Two at the same cause, action or hearing in the same instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from complaints.causes.models import CauseEntry, Hearing, HearingEntry, Investigation
from complaints.common.errors import CauseMovedOn
from complaints.handling.finish_action import finish_action
from complaints.handling.hear_employee import hear_employee
from complaints.handling.judge_hearing import make_finding
from complaints.handling.watch_causes import watch_action
from complaints.outbox.models import Kind, Message
from complaints.staff.models import Employee
from complaints.standards.models import FailureType
from tests.causes.matters import AT, alleged, answered, asked, news_for, planned
from tests.factories import a_complaint
from tests.races.meeting import meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)


def test_one_form_sent_by_two_at_once_asks_once(fern: Employee, quinn: Employee, hana: Employee) -> None:
    case = a_complaint(by=fern, at=AT)
    outcomes = meet(*[lambda: asked(case, of=hana.unit, by=quinn, submission="form")] * 4)
    assert {type(outcome) for outcome in outcomes} == {Investigation}
    assert Investigation.objects.count() == 1
    assert case.timeline.filter(kind="cause.asked").count() == 1


def test_a_cause_is_named_once(fern: Employee, quinn: Employee, hana: Employee) -> None:
    found = asked(a_complaint(by=fern, at=AT), of=hana.unit, by=quinn)
    outcomes = meet(*[lambda: answered(found, by=hana)] * 3)
    assert [type(outcome) for outcome in outcomes].count(CauseMovedOn) == 2
    assert CauseEntry.objects.filter(kind="answered").count() == 1


def test_an_action_without_effect_comes_back_once(
    fern: Employee, quinn: Employee, hana: Employee, late_room: FailureType
) -> None:
    found = answered(asked(a_complaint(by=fern, at=AT), of=hana.unit, by=quinn), by=hana)
    action = planned(found, late_room, owner=hana, by=quinn)
    finish_action(action.pk, evidence="Done.", effect_on=date(2026, 3, 9), by=hana, at=AT)
    over = datetime(2026, 4, 6, 4, 0, tzinfo=UTC)
    outcomes = meet(*[lambda: watch_action(action.pk, at=over)] * 4)
    assert sorted(outcomes, key=str) == [False, False, False, True]
    action.refresh_from_db()
    assert action.times_reopened == 1
    assert news_for(hana).count("The action had no effect that can be shown, and is open again") == 1


def test_a_statement_and_a_finding_do_not_pass_each_other(
    fern: Employee, max_: Employee, quinn: Employee, hana: Employee
) -> None:
    found = asked(a_complaint(by=fern, at=AT), of=hana.unit, by=quinn)
    hearing = alleged(found, of=fern, by=quinn)
    late = hearing.answer_by
    outcomes = meet(
        lambda: hear_employee(hearing.pk, text="I was off that day.", by=fern, at=late),
        lambda: make_finding(hearing.pk, finding="upheld", reason="Plainly.", by=max_, at=late),
        lambda: make_finding(hearing.pk, finding="upheld", reason="Plainly.", by=max_, at=late),
    )
    assert [type(outcome) for outcome in outcomes].count(CauseMovedOn) == 1
    assert Hearing.objects.get().state == "found"
    assert HearingEntry.objects.filter(kind="found").count() == 1
    assert HearingEntry.objects.filter(kind="stated").count() == 1
    assert Message.objects.filter(kind=Kind.STAFF_HEARING, colleague=fern, facts__news__startswith="A finding").exists()
