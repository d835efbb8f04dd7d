"""The slip for customers without an address: printed once, in their language, and it leads to their page."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from complaints.cases.models import Case, TrackingLink
from complaints.customers import records
from complaints.customers.models import Language
from complaints.customers.records import CustomerFacts
from complaints.staff.models import Employee
from tests.factories import a_complaint, an_hour_ago


@pytest.fixture
def case(fern: Employee) -> Case:
    walk_in = records.add(CustomerFacts(name="Wanda Walk-In"), at=an_hour_ago())
    return a_complaint(by=fern, customer=walk_in)


@pytest.fixture
def desk(client: Client, fern: Employee) -> Client:
    client.force_login(fern)
    return client


def slip(client: Client, case: Case) -> str:
    answer = client.post(f"/desk/complaints/{case.reference}/slip/", {"submission": "one-form"})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_the_slip_says_where_who_and_by_when(desk: Client, case: Case) -> None:
    page = slip(desk, case)

    assert case.reference in page
    assert "Fern Fuller" in page
    assert "at the latest" in page
    assert "<svg" in page
    link = re.search(r"https?://[^<\s]*/track/[^<\s/]+/", page)
    assert link
    tracked = Client().get(re.sub("^https?://[^/]*", "", link[0]))
    assert case.reference in tracked.content.decode()
    assert "Fern Fuller gave you the link to this page" in tracked.content.decode()


def test_the_case_page_offers_it_only_where_no_address_is_on_file(desk: Client, case: Case, fern: Employee) -> None:
    assert (
        f"/desk/complaints/{case.reference}/slip/" in desk.get(f"/desk/complaints/{case.reference}/").content.decode()
    )
    other = a_complaint(by=fern)
    assert "/slip/" not in desk.get(f"/desk/complaints/{other.reference}/").content.decode()


def test_an_address_that_came_meanwhile_is_said(desk: Client, fern: Employee) -> None:
    answer = desk.post(f"/desk/complaints/{a_complaint(by=fern).reference}/slip/")

    assert answer.status_code == 409
    assert "An e-mail address is on file meanwhile" in answer.content.decode()
    assert not TrackingLink.objects.exists()


def test_it_speaks_the_language_of_the_customer(desk: Client, case: Case) -> None:
    case.customer.language = Language.CHINESE
    case.customer.save()

    page = slip(desk, case)

    assert '<html lang="zh-hans"' in page
    assert "Back to the complaint" in page, "what staff read is in theirs"
