from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.cases import search
from complaints.cases.entries import Entry
from complaints.cases.models import NOT_DUE, Case, Clock, SourceRecord, TimelineEntry
from complaints.cases.queries import Filters, Whose, worklist
from complaints.customers.models import Customer
from complaints.handling.acknowledge import acknowledge
from complaints.handling.import_complaints import BATCH, Tally, import_complaints
from complaints.intake.mapping import Mapping, mapping_of
from complaints.intake.models import ColumnMapping
from complaints.intake.sheets import opened
from complaints.outbox.models import Message
from complaints.remedies.models import Remedy
from complaints.staff.models import Employee, Unit, UnitKind
from complaints.standards.models import FailureType
from tests.cast import Organisation

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def casework(number: int | str, **columns: str) -> dict[str, str]:
    """One row as the council publishes it."""
    return {
        "unique_key": f"NYCC{number}",
        "account": "NYCC18",
        "opendate": "2015-01-01",
        "closedate": "2015-01-12",
        "complaint_type": "Parks",
        "descriptor": "Tree Sidewalk Prog",
        "borough": "Queens",
        "council_dist": "NYCC28",
        "community_board": "10 Queens",
        **columns,
    }


def claim(number: int, **columns: str) -> dict[str, str]:
    """One row as the TSA publishes it."""
    return {
        "Claim Number": f"{number}",
        "Date Received": "2010-01-04",
        "Incident Date": "2010-01-03 14:30",
        "Airport Code": "SLC",
        "Airport Name": "Salt Lake City International Airport",
        "Airline Name": "-",
        "Claim Type": "Property Damage",
        "Claim Site": "Checked Baggage",
        "Item Category": "Cameras; Clothing",
        "Close Amount": "0",
        "Disposition": "Deny",
        **columns,
    }


@pytest.fixture
def council(db: None) -> Mapping:
    stored = ColumnMapping.objects.get(name="nyc_casework")
    return mapping_of(stored.name, stored.rules)


@pytest.fixture
def tsa(db: None) -> Mapping:
    stored = ColumnMapping.objects.get(name="tsa_claims")
    return mapping_of(stored.name, stored.rules)


def load(folder: Path, mapping: Mapping, rows: list[dict[str, str]], **options: Any) -> Tally:
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with opened(path) as sheet:
        return import_complaints(sheet, mapping, at=NOW, **options)


def test_a_closed_record_is_a_closed_complaint_with_the_dates_it_had(tmp_path: Path, council: Mapping) -> None:
    tally = load(tmp_path, council, [casework(1)])
    case = Case.objects.get()
    assert (tally.rows, tally.added, tally.still_open) == (1, 1, 0)
    assert (case.status, case.outcome, case.due_at) == ("closed", "Closed", NOT_DUE)
    assert case.filed_at == datetime(2015, 1, 1, 5, 0, tzinfo=UTC)
    assert case.closed_at == datetime(2015, 1, 12, 5, 0, tzinfo=UTC)
    assert case.place == "Queens, 10 Queens"
    assert case.source.facts["council_dist"] == "NYCC28"


def test_an_open_record_is_open_with_its_clock_at_rest_and_nothing_due(tmp_path: Path, council: Mapping) -> None:
    load(tmp_path, council, [casework(1, closedate="")])
    case, clock = Case.objects.get(), Clock.objects.get()
    assert (case.status, case.due_at) == ("open", NOT_DUE)
    assert (clock.started_at, clock.paused_at, clock.ended_at) == (NOW, NOW, None)
    assert clock.due_at > NOW


def test_taking_up_an_open_record_starts_its_clock_then(tmp_path: Path, council: Mapping, vera: Employee) -> None:
    load(tmp_path, council, [casework(1, closedate="")])
    later = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
    acknowledge(Case.objects.get().reference, by=vera, at=later)
    assert Case.objects.get().due_at == later + Clock.objects.get().budget


def test_nobody_is_told_anything(tmp_path: Path, council: Mapping, tsa: Mapping) -> None:
    load(tmp_path, council, [casework(number, closedate="") for number in range(30)])
    load(tmp_path, tsa, [claim(number) for number in range(30)])
    assert not Message.objects.exists()


def test_the_timeline_says_when_it_was_filed_and_where_it_comes_from(tmp_path: Path, council: Mapping) -> None:
    load(tmp_path, council, [casework(1)])
    filed, imported = TimelineEntry.objects.order_by("pk")
    assert (filed.kind, filed.at) == (Entry.FILED, datetime(2015, 1, 1, 5, 0, tzinfo=UTC))
    assert (imported.kind, imported.at, imported.public) == (Entry.IMPORTED, NOW, False)
    assert imported.facts["source"] == "New York City Council casework"


def test_running_it_twice_changes_nothing(tmp_path: Path, council: Mapping) -> None:
    rows = [casework(1), casework(1, borough="Bronx"), casework(2), casework(2), casework(3)]
    assert load(tmp_path, council, rows).added == 5
    before = list(Case.objects.order_by("pk").values())
    again = load(tmp_path, council, rows)
    assert (again.rows, again.added, again.known) == (5, 0, 5)
    assert list(Case.objects.order_by("pk").values()) == before


def test_rows_that_are_equal_in_every_column_are_each_a_record(tmp_path: Path, council: Mapping) -> None:
    load(tmp_path, council, [casework(1), casework(1)])
    assert sorted(SourceRecord.objects.values_list("key", flat=True)) == [
        "NYCC1|Queens|NYCC28|10 Queens",
        "NYCC1|Queens|NYCC28|10 Queens#2",
    ]


def test_a_closing_date_that_comes_later_is_still_the_same_record(tmp_path: Path, council: Mapping) -> None:
    load(tmp_path, council, [casework(1, closedate="")])
    assert load(tmp_path, council, [casework(1)]).known == 1


def test_a_file_in_two_halves_is_the_whole_file(tmp_path: Path, council: Mapping) -> None:
    rows = [casework(number, borough=borough) for number in range(6) for borough in ("Queens", "Bronx")]
    load(tmp_path, council, rows[:7])
    second = load(tmp_path, council, rows[5:])
    assert (second.known, second.added) == (2, 5)
    assert Case.objects.count() == 12


def test_a_run_that_was_cut_off_is_completed_by_the_next(tmp_path: Path, council: Mapping) -> None:
    rows = [casework(number // 2) for number in range(BATCH + 200)]  # every record twice, and one pair in two batches
    rows.insert(0, casework("first"))

    class CutOffError(Exception):
        pass

    def cut_off(_tally: Tally) -> None:
        raise CutOffError

    with pytest.raises(CutOffError):
        load(tmp_path, council, rows, on_batch=cut_off)
    assert Case.objects.count() == BATCH
    rest = load(tmp_path, council, rows)
    assert (rest.known, rest.added) == (BATCH, 201)


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, tsa: Mapping) -> None:
    rows = [claim(1), claim(2, **{"Close Amount": "50", "Disposition": "Settle", "Airport Code": "JFK"}), claim(3)]
    rows[2]["Date Received"] = "soon"
    dry = load(tmp_path, tsa, rows, dry_run=True)
    assert not any(model.objects.exists() for model in (Case, Unit, FailureType, Customer, SourceRecord))
    assert load(tmp_path, tsa, rows) == dry
    assert (dry.added, dry.rejected, dry.remedies, dry.units, dry.failure_types) == (2, 1, 1, 2, 2)


def test_a_row_that_cannot_be_taken_keeps_no_other_back(tmp_path: Path, council: Mapping) -> None:
    rejected = []
    rows = [casework(1), casework(2, opendate="01/02/2015"), casework(3)]
    tally = load(tmp_path, council, rows, on_reject=lambda row, reason: rejected.append((row.line, reason)))
    assert (tally.rows, tally.added, tally.rejected) == (3, 2, 1)
    assert rejected == [(3, "“01/02/2015” in “opendate” is no date such as 2015-03-19.")]


def test_sums_paid_become_remedies_and_a_denial_none(tmp_path: Path, tsa: Mapping) -> None:
    paid = {"Disposition": "Approve in Full"}
    rows = [claim(1), claim(2, **paid, **{"Close Amount": "1579.4"}), claim(3, **paid, **{"Close Amount": "0.1"})]
    load(tmp_path, tsa, [*rows, claim(4, Disposition="-", **{"Close Amount": "-"})])
    assert sorted(str(remedy.amount) for remedy in Remedy.objects.all()) == ["$0.10", "$1,579.40"]
    assert list(Case.objects.order_by("pk").values_list("status", "outcome")) == [
        ("closed", "Deny"),
        ("closed", "Approve in Full"),
        ("closed", "Approve in Full"),
        ("open", ""),
    ]


def test_a_row_that_counts_is_so_many_complaints_and_a_higher_count_adds_the_rest(tmp_path: Path, db: None) -> None:
    stored = ColumnMapping.objects.get(name="tsa_complaints")
    monthly = mapping_of(stored.name, stored.rules)

    def month(count: str) -> dict[str, str]:
        told = {"airport": "ABE", "category": "Customer Service", "subcategory": "Rude", "year_month": "2021-10"}
        return {**told, "count": count}

    first = load(tmp_path, monthly, [month("3"), {**month("some"), "airport": "ATL"}])
    assert (first.rows, first.added, first.rejected) == (2, 3, 1)
    again = load(tmp_path, monthly, [month("5")])
    assert (again.rows, again.added, again.known) == (1, 2, 3)
    assert Case.objects.count() == 5
    assert set(Case.objects.values_list("unit__code", "failure_type__name")) == {("tsa_complaints:ABE", "Rude")}


def test_firms_become_units_below_the_source(tmp_path: Path, tsa: Mapping, organisation: Organisation) -> None:
    load(tmp_path, tsa, [claim(1), claim(2), claim(3, **{"Airport Code": "-", "Airport Name": "-"})])
    source = Unit.objects.get(code="tsa_claims")
    airport = Unit.objects.get(code="tsa_claims:SLC")
    assert (source.parent, airport.parent) == (organisation.company, source)
    assert airport.kind == UnitKind.BRANCH
    assert airport.name == "Salt Lake City International Airport"
    assert list(Case.objects.order_by("pk").values_list("unit", flat=True)) == [airport.pk, airport.pk, source.pk]


def test_categories_become_failure_types_that_are_not_offered_when_filing(tmp_path: Path, council: Mapping) -> None:
    nothing = {"complaint_type": "-"}
    rows = [casework(1), casework(2, descriptor=""), casework(3, **nothing), casework(4, **nothing, descriptor="")]
    load(tmp_path, council, rows)
    both, area, kind, neither = Case.objects.order_by("pk")
    assert kind.failure_type is None
    assert kind.source.facts["descriptor"] == "Tree Sidewalk Prog"
    assert both.failure_type is not None
    assert both.failure_type.parent == area.failure_type
    assert (str(both.failure_type), str(area.failure_type)) == ("Tree Sidewalk Prog", "Parks")
    assert neither.failure_type is None
    assert not FailureType.objects.filter(is_active=True).exists()


def test_who_has_no_name_is_one_stand_in_for_the_whole_source(tmp_path: Path, council: Mapping) -> None:
    load(tmp_path, council, [casework(1), casework(2)])
    load(tmp_path, council, [casework(3)])
    assert Customer.objects.get().name == "Constituent"


def test_what_was_loaded_is_on_the_worklist_and_found_by_its_words(
    tmp_path: Path, council: Mapping, vera: Employee
) -> None:
    load(tmp_path, council, [casework(1, closedate=""), casework(2)])
    open_case, closed_case = Case.objects.order_by("pk")
    assert list(worklist(vera, Filters(whose=Whose.ALL)).cases) == [open_case]
    assert list(worklist(vera, Filters(whose=Whose.ALL, status="closed")).cases) == [closed_case]
    assert set(search.find(vera, "sidewalk").cases) == {open_case, closed_case}
    assert search.find(vera, open_case.reference).cases == [open_case]


def test_an_area_on_the_worklist_stands_for_every_failure_in_it(
    tmp_path: Path, council: Mapping, vera: Employee
) -> None:
    load(tmp_path, council, [casework(1), casework(2, descriptor=""), casework(3, complaint_type="Aging")])
    area = FailureType.objects.get(name="Parks")
    page = worklist(vera, Filters(whose=Whose.ALL, status="closed", failure_type=area.pk))
    assert len(page.cases) == 2


def test_a_batch_costs_the_same_number_of_queries_whatever_its_size(tmp_path: Path, council: Mapping) -> None:
    load(tmp_path, council, [casework("warm")])
    with CaptureQueriesContext(connection) as few:
        load(tmp_path, council, [casework(number) for number in range(2)])
    with CaptureQueriesContext(connection) as many:
        load(tmp_path, council, [casework(number) for number in range(2, 200)])
    assert len(many) == len(few)
