"""Rules are kept in the process, and never a moment longer than they hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from complaints.common.rulebook import InForce, edition
from complaints.escalation.models import UrgentRule
from complaints.remedies.catalogue import RemedyKind, RemedyType
from complaints.remedies.models import Advice, Playbook, PlaybookVersion
from complaints.standards.models import (
    BusinessCalendar,
    ClockKind,
    Edition,
    FailureType,
    RecoveryStandard,
    SpecialDay,
    StandardVersion,
    Target,
)
from tests.cast import LONG_AGO
from tests.remedies.purse import a_trouble_rate

pytestmark = pytest.mark.django_db


def _a_target() -> Target:
    standard = RecoveryStandard.objects.create(name="any", channel="web")
    version = StandardVersion.objects.create(standard=standard, number=1, made_at=LONG_AGO)
    return Target.objects.create(version=version, kind=ClockKind.RESOLVE, minutes=60)


CHANGES: dict[str, Callable[[], object]] = {
    "a standard": lambda: RecoveryStandard.objects.create(name="another", channel="phone"),
    "a version": lambda: StandardVersion.objects.create(
        standard=RecoveryStandard.objects.get(name="any"), number=2, made_at=LONG_AGO, is_current=False
    ),
    "a target": lambda: Target.objects.update(minutes=30),
    "a failure type": lambda: FailureType.objects.create(name="Parcels"),
    "a calendar": lambda: BusinessCalendar.objects.create(name="Night", is_calendar_time=True),
    "a special day": lambda: SpecialDay.objects.bulk_create(
        [SpecialDay(calendar=BusinessCalendar.objects.get(name="Shop"), day=date(2026, 12, 24))]
    ),
    "a playbook": lambda: Playbook.objects.create(name="Late rooms"),
    "a version of one": lambda: PlaybookVersion.objects.create(
        playbook=Playbook.objects.get(name="Any"), number=2, made_at=LONG_AGO, is_current=False
    ),
    "a remedy of one": lambda: Advice.objects.create(version=PlaybookVersion.objects.get(), kind=RemedyKind.APOLOGY),
    "a kind of remedy": lambda: RemedyType.objects.filter(code=RemedyKind.GIFT).update(cost_share=40),
    "what trouble counts for": a_trouble_rate,
    "an urgent rule": lambda: UrgentRule.objects.create(name="Court", words="court"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_of_a_rule_makes_an_edition(what: str) -> None:
    _a_target()
    BusinessCalendar.objects.create(name="Shop", is_calendar_time=True)
    PlaybookVersion.objects.create(playbook=Playbook.objects.create(name="Any", severity=1), number=1, made_at=LONG_AGO)
    before = edition()
    CHANGES[what]()
    assert before is not None
    assert edition() not in {before, None}


def test_raw_sql_makes_one_too() -> None:
    target, before = _a_target(), edition()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM complaints_target WHERE id = %s", [target.pk])
    assert edition() != before


def test_a_change_that_is_taken_back_leaves_the_edition_and_its_mark_never_comes_again() -> None:
    before = edition()
    marks = set()
    for _time in range(3):
        with transaction.atomic():
            FailureType.objects.create(name="Parcels")
            marks.add(edition())
            transaction.set_rollback(True)
    assert edition() == before
    assert len(marks - {before}) == 3


def test_what_was_read_is_kept_until_the_next_edition() -> None:
    names = InForce(lambda: sorted(FailureType.objects.values_list("name", flat=True)))
    FailureType.objects.create(name="Parcels")
    first = names.of(edition())
    mark = edition()
    with CaptureQueriesContext(connection) as queries:
        assert names.of(mark) is first
    assert not queries.captured_queries
    FailureType.objects.filter(name="Parcels").update(name="Letters")
    assert "Letters" in names.of(edition())
    assert "Parcels" not in names.of(edition())


def test_without_an_edition_nothing_is_kept() -> None:
    Edition.objects.all().delete()
    names = InForce(lambda: [FailureType.objects.count()])
    assert edition() is None
    assert names.of(None) is not names.of(None)
