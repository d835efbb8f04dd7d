from __future__ import annotations

from datetime import UTC, datetime

import pytest

from complaints.customers import lookup, records
from complaints.customers.models import Customer
from complaints.customers.records import CustomerFacts

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def li(db: None) -> Customer:
    return records.add(CustomerFacts(name="李小雨", company="海风贸易有限公司", phone="+861065550188"), at=NOW)


@pytest.mark.parametrize(
    "typed",
    [
        "Cara",
        "castillo",
        "CASTILLO SONS",
        "till",
        "car cas",
        "c",
        "ca so",
        "cara@demo.example",
        "demo.ex",
        "cara@d",
        "+1 212 555 0142",
        "(212) 555-0142",
        "212 555 01",
        "5550142",
    ],
)
def test_any_part_of_what_is_on_file_finds_the_customer(cara: Customer, li: Customer, typed: str) -> None:
    assert lookup.find(typed) == [cara]


@pytest.mark.parametrize("typed", ["李", "小雨", "李小雨", "海风", "贸易有限", "10 6555 0188", "李 海风"])
def test_chinese_is_found_by_any_of_its_characters(cara: Customer, li: Customer, typed: str) -> None:
    assert lookup.find(typed) == [li]


@pytest.mark.parametrize(
    "typed", ["", "  ", "%", "_", "'", "caraxyz", "ara@ema", "212 555 99", "x" * 500, "雨小", "d'x"]
)
def test_what_is_not_on_file_finds_nobody(cara: Customer, li: Customer, typed: str) -> None:
    assert lookup.find(typed) == []


def test_a_letter_or_two_are_the_beginning_of_a_word(cara: Customer, li: Customer) -> None:
    assert lookup.find("ar") == []
    assert lookup.find("ex") == [cara]


def test_an_old_customer_is_found_behind_thousands_of_new_ones(cara: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "PROBE_ROWS", 3)
    for number in range(5):
        records.add(CustomerFacts(name=f"Guest {number}"), at=NOW)
    for typed in ("castillo", "demo.ex", "212 555 01", "ca"):
        assert lookup.find(typed) == [cara]


def test_the_exact_name_comes_first_then_beginnings_then_the_newest(db: None) -> None:
    named = [records.add(CustomerFacts(name=name), at=NOW) for name in ("Ann", "Joann", "Ann Lee", "Ann Moe")]
    assert lookup.find("ann") == [named[0], named[3], named[2], named[1]]


def test_an_exact_name_comes_before_a_longer_one_whatever_else_is_on_file(cara: Customer) -> None:
    """Newer files with names that only begin so stood above the very customer."""
    longer = [records.add(CustomerFacts(name=name), at=NOW) for name in ("Cara Castillon", "Cara Castillo Cruz")]
    assert lookup.find("cara castillo") == [cara, longer[1], longer[0]]
    assert lookup.find("Castillo & Sons")[0] == cara


def test_one_misspelt_file_does_not_hide_those_that_are_spelt_right(cara: Customer) -> None:
    misspelt = records.add(CustomerFacts(name="Cara Castilo"), at=NOW)
    assert lookup.find("Castilo") == [misspelt, cara]
    assert lookup.find("Castilo", limit=1) == [misspelt]


def test_where_enough_are_found_nobody_else_is_meant(cara: Customer) -> None:
    found = [records.add(CustomerFacts(name=f"Guest {n} Castilo"), at=NOW) for n in range(lookup.FEW)]
    assert lookup.find("Castilo") == found[::-1]
