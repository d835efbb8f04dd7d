from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import date, datetime
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.common.errors import Invalid
from complaints.management.commands.explain_deadline import answer
from complaints.standards.hours import BusinessHours
from complaints.standards.models import BusinessCalendar
from recovery import env

REQUEST: dict[str, Any] = {
    "calendar": {
        "zone": "America/Toronto",
        "week": {"mon": [["09:00", "12:30"], ["13:30", "24:00"]], "tue": [], "fri": [["09:00", "17:30"]]},
        "closed": ["2026-12-25"],
        "extra": {"2026-12-27": [["10:00", "14:00"]]},
    },
    "start": "2026-03-06T16:30:00-05:00",
    "budget_minutes": 480,
    "pauses": [["2026-03-06T17:00:00-05:00", "2026-03-09T09:10:00-04:00"]],
}


def explain(monkeypatch: pytest.MonkeyPatch, *lines: object) -> list[Any]:
    """What is printed, for lines that are text already or objects to be written as JSON."""
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "surrogateescape"))))
    out = io.StringIO()
    call_command("explain_deadline", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def calendar(**parts: Any) -> dict[str, Any]:
    return {**REQUEST, "calendar": {**REQUEST["calendar"], **parts}}


# Without the mark for a database, any query fails these tests.


def test_a_deadline_comes_with_the_windows_that_were_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert explain(monkeypatch, REQUEST) == [
        {
            "due_at": "2026-03-09T21:40:00+00:00",
            "windows": [
                ["2026-03-06T21:30:00+00:00", "2026-03-06T22:00:00+00:00"],
                ["2026-03-09T13:10:00+00:00", "2026-03-09T16:30:00+00:00"],
                ["2026-03-09T17:30:00+00:00", "2026-03-09T21:40:00+00:00"],
            ],
        }
    ]


def test_a_pause_that_lasts_leaves_the_deadline_open(monkeypatch: pytest.MonkeyPatch) -> None:
    (told,) = explain(monkeypatch, {**REQUEST, "pauses": [["2026-03-06T17:00:00-05:00", None]]})
    assert told == {"due_at": None, "windows": [["2026-03-06T21:30:00+00:00", "2026-03-06T22:00:00+00:00"]]}


def test_fractions_of_a_minute_count(monkeypatch: pytest.MonkeyPatch) -> None:
    told = explain(monkeypatch, *({**REQUEST, "budget_minutes": count} for count in (0, 0.5, 30.0)))
    assert [line["due_at"][-14:] for line in told] == ["21:30:00+00:00", "21:30:30+00:00", "22:00:00+00:00"]


def test_pauses_closures_and_extras_may_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {"zone": "UTC", "week": {"fri": [["09:00", "17:00"]]}}
    (told,) = explain(monkeypatch, {"calendar": plain, "start": "2026-05-08T16:30Z", "budget_minutes": 60, "id": 7})
    assert told["due_at"] == "2026-05-15T09:30:00+00:00"


@pytest.mark.parametrize(
    ("request_line", "says"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("1" * 5000, "not JSON"),
        ("\udcff", "not JSON"),
        ("null", "A request is a JSON object"),
        ([REQUEST], "A request is a JSON object"),
        ({}, "A request is a JSON object"),
        ({key: REQUEST[key] for key in ("calendar", "start")}, "A request is a JSON object"),
        ('{"start": 1, "start": 2}', "stands twice"),
        ('{"calendar": {"week": {"mon": [], "mon": []}}}', "stands twice"),
        ({**REQUEST, "calendar": None}, "A calendar is an object"),
        ({**REQUEST, "calendar": ["UTC"]}, "A calendar is an object"),
        (calendar(weekdays={}), "no “weekdays”"),
        (calendar(zone="Mars/Olympus"), "“Mars/Olympus” is not a time zone"),
        (calendar(zone="../../etc/passwd"), "not a time zone"),
        (calendar(zone="America"), "not a time zone"),
        (calendar(zone=""), "not a time zone"),
        (calendar(zone=None), "not a time zone"),
        (calendar(week=[]), "A week is an object"),
        (calendar(week={"monday": []}), "“monday” is not a day of the week"),
        (calendar(week={"Mon": []}), "“Mon” is not a day of the week"),
        (calendar(week={"mon": None}), "a list"),
        (calendar(week={"mon": ["09:00", "12:00"]}), "a pair of times"),
        (calendar(week={"mon": [["09:00"]]}), "a pair of times"),
        (calendar(week={"mon": [["09:00", "25:00"]]}), "“25:00” is not a time of day"),
        (calendar(week={"mon": [["09:00", "24:01"]]}), "“24:01” is not a time of day"),
        (calendar(week={"mon": [["9:00", "12:60"]]}), "not a time of day"),
        (calendar(week={"mon": [["٠٩:٠٠", "12:00"]]}), "not a time of day"),
        (calendar(week={"mon": [[540, 720]]}), "“540” is not a time of day"),
        (calendar(week={"mon": [["12:00", "09:00"]]}), "open before it closes"),
        (calendar(week={"mon": [["12:00", "12:00"]]}), "open before it closes"),
        (calendar(week={"mon": [["22:00", "02:00"]]}), "open before it closes"),
        (calendar(week={"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}), "overlap"),
        (calendar(week={"mon": [["09:00", "12:00"], ["09:00", "12:00"]]}), "overlap"),
        (calendar(week={}, extra={}), "never open"),
        (calendar(week={"mon": []}, extra={"2026-12-27": []}), "never open"),
        (calendar(week={}), "more than 50 years"),
        (calendar(closed="2026-12-25"), "a list of dates"),
        (calendar(closed=["25.12.2026"]), "not a date"),
        (calendar(closed=["2026-02-30"]), "“2026-02-30” is not a date"),
        (calendar(closed=["2026-W52-5"]), "not a date"),
        (calendar(closed=[None]), "not a date"),
        (calendar(extra=["2026-12-27"]), "an object"),
        (calendar(extra={"tomorrow": []}), "not a date"),
        (calendar(extra={"2026-12-27": [["10:00", "14:00"], ["13:00", "15:00"]]}), "overlap"),
        ({**REQUEST, "start": "2026-03-06T16:30:00"}, "offset from UTC"),
        ({**REQUEST, "start": "2026-03-06"}, "offset from UTC"),
        ({**REQUEST, "start": "2026-13-06T16:30:00Z"}, "not a moment"),
        ({**REQUEST, "start": "soon"}, "“soon” is not a moment"),
        ({**REQUEST, "start": 1772832600}, "not a moment"),
        ({**REQUEST, "start": None}, "not a moment"),
        ({**REQUEST, "start": "0001-01-01T00:00:00+14:00"}, "between the years"),
        ({**REQUEST, "start": "9999-12-31T23:59:59-14:00"}, "between the years"),
        ({**REQUEST, "budget_minutes": -1}, "nought or more"),
        ({**REQUEST, "budget_minutes": -0.001}, "nought or more"),
        ({**REQUEST, "budget_minutes": True}, "must be a number"),
        ({**REQUEST, "budget_minutes": "480"}, "must be a number"),
        ({**REQUEST, "budget_minutes": None}, "must be a number"),
        ({**REQUEST, "budget_minutes": float("nan")}, "NaN is not a number"),
        ({**REQUEST, "budget_minutes": float("inf")}, "Infinity is not a number"),
        (json.dumps(REQUEST).replace("480", "1e999"), "more than 50 years"),
        ({**REQUEST, "budget_minutes": 10**400}, "more than 50 years"),
        ({**REQUEST, "pauses": {}}, "a list of pairs"),
        ({**REQUEST, "pauses": None}, "a list of pairs"),
        ({**REQUEST, "pauses": [["2026-03-06T17:00:00-05:00"]]}, "a list of pairs"),
        ({**REQUEST, "pauses": ["ab"]}, "a list of pairs"),
        ({**REQUEST, "pauses": [[None, "2026-03-06T17:00:00-05:00"]]}, "not a moment"),
        ({**REQUEST, "pauses": [["2026-03-06T17:00:00", None]]}, "offset from UTC"),
        ({**REQUEST, "pauses": [["2026-03-07T00:00Z", "2026-03-06T00:00Z"]]}, "pause cannot end"),
    ],
)  # fmt: skip
def test_wrong_input_gets_its_sentence_and_the_rest_goes_on(
    request_line: object, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, right = explain(monkeypatch, request_line, REQUEST)
    assert list(wrong) == ["error"]
    assert says in wrong["error"]
    assert right["due_at"] == "2026-03-09T21:40:00+00:00"


def test_a_sentence_stays_short_whatever_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    (wrong,) = explain(monkeypatch, {**REQUEST, "start": "x" * 100_000})
    assert len(wrong["error"]) < 200


@pytest.mark.django_db
def test_a_stored_calendar_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = BusinessCalendar.objects.create(
        name="Harbour Hotel", time_zone="America/Toronto", week=REQUEST["calendar"]["week"]
    )
    stored.special_days.create(day=date(2026, 3, 9), windows=[["10:00", "12:00"]])
    named, other = {**REQUEST, "calendar": "Harbour Hotel"}, {**REQUEST, "calendar": "Elsewhere\x00"}
    told = explain(monkeypatch, named, other, named)
    assert told[0] == told[2]
    assert told[0]["due_at"] == "2026-03-13T18:30:00+00:00"
    assert "There is no calendar “Elsewhere" in told[1]["error"]


def test_answers_come_line_by_line_and_need_no_database() -> None:
    """A program that waits for an answer before it asks again must not wait for ever."""
    code = (
        "import django; django.setup()\n"
        "from django.db import connections; connections.databases['default'].update(HOST='127.0.0.1', PORT='1')\n"
        "from django.core.management import call_command; call_command('explain_deadline')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=env.ROOT
    ) as asked:
        assert asked.stdin is not None
        assert asked.stdout is not None
        for request, says in (
            (REQUEST, "2026-03-09T21:40"),
            ({**REQUEST, "calendar": "Harbour Hotel"}, "the database does not answer"),
            (REQUEST, "2026-03-09T21:40"),
        ):
            asked.stdin.write(f"{json.dumps(request)}\n")
            asked.stdin.flush()
            assert says in asked.stdout.readline()
        asked.stdin.close()
    assert asked.returncode == 0


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.datetimes().map(str),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=4), inside, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(
    part=st.sampled_from(["calendar", "start", "budget_minutes", "pauses", "zone", "week", "mon", "closed", "extra"]),
    value=junk,
)
def test_whatever_is_sent_there_is_an_answer(part: str, value: object) -> None:
    def stored(name: str) -> BusinessHours:
        raise Invalid(sentence=name)

    sent = json.loads(json.dumps(REQUEST))
    place = sent if part in sent else sent["calendar"]["week"] if part == "mon" else sent["calendar"]
    place[part] = value
    told = answer(json.dumps(sent), stored=stored)
    assert list(told) in (["error"], ["due_at", "windows"])
    if told.get("due_at"):
        assert datetime.fromisoformat(told["due_at"]).tzinfo is not None
