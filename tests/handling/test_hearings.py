"""Fairness to whoever is accused: told, heard before any finding, free to appeal; and none of it seen by others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from complaints.causes.models import CauseEntry, Hearing, HearingEntry, Investigation
from complaints.causes.queries import hearing_for, hearings_seen_by
from complaints.causes.states import HearingState
from complaints.common.errors import AppealTooLate, CauseMovedOn, CausesNotYours, Invalid, NotFound, NotHeardYet
from complaints.handling.hear_employee import hear_employee
from complaints.handling.judge_hearing import appeal_finding, decide_appeal, make_finding
from complaints.handling.keep_absence import keep_absence
from complaints.handling.tell_allegation import TIME_TO_ANSWER, tell_allegation
from complaints.handling.watch_causes import hearings_to_watch, watch_hearing
from complaints.outbox.models import Kind, Message
from complaints.outbox.queries import messages_seen_by, one_visible
from complaints.staff.models import Employee, Role, Unit
from complaints.staff.sheets import AbsenceSheet
from tests.cast import Organisation, employee
from tests.causes.matters import AT, alleged, asked, news_for
from tests.factories import a_complaint

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def found(fern: Employee, quinn: Employee, hana: Employee, housekeeping: Unit) -> Investigation:
    return asked(a_complaint(by=fern, at=AT), of=housekeeping, by=quinn)


@pytest.fixture
def hearing(found: Investigation, fern: Employee, max_: Employee, vera: Employee, quinn: Employee) -> Hearing:
    return alleged(found, of=fern, by=quinn)


def heard(hearing: Hearing, by: Employee, at: datetime = AT + DAY) -> Hearing:
    return hear_employee(hearing.pk, text=f"I was off that day, as I say on {at:%A}.", by=by, at=at)


def judged(hearing: Hearing, by: Employee, at: datetime = AT + 2 * DAY) -> Hearing:
    return make_finding(hearing.pk, finding="upheld", reason="The rota says otherwise.", by=by, at=at)


def appealed(hearing: Hearing, by: Employee, at: datetime = AT + 3 * DAY) -> Hearing:
    return appeal_finding(hearing.pk, reason="The rota is wrong.", by=by, at=at)


def away(who: Employee, stand_in: Employee | None, since: datetime = AT, days: int = 60) -> None:
    named = stand_in.pk if stand_in else None
    sheet = AbsenceSheet(employee=who.pk, since=since, until=since + days * DAY, stand_in=named)
    keep_absence(None, sheet=sheet, by=who, at=since)


def told(employee: Employee) -> list[str]:
    return news_for(employee, Kind.STAFF_HEARING)


def test_the_employee_is_told_what_is_alleged_and_who_will_decide(
    hearing: Hearing, fern: Employee, max_: Employee
) -> None:
    assert (hearing.accused, hearing.decider, hearing.answer_by) == (fern, max_, AT + TIME_TO_ANSWER)
    assert told(fern) == ["You are asked for your side of something that is alleged"]
    assert told(max_) == ["You will decide on something alleged, once the employee was heard"]
    said = HearingEntry.objects.get()
    assert (said.kind, said.text, said.by_name) == ("alleged", "You were rude to a guest on Sunday.", "Quinn Quade")


def test_what_is_told_by_mail_says_nothing_of_the_matter(hearing: Hearing) -> None:
    for message in Message.objects.filter(kind=Kind.STAFF_HEARING):
        assert "rude" not in str(message.facts)
        assert "Fern" not in str(message.facts)


def test_nothing_of_it_stands_on_the_complaint_or_the_investigation(hearing: Hearing, found: Investigation) -> None:
    assert list(CauseEntry.objects.values_list("kind", flat=True)) == ["opened"]
    case = found.cases.get()
    assert "Fern" not in str(list(case.timeline.exclude(kind="case.filed").values_list("facts", "text")))


def test_only_the_accused_the_investigator_and_the_decider_see_it(
    hearing: Hearing, fern: Employee, max_: Employee, vera: Employee, otto: Employee, quinn: Employee, hana: Employee,
    ada: Employee, organisation: Organisation,
) -> None:  # fmt: skip
    colleague = employee("Femi Frost", Role.FRONT_LINE, organisation.harbour)
    other_analyst = employee("Quill Quist", Role.ANALYST, organisation.company)
    everybody = (fern, max_, vera, otto, quinn, hana, ada, colleague, other_analyst)
    assert [one for one in everybody if hearings_seen_by(one, at=AT).exists()] == [fern, max_, quinn]
    heard(hearing, fern)
    judged(hearing, max_)
    appealed(hearing, fern)
    assert [one for one in everybody if hearings_seen_by(one, at=AT).exists()] == [fern, max_, vera, quinn]
    for stranger in (otto, hana, ada, colleague, other_analyst):
        with pytest.raises(NotFound):
            hearing_for(stranger, hearing.pk, at=AT)
        with pytest.raises(NotFound):
            heard(hearing, stranger)


def test_its_messages_are_seen_by_nobody_else_on_the_list_of_messages(
    hearing: Hearing, fern: Employee, max_: Employee, vera: Employee, ada: Employee, quinn: Employee
) -> None:
    for_fern = Message.objects.get(kind=Kind.STAFF_HEARING, colleague=fern)
    assert one_visible(fern, for_fern.pk) == for_fern
    for other in (max_, vera, ada, quinn):
        with pytest.raises(NotFound):
            one_visible(other, for_fern.pk)
        assert for_fern not in messages_seen_by(other).messages


def test_only_who_looks_into_it_tells(
    found: Investigation, fern: Employee, max_: Employee, hana: Employee, vera: Employee
) -> None:
    with pytest.raises(CausesNotYours):
        alleged(found, of=fern, by=max_)
    assert alleged(found, of=fern, by=hana).investigator == hana


def test_nobody_is_accused_who_looks_into_the_matter_or_answers_for_it(
    found: Investigation, hana: Employee, quinn: Employee, vera: Employee, fern: Employee, max_: Employee,
    housekeeping: Unit,
) -> None:  # fmt: skip
    deputy = employee("Dina Dahl", Role.MANAGER, housekeeping)
    for one in (hana, deputy, quinn):
        with pytest.raises(Invalid) as refused:
            alleged(found, of=one, by=quinn)
        assert refused.value.field == "accused"
    with pytest.raises(Invalid, match="themselves"):
        alleged(found, of=quinn, by=hana)
    alleged(found, of=fern, by=quinn)
    with pytest.raises(Invalid, match="told already"):
        alleged(found, of=fern, by=quinn)


def test_nobody_decides_who_looks_into_it(
    fern: Employee, max_: Employee, vera: Employee, quinn: Employee, housekeeping: Unit, hana: Employee,
    organisation: Organisation, found: Investigation,
) -> None:  # fmt: skip
    maid = employee("Mila Mont", Role.FRONT_LINE, organisation.harbour)
    Investigation.objects.filter(pk=found.pk).update(lead=max_)
    assert tell_allegation(found.pk, accused=maid.pk, alleged="Something.", by=max_, at=AT).decider == vera


def test_a_manager_is_judged_by_the_next_tier_and_a_vp_by_another(
    found: Investigation, max_: Employee, vera: Employee, quinn: Employee, organisation: Organisation
) -> None:
    assert alleged(found, of=max_, by=quinn).decider == vera
    with pytest.raises(Invalid, match="Nobody stands above"):
        alleged(found, of=vera, by=quinn)
    victor = employee("Victor Voss", Role.VP, organisation.company)
    assert alleged(found, of=vera, by=quinn).decider == victor


def test_no_finding_before_the_employee_was_heard(hearing: Hearing, fern: Employee, max_: Employee) -> None:
    with pytest.raises(NotHeardYet, match="Fern Fuller has not answered"):
        judged(hearing, max_, at=hearing.answer_by - timedelta(seconds=1))
    assert Hearing.objects.get().state == HearingState.ASKED
    heard(hearing, fern)
    assert judged(hearing, max_).finding == "upheld"


def test_who_lets_the_time_pass_may_be_judged_without(hearing: Hearing, max_: Employee) -> None:
    assert judged(hearing, max_, at=hearing.answer_by).state == HearingState.FOUND


def test_the_database_refuses_a_finding_on_somebody_not_heard(hearing: Hearing, max_: Employee) -> None:
    with pytest.raises(IntegrityError, match="heard_before_found"), transaction.atomic():
        Hearing.objects.filter(pk=hearing.pk).update(
            state="found", finding="upheld", found_at=AT + DAY, found_by=max_, appeal_by=AT + 9 * DAY
        )


def test_words_are_judged_before_anything_is_decided(hearing: Hearing, fern: Employee, max_: Employee) -> None:
    heard(hearing, fern)
    for finding, reason, field in (("upheld", " ", "reason"), ("perhaps", "Why not.", "finding")):
        with pytest.raises(Invalid) as refused:
            make_finding(hearing.pk, finding=finding, reason=reason, by=max_, at=AT + DAY)
        assert refused.value.field == field
    assert Hearing.objects.get().state == HearingState.HEARD


def test_a_statement_may_be_added_to_at_any_time_before_the_end(
    hearing: Hearing, fern: Employee, max_: Employee, vera: Employee
) -> None:
    heard(hearing, fern)
    heard(hearing, fern, at=AT + 2 * DAY)
    judged(hearing, max_)
    heard(hearing, fern, at=AT + 3 * DAY)
    hearing.refresh_from_db()
    assert (hearing.heard_at, hearing.state) == (AT + DAY, HearingState.FOUND)
    appealed(hearing, fern)
    heard(hearing, fern, at=AT + 4 * DAY)
    assert told(vera)[-1] == "An employee has given their side"
    decide_appeal(hearing.pk, finding="upheld", reason="Still.", by=vera, at=AT + 5 * DAY)
    with pytest.raises(CauseMovedOn):
        heard(hearing, fern, at=AT + 6 * DAY)
    with pytest.raises(InternalError, match="pgtrigger"), transaction.atomic():
        HearingEntry.objects.update(text="Something else")


def test_the_same_statement_sent_twice_is_taken_once(hearing: Hearing, fern: Employee, max_: Employee) -> None:
    for _time in range(2):
        heard(hearing, fern)
    assert hearing.entries.filter(kind="stated").count() == 1
    assert told(max_).count("An employee has given their side") == 1


def test_a_finding_is_appealed_to_the_next_tier_which_decides_for_good(
    hearing: Hearing, fern: Employee, max_: Employee, vera: Employee, quinn: Employee
) -> None:
    heard(hearing, fern)
    judged(hearing, max_)
    assert told(fern)[-1] == "A finding was made on what was alleged; you may appeal it"
    for other in (max_, quinn):
        with pytest.raises(CausesNotYours):
            appealed(hearing, other)
    assert appealed(hearing, fern).appeal_decider == vera
    with pytest.raises(CausesNotYours):
        decide_appeal(hearing.pk, finding="upheld", reason="Still.", by=max_, at=AT + 4 * DAY)
    done = decide_appeal(hearing.pk, finding="not_upheld", reason="It was.", by=vera, at=AT + 4 * DAY)
    assert (done.state, done.finding) == (HearingState.FINAL, "not_upheld")
    for person in (fern, quinn, max_):
        assert told(person)[-1] == "An appeal was decided"
    with pytest.raises(CauseMovedOn):
        appealed(hearing, fern, at=AT + 5 * DAY)


def test_the_time_to_appeal_ends_with_a_day_of_the_employees_unit(
    hearing: Hearing, fern: Employee, max_: Employee, vera: Employee
) -> None:
    """Found on the 4th of March; fourteen days on is the 18th, which ends at four o'clock UTC in daylight saving."""
    heard(hearing, fern)
    found = judged(hearing, max_)
    end = datetime(2026, 3, 19, 4, 0, tzinfo=UTC)
    assert found.appeal_by == end
    last = Message.objects.filter(colleague=fern, kind=Kind.STAFF_HEARING).latest("pk")
    assert last.facts["due_at"]
    with pytest.raises(AppealTooLate):
        appealed(hearing, fern, at=end)
    assert appealed(hearing, fern, at=end - timedelta(seconds=1)).state == HearingState.APPEALED


def test_an_appeal_against_a_vp_goes_to_another_or_says_that_there_is_none(
    found: Investigation, max_: Employee, vera: Employee, quinn: Employee, organisation: Organisation
) -> None:
    hearing = alleged(found, of=max_, by=quinn)
    heard(hearing, max_)
    judged(hearing, vera)
    with pytest.raises(Invalid, match="Nobody else could decide"):
        appealed(hearing, max_)
    victor = employee("Victor Voss", Role.VP, organisation.company)
    assert appealed(hearing, max_).appeal_decider == victor


def test_whoever_stands_in_for_the_decider_sees_it_and_decides(
    hearing: Hearing, fern: Employee, max_: Employee, vera: Employee, organisation: Organisation
) -> None:
    mona = employee("Mona Marsh", Role.MANAGER, organisation.region)
    away(max_, mona, since=AT + DAY)
    heard(hearing, fern)
    assert list(hearings_seen_by(mona, at=AT)) == []
    assert list(hearings_seen_by(mona, at=AT + 2 * DAY)) == [hearing]
    assert judged(hearing, mona).found_by == mona
    assert appealed(hearing, fern).appeal_decider == vera


def test_a_stand_in_from_the_front_line_neither_sees_nor_decides(
    hearing: Hearing, fern: Employee, max_: Employee, organisation: Organisation
) -> None:
    colleague = employee("Femi Frost", Role.FRONT_LINE, organisation.harbour)
    away(max_, colleague)
    heard(hearing, fern)
    assert list(hearings_seen_by(colleague, at=AT + DAY)) == []
    with pytest.raises(NotFound):
        judged(hearing, colleague)


def test_the_employee_is_reminded_and_then_who_decides(hearing: Hearing, fern: Employee, max_: Employee) -> None:
    reminder = AT + TIME_TO_ANSWER * 0.75
    assert hearings_to_watch(at=reminder - timedelta(seconds=1)) == []
    for at in (reminder, hearing.answer_by, hearing.answer_by + 7 * DAY):
        assert hearings_to_watch(at=at) == [hearing.pk]
        assert watch_hearing(hearing.pk, at=at)
        assert not watch_hearing(hearing.pk, at=at)
    assert told(fern)[1:] == ["Your side of something that is alleged is still awaited"]
    late = "An employee has not given their side in time; you may decide without it"
    assert told(max_)[1:] == [late, late]


def test_what_nobody_could_decide_is_passed_on(
    hearing: Hearing, fern: Employee, max_: Employee, vera: Employee
) -> None:
    heard(hearing, fern)
    away(max_, None)
    assert watch_hearing(hearing.pk, at=AT + 8 * DAY)
    hearing.refresh_from_db()
    assert hearing.decider == vera
    assert told(vera)[-1] == "You will decide on something alleged, in place of a colleague"
    assert told(fern)[-1] == "Another person decides on what is alleged"
    entry = HearingEntry.objects.get(kind="passed_on")
    assert (entry.text, entry.by) == ("Vera Vance", None)
    with pytest.raises(NotFound):
        judged(hearing, max_, at=AT + 9 * DAY)
    assert judged(hearing, vera, at=AT + 9 * DAY).found_by == vera
