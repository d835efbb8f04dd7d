"""Workers killed between sending and marking, and several at once: the system outside counts every remedy once."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from typing import Final

import pytest
from django.db import connection

from complaints.cases.models import Case
from complaints.common.errors import RemedyMovedOn
from complaints.fulfilment.models import Endpoint, Order, OrderState
from complaints.handling.confirm_fulfilment import confirm_fulfilment
from complaints.handling.fulfil_remedy import fulfil_remedy
from complaints.handling.send_order import send_order
from complaints.handling.write_note import write_note
from complaints.remedies.states import RemedyStatus
from complaints.staff.models import Employee
from recovery import env
from tests.factories import a_complaint
from tests.fulfilment.conftest import SOON, accepted, fresh, order_of, sweep
from tests.fulfilment.outside import HANG, Answer, Outside
from tests.races.meeting import meet
from tests.recovery.processes import eventually
from tests.remedies.purse import AT

pytestmark = pytest.mark.django_db(transaction=True)
WORKER: Final = """
import os, sys
from datetime import datetime
from tests import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.FULFILMENT_TO_LOOPBACK, settings.FULFILMENT_TIMEOUT = True, 30
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from complaints.handling.send_order import send_due
at = datetime.fromisoformat(sys.argv[2])
send_due(clock=lambda: at)
"""


def test_a_worker_killed_between_sending_and_marking_is_followed_by_one_with_the_same_key(
    case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    remedy = accepted(case, fern)
    outside.answer = lambda _key, _times: (HANG, None)
    words = [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"]), SOON.isoformat()]
    worker = subprocess.Popen(words, cwd=env.ROOT)
    assert eventually(lambda: bool(outside.calls)), "it was sent"
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    assert order_of(remedy).state == OrderState.IN_FLIGHT
    assert sweep(SOON + timedelta(seconds=30)) == 0, "it may still be in the air"
    outside.answer = lambda key, _times: (200, {"reference": f"PAY-{key[:4]}"})

    assert sweep(SOON + timedelta(minutes=3)) == 1

    assert fresh(remedy).status == RemedyStatus.FULFILLED
    assert len(outside.calls) == 2
    assert len(outside.paid) == 1, "the same key twice is one payment"


def test_a_system_that_names_two_references_stops_no_other_order(
    case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    first, second = accepted(case, fern), accepted(case, fern)
    confused = order_of(first).key

    def both_ways(key: str, _times: int) -> Answer:
        if key == confused:
            confirm_fulfilment(key, reference="PAY-A", at=SOON)
            connection.close()
        return 200, {"reference": "PAY-B"}

    outside.answer = both_ways
    assert sweep() == 2
    assert (fresh(first).proof, fresh(second).proof) == ("PAY-A", "PAY-B")


@pytest.mark.race
def test_hints_and_rounds_that_meet_send_each_order_once(
    case: Case, fern: Employee, till: Endpoint, outside: Outside
) -> None:
    keys = [order_of(accepted(a_complaint(by=fern, at=AT), fern)).key for _ in range(12)]

    def hints() -> int:
        return sum(send_order(key, clock=lambda: SOON) for key in keys)

    found = meet(sweep, sweep, hints, hints)

    assert sum(one for one in found if isinstance(one, int)) == len(keys), found
    assert sorted(outside.keys()) == sorted(keys)
    assert set(Order.objects.values_list("state", flat=True)) == {OrderState.DONE}


@pytest.mark.race
def test_the_reference_is_not_lost_to_whoever_saves_at_the_same_time(
    case: Case, fern: Employee, max_: Employee, till: Endpoint
) -> None:
    for number in range(5):
        remedy = accepted(a_complaint(by=fern, at=AT), fern)
        reference, key = remedy.case.reference, order_of(remedy).key

        def by_hand(reference: str = reference, pk: int = remedy.pk, number: int = number) -> object:
            return fulfil_remedy(reference, remedy=pk, proof=f"cash {number}", by=fern, at=SOON)

        def by_system(key: str = key, number: int = number) -> object:
            return confirm_fulfilment(key, reference=f"PAY-{number}", at=SOON)

        def notes(reference: str = reference) -> object:
            return write_note(reference, text="Called her.", by=max_, at=SOON)

        found = meet(by_hand, by_system, notes, by_system)

        assert all(isinstance(one, RemedyMovedOn) for one in found if isinstance(one, Exception)), found
        assert order_of(remedy).reference == f"PAY-{number}", "what the system named is kept, whoever was first"
        assert fresh(remedy).proof in {f"PAY-{number}", f"cash {number}"}
        by_hand_won = fresh(remedy).proof.startswith("cash")
        assert order_of(remedy).state == (OrderState.BY_HAND if by_hand_won else OrderState.DONE)
