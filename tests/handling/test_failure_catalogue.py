"""The failure catalogue: kept, merged, split, taken back, loaded; a type keeps its identity, a complaint its type."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils import translation

from complaints.common.errors import ChangedMeanwhile, Invalid, NotFound, NotPermitted
from complaints.handling.keep_failure_type import keep_failure_type
from complaints.handling.load_catalogue import load_catalogue
from complaints.handling.merge_failure_types import merge_failure_types
from complaints.handling.split_failure_type import split_failure_type
from complaints.handling.take_back_succession import take_back_succession
from complaints.staff.models import Employee, Setting, SettingChange
from complaints.standards.catalogued import catalogued_at
from complaints.standards.models import FailureType, Line, Severity, Succession, SuccessionKind
from complaints.standards.queries import offered_failure_types
from complaints.standards.ready_catalogues import ready_catalogue
from complaints.standards.sheets import FailureSheet, Part
from tests.cast import Organisation
from tests.factories import a_complaint

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
TOO_SOON, ALL_DAY = Part(name="Not ready at three", name_zh="三点未备妥"), Part(name="Not ready all day", severity=4)


@pytest.fixture
def dirty(late_room: FailureType) -> FailureType:
    return FailureType.objects.create(parent=late_room.parent, name="Room not clean", touchpoint="Stay")


def changed(kind: FailureType, by: Employee, **facts: Any) -> FailureType:
    return keep_failure_type(kind.pk, sheet=replace(FailureSheet.of(kind), **facts), by=by, at=AT)


def area_of(kind: FailureType) -> FailureType:
    assert kind.parent
    return kind.parent


def offered() -> list[str]:
    return [one.name for one in offered_failure_types()]


# Keeping


def test_a_renamed_type_is_the_same_type(late_room: FailureType, quinn: Employee, fern: Employee) -> None:
    case = a_complaint(by=fern, failure_type=late_room.pk)
    renamed = changed(late_room, quinn, name="Room late", name_zh="客房延误", touchpoint="Front desk")
    assert renamed.pk == late_room.pk
    case.refresh_from_db()
    assert str(case.failure_type) == "Room late"
    noted = SettingChange.objects.get(setting=Setting.FAILURE, key=late_room.pk)
    assert noted.facts["name"] == ["Room not ready on time", "Room late"]


def test_an_area_and_a_failure_in_it_are_added(quinn: Employee, organisation: Organisation) -> None:
    area = keep_failure_type(None, sheet=FailureSheet(name="Spa", line=Line.HOTEL), by=quinn, at=AT)
    kind = keep_failure_type(
        None,
        sheet=FailureSheet(
            name="Sauna cold", parent=area.pk, line=Line.BANK, severity=1, department=organisation.harbour.pk
        ),
        by=quinn,
        at=AT,
    )
    assert (area.line, kind.line, kind.parent) == (Line.HOTEL, "", area)
    assert "Sauna cold" in offered()


def test_two_lines_of_business_may_have_an_area_of_one_name_and_one_line_may_not(quinn: Employee) -> None:
    for line in (Line.HOTEL, Line.AIRLINE):
        keep_failure_type(None, sheet=FailureSheet(name="Staff", line=line), by=quinn, at=AT)
    with pytest.raises(Invalid, match="of this name"):
        keep_failure_type(None, sheet=FailureSheet(name="Staff", line=Line.HOTEL), by=quinn, at=AT)


def test_there_are_two_levels_and_no_third(late_room: FailureType, quinn: Employee) -> None:
    with pytest.raises(Invalid, match="no area"):
        keep_failure_type(None, sheet=FailureSheet(name="Key late", parent=late_room.pk), by=quinn, at=AT)
    spa = keep_failure_type(None, sheet=FailureSheet(name="Spa"), by=quinn, at=AT)
    with pytest.raises(Invalid, match="failures in this area"):
        changed(area_of(late_room), quinn, parent=spa.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        FailureType.objects.create(name="Key late", parent=late_room)
    with pytest.raises(IntegrityError), transaction.atomic():
        FailureType.objects.filter(pk=area_of(late_room).pk).update(parent=spa)


def test_a_page_drawn_before_a_colleagues_change_is_refused(late_room: FailureType, quinn: Employee) -> None:
    seen = FailureSheet.of(late_room)
    changed(late_room, quinn, touchpoint="Front desk")
    with pytest.raises(ChangedMeanwhile):
        keep_failure_type(late_room.pk, sheet=replace(seen, name="Room late"), by=quinn, at=AT, seen=seen.fingerprint)


def test_only_analysts_and_administrators_keep_it(
    late_room: FailureType, dirty: FailureType, fern: Employee, vera: Employee, ada: Employee
) -> None:
    for who in (fern, vera):
        with pytest.raises(NotPermitted):
            changed(late_room, who, name="Room late")
        with pytest.raises(NotPermitted):
            merge_failure_types(late_room.pk, into=dirty.pk, by=who, at=AT)
        with pytest.raises(NotPermitted):
            split_failure_type(late_room.pk, parts=[TOO_SOON, ALL_DAY], by=who, at=AT)
        with pytest.raises(NotPermitted):
            take_back_succession(late_room.pk, by=who, at=AT)
        with pytest.raises(NotPermitted):
            load_catalogue("hotel", by=who, at=AT)
    assert changed(late_room, ada, name="Room late").name == "Room late"


# How bad it usually is


def test_where_nobody_says_how_bad_it_is_it_is_as_bad_as_such_failures_are(
    late_room: FailureType, quinn: Employee, fern: Employee
) -> None:
    assert a_complaint(by=fern, failure_type=late_room.pk, severity=None).severity == Severity.MEDIUM
    changed(late_room, quinn, severity=Severity.HIGH)
    assert a_complaint(by=fern, failure_type=late_room.pk, severity=None).severity == Severity.HIGH
    assert a_complaint(by=fern, failure_type=late_room.pk, severity=Severity.LOW).severity == Severity.LOW
    assert a_complaint(by=fern, severity=None).severity == Severity.MEDIUM


# Merging


def test_what_is_merged_is_not_offered_any_more_and_keeps_its_complaints(
    late_room: FailureType, dirty: FailureType, quinn: Employee, fern: Employee
) -> None:
    case = a_complaint(by=fern, failure_type=late_room.pk)
    assert merge_failure_types(late_room.pk, into=dirty.pk, by=quinn, at=AT) == dirty
    case.refresh_from_db()
    assert case.failure_type_id == late_room.pk
    assert offered() == ["Room not clean"]
    assert catalogued_at(AT).counts_as(late_room.pk) == dirty.pk
    assert catalogued_at(AT - timedelta(seconds=1)).counts_as(late_room.pk) == late_room.pk
    told = {one.key: one.facts for one in SettingChange.objects.filter(setting=Setting.FAILURE)}
    assert told[late_room.pk]["into"] == ["", "Room not clean"]
    assert told[dirty.pk]["from"] == ["", "Room not ready on time"]


def test_merged_twice_is_merged_once(late_room: FailureType, dirty: FailureType, quinn: Employee) -> None:
    for _ in range(2):
        merge_failure_types(late_room.pk, into=dirty.pk, by=quinn, at=AT)
    assert Succession.objects.count() == 1
    assert SettingChange.objects.filter(setting=Setting.FAILURE).count() == 2


def test_nothing_goes_round_in_a_circle(late_room: FailureType, dirty: FailureType, quinn: Employee) -> None:
    merge_failure_types(late_room.pk, into=dirty.pk, by=quinn, at=AT)
    with pytest.raises(Invalid, match="not offered"):
        merge_failure_types(dirty.pk, into=late_room.pk, by=quinn, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Succession.objects.create(kind=SuccessionKind.MERGED, old=dirty, new=late_room, at=AT)


@pytest.mark.parametrize("into", ["itself", "its area", "nothing"])
def test_only_into_another_failure(into: str, late_room: FailureType, dirty: FailureType, quinn: Employee) -> None:
    targets = {"itself": late_room.pk, "its area": area_of(late_room).pk, "nothing": 0}
    with pytest.raises(Invalid):
        merge_failure_types(late_room.pk, into=targets[into], by=quinn, at=AT)
    with pytest.raises(Invalid, match="Areas are not merged"):
        merge_failure_types(area_of(late_room).pk, into=dirty.pk, by=quinn, at=AT)
    with pytest.raises(NotFound):
        merge_failure_types(0, into=dirty.pk, by=quinn, at=AT)
    assert not Succession.objects.exists()


def test_what_was_merged_is_offered_again_only_by_taking_that_back(
    late_room: FailureType, dirty: FailureType, quinn: Employee
) -> None:
    merge_failure_types(late_room.pk, into=dirty.pk, by=quinn, at=AT)
    late_room.refresh_from_db()
    with pytest.raises(Invalid, match="Take that back"):
        changed(late_room, quinn, is_active=True)
    for _ in range(2):
        take_back_succession(late_room.pk, by=quinn, at=AT)
    assert "Room not ready on time" in offered()
    assert catalogued_at(AT).counts_as(late_room.pk) == late_room.pk
    assert SettingChange.objects.filter(key=late_room.pk, facts__into=["Room not clean", ""]).count() == 1


# Splitting


def test_what_is_split_has_its_parts_in_its_place(
    late_room: FailureType, quinn: Employee, fern: Employee, organisation: Organisation
) -> None:
    FailureType.objects.filter(pk=late_room.pk).update(department=organisation.harbour, severity=2)
    case = a_complaint(by=fern, failure_type=late_room.pk)
    parts = split_failure_type(late_room.pk, parts=[TOO_SOON, ALL_DAY], by=quinn, at=AT)
    case.refresh_from_db()
    assert case.failure_type_id == late_room.pk
    assert offered() == ["Not ready all day", "Not ready at three"]
    assert [one.name_zh for one in parts] == ["三点未备妥", ""]
    assert [one.severity for one in parts] == [2, 4]
    for one in parts:
        assert (one.parent, one.touchpoint, one.department) == (late_room.parent, "Arrival", organisation.harbour)
        assert catalogued_at(AT - timedelta(days=1)).counts_as(one.pk) == late_room.pk
    assert catalogued_at(AT).counts_as(late_room.pk) == late_room.pk


@pytest.mark.parametrize(
    "parts",
    [[TOO_SOON], [], [TOO_SOON, TOO_SOON], [TOO_SOON, Part(name="Room not ready on time")]],
    ids=["one", "none", "the same twice", "its own name"],
)
def test_parts_are_several_and_new(parts: list[Part], late_room: FailureType, quinn: Employee) -> None:
    with pytest.raises(Invalid):
        split_failure_type(late_room.pk, parts=parts, by=quinn, at=AT)
    assert offered() == ["Room not ready on time"]
    with pytest.raises(Invalid, match="Areas are not"):
        split_failure_type(area_of(late_room).pk, parts=[TOO_SOON, ALL_DAY], by=quinn, at=AT)


def test_a_split_that_is_taken_back_leaves_the_parts_with_their_complaints(
    late_room: FailureType, quinn: Employee, fern: Employee
) -> None:
    parts = split_failure_type(late_room.pk, parts=[TOO_SOON, ALL_DAY], by=quinn, at=AT)
    with pytest.raises(Invalid, match="already"):
        merge_failure_types(late_room.pk, into=parts[0].pk, by=quinn, at=AT)
    case = a_complaint(by=fern, failure_type=parts[0].pk)
    take_back_succession(late_room.pk, by=quinn, at=AT)
    assert len(offered()) == 3
    case.refresh_from_db()
    assert case.failure_type == parts[0]


def test_where_a_type_went_is_not_rewritten(late_room: FailureType, dirty: FailureType, quinn: Employee) -> None:
    merge_failure_types(late_room.pk, into=dirty.pk, by=quinn, at=AT)
    with pytest.raises(InternalError), transaction.atomic():
        Succession.objects.update(at=AT + timedelta(days=1))


# Catalogues that ship


def test_a_loaded_catalogue_is_there_whole_and_once(quinn: Employee) -> None:
    first = load_catalogue("hotel", by=quinn, at=AT)
    again = load_catalogue("hotel", by=quinn, at=AT)
    ready = ready_catalogue("hotel")
    assert (first.areas, first.failures, first.left) == (len(ready.areas), len(ready.origins) - len(ready.areas), 0)
    assert (again.areas, again.failures, again.left) == (0, 0, len(ready.origins))
    assert FailureType.objects.count() == len(ready.origins)
    lost = FailureType.objects.get(origin="hotel:safety:theft")
    area = area_of(lost)
    assert (area.name, area.line, lost.severity) == ("Safety and belongings", "hotel", Severity.CRITICAL)
    assert SettingChange.objects.filter(setting=Setting.FAILURE).count() == len(ready.areas)


def test_what_was_changed_by_hand_stays_and_what_is_missing_is_added(quinn: Employee) -> None:
    load_catalogue("hotel", by=quinn, at=AT)
    spa = keep_failure_type(None, sheet=FailureSheet(name="Spa"), by=quinn, at=AT)
    noise = FailureType.objects.get(origin="hotel:room:noise")
    changed(noise, quinn, name="Loud nights", severity=None, parent=spa.pk, is_active=False)
    FailureType.objects.filter(origin="hotel:room:vermin").delete()
    loaded = load_catalogue("hotel", by=quinn, at=AT)
    assert (loaded.areas, loaded.failures) == (0, 1)
    noise.refresh_from_db()
    assert (noise.name, noise.severity, noise.parent, noise.is_active) == ("Loud nights", None, spa, False)
    assert not FailureType.objects.filter(name="Noise at night").exists()


def test_what_the_house_has_itself_is_not_doubled(quinn: Employee) -> None:
    room = keep_failure_type(None, sheet=FailureSheet(name="Room", line=Line.HOTEL), by=quinn, at=AT)
    own = keep_failure_type(None, sheet=FailureSheet(name="Noise at night", parent=room.pk), by=quinn, at=AT)
    loaded = load_catalogue("hotel", by=quinn, at=AT)
    assert loaded.left == 2
    assert FailureType.objects.filter(name="Noise at night").get() == own
    changed(FailureType.objects.get(pk=own.pk), quinn, name="Loud nights")
    assert load_catalogue("hotel", by=quinn, at=AT).failures == 0
    own.refresh_from_db()
    assert (own.name, own.name_zh, own.severity) == ("Loud nights", "", None)


def test_two_lines_are_kept_beside_each_other_and_touchpoints_are_in_the_language_of_who_loads(quinn: Employee) -> None:
    load_catalogue("hotel", by=quinn, at=AT)
    with translation.override("zh-hans"):
        load_catalogue("restaurant", by=quinn, at=AT)
    assert FailureType.objects.get(origin="hotel:room:noise").touchpoint == "Room"
    assert FailureType.objects.get(origin="restaurant:food:cold").touchpoint == "就餐"
    assert set(FailureType.objects.filter(parent=None, name="Bill").values_list("line", flat=True)) == {"restaurant"}
    with pytest.raises(NotFound):
        load_catalogue("other", by=quinn, at=AT)
