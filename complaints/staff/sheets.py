"""What is kept of units, employees and absences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from complaints.common.sheets import Sheet


@dataclass(frozen=True, kw_only=True)
class UnitSheet(Sheet):
    name: str
    kind: str
    parent: int | None
    time_zone: str
    code: str
    takes_public_complaints: bool = False
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class EmployeeSheet(Sheet):
    """Who signs in, and with which password, is the business of the admin."""

    name: str
    unit: int
    role: str
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class AbsenceSheet(Sheet):
    employee: int
    since: datetime
    until: datetime
    stand_in: int | None = None


@dataclass(frozen=True, kw_only=True)
class CourseSheet(Sheet):
    name: str


@dataclass(frozen=True, kw_only=True)
class TrainingSheet(Sheet):
    employee: int
    course: int
    taken_on: date
    expires_on: date | None = None
