"""The pages of the failure catalogue, and what the measures make of merged and split types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client

from complaints.escalation.models import UrgentRule
from complaints.handling.merge_failure_types import merge_failure_types
from complaints.handling.refresh_rollups import refresh_rollups
from complaints.handling.split_failure_type import split_failure_type
from complaints.remedies.models import Playbook
from complaints.staff.models import Employee, Tier
from complaints.standards.models import FailureType, Line, RecoveryStandard, ServiceStandard, Succession
from complaints.standards.sheets import Part
from tests.cast import Organisation
from tests.desk.test_insights import listed, taken_away
from tests.desk.test_settings import text_of, typed
from tests.factories import a_complaint
from tests.insights.figures import Page, page_of
from tests.remedies.test_playbooks import a_playbook

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def desk(client: Client, quinn: Employee) -> Client:
    client.force_login(quinn)
    return client


@pytest.fixture
def dirty(late_room: FailureType) -> FailureType:
    return FailureType.objects.create(parent=late_room.parent, name="Room not clean", touchpoint="Stay")


# Keeping


def test_quinn_adds_an_area_and_a_failure_in_it(desk: Client, organisation: Organisation) -> None:
    page = "/desk/settings/failures/new/"
    desk.post(page, typed(desk, page, name="Spa", name_zh="水疗", line="hotel"))
    area = FailureType.objects.get(name="Spa")
    failure = typed(
        desk, page, name="Sauna cold", parent=area.pk, severity=1, department=organisation.harbour.pk, touchpoint="Stay"
    )
    assert "It is kept." in text_of(desk.post(page, failure, follow=True))
    shown = text_of(desk.get("/desk/settings/failures/"))
    assert "Spa Hotel Sauna cold Stay Low Harbour Hotel" in shown
    assert "水疗 酒店" in text_of(desk.get("/desk/settings/failures/", headers={"accept-language": "zh-hans"}))


def test_a_part_of_either_name_finds_it(desk: Client, late_room: FailureType, dirty: FailureType) -> None:
    for query in ("on time", "未按时"):
        shown = text_of(desk.get("/desk/settings/failures/", {"q": query}))
        assert "Room not ready on time" in shown
        assert "Room not clean" not in shown


def test_the_catalogue_is_read_on_page_by_page_in_its_order(desk: Client) -> None:
    for number in range(12):
        area = FailureType.objects.create(name=f"Area {number:02}", line=Line.HOTEL if number % 2 else "")
        FailureType.objects.bulk_create(FailureType(parent=area, name=f"{number:02} {n}") for n in range(9))
    found: list[str] = []
    after = ""
    while True:
        answer = desk.get("/desk/settings/failures/", {"after": after} if after else {})
        found += [name for _row, name, _facts in answer.context["listed"]]
        after = str(answer.context["next_key"] or "")
        if not after:
            break
    areas = [*range(0, 12, 2), *range(1, 12, 2)]
    assert found == [
        name for number in areas for name in (f"Area {number:02}", *(f"{number:02} {n}" for n in range(9)))
    ]


def test_what_hangs_on_a_failure_is_shown_with_the_way_there(desk: Client, late_room: FailureType) -> None:
    promise = ServiceStandard.objects.create(name="Ready at three", promise="At three.", failure_type=late_room)
    playbook = Playbook.objects.create(name="Late rooms", failure_type=late_room.parent)
    page = desk.get(f"/desk/settings/failures/{late_room.pk}/").content.decode()
    assert "Ready at three" in page
    assert f"/desk/settings/services/{promise.pk}/" not in page  # promises are kept by administrators
    assert f"/desk/settings/playbooks/{playbook.pk}/" in page


def test_the_case_page_says_who_answers_for_the_failure(
    client: Client, fern: Employee, late_room: FailureType, organisation: Organisation
) -> None:
    case = a_complaint(by=fern, failure_type=late_room.pk)
    client.force_login(fern)
    address = f"/desk/complaints/{case.reference}/"
    assert "answers for it" not in text_of(client.get(address))
    FailureType.objects.filter(kinds=late_room).update(department=organisation.lakeside)
    assert "Lakeside Hotel answers for it" in text_of(client.get(address))
    FailureType.objects.filter(pk=late_room.pk).update(department=organisation.harbour)
    assert "Harbour Hotel answers for it" in text_of(client.get(address))


def test_where_a_house_has_several_lines_of_business_areas_are_told_apart(client: Client, fern: Employee) -> None:
    client.force_login(fern)
    for line in (Line.HOTEL, Line.AIRLINE):
        area = FailureType.objects.create(name="Staff", line=line)
        FailureType.objects.create(parent=area, name="Rude")
    page = client.get("/desk/complaints/new/").content.decode()
    assert 'label="Hotel · Staff"' in page
    assert 'label="Airline · Staff"' in page
    FailureType.objects.filter(line=Line.AIRLINE).update(is_active=False)
    FailureType.objects.filter(parent__line=Line.AIRLINE).update(is_active=False)
    assert 'label="Staff"' in client.get("/desk/complaints/new/").content.decode()


# Merging and splitting


def test_quinn_merges_a_failure_and_takes_it_back(desk: Client, late_room: FailureType, dirty: FailureType) -> None:
    address = f"/desk/settings/failures/{late_room.pk}/"
    assert f"{address}merge/" in desk.get(address).content.decode()
    said = text_of(desk.post(f"{address}merge/", {"into": dirty.pk}, follow=True))
    assert "“Room not ready on time” is filed under “Room not clean” from now on." in said
    assert "this is filed under: Room not clean" in said
    assert f"{address}merge/" not in desk.get(address).content.decode()
    assert desk.get(f"{address}merge/").status_code == 404
    assert "Room not ready on time (merged" in text_of(desk.get(f"/desk/settings/failures/{dirty.pk}/"))
    assert "Taken back" in text_of(desk.post(f"{address}back/", follow=True))
    assert not Succession.objects.exists()


def test_quinn_splits_a_failure_and_what_cannot_be_keeps_what_was_typed(desk: Client, late_room: FailureType) -> None:
    address = f"/desk/settings/failures/{late_room.pk}/split/"
    sent: dict[str, Any] = {
        "line-TOTAL_FORMS": 4,
        "line-INITIAL_FORMS": 0,
        "line-0-name": "Not ready at three",
        "line-0-name_zh": "三点未备妥",
    }
    refused = desk.post(address, sent)
    assert refused.status_code == 400
    assert "Name at least two failures" in text_of(refused)
    assert 'value="三点未备妥"' in refused.content.decode()
    said = text_of(desk.post(address, {**sent, "line-1-name": "Not ready at all", "line-1-severity": 4}, follow=True))
    assert "“Room not ready on time” is split: Not ready at three, Not ready at all." in said
    assert FailureType.objects.get(name="Not ready at all").severity == 4


# What ships


@pytest.mark.parametrize("kind", ["services", "playbooks", "standards", "urgent"])
def test_a_rule_that_names_what_was_split_and_is_kept_again_does_not_hold_for_everything(
    client: Client, ada: Employee, quinn: Employee, late_room: FailureType, kind: str
) -> None:
    """The field offered what one may file under, so it stood on "any" and was kept so."""
    client.force_login(ada)
    named: dict[str, Any] = {"name": "Late rooms", "failure_type": late_room}
    made: dict[str, Callable[[], Model]] = {
        "services": lambda: ServiceStandard.objects.create(promise="At three.", **named),
        "playbooks": lambda: a_playbook(**named).playbook,
        "standards": lambda: RecoveryStandard.objects.create(**named),
        "urgent": lambda: UrgentRule.objects.create(tier=Tier.MANAGER, **named),
    }
    rule = made[kind]()
    split_failure_type(late_room.pk, parts=[Part(name="One hour"), Part(name="Longer")], by=quinn, at=AT)
    page = client.get(f"/desk/settings/{kind}/{rule.pk}/").content.decode()
    assert f'<option value="{late_room.pk}" selected>Room not ready on time</option>' in page
    assert 'label="Not offered any more"' in page
    assert "Not offered any more" not in client.get(f"/desk/settings/{kind}/new/").content.decode()


def test_the_open_complaints_of_what_was_merged_are_listed_and_no_others(
    client: Client, fern: Employee, quinn: Employee, late_room: FailureType, dirty: FailureType
) -> None:
    late, other = a_complaint(by=fern, failure_type=late_room.pk), a_complaint(by=fern, failure_type=dirty.pk)
    merge_failure_types(late_room.pk, into=dirty.pk, by=quinn, at=AT)
    client.force_login(fern)
    for address in ("/desk/?whose=all", "/desk/?q=room"):
        seen = text_of(client.get(f"{address}&failure_type={late_room.pk}"))
        assert (late.reference in seen, other.reference in seen) == (True, False)
        assert "Not offered any more" not in client.get(address).content.decode()


def test_quinn_loads_a_catalogue_once(desk: Client) -> None:
    page = "/desk/settings/failures/ready/"
    assert "Baggage · On board · Care when plans fail" in text_of(desk.get(page))
    assert "failures added." in text_of(desk.post(page, {"line": "airline"}, follow=True))
    assert desk.get(page).content.decode().count(">loaded<") == 1
    FailureType.objects.filter(origin="airline:baggage:late").delete()
    assert "Add what is missing" in text_of(desk.get(page))
    assert "One failure added. What was there is left as it is." in text_of(
        desk.post(page, {"line": "airline"}, follow=True)
    )


def test_a_catalogue_is_loaded_from_the_command_line(quinn: Employee, fern: Employee, capsys: Any) -> None:
    call_command("load_catalogue", "bank", by=quinn.email, language="zh-hans")
    assert "10 areas and 47 failures added" in capsys.readouterr().out
    assert FailureType.objects.get(origin="bank:cards:blocked").touchpoint == "付款"
    call_command("load_catalogue", "bank", by=quinn.email)
    assert "0 areas and 0 failures added\n   57 left as they are" in capsys.readouterr().out
    for who, why in ((fern.email, "administrators and quality analysts"), ("nobody@demo.example", "no employee")):
        with pytest.raises(CommandError, match=why):
            call_command("load_catalogue", "bank", by=who)


# What the measures make of it


def measured(desk: Client, **asked: Any) -> Page:
    refresh_rollups()
    period = {"since": "2026-01-01", "until": "2026-12-31"}
    return page_of(desk.get("/desk/insights/", {**period, "show": "types", **asked}))


def counts(page: Page) -> dict[str, int]:
    return {name: figures[0].n for name, figures in page.tables["types"].items()}


@pytest.fixture
def recatalogued(late_room: FailureType, dirty: FailureType, fern: Employee, otto: Employee, quinn: Employee) -> None:
    """Two merged and one split in March, with complaints before and after: 3 late, 2 dirty, 4 loud, 1 and 5 since."""
    loud = FailureType.objects.create(parent=late_room.parent, name="Noise")
    before, after = AT - timedelta(days=30), AT + timedelta(days=30)
    for kind, by, number in ((late_room, fern, 3), (dirty, otto, 2), (loud, fern, 4)):
        for hours in range(number):
            a_complaint(by=by, failure_type=kind.pk, at=before + timedelta(hours=20 * hours))
    merge_failure_types(late_room.pk, into=dirty.pk, by=quinn, at=AT)
    street, lift = split_failure_type(loud.pk, parts=[Part(name="Street"), Part(name="Lift")], by=quinn, at=AT)
    for kind, by, number in ((street, fern, 1), (lift, otto, 5), (dirty, fern, 1)):
        for hours in range(number):
            a_complaint(by=by, failure_type=kind.pk, at=after + timedelta(hours=20 * hours))


@pytest.mark.usefixtures("recatalogued")
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("", {"Lift": 5, "Noise": 4, "Room not ready on time": 3, "Room not clean": 3, "Street": 1}),
        ("now", {"Room not clean": 6, "Lift": 5, "Noise": 4, "Street": 1}),
        ("then", {"Noise": 10, "Room not ready on time": 3, "Room not clean": 3}),
    ],
)
def test_figures_can_be_read_as_catalogued_then_and_now(desk: Client, asked: str, told: dict[str, int]) -> None:
    page = measured(desk, catalogue=asked)
    assert counts(page) == told
    for name, figures in page.tables["types"].items():
        found = listed(desk, figures[0].link)
        assert len(found) == len(set(found)) == told[name]
        assert [row["Complaint"] for row in taken_away(desk, figures[0].link)] == found
        assert f"<strong>{told[name]}</strong>" in desk.get(figures[0].link).content.decode()


@pytest.mark.usefixtures("recatalogued")
def test_in_a_period_that_begins_later_then_is_now(desk: Client) -> None:
    later = {"since": "2026-03-03"}
    assert counts(measured(desk, catalogue="then", **later)) == counts(measured(desk, catalogue="now", **later))
    # the day of the change itself ends with the new catalogue, where the unit is
    assert "Street" in counts(measured(desk, catalogue="then", since="2026-03-02"))
    assert "Street" not in counts(measured(desk, catalogue="then", since="2026-03-01"))


@pytest.mark.usefixtures("recatalogued")
def test_a_long_list_of_several_types_goes_on_where_it_ended(desk: Client, late_room: FailureType) -> None:
    for number in range(60):
        a_complaint(by=None, failure_type=late_room.pk, at=AT + timedelta(days=number % 7))
    page = measured(desk, catalogue="now")
    figure = page.tables["types"]["Room not clean"][0]
    found = listed(desk, figure.link)
    assert len(found) == len(set(found)) == figure.n == 66
