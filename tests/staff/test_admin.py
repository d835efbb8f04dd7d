from __future__ import annotations

import pytest
from django.test import Client

from complaints.staff.models import Employee, Unit
from tests.cast import Organisation

PAGES = ["employee", "columnmapping"]


@pytest.mark.parametrize("page", PAGES)
def test_an_administrator_keeps_the_rules_on_screen(client: Client, ada: Employee, page: str) -> None:
    client.force_login(ada)
    for url in (f"/admin/complaints/{page}/", f"/admin/complaints/{page}/add/"):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    "page", ["unit", "recoverystandard", "ladderstep", "businesscalendar", "absence", "settingchange"]
)
def test_what_has_pages_of_the_desk_cannot_be_changed_past_them(client: Client, ada: Employee, page: str) -> None:
    client.force_login(ada)
    assert client.get(f"/admin/complaints/{page}/").status_code == 404


def test_nobody_else_gets_in(client: Client, vera: Employee) -> None:
    client.force_login(vera)
    assert client.get("/admin/complaints/employee/").status_code == 302


def test_a_new_employee_can_sign_in(client: Client, ada: Employee, organisation: Organisation) -> None:
    client.force_login(ada)
    facts = {"email": "Nora@Demo.example", "name": "Nora New", "unit": organisation.harbour.pk, "role": "front_line"}
    word = "a-fairly-long-pass-phrase"
    client.post("/admin/complaints/employee/add/", {**facts, "password1": word, "password2": word, "language": ""})
    nora = Employee.objects.get(name="Nora New")
    assert nora.email == "nora@demo.example"
    assert nora.check_password(word)


def test_the_first_administrator_of_an_empty_installation_gets_a_company_to_stand_in(db: None) -> None:
    first = Employee.objects.create_superuser("root@demo.example", "word")
    assert first.is_staff
    assert Unit.objects.get() == first.unit


def test_two_employees_cannot_share_an_address_in_another_case(ada: Employee, client: Client) -> None:
    client.force_login(ada)
    facts = {"email": "ADA@demo.example", "name": "Ada Two", "unit": ada.unit_id, "role": "front_line", "language": ""}
    word = "a-fairly-long-pass-phrase"
    answer = client.post("/admin/complaints/employee/add/", {**facts, "password1": word, "password2": word})
    assert answer.status_code == 200, "the form comes back with a sentence"
    assert Employee.objects.count() == 1
