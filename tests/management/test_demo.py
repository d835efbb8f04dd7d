"""The demonstration organisation: everybody of the cast can do what they are introduced with."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils.timezone import now

from complaints.cases.models import Case
from complaints.handling.warn_of_training import expiring_ids
from complaints.remedies import ledger, queries
from complaints.remedies.authority import allowance
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Remedy
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee, Training
from tests.remedies.purse import usd

pytestmark = pytest.mark.django_db


def test_the_cast_has_authority_and_something_to_decide() -> None:
    call_command("demo", verbosity=0)
    people = {one.email.partition("@")[0]: one for one in Employee.objects.select_related("unit")}
    untouched = Case.objects.select_related("unit").filter(remedies=None, unit=people["fern"].unit)[0]
    spare = {who: allowance(people[who], untouched, at=now()).left for who in ("fern", "max", "vera")}
    assert spare == {"fern": usd(200), "max": usd(2000), "vera": usd(20000)}
    [asked] = queries.inbox(people["max"], at=now()).approvals
    assert asked.remedy.amount == usd(340)
    assert Remedy.objects.get(kind=RemedyKind.VOUCHER).status == RemedyStatus.FULFILLED
    assert [Training.objects.get(pk=one).employee for one in expiring_ids(at=now())] == [people["otto"]]
    assert ledger.discrepancies() == []
