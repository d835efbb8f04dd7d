from __future__ import annotations

from dataclasses import replace

import pytest

from complaints.common.errors import ChangedMeanwhile, Invalid, NotFound, NotPermitted
from complaints.handling.cancel_absence import cancel_absence
from complaints.handling.keep_absence import keep_absence
from complaints.staff.models import Absence, Employee, Setting, SettingChange
from complaints.staff.queries import at_work
from complaints.staff.sheets import AbsenceSheet
from tests.handling.climbing import AT, later


def away(who: Employee, *, stand_in: Employee | None = None, days: int = 7) -> AbsenceSheet:
    return AbsenceSheet(employee=who.pk, since=AT, until=later(days=days), stand_in=stand_in.pk if stand_in else None)


def test_who_is_away_is_stood_in_for(fern: Employee, max_: Employee) -> None:
    keep_absence(None, sheet=away(max_, stand_in=fern), by=max_, at=AT)
    assert at_work([max_], at=later(days=1)) == {max_.pk: fern}
    assert at_work([max_], at=later(days=8)) == {max_.pk: max_}


@pytest.mark.parametrize(
    ("who", "by", "may"),
    [
        ("fern", "fern", True),
        ("fern", "max_", True),
        ("fern", "vera", True),
        ("fern", "ada", True),
        ("max_", "fern", False),
        ("fern", "otto", False),
        ("otto", "max_", False),
        ("vera", "max_", False),
        ("fern", "quinn", False),
    ],
)
def test_one_keeps_ones_own_and_a_leader_those_of_their_units(
    who: str, by: str, may: bool, request: pytest.FixtureRequest
) -> None:
    absent, keeper = request.getfixturevalue(who), request.getfixturevalue(by)
    if may:
        absence = keep_absence(None, sheet=away(absent), by=keeper, at=AT)
        cancel_absence(absence.pk, by=keeper, at=AT)
        return
    with pytest.raises(NotPermitted):
        keep_absence(None, sheet=away(absent), by=keeper, at=AT)
    theirs = keep_absence(None, sheet=away(absent), by=absent, at=AT)
    with pytest.raises(NotPermitted):
        keep_absence(theirs.pk, sheet=replace(away(absent), until=later(days=2)), by=keeper, at=AT)
    with pytest.raises(NotPermitted):
        keep_absence(theirs.pk, sheet=away(keeper), by=keeper, at=AT)
    with pytest.raises(NotPermitted):
        cancel_absence(theirs.pk, by=keeper, at=AT)
    assert Absence.objects.get().employee == absent


def test_days_that_cannot_be_are_refused(fern: Employee, max_: Employee, otto: Employee) -> None:
    keep_absence(None, sheet=away(max_), by=max_, at=AT)
    for sheet, says in (
        (replace(away(fern), until=AT), "ends after it begins"),
        (away(fern, stand_in=fern), "Nobody stands in for themselves"),
        (replace(away(max_), since=later(days=3)), "Another absence"),
        (away(fern, stand_in=otto), "Otto Olsen does not see"),
    ):
        with pytest.raises(Invalid, match=says):
            keep_absence(None, sheet=sheet, by=max_, at=AT)


def test_somebody_who_left_stands_in_for_nobody(fern: Employee, max_: Employee) -> None:
    max_.is_active = False
    max_.save()
    with pytest.raises(Invalid, match="does not see"):
        keep_absence(None, sheet=away(fern, stand_in=max_), by=fern, at=AT)


def test_the_same_form_twice_is_one_absence(fern: Employee) -> None:
    first = keep_absence(None, sheet=away(fern), by=fern, at=AT)
    assert keep_absence(None, sheet=away(fern), by=fern, at=AT) == first
    assert SettingChange.objects.filter(setting=Setting.ABSENCE).count() == 1


def test_one_that_was_changed_meanwhile_is_looked_at_again(fern: Employee, max_: Employee) -> None:
    absence = keep_absence(None, sheet=away(fern), by=fern, at=AT)
    seen = AbsenceSheet.of(absence).fingerprint
    keep_absence(absence.pk, sheet=away(fern, days=9), by=max_, at=AT, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        keep_absence(absence.pk, sheet=away(fern, days=3), by=fern, at=AT, seen=seen)


def test_an_absence_taken_away_is_gone_and_written_down(fern: Employee) -> None:
    absence = keep_absence(None, sheet=away(fern), by=fern, at=AT)
    cancel_absence(absence.pk, by=fern, at=later(hours=1))
    assert at_work([fern], at=later(days=1)) == {fern.pk: fern}
    noted = SettingChange.objects.latest("pk")
    assert noted.facts["employee"] == [fern.name, ""]
    with pytest.raises(NotFound):
        cancel_absence(absence.pk, by=fern, at=AT)
