"""The catalogues that ship: whole, in two levels and in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from complaints.common.errors import NotFound
from complaints.standards.models import Line, Severity
from complaints.standards.ready_catalogues import ReadyArea, ReadyFailure, ready_catalogue, ready_catalogues

SIX = {"bank", "hotel", "airline", "parcel", "restaurant", "maintenance"}


def test_six_lines_of_business_have_one() -> None:
    assert set(ready_catalogues()) == SIX
    with pytest.raises(NotFound):
        ready_catalogue(Line.OTHER)


@pytest.mark.parametrize("line", sorted(SIX))
def test_each_has_six_to_ten_areas_with_three_to_eight_failures(line: str) -> None:
    found = ready_catalogue(line)
    assert 6 <= len(found.areas) <= 10
    assert all(3 <= len(area.failures) <= 8 for area in found.areas)
    assert len(found.origins) == len(found.areas) + sum(len(area.failures) for area in found.areas)


@pytest.mark.parametrize("line", sorted(SIX))
def test_names_are_told_apart_and_stand_in_both_languages(line: str) -> None:
    areas = ready_catalogue(line).areas
    groups: list[Sequence[ReadyArea | ReadyFailure]] = [areas, *(area.failures for area in areas)]
    for group in groups:
        assert len({one.name for one in group}) == len({one.name_zh for one in group}) == len(group)
        for one in group:
            assert one.name.isascii()
            assert re.search("[\u4e00-\u9fff]", one.name_zh)
            assert len(one.origin) <= 80
    for one in (one for area in areas for one in area.failures):
        assert one.touchpoint.isascii()
        assert re.search("[\u4e00-\u9fff]", one.touchpoint_zh)
    assert {one.severity for area in areas for one in area.failures} == set(Severity)
