"""Causes are found by those who see them, and by nobody else."""

from __future__ import annotations

import pytest
from django.test import Client

from complaints.cases.asked import read
from complaints.cases.models import Case
from complaints.cases.search import find as find_cases
from complaints.causes.models import Investigation
from complaints.causes.search import find
from complaints.handling.review_investigation import ask_again
from complaints.jobs import rounds
from complaints.staff.models import Employee, Unit
from tests.causes.matters import AT, alleged, answered, asked
from tests.factories import a_complaint


@pytest.fixture
def case(fern: Employee) -> Case:
    return a_complaint(by=fern)


@pytest.fixture
def found(case: Case, quinn: Employee, hana: Employee, housekeeping: Unit) -> Investigation:
    assert hana.unit == housekeeping
    return answered(asked(case, of=housekeeping, by=quinn), by=hana)


def titles(by: Employee, typed: str) -> list[str]:
    return [one.investigation.title for one in find(by, read(typed))]


@pytest.mark.parametrize(
    "typed", ["late rooms", "three", '"print it at noon"', "late bookings", '"nobody cleaned it"', "printed -lamp"]
)
def test_an_investigation_is_found_by_what_was_asked_and_answered(
    found: Investigation, quinn: Employee, hana: Employee, typed: str
) -> None:
    assert titles(quinn, typed) == titles(hana, typed) == ["Rooms that are late"]


def test_where_it_stands_is_shown(found: Investigation, quinn: Employee) -> None:
    ((shown,),) = [one.excerpts for one in find(quinn, read("bookings"))]
    assert str(shown.where) == "The cause in words"
    assert [piece.text for piece in shown.pieces if piece.is_hit] == ["bookings"]


def test_a_question_sent_back_finds_it_as_well(found: Investigation, quinn: Employee) -> None:
    ask_again(found.pk, reason="What about the elevator?", by=quinn, at=AT)
    assert titles(quinn, "elevator") == ["Rooms that are late"]


def test_whoever_sees_the_complaint_and_not_its_cause_finds_neither_cause_nor_complaint_by_it(
    found: Investigation, case: Case, fern: Employee, otto: Employee, client: Client
) -> None:
    for employee in (fern, otto):
        assert titles(employee, "bookings") == []
        assert find_cases(employee, "bookings").total == 0
        client.force_login(employee)
        page = client.get("/desk/?q=bookings").content.decode()
        assert "Rooms that are late" not in page
        assert "Printed" not in page


def test_what_is_alleged_of_an_employee_is_found_by_nobody(
    found: Investigation, fern: Employee, quinn: Employee, vera: Employee
) -> None:
    alleged(found, of=fern, by=quinn)
    for employee in (quinn, vera, fern):
        assert titles(employee, "rude") == []
        assert find_cases(employee, "rude").total == 0


def test_causes_stand_above_the_complaints_where_nothing_narrows_them(
    found: Investigation, quinn: Employee, client: Client
) -> None:
    client.force_login(quinn)
    page = client.get("/desk/", {"q": "late bookings"}).content.decode()
    assert f'<a href="/desk/causes/{found.pk}/">Rooms that are late</a>' in page
    assert "before <mark>late</mark> <mark>bookings</mark> come in" in page
    assert "No complaint was found, only causes." in page
    assert "Nothing found" not in page
    assert "Rooms that are late" not in client.get("/desk/?q=bookings&severity=3").content.decode()


def test_an_investigation_that_is_there_already_gets_its_words_from_the_job(
    found: Investigation, quinn: Employee
) -> None:
    Investigation.objects.update(document=None)
    assert titles(quinn, "bookings") == []
    assert rounds.renew_texts() == 1
    assert titles(quinn, "bookings") == ["Rooms that are late"]
