"""What the tests of the customer's door have at hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils.timezone import now

from complaints.cases import links
from complaints.cases.models import Case
from complaints.common.tokens import Token
from complaints.customers.models import Customer
from tests.cast import Organisation
from tests.factories import a_complaint

CARA = "cara@demo.example"


@pytest.fixture
def complaint(organisation: Organisation, cara: Customer) -> Case:
    """What Cara filed on the public form an hour ago."""
    return a_complaint(by=None, customer=cara, what_happened="The room was not ready.", place="Lobby")


@pytest.fixture
def token(complaint: Case) -> Token:
    """Cara's link to it."""
    return links.mint(complaint, at=now())


@pytest.fixture
def link_to() -> Callable[[Case], Token]:
    """A link to any case."""

    def mint(case: Case, *, at: datetime | None = None) -> Token:
        return links.mint(case, at=at or now())

    return mint
