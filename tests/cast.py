"""The people of the tests: a hotel company with the cast of the demonstration, made as the product makes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pytest

from complaints.customers import records
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFacts
from complaints.staff.models import Employee, Role, Unit, UnitKind
from complaints.standards.models import FailureType

PASSWORD: Final = "demo"
LONG_AGO: Final = datetime(2024, 1, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Organisation:
    """Meridian Hotels: a company, a region, and two branches beside each other."""

    company: Unit
    region: Unit
    harbour: Unit
    lakeside: Unit


@pytest.fixture
def organisation(db: None) -> Organisation:
    zone = "America/New_York"
    company = Unit.objects.create(code="company", name="Meridian Hotels", kind=UnitKind.COMPANY, time_zone=zone)
    region = Unit.objects.create(code="east", name="Region East", kind=UnitKind.REGION, parent=company, time_zone=zone)
    harbour = Unit.objects.create(
        code="harbour",
        name="Harbour Hotel",
        kind=UnitKind.BRANCH,
        parent=region,
        time_zone=zone,
        takes_public_complaints=True,
    )
    lakeside = Unit.objects.create(
        code="lakeside", name="Lakeside Hotel", kind=UnitKind.BRANCH, parent=region, time_zone=zone
    )
    return Organisation(company, region, harbour, lakeside)


def employee(name: str, role: Role, unit: Unit) -> Employee:
    """Somebody who works there and signs in with PASSWORD."""
    return Employee.objects.create_user(
        f"{name.split(maxsplit=1)[0].lower()}@demo.example", PASSWORD, name=name, role=role, unit=unit
    )


@pytest.fixture
def fern(organisation: Organisation) -> Employee:
    """Front line of Harbour Hotel."""
    return employee("Fern Fuller", Role.FRONT_LINE, organisation.harbour)


@pytest.fixture
def max_(organisation: Organisation) -> Employee:
    """Fern's manager."""
    return employee("Max Moreno", Role.MANAGER, organisation.harbour)


@pytest.fixture
def vera(organisation: Organisation) -> Employee:
    """VP of the whole company."""
    return employee("Vera Vance", Role.VP, organisation.company)


@pytest.fixture
def otto(organisation: Organisation) -> Employee:
    """Front line of Lakeside Hotel, the branch beside: must see nothing of Harbour Hotel."""
    return employee("Otto Olsen", Role.FRONT_LINE, organisation.lakeside)


@pytest.fixture
def quinn(organisation: Organisation) -> Employee:
    """Quality analyst: reads everything, writes notes."""
    return employee("Quinn Quade", Role.ANALYST, organisation.company)


@pytest.fixture
def ada(organisation: Organisation) -> Employee:
    """Administrator."""
    return employee("Ada Adler", Role.ADMINISTRATOR, organisation.company)


@pytest.fixture
def cara(db: None) -> Customer:
    """A customer with everything on file."""
    facts = CustomerFacts(
        name="Cara Castillo",
        company="Castillo & Sons",
        email="cara@demo.example",
        phone="+12125550142",
        preferences="High floor, no feather pillows.",
    )
    return records.add(facts, at=LONG_AGO)


@pytest.fixture
def late_room(db: None) -> FailureType:
    """A failure of the two-level catalogue."""
    area = FailureType.objects.create(name="Room", name_zh="客房")
    return FailureType.objects.create(
        parent=area, name="Room not ready on time", name_zh="客房未按时备妥", touchpoint="Arrival"
    )


@pytest.fixture
def housekeeping(organisation: Organisation) -> Unit:
    """A department beside the branches, which is asked for causes."""
    return Unit.objects.create(
        code="housekeeping",
        name="Housekeeping",
        kind=UnitKind.DEPARTMENT,
        parent=organisation.region,
        time_zone="America/New_York",
    )


@pytest.fixture
def hana(housekeeping: Unit) -> Employee:
    """Leads Housekeeping."""
    return employee("Hana Holt", Role.MANAGER, housekeeping)
