"""The page of authority that was not used: every number leads to the very complaints it counts."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from complaints.staff.models import Employee
from tests.cast import Organisation
from tests.desk.test_settings import text_of
from tests.insights.march import Month, a_month
from tests.query_counts import assert_as_recorded, queries_of

pytestmark = pytest.mark.django_db
PAGE = "/desk/authority-use/?month=2026-03"
LINK = re.compile(r'href="(/desk/authority-use/\d+/(\w+)/\?month=2026-03)"><span class="sum">(\d+)</span>')


@pytest.fixture
def month(fern: Employee, max_: Employee, vera: Employee) -> Month:
    return a_month(fern, max_)


def test_the_figures_of_the_month_are_told(client: Client, month: Month, max_: Employee) -> None:
    client.force_login(max_)
    told = " ".join(text_of(client.get(PAGE)).split())
    for words in ("Granted $11,000.00", "Spent $870.00", "Not used $10,130.00", "3 (60%) of them without a remedy"):
        assert words in told


def test_behind_every_number_stand_as_many_complaints(client: Client, month: Month, max_: Employee) -> None:
    client.force_login(max_)
    links = LINK.findall(client.get(PAGE).content.decode())
    assert {what: int(count) for _address, what, count in links} == {
        "spent": 4,
        "climbed": 5,
        "missed": 3,
        "offered": 4,
        "late": 1,
        "after": 2,
    }
    for address, _what, count in links:
        answer = client.get(address)
        assert (len(answer.context["listed"]), answer.context["count"]) == (int(count), int(count))
    named = text_of(client.get(next(address for address, what, _count in links if what == "late")))
    assert month.too_much.reference in named


def test_the_list_behind_a_number_goes_on_by_key(
    client: Client, month: Month, max_: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("complaints.desk.authority_use.LISTED", 2)
    client.force_login(max_)
    address, found, after = f"/desk/authority-use/{max_.unit_id}/climbed/", list[int](), ""
    for size in (2, 2, 1):
        answer = client.get(address, {"month": "2026-03", "after": after})
        assert len(answer.context["listed"]) == size
        found += [case.pk for case in answer.context["listed"]]
        after = answer.context["next_key"]
    assert (found, after) == (sorted(set(found), reverse=True), "")


def test_nobody_is_named_on_the_page(client: Client, month: Month, fern: Employee, vera: Employee) -> None:
    client.force_login(vera)
    told = text_of(client.get(PAGE))
    assert "Harbour Hotel" in told
    assert "Fern" not in told
    assert "Max" not in told


def test_of_a_unit_one_does_not_see_there_is_nothing(
    client: Client, month: Month, max_: Employee, organisation: Organisation
) -> None:
    client.force_login(max_)
    assert client.get(f"/desk/authority-use/{organisation.lakeside.pk}/climbed/").status_code == 404
    assert client.get(f"/desk/authority-use/{organisation.harbour.pk}/nonsense/").status_code == 404


def test_a_month_of_many_complaints_takes_no_more_queries(
    client: Client, fern: Employee, max_: Employee, vera: Employee
) -> None:
    client.force_login(max_)
    a_month(fern, max_)
    few = queries_of(client, PAGE)
    a_month(fern, max_)
    assert_as_recorded("desk:authority_use", few=few, many=queries_of(client, PAGE))
