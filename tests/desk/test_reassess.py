"""Assessing anew at the desk: asked for by itself, told what it would change, and only then done."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from complaints.cases.models import Case
from complaints.cases.states import Move
from complaints.customers.models import Customer
from complaints.staff.models import Employee
from complaints.standards.models import FailureType, RecoveryStandard, ServiceStandard, Severity, StandardVersion
from tests.cast import Organisation
from tests.desk.test_steps import page_of, typed
from tests.factories import a_complaint


@pytest.fixture
def case(fern: Employee, cara: Customer) -> Case:
    return a_complaint(by=fern, customer=cara)


@pytest.fixture
def desk(client: Client, fern: Employee) -> Client:
    """Fern's browser."""
    client.force_login(fern)
    return client


@pytest.fixture
def room_at_three(late_room: FailureType) -> ServiceStandard:
    return ServiceStandard.objects.create(
        name="Room ready at 15:00", promise="Your room is ready at three.", failure_type=late_room
    )


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_form_is_on_a_page_of_its_own_and_begins_with_what_is(
    desk: Client, case: Case, late_room: FailureType, room_at_three: ServiceStandard
) -> None:
    FailureType.objects.create(parent=late_room.parent, name="Noise at night")
    Case.objects.filter(pk=case.pk).update(failure_type=late_room, service_standard=room_at_three, severity=4)
    assert f'href="{page_of(case, Move.REASSESS)}#step-reassess"' in desk.get(page_of(case)).content.decode()

    page = desk.get(page_of(case, Move.REASSESS)).content.decode()

    assert f'<option value="{late_room.pk}" selected>' in page
    assert f'<option value="{room_at_three.pk}" selected>' in page
    assert re.search(r'name="severity" value="4"[^>]*checked', page)


def test_what_leaves_no_choice_is_not_asked(desk: Client, client: Client, case: Case, vera: Employee) -> None:
    page = desk.get(page_of(case, Move.REASSESS)).content.decode()
    for name in ("failure_type", "service_standard", "unit", "to_current"):
        assert f'id="reassess-{name}"' not in page

    client.force_login(vera)
    assert 'id="reassess-unit"' in client.get(page_of(case, Move.REASSESS)).content.decode()


def test_it_is_told_what_would_change_and_nothing_is_done(desk: Client, case: Case) -> None:
    seen = typed(case, severity=3, foresee="1")

    answer = desk.post(page_of(case, Move.REASSESS), seen)

    page = text_of(answer.content.decode())
    assert answer.status_code == 200
    assert "Severity: Medium → High" in page
    assert re.search(r"Put right: now due .{10,40} → would be due", page)
    assert Case.objects.get().severity == Severity.MEDIUM
    assert re.search(r'name="severity" value="3"[^>]*checked', answer.content.decode()), "the choice stands"
    part = desk.post(page_of(case, Move.REASSESS), seen, headers={"HX-Request": "true"}).content.decode()
    assert "would be due" in part
    assert "<html" not in part


def test_other_steps_foresee_nothing(desk: Client, case: Case) -> None:
    assert desk.post(page_of(case, Move.NOTE), typed(case, text="Called.", foresee="1")).status_code == 404
    assert case.timeline.count() == 1


def test_assessed_anew_it_is_on_the_page(
    desk: Client, case: Case, late_room: FailureType, room_at_three: ServiceStandard
) -> None:
    sent = typed(case, severity=3, failure_type=late_room.pk, service_standard=room_at_three.pk)

    page = text_of(desk.post(page_of(case, Move.REASSESS), sent, follow=True).content.decode())

    assert "The complaint is assessed anew." in page
    assert "Promise that was missed Room ready at 15:00 Your room is ready at three." in page
    assert "Fern Fuller assessed the complaint anew: severity: Medium → High" in page


def test_an_older_version_is_shown_and_the_one_in_force_is_offered(
    desk: Client, fern: Employee, late_room: FailureType, case: Case
) -> None:
    standard = RecoveryStandard.objects.create(name="Late room", failure_type=late_room)
    old = StandardVersion.objects.create(standard=standard, number=1, made_at=case.filed_at, is_current=False)
    new = StandardVersion.objects.create(standard=standard, number=2, made_at=case.filed_at)
    new.targets.create(kind="resolve", minutes=60)
    Case.objects.filter(pk=case.pk).update(failure_type=late_room, standard=old)
    page = text_of(desk.get(page_of(case)).content.decode())
    assert "Held to Late room, version 1 there is a newer one" in page
    assert 'id="reassess-to_current"' in desk.get(page_of(case, Move.REASSESS)).content.decode()

    sent = typed(case, severity=2, failure_type=late_room.pk, to_current="on")
    page = desk.post(page_of(case, Move.REASSESS), sent, follow=True).content.decode()

    assert Case.objects.get().standard == new
    assert "Held to Late room, version 2" in text_of(page)
    assert "there is a newer one" not in page
    assert 'id="reassess-to_current"' not in desk.get(page_of(case, Move.REASSESS)).content.decode()


def test_a_unit_that_one_does_not_see_cannot_be_chosen(
    client: Client, case: Case, max_: Employee, organisation: Organisation, otto: Employee
) -> None:
    client.force_login(max_)

    client.post(page_of(case, Move.REASSESS), typed(case, severity=2, unit=organisation.lakeside.pk))

    case.refresh_from_db()
    assert case.unit == organisation.harbour


def test_moved_to_another_unit_the_page_says_who_has_it(
    client: Client, case: Case, vera: Employee, organisation: Organisation, otto: Employee
) -> None:
    client.force_login(vera)

    page = client.post(
        page_of(case, Move.REASSESS), typed(case, severity=2, unit=organisation.lakeside.pk), follow=True
    ).content.decode()

    assert "Otto Olsen" in page
    assert "Lakeside Hotel" in page
