"""Tables of deadlines: weekends, lunch, holidays, pauses, and days on which the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from complaints.common.errors import Invalid
from complaints.standards.hours import ALWAYS, BusinessHours, OpenPause, due_at, elapsed, reckon
from tests.standards.opening import OFFICE, WORKING_WEEK, daily, hours, local, minutes, utc

LUNCH = "09:00-12:30 13:30-17:00"

# Plain weeks


@pytest.mark.parametrize(
    ("start", "budget", "due"),
    [
        ("2026-05-08T16:30", 60, "2026-05-11T09:30"),  # Friday half past four and an hour: Monday half past nine
        ("2026-05-08T16:00", 60, "2026-05-08T17:00"),  # used up at the end of a window: due then, not at the opening
        ("2026-05-09T12:00", 60, "2026-05-11T10:00"),  # filed on a Saturday
        ("2026-05-11T03:00", 60, "2026-05-11T10:00"),  # before the opening
        ("2026-05-11T17:00", 1, "2026-05-12T09:01"),  # at the closing
        ("2026-05-11T09:00", 480, "2026-05-11T17:00"),  # a whole day
        ("2026-05-11T09:00", 481, "2026-05-12T09:01"),
        ("2026-05-11T09:00", 5 * 480, "2026-05-15T17:00"),  # a whole week
        ("2026-05-11T09:00", 5 * 480 + 0.5, "2026-05-18T09:00:30"),
    ],
)
def test_only_open_time_uses_the_budget(start: str, budget: float, due: str) -> None:
    assert due_at(hours(), local(start), minutes(budget)) == local(due)


@pytest.mark.parametrize(
    ("week", "start", "budget", "due"),
    [
        ({"tue": OFFICE, "wed": OFFICE, "fri": OFFICE}, "2026-05-10T12:00", 600, "2026-05-13T11:00"),
        ({"tue": OFFICE, "wed": OFFICE, "fri": OFFICE}, "2026-05-13T16:00", 120, "2026-05-15T10:00"),
        ({"sun": "22:00-24:00", "mon": "00:00-02:00"}, "2026-05-10T23:00", 120, "2026-05-11T01:00"),
        (dict.fromkeys(WORKING_WEEK, LUNCH), "2026-05-11T12:00", 60, "2026-05-11T14:00"),
        (dict.fromkeys(WORKING_WEEK, LUNCH), "2026-05-11T12:45", 30, "2026-05-11T14:00"),
        (dict.fromkeys(WORKING_WEEK, LUNCH), "2026-05-11T12:00", 30, "2026-05-11T12:30"),
        ({"mon": "13:00-14:00 09:00-10:00 10:00-11:00"}, "2026-05-11T08:00", 150, "2026-05-11T13:30"),
    ],
    ids=["no_monday", "no_thursday", "over_midnight", "lunch", "filed_at_lunch", "due_at_lunch", "any_order"],
)
def test_any_windows_on_any_days_make_a_week(week: dict[str, str], start: str, budget: float, due: str) -> None:
    assert due_at(hours(week=week), local(start), minutes(budget)) == local(due)


def test_windows_that_touch_are_one() -> None:
    assert hours(week={"mon": "10:00-12:00 09:00-10:00 13:00-14:00"}).week[0] == ((540, 720), (780, 840))


@pytest.mark.parametrize("zone", ["UTC", "America/Toronto", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_thirty_days_round_the_clock_are_thirty_days_to_the_second(zone: str) -> None:
    start, budget = utc("2026-03-01T11:22:33"), timedelta(days=30)
    round_the_clock = hours(zone, daily("00:00-24:00"))
    assert due_at(round_the_clock, start, budget) == start + budget == due_at(ALWAYS, start, budget)
    assert reckon(round_the_clock, start, budget).windows == ((start, start + budget),)


def test_calendar_time_is_exact_to_the_microsecond() -> None:
    start, budget = utc("2026-03-01T11:22:33.000001"), timedelta(weeks=8, microseconds=7)
    assert due_at(ALWAYS, start, budget) == start + budget
    assert elapsed(ALWAYS, start, start + budget) == budget


@pytest.mark.parametrize("start", ["2026-05-11T10:00", "2026-05-09T10:00", "2026-05-11T17:00"])
def test_without_a_budget_it_is_due_at_the_start_open_or_closed(start: str) -> None:
    reckoning = reckon(hours(), local(start), minutes(0), [(local(start), None)])
    assert (reckoning.due_at, reckoning.windows) == (local(start), ())


def test_the_windows_used_are_told_in_order() -> None:
    reckoning = reckon(hours(week=dict.fromkeys(WORKING_WEEK, LUNCH)), local("2026-05-08T16:00"), minutes(300))
    assert reckoning.windows == (
        (local("2026-05-08T16:00"), local("2026-05-08T17:00")),
        (local("2026-05-11T09:00"), local("2026-05-11T12:30")),
        (local("2026-05-11T13:30"), local("2026-05-11T14:00")),
    )
    assert reckoning.due_at == local("2026-05-11T14:00")


@pytest.mark.parametrize("viewer", ["America/Vancouver", "Asia/Shanghai", "UTC"])
def test_a_deadline_is_the_same_from_wherever_it_is_asked(viewer: str) -> None:
    start = local("2026-05-08T16:30").astimezone(ZoneInfo(viewer))
    due = due_at(hours(), start, minutes(60))
    assert due == local("2026-05-11T09:30")
    assert due.utcoffset() == timedelta()


@pytest.mark.parametrize("share", [0.5, 0.8, 0.999])
def test_a_share_of_the_budget_falls_into_open_hours(share: float) -> None:
    due = due_at(hours(), local("2026-05-08T16:30"), minutes(120) * share).astimezone(ZoneInfo("America/Toronto"))
    assert (due.date(), due.hour in {9, 10}) == (date(2026, 5, 11), True)


# Days unlike their weekday


@pytest.mark.parametrize(
    ("closed", "extra", "due"),
    [
        ((), {}, "2026-12-25T10:00"),
        (("2026-12-25",), {}, "2026-12-28T10:00"),
        (("2026-12-25", "2026-12-28"), {}, "2026-12-29T10:00"),
        (("2026-12-25",), {"2026-12-27": "10:00-14:00"}, "2026-12-27T11:00"),
        (("2026-12-25",), {"2026-12-25": "12:00-13:00"}, "2026-12-25T13:00"),
        ((), {"2026-12-25": ""}, "2026-12-28T10:00"),
        ((), {"2026-12-24": "09:00-12:00"}, "2026-12-25T11:00"),
        ((), {"2026-12-24": "09:00-12:00", "2026-12-25": "09:00-09:30"}, "2026-12-28T10:30"),
    ],
    ids=["open", "closed", "two_closed", "extra_sunday", "extra_when_closed", "nothing", "half_day", "half_days"],
)
def test_closed_and_extra_days_replace_the_week(closed: tuple[str, ...], extra: dict[str, str], due: str) -> None:
    # 24 December 2026 is a Thursday.
    shop = hours(closed=closed, extra=extra)
    assert due_at(shop, local("2026-12-24T16:00"), minutes(120)) == local(due)


def test_a_place_that_opens_on_one_day_only_keeps_deadlines_on_that_day() -> None:
    fair = hours(week={}, extra={"2026-12-27": "10:00-14:00"})
    assert due_at(fair, utc("2026-01-01"), minutes(240)) == local("2026-12-27T14:00")
    with pytest.raises(Invalid, match="more than 50 years"):
        due_at(fair, utc("2026-01-01"), minutes(241))


def test_public_holidays_are_asked_for_year_by_year() -> None:
    asked: list[int] = []

    def new_year(year: int) -> frozenset[date]:
        asked.append(year)
        return frozenset({date(year, 1, 1)})

    shop = BusinessHours(zone=ZoneInfo("UTC"), week=7 * (((540, 1020),),), holidays=new_year)
    assert due_at(shop, utc("2026-12-31T16:00"), minutes(120)) == utc("2027-01-02T10:00")
    assert set(asked) == {2026, 2027}


# Days on which the clocks change


@pytest.mark.parametrize(
    ("zone", "week", "start", "budget", "due"),
    [
        # Forward in Toronto, Sunday 8 March 2026, 02:00 becomes 03:00; back on 1 November.
        ("America/Toronto", "00:00-24:00", "2026-03-08T05:00", 23 * 60, "2026-03-09T04:00"),
        ("America/Toronto", "00:00-24:00", "2026-11-01T04:00", 25 * 60, "2026-11-02T05:00"),
        ("America/Toronto", "01:00-04:00", "2026-03-08T05:00", 120, "2026-03-08T08:00"),
        ("America/Toronto", "01:00-04:00", "2026-11-01T04:00", 240, "2026-11-01T09:00"),
        ("America/Toronto", "02:00-03:00", "2026-03-08T05:00", 60, "2026-03-09T07:00"),  # struck by no clock that day
        ("America/Toronto", "02:15-03:15", "2026-03-08T05:00", 15, "2026-03-08T07:15"),
        ("America/Toronto", "01:00-02:00", "2026-11-01T04:00", 120, "2026-11-01T07:00"),  # struck twice
        ("America/Toronto", "01:15-01:30", "2026-11-01T04:00", 30, "2026-11-01T06:30"),
        ("America/Toronto", "13:00-17:00", "2026-03-08T05:00", 60, "2026-03-08T18:00"),  # afternoon does not shift
        ("America/Toronto", "13:00-17:00", "2026-11-01T04:00", 60, "2026-11-01T19:00"),
        ("Europe/Berlin", "01:00-04:00", "2026-03-28T23:00", 120, "2026-03-29T02:00"),
        ("Europe/Berlin", "01:00-04:00", "2026-10-24T22:00", 240, "2026-10-25T03:00"),
        ("Australia/Sydney", "01:00-04:00", "2026-04-04T13:00", 240, "2026-04-04T18:00"),
        ("Australia/Sydney", "01:00-04:00", "2026-10-03T14:00", 120, "2026-10-03T17:00"),
        ("Australia/Lord_Howe", "01:00-04:00", "2026-04-04T13:00", 210, "2026-04-04T17:30"),  # half an hour
        ("Australia/Lord_Howe", "01:00-04:00", "2026-10-03T13:30", 150, "2026-10-03T17:00"),
        ("America/Sao_Paulo", "00:00-02:00", "2018-11-04T02:00", 60, "2018-11-04T04:00"),  # a day without midnight
        ("America/Sao_Paulo", "23:00-24:00", "2018-02-17T20:00", 120, "2018-02-18T03:00"),  # 23 o'clock, twice
        ("Pacific/Apia", "09:00-17:00", "2011-12-30T00:00", 180 + 60, "2011-12-30T20:00"),  # a day left out
        ("Africa/Casablanca", "01:00-04:00", "2026-02-14T20:00", 240, "2026-02-15T04:00"),  # back for Ramadan
        ("America/St_Johns", "00:00-24:00", "2010-11-07T02:30", 25 * 60, "2010-11-08T03:30"),
        # Back from one minute past midnight to the evening before: the two dates alternate.
        ("America/St_Johns", "00:00-00:30", "2010-11-07T02:00", 31, "2010-11-07T04:00"),
    ],
)
def test_a_window_across_a_change_of_the_clocks_has_its_real_length(
    zone: str, week: str, start: str, budget: float, due: str
) -> None:
    shop = hours(zone, daily(week))
    assert due_at(shop, utc(start), minutes(budget)) == utc(due)
    assert elapsed(shop, utc(start), utc(due)) == minutes(budget)


def test_a_start_in_the_hour_that_is_struck_twice_is_told_apart() -> None:
    shop = hours(week={"sun": "01:00-03:00"})
    first, second = local("2026-11-01T01:30"), local("2026-11-01T01:30", fold=1)
    assert second - first == minutes(60)
    assert due_at(shop, first, minutes(120)) == due_at(shop, second, minutes(60)) == utc("2026-11-01T07:30")


# Pauses: 11 May 2026 is a Monday


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "2026-05-11T11:00"),
        ([("11T09:30", "11T10:30")], "2026-05-11T12:00"),
        ([("11T16:00", "12T10:00"), ("11T09:30", "11T10:30")], "2026-05-11T12:00"),
        ([("11T10:00", "11T10:30"), ("11T09:30", "11T10:00")], "2026-05-11T12:00"),
        ([("11T09:30", "11T10:30"), ("11T09:30", "11T10:30")], "2026-05-11T12:00"),
        ([("11T09:30", "11T10:15"), ("11T10:00", "11T10:30")], "2026-05-11T12:00"),
        ([("11T09:30", "11T10:30"), ("11T09:45", "11T10:00")], "2026-05-11T12:00"),
        ([("11T09:30", "11T09:30")], "2026-05-11T11:00"),
        ([("08T09:30", "09T09:30")], "2026-05-11T11:00"),
        ([("08T09:30", "11T10:00")], "2026-05-11T12:00"),
        ([("11T11:00", "11T12:00")], "2026-05-11T11:00"),
        ([("11T11:00", None)], "2026-05-11T11:00"),
        ([("11T10:00", "15T18:00")], "2026-05-18T10:00"),
        ([("11T10:00", "15T18:00"), ("16T10:00", "17T18:00")], "2026-05-18T10:00"),
        ([("11T20:00", "11T23:00")], "2026-05-11T11:00"),
    ],
    ids=[
        "none", "one", "unordered", "touching", "told_twice", "overlapping", "inside_another", "no_length", "before",
        "across_the_start", "after", "open_after", "over_a_weekend", "on_a_weekend_too", "while_closed",
    ],
)  # fmt: skip
def test_time_in_a_pause_does_not_count_and_never_counts_twice(pauses: list[tuple[str, str | None]], due: str) -> None:
    told: list[OpenPause] = [
        (local(f"2026-05-{since}"), None if until is None else local(f"2026-05-{until}")) for since, until in pauses
    ]
    assert due_at(hours(), local("2026-05-11T09:00"), minutes(120), told) == local(due)
    assert elapsed(hours(), local("2026-05-11T09:00"), local(due), told) == minutes(120)


def test_a_pause_over_a_holiday_weekend_with_a_change_of_the_clocks_takes_only_open_time() -> None:
    # Asked on the Friday at 16:30 with half the budget left, answered on Tuesday: Monday is closed.
    shop = hours(closed=("2026-03-09",))
    pause = (local("2026-03-06T16:30"), local("2026-03-10T09:30"))
    assert due_at(shop, local("2026-03-06T16:00"), minutes(60), [pause]) == local("2026-03-10T10:00")


def test_six_months_of_waiting_for_the_customer_use_up_nothing() -> None:
    pause = (local("2026-02-02T10:00"), local("2026-08-03T10:00"))
    assert elapsed(hours(), local("2026-02-02T09:00"), local("2026-08-03T11:00"), [pause]) == minutes(120)


def test_while_it_is_paused_there_is_no_deadline_and_nothing_is_used() -> None:
    start, pause = local("2026-05-11T09:00"), (local("2026-05-11T10:00"), None)
    reckoning = reckon(hours(), start, minutes(120), [pause])
    assert reckoning.due_at is None
    assert reckoning.windows == ((start, local("2026-05-11T10:00")),)
    assert {elapsed(hours(), start, local(f"2026-05-{day}T10:00"), [pause]) for day in (11, 12, 30)} == {minutes(60)}


def test_before_the_start_nothing_is_used() -> None:
    assert elapsed(hours(), local("2026-05-11T12:00"), local("2026-05-11T10:00")) == timedelta()


# What is refused


def test_a_place_that_never_opens_is_refused() -> None:
    with pytest.raises(Invalid, match="never open"):
        hours(week={}, closed=("2026-12-25",))
    with pytest.raises(Invalid, match="never open"):
        hours(week={}, extra={"2026-12-27": ""})


def test_a_week_whose_days_are_all_holidays_ends_with_a_sentence_and_not_in_a_loop() -> None:
    @cache
    def every_day(year: int) -> frozenset[date]:
        return frozenset(date(year, 1, 1) + timedelta(days=day) for day in range(366))

    shop = BusinessHours(zone=ZoneInfo("UTC"), week=7 * (((540, 1020),),), holidays=every_day)
    with pytest.raises(Invalid, match="more than 50 years"):
        due_at(shop, utc("2026-05-11"), minutes(1))


@pytest.mark.parametrize("windows", [((600, 600),), ((600, 540),), ((-1, 60),), ((0, 1441),)])
def test_a_window_opens_before_it_closes_on_the_same_day(windows: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(Invalid, match="open before it closes"):
        BusinessHours(zone=ZoneInfo("UTC"), week=7 * (windows,))


def test_windows_of_a_day_do_not_overlap() -> None:
    with pytest.raises(Invalid, match="overlap") as refused:
        hours(extra={"2026-12-27": "09:00-12:00 11:59-13:00"})
    assert refused.value.field == "extra"


def test_a_week_has_seven_days() -> None:
    with pytest.raises(Invalid, match="seven days"):
        BusinessHours(zone=ZoneInfo("UTC"), week=5 * (((540, 1020),),))


def test_moments_without_an_offset_are_refused() -> None:
    naive, aware = datetime(2026, 5, 11, 9, 0), utc("2026-05-11T09:00")  # noqa: DTZ001 - the point of this test
    with pytest.raises(Invalid, match="offset from UTC"):
        due_at(hours(), naive, minutes(1))
    with pytest.raises(Invalid, match="offset from UTC"):
        elapsed(hours(), aware, naive)
    with pytest.raises(Invalid, match="offset from UTC"):
        due_at(hours(), aware, minutes(1), [(naive, None)])


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Invalid, match="pause cannot end"):
        due_at(hours(), utc("2026-05-11"), minutes(1), [(utc("2026-05-12"), utc("2026-05-11"))])


@pytest.mark.parametrize("shop", [ALWAYS, hours()])
def test_what_lies_too_far_ahead_or_back_is_refused(shop: BusinessHours) -> None:
    start = utc("2026-05-11")
    for budget in (timedelta(days=365 * 51), timedelta.max):
        with pytest.raises(Invalid, match="more than 50 years"):
            due_at(shop, start, budget)
    with pytest.raises(Invalid, match="more than 50 years"):
        due_at(shop, start, minutes(1), [(start, utc("2090-01-01"))])
    with pytest.raises(Invalid, match="more than 50 years"):
        elapsed(shop, start, datetime(9999, 1, 1, tzinfo=UTC))
    for year in (1, 1899, 9901, 9999):
        with pytest.raises(Invalid, match="between the years 1900 and 9900"):
            due_at(shop, start.replace(year=year), minutes(1))


def test_a_budget_is_never_less_than_nothing() -> None:
    with pytest.raises(Invalid, match="less than nothing"):
        due_at(hours(), utc("2026-05-11"), minutes(-1))
