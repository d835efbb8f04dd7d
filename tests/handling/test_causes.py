"""A department is asked for a cause, reminded, answers, and is asked again or believed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from complaints.cases.models import Case
from complaints.causes.models import CauseEntry, Investigation
from complaints.causes.queries import investigation_page, investigations_seen_by
from complaints.causes.states import InvestigationState
from complaints.common.errors import CauseMovedOn, CausesNotYours, Invalid, NotFound
from complaints.customers.models import Customer
from complaints.handling.answer_investigation import AnswerFacts, answer_investigation
from complaints.handling.keep_absence import keep_absence
from complaints.handling.review_investigation import accept_cause, ask_again
from complaints.handling.watch_causes import investigations_to_watch, watch_investigation
from complaints.staff.models import Employee, Role, Unit
from complaints.staff.sheets import AbsenceSheet
from tests.cast import Organisation, employee
from tests.causes.matters import AT, DAY, WHYS, answered, asked, news_for
from tests.factories import a_complaint

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara, at=AT)


@pytest.fixture
def found(case: Case, quinn: Employee, hana: Employee, housekeeping: Unit) -> Investigation:
    return asked(case, of=housekeeping, by=quinn)


def kinds(case: Case) -> list[str]:
    return list(case.timeline.order_by("pk").values_list("kind", flat=True))


def test_a_department_is_asked_about_a_group_and_its_lead_is_told(
    fern: Employee, otto: Employee, quinn: Employee, hana: Employee, housekeeping: Unit, organisation: Organisation
) -> None:
    here, there = a_complaint(by=fern, at=AT), a_complaint(by=otto, at=AT)
    found = asked(here, there, of=housekeeping, by=quinn)
    assert (found.lead, found.unit, found.due_at) == (hana, organisation.region, AT + timedelta(days=2))
    assert news_for(hana) == ["Your department is asked for a cause"]
    for case in (here, there):
        told = case.timeline.get(kind="cause.asked")
        assert (told.actor_name, told.at, told.public) == ("Quinn Quade", AT, False)
        assert told.facts == {"title": "Rooms that are late", "department": "Housekeeping"}


def test_a_form_sent_twice_asks_once(case: Case, quinn: Employee, hana: Employee, housekeeping: Unit) -> None:
    asked_twice = {asked(case, of=housekeeping, by=quinn, submission="form") for _time in range(2)}
    assert len(asked_twice) == 1
    assert kinds(case).count("cause.asked") == 1


def test_only_a_department_that_stands_outside_is_asked(
    case: Case, quinn: Employee, max_: Employee, hana: Employee, housekeeping: Unit, organisation: Organisation
) -> None:
    with pytest.raises(Invalid, match="choose a department"):
        asked(case, of=organisation.lakeside, by=quinn)
    own = a_complaint(by=hana, at=AT)
    with pytest.raises(Invalid, match="does not look into its own"):
        asked(case, own, of=housekeeping, by=quinn)
    with pytest.raises(CausesNotYours):
        asked(case, of=housekeeping, by=max_)


def test_a_department_of_front_line_alone_cannot_be_asked(case: Case, quinn: Employee, housekeeping: Unit) -> None:
    employee("Felix Ford", Role.FRONT_LINE, housekeeping)
    with pytest.raises(Invalid, match="nobody could answer"):
        asked(case, of=housekeeping, by=quinn)


def test_a_complaint_that_one_does_not_see_cannot_be_named(
    case: Case, organisation: Organisation, hana: Employee, housekeeping: Unit
) -> None:
    local = employee("Lara Lund", Role.ANALYST, organisation.lakeside)
    with pytest.raises(Invalid, match=case.reference):
        asked(case, of=housekeeping, by=local)


def test_the_department_names_the_cause(found: Investigation, case: Case, hana: Employee, quinn: Employee) -> None:
    done = answered(found, by=hana, at=AT + timedelta(hours=3))
    done.refresh_from_db()
    assert (done.state, done.root_code, done.whys) == (InvestigationState.ANSWERED, "system", list(WHYS))
    assert done.bones == {"people": ["Two were ill"], "system": ["Printed at eight"]}
    assert done.look_at is None
    assert news_for(quinn) == ["The department has named a cause"]
    assert kinds(case)[-1] == "cause.answered"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (AnswerFacts(root_code="gremlins", root_text="x", answer="x", whys=["x"]), "root_code"),
        (AnswerFacts(root_code="system", root_text="x", answer="x"), "whys"),
        (AnswerFacts(root_code="system", root_text=" ", answer="x", whys=["x"]), "root_text"),
        (AnswerFacts(root_code="system", root_text="x", answer="", whys=["x"]), "answer"),
        (AnswerFacts(root_code="system", root_text="x", answer="x", whys=["x" * 301]), "whys"),
    ],
)
def test_an_answer_names_how_it_came_to_the_cause(
    found: Investigation, hana: Employee, facts: AnswerFacts, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        answer_investigation(found.pk, facts, by=hana, at=AT)
    assert refused.value.field == field


def test_nobody_answers_but_the_department(
    found: Investigation, max_: Employee, vera: Employee, otto: Employee, quinn: Employee
) -> None:
    for stranger in (max_, vera, quinn):
        with pytest.raises(CausesNotYours):
            answered(found, by=stranger)
    with pytest.raises(NotFound):
        answered(found, by=otto)


def test_an_answer_is_sent_back_with_the_time_it_had_at_first(
    found: Investigation, hana: Employee, quinn: Employee
) -> None:
    answered(found, by=hana)
    later = AT + timedelta(days=5)
    ask_again(found.pk, reason="Why was it printed at eight?", by=quinn, at=later)
    found.refresh_from_db()
    assert (found.state, found.due_at, found.step) == (InvestigationState.OPEN, later + timedelta(days=2), 0)
    assert found.look_at is not None
    assert news_for(hana)[-1] == "Your answer came back with a question"
    answered(found, by=hana, at=later)
    assert accept_cause(found.pk, by=quinn, at=later).state == InvestigationState.CLOSED
    with pytest.raises(CauseMovedOn):
        answered(found, by=hana, at=later)


def test_the_department_is_reminded_and_then_whoever_stands_above_it(
    found: Investigation, case: Case, hana: Employee, vera: Employee, ada: Employee
) -> None:
    reminder = AT + timedelta(hours=36)
    assert investigations_to_watch(at=reminder - timedelta(seconds=1)) == []
    assert investigations_to_watch(at=reminder) == [found.pk]
    assert watch_investigation(found.pk, at=reminder)
    assert not watch_investigation(found.pk, at=reminder)
    assert news_for(hana)[-1] == "A cause is due soon"
    assert watch_investigation(found.pk, at=found.due_at)
    assert news_for(vera) == ["The time to name a cause is over"]
    assert watch_investigation(found.pk, at=found.due_at + timedelta(days=30))
    assert news_for(ada) == ["The time to name a cause is over"]
    found.refresh_from_db()
    assert found.look_at is None
    assert news_for(hana).count("The time to name a cause is over") == 0
    missed = CauseEntry.objects.filter(investigation=found, kind="missed").order_by("pk")
    assert [entry.text for entry in missed] == ["Vera Vance", "Ada Adler"]


def test_whoever_stands_in_is_reminded(found: Investigation, hana: Employee, housekeeping: Unit) -> None:
    deputy = employee("Dina Dahl", Role.MANAGER, housekeeping)
    sheet = AbsenceSheet(employee=hana.pk, since=AT, until=AT + timedelta(days=9), stand_in=deputy.pk)
    keep_absence(None, sheet=sheet, by=hana, at=AT)
    watch_investigation(found.pk, at=AT + timedelta(hours=36))
    assert news_for(deputy) == ["A cause is due soon"]


def test_whose_units_it_concerns_sees_it_and_nobody_else(
    found: Investigation, fern: Employee, max_: Employee, vera: Employee, quinn: Employee, hana: Employee,
    otto: Employee, organisation: Organisation,
) -> None:  # fmt: skip
    lara = employee("Lara Lund", Role.MANAGER, organisation.lakeside)
    seeing = [one for one in (fern, max_, vera, quinn, hana, otto, lara) if found in investigations_seen_by(one)]
    assert seeing == [max_, vera, quinn, hana]


def test_a_list_goes_on_where_the_walk_ended(
    found: Investigation, case: Case, quinn: Employee, max_: Employee, housekeeping: Unit, organisation: Organisation,
    otto: Employee, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("complaints.causes.queries.WALK", 1)
    elsewhere = asked(a_complaint(by=otto, at=AT), of=housekeeping, by=quinn, minutes=DAY)
    first = investigation_page(max_, closed=False)
    assert (list(first.rows), first.more_unseen) == ([], True)
    second = investigation_page(max_, closed=False, after=first.next_key)
    assert list(second.rows) == [found]
    assert elsewhere.due_at < found.due_at


def test_what_is_closed_without_an_answer_is_refused_by_the_database(found: Investigation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Investigation.objects.filter(pk=found.pk).update(state="closed")


def test_what_happened_is_never_rewritten(found: Investigation) -> None:
    with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
        CauseEntry.objects.filter(investigation=found).update(text="Something else")
