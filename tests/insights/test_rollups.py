from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.utils.timezone import now

from complaints.cases.models import Case, ChangedCase, Clock
from complaints.customers.models import Customer
from complaints.handling.confirm_solved import confirm_solved
from complaints.handling.escalate import escalate
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.refresh_rollups import refresh_rollups
from complaints.handling.reopen import reopen
from complaints.handling.resolve import resolve
from complaints.handling.write_to_customer import write_to_customer
from complaints.insights import rollups
from complaints.insights.models import Grain, LabelTally, MeasuredCase
from complaints.remedies.catalogue import RemedyKind
from complaints.staff.models import Employee, Tier
from complaints.standards.models import ClockKind, FailureType, RecoveryStandard, StandardVersion, Target
from tests.cast import LONG_AGO, Organisation
from tests.factories import a_complaint
from tests.handling.climbing import deliver
from tests.remedies.purse import AT, an_authority, usd


def labels(case: Case) -> set[str]:
    refresh_rollups()
    return set(MeasuredCase.objects.get(case_id=case.pk).labels)


def counted(label: str, **where: Any) -> int:
    refresh_rollups()
    return sum(LabelTally.objects.filter(label=label, grain=Grain.YEAR, **where).values_list("n", flat=True))


def test_a_complaint_counts_for_its_unit_and_every_one_above(fern: Employee, organisation: Organisation) -> None:
    a_complaint(by=fern)
    for unit in (organisation.harbour, organisation.region, organisation.company):
        assert counted("all", unit_id=unit.pk) == 1
    assert counted("all", unit_id=organisation.lakeside.pk) == 0


def test_counting_again_changes_nothing(fern: Employee) -> None:
    case = a_complaint(by=fern)
    before = labels(case), counted("all")
    ChangedCase.objects.create(case_id=case.pk)
    assert (labels(case), counted("all")) == before
    assert not ChangedCase.objects.exists()


def test_what_changes_moves_from_one_count_to_the_other(fern: Employee, cara: Customer) -> None:
    case = a_complaint(by=fern, customer=cara)
    assert {"unended", "open:0", "first:unknown", "solved:unknown"} <= labels(case)
    confirm_solved(case.reference, text="A new room.", by=fern, at=now())
    found = labels(case)
    assert {"ended", "outcome:solved", "solved:yes", "solvedat:front_line"} <= found
    assert not {"unended", "open:0", "solved:unknown"} & found
    assert LabelTally.objects.filter(label="unended", n__gt=0).count() == 0
    assert rollups.differences() == []


def test_handed_up_and_reopened_is_not_first_contact(max_: Employee, vera: Employee) -> None:
    raised, reopened = a_complaint(by=max_), a_complaint(by=max_)
    escalate(raised.reference, reason="Beyond me.", by=max_, at=now())
    resolve(reopened.reference, text="A night free.", by=max_, at=now())
    reopen(reopened.reference, reason="Not enough.", by=max_, at=now())
    assert "first:no" in labels(raised)
    assert {"first:no", "reopened", "proposed"} <= labels(reopened)


def test_whoever_complains_again_within_a_year_is_a_repeat(fern: Employee, cara: Customer) -> None:
    later = a_complaint(by=fern, customer=cara, at=now())
    assert "repeat" not in labels(later)
    # filed afterwards for an earlier day, so what came later has to be looked at again
    earlier = a_complaint(by=fern, customer=cara, at=now() - timedelta(days=200))
    assert "repeat" not in labels(earlier)
    assert "repeat" in labels(later)
    a_complaint(by=fern, customer=cara, at=now() - timedelta(days=700))
    assert "repeat" not in labels(earlier)


def test_money_is_summed_to_the_cent(fern: Employee) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    case = a_complaint(by=fern)
    for amount in ("10.10", "20.25"):
        what = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=usd(amount))
        propose_remedy(case.reference, what, by=fern, at=now())
    assert "remedyunknown:voucher" in labels(case)
    case.remedies.update(status="accepted")
    assert {"remedytaken:voucher", "paid:USD"} <= labels(case)
    totals = LabelTally.objects.filter(label="paid:USD", grain=Grain.DAY).values_list("n", "total")
    assert {(n, str(total)) for n, total in totals} == {(1, "30.35")}


def test_a_promise_to_answer_is_kept_or_missed_by_when_it_was_met(fern: Employee, late_room: FailureType) -> None:
    standard = RecoveryStandard.objects.create(name="Late room", failure_type=late_room)
    version = StandardVersion.objects.create(standard=standard, number=1, made_at=LONG_AGO)
    Target.objects.create(version=version, kind=ClockKind.ANSWER, minutes=4 * 60)
    case = a_complaint(by=fern, at=AT, failure_type=late_room.pk)
    assert {"answer:pending", "answerwait"} <= labels(case)
    promised = case.clocks.get(kind=ClockKind.ANSWER)
    write_to_customer(case.reference, text="We are moving you.", by=fern, at=AT)
    deliver(AT)
    assert {"answer:met", "answered"} <= labels(case)
    Clock.objects.filter(pk=promised.pk).update(ended_at=promised.due_at + timedelta(minutes=1))
    assert "answer:missed" in labels(case)


def test_whether_money_was_given_is_decided_when_a_complaint_is_closed(fern: Employee, cara: Customer) -> None:
    an_authority(Tier.FRONT_LINE, 200)
    with_money, without = a_complaint(by=fern), a_complaint(by=fern, customer=cara)
    what = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=usd("10.00"))
    propose_remedy(with_money.reference, what, by=fern, at=now())
    with_money.remedies.update(status="accepted")
    assert "relief:unknown" in labels(with_money)
    for case in (with_money, without):
        confirm_solved(case.reference, text="A new room.", by=fern, at=now())
    assert {"relief:yes", "arearelief:0:yes"} <= labels(with_money)
    assert {"relief:no", "arearelief:0:no"} <= labels(without)


@pytest.mark.parametrize(
    ("moment", "day", "hour"),
    [
        (datetime(2025, 1, 1, 4, 59, tzinfo=UTC), "2024-12-31", "hour:2:23"),  # still the old year in New York
        (datetime(2025, 1, 1, 5, 0, tzinfo=UTC), "2025-01-01", "hour:3:0"),
        (datetime(2025, 3, 9, 4, 59, tzinfo=UTC), "2025-03-08", "hour:6:23"),  # the night the clocks go forward
        (datetime(2025, 3, 10, 3, 59, tzinfo=UTC), "2025-03-09", "hour:7:23"),
        (datetime(2025, 11, 2, 5, 30, tzinfo=UTC), "2025-11-02", "hour:7:1"),  # and back: the hour comes twice
        (datetime(2025, 11, 2, 6, 30, tzinfo=UTC), "2025-11-02", "hour:7:1"),
    ],
)
def test_days_begin_at_midnight_where_the_unit_is(fern: Employee, moment: datetime, day: str, hour: str) -> None:
    case = a_complaint(by=fern, at=moment)
    assert hour in labels(case)
    assert str(MeasuredCase.objects.get().day) == day
    assert {str(start) for start in LabelTally.objects.filter(grain=Grain.YEAR).values_list("start", flat=True)} == {
        f"{day[:4]}-01-01"
    }


def test_a_unit_that_moves_takes_its_numbers_along(fern: Employee, organisation: Organisation) -> None:
    a_complaint(by=fern)
    assert counted("all", unit_id=organisation.region.pk) == 1
    organisation.harbour.parent = organisation.company
    organisation.harbour.save()
    assert counted("all", unit_id=organisation.region.pk) == 0
    assert counted("all", unit_id=organisation.company.pk) == 1
    assert rollups.differences() == []


def test_another_zone_is_another_day(fern: Employee, organisation: Organisation) -> None:
    a_complaint(by=fern, at=datetime(2025, 1, 1, 4, 0, tzinfo=UTC))
    refresh_rollups()
    organisation.harbour.time_zone = "Europe/Paris"
    organisation.harbour.save()
    refresh_rollups()
    assert str(MeasuredCase.objects.get().day) == "2025-01-01"


def test_a_failure_type_in_another_area_counts_there(fern: Employee, late_room: FailureType) -> None:
    a_complaint(by=fern, failure_type=late_room.pk)
    assert counted(f"area:{late_room.parent_id}") == 3
    other = FailureType.objects.create(name="Arrival")
    FailureType.objects.filter(pk=late_room.pk).update(parent=other)
    assert counted(f"area:{late_room.parent_id}") == 0
    assert counted(f"area:{other.pk}") == 3


def test_raw_sql_is_counted_too(fern: Employee) -> None:
    case = a_complaint(by=fern)
    refresh_rollups()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE complaints_case SET channel = 'kiosk' WHERE id = %s", [case.pk])
    assert "channel:kiosk" in labels(case)


def test_made_anew_it_is_the_same(fern: Employee, max_: Employee, late_room: FailureType) -> None:
    for number in range(6):
        a_complaint(by=fern, failure_type=late_room.pk, at=now() - timedelta(days=40 * number))
    refresh_rollups()

    def kept() -> list[Any]:
        rows = LabelTally.objects.order_by("unit_id", "grain", "start", "label")
        return list(rows.values_list("unit_id", "grain", "start", "label", "n", "total"))

    before = kept()
    assert rollups.rebuild() == 6
    assert kept() == before


def test_sums_that_hold_are_proved(fern: Employee, capsys: pytest.CaptureFixture[str]) -> None:
    a_complaint(by=fern)
    call_command("verify_rollups")
    assert "Every sum is what the record says." in capsys.readouterr().out


def _one_too_many() -> None:
    LabelTally.objects.filter(label="all", grain=Grain.MONTH).update(n=F("n") + 1)


def _a_sum_gone() -> None:
    LabelTally.objects.filter(label="channel:phone", grain=Grain.DAY).delete()


def _a_case_forgotten() -> None:
    MeasuredCase.objects.all().delete()


def _a_case_mislabelled() -> None:
    MeasuredCase.objects.update(labels=["all"])


def _a_case_invented() -> None:
    found = MeasuredCase.objects.get()
    found.case_id = 999_999
    found.save(force_insert=True)


@pytest.mark.parametrize(
    "damage", [_one_too_many, _a_sum_gone, _a_case_forgotten, _a_case_mislabelled, _a_case_invented]
)
def test_any_damage_is_found_and_mended(fern: Employee, damage: Any, capsys: pytest.CaptureFixture[str]) -> None:
    a_complaint(by=fern)
    refresh_rollups()
    damage()
    with pytest.raises(CommandError) as failed:
        call_command("verify_rollups")
    assert failed.value.returncode == 1
    assert capsys.readouterr().out.count("\n") > 1
    call_command("verify_rollups", "--rebuild")
