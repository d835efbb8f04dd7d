"""The pages of causes: what they show, what they refuse, and what stays typed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now

from complaints.cases.models import Case
from complaints.causes.models import CorrectiveAction, Hearing, Investigation
from complaints.common.errors import Invalid
from complaints.customers.models import Customer
from complaints.handling.explain_change import explain_change
from complaints.handling.finish_action import finish_action
from complaints.handling.keep_standard import keep_standard
from complaints.staff.models import Employee, SettingChange, Unit
from complaints.standards.models import FailureType
from complaints.standards.sheets import StandardSheet, TargetLine
from tests.causes.matters import alleged, answered, asked, planned
from tests.desk.pages import next_address
from tests.factories import a_complaint

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(fern: Employee, max_: Employee, cara: Customer, late_room: FailureType) -> Case:
    return a_complaint(by=fern, customer=cara, failure_type=late_room.pk)


@pytest.fixture
def found(case: Case, quinn: Employee, hana: Employee, housekeeping: Unit) -> Investigation:
    return asked(case, of=housekeeping, by=quinn, at=now())


def page(client: Client, who: Employee, name: str, *args: object, **query: str) -> str:
    client.force_login(who)
    answer = client.get(reverse(f"desk:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_measures_of_a_unit_are_offered_to_whoever_may_open_them(
    client: Client, found: Investigation, late_room: FailureType, quinn: Employee, max_: Employee, hana: Employee
) -> None:
    """Hana's department answers for a hotel that is not hers: a link there would lead nowhere."""
    answered(found, by=hana, at=now())
    action = planned(found, late_room, owner=hana, by=quinn, at=now(), due_on=localdate() + timedelta(days=9))
    finish_action(action.pk, evidence="It hangs there.", effect_on=localdate(), by=hana, at=now())
    for name, pk in (("investigation", found.pk), ("action", action.pk)):
        for who, may_open in ((quinn, True), (max_, True), (hana, False)):
            offered = "/desk/insights/?unit=" in page(client, who, name, pk)
            assert offered is may_open, (name, who)


def test_how_many_references_there_may_be_is_said_in_the_language_of_the_reader(
    client: Client, quinn: Employee
) -> None:
    client.cookies["django_language"] = "zh-hans"
    assert "最多 200 个" in page(client, quinn, "new_investigation")


def form_for(case: Case, department: Unit) -> dict[str, str]:
    named = {"references": case.reference, "department": str(department.pk)}
    return {"title": "Late rooms", "question": "Why?", "days": "5", "submission": "key", **named}


def test_quinn_asks_from_the_case_page_and_the_case_leads_to_the_investigation(
    client: Client, case: Case, quinn: Employee, hana: Employee, max_: Employee, fern: Employee, housekeeping: Unit
) -> None:
    assert f"/desk/causes/new/?complaint={case.reference}" in page(client, quinn, "complaint", case.reference)
    assert case.reference in page(client, quinn, "new_investigation", complaint=case.reference)
    answer = client.post("/desk/causes/new/", form_for(case, housekeeping))
    found = Investigation.objects.get()
    assert answer["Location"] == f"/desk/causes/{found.pk}/"
    assert (found.minutes, list(found.cases.all())) == (5 * 24 * 60, [case])
    for who in (quinn, max_):
        assert answer["Location"] in page(client, who, "complaint", case.reference)
    assert answer["Location"] not in page(client, fern, "complaint", case.reference)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"references": "C-00000000"}, "There is no such complaint"),
        ({"references": ""}, "Please name a complaint."),
        ({"department": ""}, "Please choose one."),
        ({"title": ""}, "Please write something here."),
        ({"days": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_stays_typed(
    client: Client, case: Case, quinn: Employee, housekeeping: Unit, facts: dict[str, str], sentence: str
) -> None:
    client.force_login(quinn)
    answer = client.post("/desk/causes/new/", {**form_for(case, housekeeping), "question": "Why so late?", **facts})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert "Why so late?" in answer.content.decode()
    assert not Investigation.objects.exists()


def test_the_department_answers_with_five_whys_and_a_fishbone(
    client: Client, found: Investigation, hana: Employee
) -> None:
    client.force_login(hana)
    address = reverse("desk:investigation_step", args=[found.pk, "answer"])
    typed = {"why_1": "Nobody cleaned it.", "bone_people": "Two were ill\nOne was new", "root_code": "process"}
    answer = client.post(address, typed)
    assert answer.status_code == 400
    assert "Nobody cleaned it." in answer.content.decode()
    answer = client.post(address, {**typed, "root_text": "The list.", "answer": "We print it later."})
    assert answer.status_code == 302
    shown = page(client, hana, "investigation", found.pk)
    for words in ("Nobody cleaned it.", "Two were ill", "One was new", "The list.", "We print it later.", "Process"):
        assert words in shown
    assert client.post(address, typed).status_code == 400
    answer = client.post(address, {**typed, "root_text": "Another.", "answer": "Again."})
    assert answer.status_code == 409
    assert "This has moved on" in answer.content.decode()
    assert "What you had written" in answer.content.decode()


def test_the_lists_say_what_is_open_without_effect_and_ended(
    client: Client, found: Investigation, quinn: Employee, hana: Employee, late_room: FailureType
) -> None:
    assert found.title in page(client, quinn, "causes")
    assert found.title not in page(client, quinn, "causes", show="closed")
    action = planned(answered(found, by=hana, at=now()), late_room, owner=hana, by=quinn, at=now(),
                     due_on=now().date() + timedelta(days=9))  # fmt: skip
    assert action.title in page(client, quinn, "causes", show="actions")
    assert action.title not in page(client, quinn, "causes", show="no_effect")
    CorrectiveAction.objects.update(times_reopened=1)
    assert action.title in page(client, quinn, "causes", show="no_effect")


def test_a_list_goes_on_behind_its_last_row(
    client: Client, case: Case, quinn: Employee, hana: Employee, housekeeping: Unit
) -> None:
    for number in range(27):
        asked(case, of=housekeeping, by=quinn, at=now(), title=f"Matter {number:02}")
    client.force_login(quinn)
    first = client.get("/desk/causes/")
    second = client.get(f"/desk/causes/{next_address(first)}").content.decode()
    assert "Matter 24" in first.content.decode()
    assert "Matter 25" not in first.content.decode()
    assert "Matter 26" in second


def test_nobody_else_finds_a_hearing_on_any_page(
    client: Client, found: Investigation, case: Case, fern: Employee, max_: Employee, vera: Employee, otto: Employee,
    quinn: Employee, hana: Employee, ada: Employee,
) -> None:  # fmt: skip
    hearing = alleged(found, of=fern, by=quinn, at=now())
    address = f"/desk/causes/hearings/{hearing.pk}/"
    statuses = {}
    for who in (fern, quinn, max_, vera, otto, hana, ada):
        client.force_login(who)
        statuses[who.name] = client.get(address).status_code
        knows = statuses[who.name] == 200
        assert (address in page(client, who, "causes", show="confidence")) is knows
        for shown in (f"/desk/causes/{found.pk}/", f"/desk/complaints/{case.reference}/", "/desk/messages/"):
            answer = client.get(shown)
            text = answer.content.decode()
            assert "rude" not in text
            if not knows:
                assert address not in text
                assert "In confidence: " not in text
    assert statuses == {
        "Fern Fuller": 200,
        "Quinn Quade": 200,
        "Max Moreno": 200,
        "Vera Vance": 404,
        "Otto Olsen": 404,
        "Hana Holt": 404,
        "Ada Adler": 404,
    }


def test_the_accused_is_heard_and_appeals_on_their_page(
    client: Client, found: Investigation, fern: Employee, max_: Employee, vera: Employee, quinn: Employee
) -> None:
    hearing = alleged(found, of=fern, by=quinn, at=now())

    def send(who: Employee, move: str, **typed: str) -> int:
        client.force_login(who)
        return client.post(reverse("desk:hearing_step", args=[hearing.pk, move]), typed).status_code

    assert "You have until" in page(client, fern, "hearing", hearing.pk)
    assert send(max_, "find", finding="upheld", reason="Plainly.") == 409
    assert send(fern, "state", text="") == 400
    assert send(fern, "state", text="I was off that day.") == 302
    assert "I was off that day." in page(client, max_, "hearing", hearing.pk)
    assert send(max_, "find", finding="upheld", reason="The rota says otherwise.") == 302
    assert "You may appeal until the end of" in page(client, fern, "hearing", hearing.pk)
    assert send(fern, "appeal", reason="The rota is wrong.") == 302
    assert send(vera, "decide", finding="not_upheld", reason="It was.") == 302
    hearing.refresh_from_db()
    assert (hearing.state, hearing.finding) == ("final", "not_upheld")
    with time_machine.travel(now() + timedelta(days=15), tick=False):
        assert send(fern, "appeal", reason="Once more.") == 409
    assert Hearing.objects.count() == 1


def test_a_changed_standard_leads_back_to_the_action_it_was_changed_for(
    client: Client, found: Investigation, late_room: FailureType, hana: Employee, quinn: Employee, ada: Employee
) -> None:
    action = planned(
        answered(found, by=hana, at=now()), late_room, owner=hana, by=quinn, at=now(), due_on=date(2099, 1, 1)
    )
    sheet = StandardSheet(name="Rooms by three", targets=(TargetLine(kind="acknowledge", minutes=60),))
    standard = keep_standard(None, sheet=sheet, by=ada, at=now())
    change = SettingChange.objects.get(setting="standards", key=standard.pk)
    assert f'value="{change.pk}"' in page(client, quinn, "action_step", action.pk, "explain")
    explain_change(action.pk, change=change.pk, by=hana, at=now())
    link = reverse("desk:action", args=[action.pk])
    assert link in page(client, ada, "setting", "standards", standard.pk)
    assert link in page(client, ada, "settings")
    assert "Rooms by three" in page(client, quinn, "action", action.pk)
    with pytest.raises(Invalid, match="for no other reason"):
        explain_change(action.pk, change=change.pk, by=hana, at=now())
