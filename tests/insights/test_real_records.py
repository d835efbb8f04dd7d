"""Real record sets, where they lie beside the project: the page of measures says of them what was counted elsewhere."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from complaints.handling.import_complaints import import_complaints
from complaints.insights import rollups
from complaints.insights.shares import Share, interval
from complaints.intake.mapping import mapping_of
from complaints.intake.models import ColumnMapping
from complaints.intake.sheets import opened
from complaints.staff.models import Employee, Role, Unit
from tests.cast import employee
from tests.handling import test_import_real_files as real_files
from tests.handling.test_import_real_files import RECORDS, Loaded
from tests.insights.figures import Figure, Page, page_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not (RECORDS / "expected_dev.json").exists(), reason="the record sets are not here"),
]
loaded = real_files.loaded
ALL = "All complaints"


def asked_page(client: Client, **asked: Any) -> Page:
    """The page for everything there is, as the analyst of the whole sees it."""
    top = Unit.objects.get(parent=None)
    quinn = Employee.objects.filter(role=Role.ANALYST).first() or employee("Quinn Quade", Role.ANALYST, top)
    client.force_login(quinn)
    return page_of(client.get("/desk/insights/", {"since": "2000-01-01", "until": "2026-01-01", **asked}))


def page(client: Client, **asked: Any) -> Page:
    """The same, with its longest tables in full."""
    told = asked_page(client, **asked)
    for where in ("areas", "types", "units", "paid"):
        told.tables[where] = asked_page(client, show=where, **asked).tables[where]
    return told


def counts(rows: dict[str, list[Figure]]) -> dict[str, int]:
    return {name: figures[0].n for name, figures in rows.items() if figures[0].n}


def test_complaints_of_2015(loaded: Loaded, client: Client) -> None:
    expected = loaded("cfpb_2015q1_dev", "cfpb_2015")
    rollups.rebuild()
    told = page(client)
    assert counts(told.tables["areas"]) == expected["by_product"]
    ended = counts(told.tables["outcomes"])
    assert ended.pop("Not closed") == expected["by_response"].pop("In progress")
    assert ended == expected["by_response"]
    kept = told.tables["promises"]["Answered"]
    assert (kept[1].n, kept[3].rate) == (expected["untimely"], expected["timely_rate"])
    given = told.tables["relief"]
    assert given[ALL][3].rate == expected["monetary_relief_rate_of_closed"]
    for product, one in expected["relief_by_product"].items():
        yes, no, _unknown, share, _sum = given[product]
        assert (yes.n, yes.n + no.n) == (one["monetary"], one["n"])
        found = interval(Share(yes.n, yes.n + no.n))
        assert [round(bound, 4) for bound in found] == one["ci95"]
        assert f"({100 * found[0]:.1f}–{100 * found[1]:.1f})" in share.words
    disputed = told.tables["solved"][ALL]
    assert [one.n for one in disputed[:3]] == [expected["disputed"][word] for word in ("no", "yes", "blank")]
    types = counts(told.tables["types"])
    assert {name: types[name] for name in expected["top_issues"]} == expected["top_issues"]


def test_a_share_of_few_answers_is_no_rate(loaded: Loaded, client: Client) -> None:
    expected = loaded("cfpb_2015q1_dev", "cfpb_2015")["disputed"]["matured_received_by_2015_01_08"]
    rollups.rebuild()
    yes, no, unknown, share = asked_page(client, until="2015-01-08").tables["solved"][ALL]
    assert (yes.n, no.n, unknown.n) == (expected["no"], expected["yes"], expected["blank"])
    assert share.value == ""
    assert share.words.startswith("known for 53 per cent")


def test_complaints_of_2023(loaded: Loaded, client: Client) -> None:
    expected = loaded("cfpb_2023_06_dev", "cfpb_2023")
    rollups.rebuild()
    told = page(client)
    assert counts(told.tables["areas"]) == expected["by_product"]
    assert told.tables["promises"]["Answered"][3].rate == expected["timely_rate"]
    given = told.tables["relief"]
    assert given[ALL][3].rate == expected["monetary_relief_rate_of_closed"]
    for product, one in expected["relief_by_product"].items():
        assert (given[product][0].n, given[product][0].n + given[product][1].n) == (one["monetary"], one["n"])
    firms = counts(told.tables["units"])
    assert len(firms) == expected["distinct_companies"]
    assert {name: firms[name] for name in expected["top_companies"]} == expected["top_companies"]
    channels = counts(told.tables["channels"])
    assert sorted(channels.values()) == sorted(expected["by_channel"].values())


def test_claims_to_the_cent(loaded: Loaded, client: Client) -> None:
    expected = loaded("tsa_claims_2010_2012_dev", "tsa_claims")
    rollups.rebuild()
    told = page(client)
    types = counts(told.tables["areas"])
    assert types.pop("not sorted") == expected["by_type"].pop("-")
    assert types == expected["by_type"]
    given = told.tables["relief"]
    assert given[ALL][3].rate == expected["paid_share_of_decided"]
    assert Decimal(given[ALL][4].value) == Decimal(str(expected["total_paid"]))
    for name, one in expected["paid_share_by_type"].items():
        yes, no, _unknown, _share, sum_ = given["not sorted" if name == "-" else name]
        assert (yes.n, yes.n + no.n) == (one["paid"], one["decided"])
        assert Decimal(sum_.value or 0) == Decimal(str(one["total"]))
    codes = {unit.name: unit.code.removeprefix("tsa_claims:") for unit in Unit.objects.all()}
    paid = {codes[name]: Decimal(figures[0].value) for name, figures in told.tables["paid"].items()}
    for airport, total in expected["paid_by_airport_top10"].items():
        assert paid[airport] == Decimal(str(total))
    airports = {codes[name]: n for name, n in counts(told.tables["units"]).items()}
    assert {code: airports[code] for code in expected["top_airports"]} == expected["top_airports"]
    for pair, n in list(expected["top_airport_type"].items())[:3]:
        code, _sep, name = pair.partition("|")
        one = asked_page(client, unit=Unit.objects.get(code=f"tsa_claims:{code}").pk)
        assert counts(one.tables["areas"])[name] == n


def test_counts_by_the_month(client: Client, tmp_path: Path) -> None:
    """Of some airports: all of them are a quarter of a million complaints."""
    expected = json.loads((RECORDS / "expected_dev.json").read_text(encoding="utf-8"))["tsa_complaints_monthly_dev"]
    with gzip.open(RECORDS / "tsa_complaints_monthly_dev.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["airport"] in {"TPA", "ABE", "BTR"}]
    path = tmp_path / "some.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    stored = ColumnMapping.objects.get(name="tsa_complaints")
    with opened(path) as sheet:
        assert not import_complaints(sheet, mapping_of(stored.name, stored.rules), at=datetime.now(UTC)).rejected
    rollups.rebuild()

    told = page(client)
    airports = counts(told.tables["units"])
    assert airports["TPA"] == expected["top_airports"]["TPA"]
    by_category, by_year, pairs = Counter[str](), Counter[str](), set()
    for row in rows:
        by_category[row["category"]] += int(row["count"])
        by_year[row["year_month"][:4]] += int(row["count"])
        pairs.add((row["airport"], row["category"]))
    assert counts(told.tables["areas"]) == by_category
    for year, n in by_year.items():
        one = asked_page(client, since=f"{year}-01-01", until=f"{year}-12-31")
        assert sum(figures[0].n for figures in one.tables["trend"].values()) == n
    for airport in airports:
        one = asked_page(client, unit=Unit.objects.get(code=f"tsa_complaints:{airport}").pk, show="areas")
        assert set(counts(one.tables["areas"])) == {category for code, category in pairs if code == airport}


def test_casework_counts_what_is_still_open(loaded: Loaded, client: Client) -> None:
    expected = loaded("nyc_council_casework_dev", "nyc_casework")
    rollups.rebuild()
    told = page(client, seen="2023-12-31")
    over, going_on, median, _ninth = told.tables["times"]["Until closed"]
    assert over.n + going_on.n == expected["rows"]
    assert going_on.n == expected["open_at_end"]
    assert median.value == str(expected["km_median_days"])
    medians = {name: figures[3].value for name, figures in told.tables["areas"].items()}
    assert {name: int(medians[name]) for name in expected["by_type_km_median"]} == expected["by_type_km_median"]
    areas = counts(told.tables["areas"])
    assert {name: areas[name] for name in expected["by_type_top"]} == expected["by_type_top"]
    within = told.tables["within"]
    for days in (7, 30):  # a few were younger than that on the last day, so the page gives no rate
        assert round(within[f"Within {days} days"][0].n / expected["rows"], 4) == expected[f"within_{days}d"]
    codes = {unit.name: unit.code.removeprefix("nyc_casework:") for unit in Unit.objects.all()}
    assert {codes[name]: n for name, n in counts(told.tables["units"]).items()} == expected["by_account"]
    for year, n in expected["by_year"].items():
        one = asked_page(client, since=f"{year}-01-01", until=f"{year}-12-31")
        assert sum(figures[0].n for figures in one.tables["trend"].values()) == n
    for year, backlog in expected["backlog_end_of"].items():
        day = f"{year}-12-31"
        assert asked_page(client, until=day, seen=day).tables["times"]["Until closed"][1].n == backlog
