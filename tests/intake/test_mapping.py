from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from complaints.cases.models import Channel
from complaints.intake.errors import FileUnusable, MappingUnusable, RowUnreadable
from complaints.intake.mapping import NO_WORDS, Record, mapping_of
from complaints.intake.models import ColumnMapping
from complaints.standards.models import Severity

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def rules(**changes: Any) -> dict[str, Any]:
    told = {
        "key": ["id"],
        "source_name": "Old system",
        "complainant": "Guest",
        "time_zone": "America/New_York",
        "nothing": ["-", "N/A"],
        "filed_at": {"column": "received", "formats": ["%m/%d/%Y", "%m/%d/%Y %H:%M"]},
        "closed_at": {"column": "closed", "formats": ["%m/%d/%Y"]},
        "what_happened": {"column": "words", "otherwise": ["type", "sub_type"]},
        "place": ["town", "house"],
        "failure_type": {"area": "type", "kind": "sub_type"},
        "unit": {"code": "house"},
        "channel": {"column": "via", "values": {"Web": "web", "Post": "letter"}},
        "response": {"column": "answer", "open": ["Pending"]},
        "remedy": {"column": "paid"},
        "severity": 3,
        "split": {"items": ";"},
        **changes,
    }
    return {name: value for name, value in told.items() if value is not None}


ROW = {
    "id": "17",
    "received": "3/19/2015",
    "closed": "3/20/2015",
    "words": "It was cold.",
    "type": "Room",
    "sub_type": "-",
    "town": "Springfield",
    "house": "Harbour Hotel",
    "via": "Web",
    "answer": "Sorry said",
    "paid": "12.50",
    "items": "Bag; Bag;Hat",
    "note": "N/A",
}


def read(*, by: dict[str, Any] | None = None, **columns: str) -> Record:
    return mapping_of("old", by or rules()).read({**ROW, **columns}, at=NOW)


def test_a_row_becomes_a_complaint_in_our_words() -> None:
    record = read()
    assert (record.key, record.what_happened, record.place) == ("17", "It was cold.", "Springfield, Harbour Hotel")
    assert (record.area, record.kind, record.unit_code) == ("Room", "", "Harbour Hotel")
    assert (record.channel, record.severity, record.response) == (Channel.WEB, Severity.HIGH, "Sorry said")
    assert record.paid == Decimal("12.50")
    assert not record.is_open


def test_a_date_is_midnight_where_the_source_is() -> None:
    assert read().filed_at == datetime(2015, 3, 19, 4, 0, tzinfo=UTC)
    assert read(received="1/19/2015").filed_at == datetime(2015, 1, 19, 5, 0, tzinfo=UTC)


def test_a_date_may_bear_a_time() -> None:
    assert read(received="3/19/2015 14:30").filed_at == datetime(2015, 3, 19, 18, 30, tzinfo=UTC)


def test_the_row_is_kept_as_published_but_for_blanks_and_the_words() -> None:
    facts = read(town="").facts
    assert facts["sub_type"] == "-"
    assert facts["note"] == "N/A"
    assert facts["items"] == ["Bag", "Bag", "Hat"]
    assert "words" not in facts
    assert "town" not in facts


def test_published_words_stay_exactly_as_they_are() -> None:
    words = "  Two spaces,  a tab\tand\r\nan ending.\n “Quoted”, 中文 é "
    assert read(words=words).what_happened == words


def test_only_what_cannot_be_stored_or_seen_is_taken_out_of_words() -> None:
    assert read(words="a\x00b\x07c\u202ed").what_happened == "abcd"


def test_without_words_the_categories_speak_and_nothing_else() -> None:
    assert read(words=" ", sub_type="Cold").what_happened == f"{NO_WORDS} Type: Room. Sub type: Cold."
    assert read(words="N/A", type="-").what_happened == NO_WORDS


def test_without_a_closing_date_it_is_open() -> None:
    assert read(closed="").is_open
    assert read(closed="-").is_open


def test_some_answers_mean_that_it_is_open() -> None:
    assert read(by=rules(closed_at=None), answer="Pending").is_open
    assert not read(by=rules(closed_at=None)).is_open
    assert read(by=rules(closed_at=None, response={"column": "answer", "open": ["-"]}), answer="-").is_open


@pytest.mark.parametrize("paid", ["0", "-", "", "N/A", "0.00"])
def test_a_sum_of_nothing_is_no_remedy(paid: str) -> None:
    assert read(paid=paid).paid is None


def test_sums_may_bear_a_sign_and_thousands() -> None:
    assert read(paid="$ 1,579.4").paid == Decimal("1579.4")


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"received": ""}, "“received” is blank: when was the complaint made?"),
        ({"received": "19.3.2015"}, "“19.3.2015” in “received” is no date such as 03/19/2015."),
        ({"received": "2/30/2015"}, "“2/30/2015” in “received” is no date such as 03/19/2015."),
        ({"received": "1/1/2027"}, "“1/1/2027” in “received” is still to come."),
        ({"closed": "1/1/2027"}, "“1/1/2027” in “closed” is still to come."),
        ({"id": " "}, "“id” is blank: which record is it?"),
        ({"via": "Pigeon"}, "“Pigeon” in “via” is a channel that the mapping does not know."),
        ({"paid": "a lot"}, "“a lot” in “paid” is no sum of money."),
        ({"paid": "1.234"}, "“1.234” in “paid” is no sum of money."),
        ({"paid": "99999999999"}, "“99999999999” in “paid” is no sum of money."),
        ({"answer": "x" * 81}, "“answer” is longer than 80 characters."),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(columns: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RowUnreadable) as refused:
        read(**columns)
    assert refused.value.sentence == sentence


def test_a_row_stands_for_as_many_complaints_as_it_counts() -> None:
    def times(told: str) -> int:
        return mapping_of("old", rules(count="how many")).times({**ROW, "how many": told})

    assert mapping_of("old", rules()).times(ROW) == 1
    assert [times(told) for told in ("7", "0", " 12 ")] == [7, 0, 12]
    for told in ("", "-1", "1.5", "many", "100001", "²"):
        with pytest.raises(RowUnreadable) as refused:
            times(told)
        assert "is no number of complaints up to 100000" in refused.value.sentence


def test_what_is_counted_by_the_month_is_of_its_first_day() -> None:
    by_month = rules(count="how many", filed_at={"column": "received", "formats": ["%Y-%m"]})
    assert read(by=by_month, received="2015-03").filed_at == datetime(2015, 3, 1, 5, tzinfo=UTC)


def test_missing_columns_are_named_with_those_that_are_there() -> None:
    with pytest.raises(FileUnusable) as refused:
        mapping_of("old", rules()).check_columns([name for name in ROW if name not in {"paid", "via"}])
    assert "the mapping “old” needs “via”, “paid”, and the file has “id”, “received”" in refused.value.sentence


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"key": None}, "“key” is missing."),
        ({"key": "id"}, "“key” must be a list of texts."),
        ({"column names": 1}, "there are no rules “column names”"),
        ({"time_zone": "Mars/Olympus"}, "“time_zone” is no time zone such as America/New_York."),
        ({"filed_at": {"column": "received"}}, "“filed_at” needs a column and at least one format"),
        ({"filed_at": {"column": "received", "formats": ["%m %Y"]}}, "“%m %Y”, which does not tell a day"),
        ({"channel": {"otherwise": "pigeon"}}, "“channel” leads to “pigeon”, and must lead to one of counter"),
        ({"channel": {"values": {"Web": "web"}}}, "“channel” has values and no column."),
        ({"failure_type": {"kind": "type"}}, "“failure_type” has a kind and no area."),
        ({"unit": {"key": "house"}}, "“unit” has “key”, and may have code, name."),
        ({"severity": 5}, "“severity” must be a number from 1 to 4."),
        ({"split": ["items"]}, "“split” must be an object with names."),
    ],
)
def test_rules_that_cannot_be_followed_are_refused_by_name(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(MappingUnusable) as refused:
        mapping_of("old", rules(**wrong))
    assert sentence in refused.value.sentence


def test_an_administrator_sees_the_sentence_beside_the_rules() -> None:
    with pytest.raises(ValidationError, match="is missing") as refused:
        ColumnMapping(name="old", rules=rules(filed_at=None)).clean()
    assert "rules" in refused.value.message_dict


@pytest.mark.django_db
def test_the_ready_mappings_can_all_be_followed() -> None:
    ready = {stored.name: mapping_of(stored.name, stored.rules) for stored in ColumnMapping.objects.all()}
    assert {"cfpb_2015", "cfpb_2023", "nyc_casework", "tsa_claims", "tsa_complaints"} <= set(ready)
