"""What the record says of a unit and what is below it in a period: read from the sums, never from the cases.

Only how things stood on an earlier day is drawn from the measured cases themselves, as the sums know today alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection

from complaints.insights.answers import Answers
from complaints.insights.models import Grain, LabelTally
from complaints.insights.periods import Period, first
from complaints.insights.survival import time_until

WAITS = {"acktime": "ackwait", "answertime": "answerwait", "resolvetime": "resolvewait"}
"""For each label of a time the one of those who still wait."""

OVER = {"acktime": "acked", "answertime": "answered", "resolvetime": "proposed"}
"""And the one of those who do not."""

DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Sums:
    """How many cases bear each label, and what those labels are worth that are sums of money."""

    n: Mapping[str, int]
    total: Mapping[str, Decimal]

    def of(self, word: str) -> dict[str, int]:
        """The counts of all labels that begin with a word, by what follows it."""
        return {label[len(word) + 1 :]: n for label, n in self.n.items() if label.startswith(f"{word}:")}

    def totals(self, word: str) -> dict[str, Decimal]:
        """The sums of money of all labels that begin with a word, by what follows it."""
        return {label[len(word) + 1 :]: sum_ for label, sum_ in self.total.items() if label.startswith(f"{word}:")}

    def share(self, yes: str, no: str, unknown: str) -> Answers:
        """The share that three labels make."""
        return Answers(self.n.get(yes, 0), self.n.get(no, 0), self.n.get(unknown, 0))


@dataclass(frozen=True, slots=True)
class Durations:
    """How long it took where it is over, and how long it has gone on where it is not."""

    ended: Counter[int] = field(default_factory=Counter)
    going_on: Counter[int] = field(default_factory=Counter)

    @property
    def n(self) -> int:
        """All of them."""
        return self.ended.total() + self.going_on.total()

    @property
    def median(self) -> int | None:
        """After how long half of all is over; None where that is not to be seen yet."""
        return time_until(0.5, self.ended, self.going_on)

    @property
    def ninth_tenth(self) -> int | None:
        """After how long nine of ten are over."""
        return time_until(0.9, self.ended, self.going_on)

    def within(self, time: int) -> Answers:
        """The share that was over within a time; what has not gone on that long yet is not known."""
        yes = sum(n for took, n in self.ended.items() if took <= time)
        unknown = sum(n for so_far, n in self.going_on.items() if so_far < time)
        return Answers(yes, self.n - yes - unknown, unknown)


def sums(unit: int, period: Period) -> Sums:
    """Every sum of a unit and what is below it, over the cases filed in a period. One query."""
    pieces = list(period.pieces())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT label, sum(n), sum(total) FROM unnest(%s::varchar[], %s::date[]) AS piece(grain, start)"
            " JOIN complaints_labeltally AS kept ON kept.unit_id = %s AND kept.grain = piece.grain"
            " AND kept.start = piece.start GROUP BY label",
            [[grain.value for grain, _start in pieces], [start for _grain, start in pieces], unit],
        )
        rows = cursor.fetchall()
    return Sums({label: int(n) for label, n, _total in rows if n}, {label: total for label, _n, total in rows if total})


def by_stretch(unit: int, period: Period, grain: Grain, *, label: str = "all") -> list[tuple[Period, int]]:
    """How many cases bear a label in each day, month or year of a period, empty ones included. Two queries at most."""
    stretches = list(period.stretches(grain))
    found = LabelTally.objects.filter(unit_id=unit, label=label)
    whole = dict(found.filter(grain=grain, start__range=(period.since, period.until)).values_list("start", "n"))
    cut = [one for one in (stretches[0], stretches[-1]) if not _is_whole(one, grain)]
    counts = {one: whole.get(one.since, 0) for one in stretches}
    if cut:
        days = found.filter(grain=Grain.DAY, start__range=(period.since, period.until))
        by_day = dict(days.values_list("start", "n"))
        counts |= {one: sum(n for day, n in by_day.items() if one.since <= day <= one.until) for one in cut}
    return list(counts.items())


def _is_whole(stretch: Period, grain: Grain) -> bool:
    return next(stretch.pieces()) == (grain, first(grain, stretch.since)) and len(list(stretch.pieces())) == 1


def waits(unit: int, period: Period, labels: Iterable[str], *, today: date) -> dict[str, Counter[int]]:
    """For each label how many cases bear it that were filed so many days before today. One query."""
    rows = LabelTally.objects.filter(
        unit_id=unit, label__in=list(labels), grain=Grain.DAY, start__range=(period.since, period.until), n__gt=0
    )
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for label, start, n in rows.values_list("label", "start", "n"):
        found[label][max((today - start).days, 0)] += n
    return found


def times(sums_: Sums, waiting: Mapping[str, Counter[int]]) -> dict[str, Durations]:
    """Minutes to acknowledge, to answer, and to propose a resolution, by the word of their labels."""
    return {
        word: Durations(
            Counter({int(minutes): n for minutes, n in sums_.of(word).items()}),
            Counter({days * DAY: n for days, n in waiting.get(wait, Counter()).items()}),
        )
        for word, wait in WAITS.items()
    }


def closings(sums_: Sums, waiting: Mapping[str, Counter[int]]) -> dict[int, Durations]:
    """Calendar days until closing, by failure area, as it stands today."""
    found: dict[int, Durations] = defaultdict(Durations)
    for key, n in sums_.of("areaclose").items():
        area, _sep, days = key.partition(":")
        found[int(area)].ended[int(days)] += n
    for label, ages in waiting.items():
        if label.startswith("wait:"):
            found[int(label.removeprefix("wait:"))].going_on.update(ages)
    return found


def closings_as_of(unit: int, period: Period, *, seen: date) -> dict[int, Durations]:
    """Calendar days until closing, by failure area, as it stood at the end of an earlier day: closed later is open.

    Reads the measured cases of the period. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT area_id, coalesce(closed_on <= %(seen)s, FALSE) AS over,"
            " greatest(CASE WHEN closed_on <= %(seen)s THEN closed_on ELSE %(seen)s END - day, 0) AS days, count(*)"
            " FROM complaints_measuredcase WHERE units @> ARRAY[%(unit)s::bigint]"
            " AND day BETWEEN %(since)s AND least(%(until)s, %(seen)s) AND NOT labels @> ARRAY['end:unknown']"
            " GROUP BY 1, 2, 3",
            {"unit": unit, "since": period.since, "until": period.until, "seen": seen},
        )
        found: dict[int, Durations] = defaultdict(Durations)
        for area, over, days, n in cursor.fetchall():
            (found[area].ended if over else found[area].going_on)[days] += n
    return found


def together(parts: Iterable[Durations]) -> Durations:
    """Several durations as one."""
    whole = Durations()
    for part in parts:
        whole.ended.update(part.ended)
        whole.going_on.update(part.going_on)
    return whole
