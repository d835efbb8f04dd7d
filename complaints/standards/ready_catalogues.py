"""Failure catalogues that ship, one for each line of business they are for: where one may begin.

A failure or an area of one is known for good by its origin, the line of business and its codes, whatever a house calls
it later.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from complaints.common.errors import NotFound
from complaints.standards.models import FailureType, Line, Severity

_FILES: Final = Path(__file__).parent / "ready"


@dataclass(frozen=True, slots=True)
class ReadyFailure:
    """One failure of a catalogue that ships; where it happens in both languages."""

    origin: str
    name: str
    name_zh: str
    touchpoint: str
    touchpoint_zh: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class ReadyArea:
    """An area of a catalogue that ships, with its failures."""

    origin: str
    name: str
    name_zh: str
    failures: Sequence[ReadyFailure]


@dataclass(frozen=True, slots=True)
class ReadyCatalogue:
    """A catalogue that ships."""

    line: Line
    areas: Sequence[ReadyArea]

    @property
    def origins(self) -> set[str]:
        """Where everything in it comes from."""
        return {area.origin for area in self.areas} | {one.origin for area in self.areas for one in area.failures}


@cache
def ready_catalogues() -> dict[str, ReadyCatalogue]:
    """Every catalogue that ships, by its line of business, in the order of the lines."""
    return {line.value: _read(line) for line in Line if (_FILES / f"{line}.toml").exists()}


def ready_catalogue(line: str) -> ReadyCatalogue:
    """One of them; raises NotFound."""
    found = ready_catalogues().get(line)
    if found is None:
        raise NotFound
    return found


def loaded_origins() -> set[str]:
    """Where everything comes from that was loaded into this house. One query."""
    return set(FailureType.objects.exclude(origin="").values_list("origin", flat=True))


def _read(line: Line) -> ReadyCatalogue:
    told = tomllib.loads((_FILES / f"{line}.toml").read_text(encoding="utf-8"))
    return ReadyCatalogue(line, [_area(line, area, told["touchpoints"]) for area in told["areas"]])


def _area(line: Line, told: dict[str, Any], touchpoints: dict[str, str]) -> ReadyArea:
    origin = f"{line}:{told['code']}"
    failures = [
        ReadyFailure(f"{origin}:{code}", name, zh, touchpoint, touchpoints[touchpoint], Severity[severity.upper()])
        for code, name, zh, touchpoint, severity in told["failures"]
    ]
    return ReadyArea(origin, told["name"], told["zh"], failures)
