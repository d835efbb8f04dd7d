"""Real record sets, where they lie beside the project: what they come to must agree with what was counted elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce, Length

from complaints.cases.models import Case, Channel, SourceRecord
from complaints.handling.import_complaints import import_complaints
from complaints.intake.mapping import NO_WORDS, mapping_of
from complaints.intake.models import ColumnMapping
from complaints.intake.sheets import opened
from complaints.outbox.models import Message
from complaints.remedies.models import Remedy
from recovery import env

RECORDS = next(
    (beside for folder in env.ROOT.parents if (beside := folder / "shared" / "data").is_dir()), env.ROOT / "no-records"
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not (RECORDS / "expected_dev.json").exists(), reason="the record sets are not here"),
]

Loaded = Callable[[str, str], dict[str, Any]]


@pytest.fixture
def loaded() -> Loaded:
    """Load a record set and give what is expected of it."""

    def load(name: str, mapping: str) -> dict[str, Any]:
        stored = ColumnMapping.objects.get(name=mapping)
        with opened(RECORDS / f"{name}.csv.gz") as sheet:
            tally = import_complaints(sheet, mapping_of(stored.name, stored.rules), at=datetime.now(UTC))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # or what is counted below is planned for the empty tables of a moment ago
        assert tally.rejected == 0
        assert not Message.objects.exists()
        expected: dict[str, Any] = json.loads((RECORDS / "expected_dev.json").read_text(encoding="utf-8"))[name]
        assert Case.objects.count() == tally.rows == expected["rows"]
        return expected

    return load


def counted(rows: QuerySet[Any], by: str) -> dict[Any, int]:
    return dict(rows.values_list(by).annotate(times=Count("pk")).order_by())


def by_area() -> dict[Any, int]:
    """Cases by the area of their failure, an area alone counting as itself."""
    area = Coalesce(F("failure_type__parent__name"), F("failure_type__name"))
    return counted(Case.objects.annotate(area=area), "area")


def test_complaints_of_2023_agree(loaded: Loaded) -> None:
    expected = loaded("cfpb_2023_06_dev", "cfpb_2023")
    assert by_area() == expected["by_product"]
    assert counted(SourceRecord.objects.all(), "response") == expected["by_response"]
    channels = {"Web": Channel.WEB, "Phone": Channel.PHONE, "Postal mail": Channel.LETTER}
    channels |= {"Referral": Channel.REFERRAL, "Web Referral": Channel.WEB_REFERRAL}
    assert counted(Case.objects.all(), "channel") == {channels[word]: n for word, n in expected["by_channel"].items()}
    words = Case.objects.exclude(what_happened__startswith=NO_WORDS)
    assert words.count() == expected["narratives"]
    assert words.aggregate(total=Sum(Length("what_happened")))["total"] == expected["narrative_chars"]
    firms = counted(Case.objects.all(), "unit__name")
    assert len(firms) == expected["distinct_companies"]
    assert {name: firms[name] for name in expected["top_companies"]} == expected["top_companies"]
    states = counted(SourceRecord.objects.all(), "facts__state")
    assert {state: states[state] for state in expected["by_state_top10"]} == expected["by_state_top10"]


def test_complaints_of_2015_agree(loaded: Loaded) -> None:
    expected = loaded("cfpb_2015q1_dev", "cfpb_2015")
    assert by_area() == expected["by_product"]
    assert counted(SourceRecord.objects.all(), "response") == expected["by_response"]
    for answer in ("yes", "no"):
        disputed = SourceRecord.objects.filter(**{"facts__Consumer disputed?": answer.capitalize()})
        assert disputed.count() == expected["disputed"][answer]
    assert SourceRecord.objects.filter(**{"facts__Timely response?": "No"}).count() == expected["untimely"]
    assert Case.objects.filter(status="open").count() == expected["by_response"]["In progress"]


def test_claims_agree_to_the_cent(loaded: Loaded) -> None:
    expected = loaded("tsa_claims_2010_2012_dev", "tsa_claims")
    assert {name or "-": n for name, n in by_area().items()} == expected["by_type"]
    assert {name or "-": n for name, n in counted(SourceRecord.objects.all(), "response").items()} == expected[
        "by_disposition"
    ]
    assert Remedy.objects.aggregate(total=Sum("amount"))["total"] == Decimal(str(expected["total_paid"]))
    by_airport = dict(Remedy.objects.values_list("case__unit__code").annotate(total=Sum("amount")).order_by())
    for airport, total in expected["paid_by_airport_top10"].items():
        assert by_airport[f"tsa_claims:{airport}"] == Decimal(str(total))
    airports = counted(Case.objects.all(), "unit__code")
    assert {code: airports[f"tsa_claims:{code}"] for code in expected["top_airports"]} == expected["top_airports"]
