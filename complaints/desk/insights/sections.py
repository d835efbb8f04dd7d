"""The sections of the page of measures: each a table, its definition, and the chart that is drawn from the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.cases.models import Channel
from complaints.desk.insights import wording
from complaints.desk.insights.forms import Scope
from complaints.desk.insights.wording import Names, count, days_words, minutes_words, per_cent, share_words, sum_words
from complaints.insights import measures
from complaints.insights.answers import Answers
from complaints.insights.labels import REPEAT_DAYS, WITHIN_DAYS
from complaints.insights.measures import Durations, Sums
from complaints.insights.models import Grain
from complaints.insights.periods import Period
from complaints.remedies.catalogue import catalogue
from complaints.staff.models import Tier

SHOWN: Final = 15
"""Rows of a section; the whole of it is one click further."""

MOST: Final = 1_000
WIDE: Final = 3
"""More columns of figures than so many stand below each other on a telephone."""

DAILY: Final = 62
"""Up to so many days a trend goes day by day, beyond that month by month."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: in words, exactly, and where its cases are; or `parts`, where it is several, such as currencies."""

    words: str
    value: str = ""
    link: str = ""
    parts: Sequence[Cell] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    name: str
    cells: Sequence[Cell]
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A table with its definition; `chart` says how it is drawn, from the first column of figures."""

    key: str
    title: str
    definition: str
    heads: Sequence[str]
    rows: Sequence[Row]
    chart: str = ""
    note: str = ""
    more: int = 0

    @property
    def is_wide(self) -> bool:
        """Whether a telephone has no room for its columns; the narrow ones of a heat map it has."""
        return len(self.heads) > WIDE and self.chart != "heat"

    @property
    def lines(self) -> list[tuple[Row, list[tuple[str, Cell]]]]:
        """The rows, each figure with the head of its column."""
        return [(row, list(zip(self.heads, row.cells, strict=True))) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the balanced card: what it asks, and the figures that answer."""

    title: str
    question: str
    figures: Sequence[tuple[str, Cell]]
    sections: Sequence[Section] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was read for the page, and how a figure becomes a cell.

    `types` are the complaints by failure type, in the catalogue that is asked for.
    """

    scope: Scope
    sums: Sums
    types: Mapping[str, int]
    waiting: Mapping[str, Counter[int]]
    closings: Mapping[int, Durations]
    trend: Sequence[tuple[Period, int]]
    trend_grain: Grain
    names: Names
    in_full: str = ""

    def link(self, label: str, *, period: Period | None = None, seen: bool = False) -> str:
        """Where the cases that bear a label are listed."""
        when = period or self.scope.period
        asked: dict[str, object] = {
            "unit": self.scope.unit.pk,
            "since": when.since.isoformat(),
            "until": when.until.isoformat(),
            "label": label,
        }
        if seen and not self.scope.is_as_of_today:
            asked["seen"] = self.scope.seen.isoformat()
        if self.scope.reading and label.startswith("type:"):
            asked["catalogue"] = self.scope.reading
        return f"{reverse('desk:insights_cases')}?{urlencode(asked)}"

    def cases(self, label: str, n: int | None = None) -> Cell:
        """The number of cases that bear a label, with the way to them; without a way where there are none."""
        number = self.sums.n.get(label, 0) if n is None else n
        return Cell(count(number), str(number), self.link(label) if number else "")

    def shown(self, key: str, rows: Sequence[Row]) -> tuple[Sequence[Row], int]:
        """The rows that a section shows, and how many more there are."""
        most = MOST if self.in_full == key else SHOWN
        return rows[:most], max(len(rows) - most, 0)


def read(scope: Scope, *, in_full: str = "") -> Told:
    """Read everything the page needs, in a handful of queries."""
    unit, period = scope.unit.pk, scope.period
    sums = measures.sums(unit, period)
    open_labels = [label for label in sums.n if label.startswith("wait:")]
    waiting = measures.waits(unit, period, [*open_labels, *measures.WAITS.values()], today=scope.today)
    closings = (
        measures.closings(sums, waiting)
        if scope.is_as_of_today
        else measures.closings_as_of(unit, period, seen=scope.seen)
    )
    grain = Grain.DAY if period.days <= DAILY else Grain.MONTH
    types = {str(kind): n for kind, n in scope.catalogued.together(_by_key(sums.of("type"))).items()}
    known = _leading(types, in_full == "types") + _leading(sums.of("area"), in_full == "areas")
    names = Names(types=known, units=_leading(sums.of("unit"), in_full == "units"))
    trend = measures.by_stretch(unit, period, grain)
    return Told(scope, sums, types, waiting, closings, trend, grain, names, in_full)


def _by_key(counts: Mapping[str, int]) -> dict[int, int]:
    return {int(key): n for key, n in counts.items()}


def _leading(counts: Mapping[str, int], whole: bool) -> list[int]:
    return [int(key) for key, _n in _ranked(counts)[: MOST if whole else SHOWN]]


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def sides(told: Told, assumed: tuple[Decimal | None, Decimal, Decimal]) -> list[Side]:
    """The four sides of the balanced card, each with its sections."""
    return [_operations(told), _view_of_customers(told), _money(told, assumed), _learning(told)]


def _operations(told: Told) -> Side:
    whole = measures.together(told.closings.values())
    figures = [
        (_("Complaints"), told.cases("all")),
        (_("Half are closed after"), Cell(days_words(whole.median), _exact(whole.median))),
        (_("Answered in time"), _decided(_promise(told, "answer"))),
    ]
    return Side(
        _("Operations"),
        _("How fast and how well do we put things right?"),
        figures,
        [_promises(told), _times(told), _within(told, whole), _areas(told), _at_first_contact(told), _outcomes(told)],
    )


def _view_of_customers(told: Told) -> Side:
    solved = told.sums.share("solved:yes", "solved:no", "solved:unknown")
    figures = [
        (_("Was it solved"), _share(solved)),
        (_("Reopened"), told.cases("reopened")),
    ]
    return Side(
        _("The customer's view"),
        _("Was it solved, and how were they treated?"),
        figures,
        [_solved(told, solved), _ratings(told), _again(told), _complainers(told)],
    )


def _money(told: Told, assumed: tuple[Decimal | None, Decimal, Decimal]) -> Side:
    paid = told.sums.totals("paid")
    figures = [(_("Given to customers, %(currency)s") % {"currency": c}, _sum(told, f"paid:{c}")) for c in sorted(paid)]
    n = told.sums.n.get("all", 0)
    for currency, cost in sorted(told.sums.totals("cost").items()):
        each = cost / n if n else Decimal(0)
        figures.append(
            (_("Cost of a complaint, %(currency)s") % {"currency": currency}, Cell(sum_words(each), str(each)))
        )
    return Side(
        _("Money"),
        _("What does recovery cost, and what does it keep?"),
        figures,
        [_remedies(told), _relief(told), _paid_by_unit(told), _kept(told, assumed)],
    )


def _learning(told: Told) -> Side:
    figures = [
        (_("Failures that make 80 per cent"), Cell(count(_vital_few(told.types)), str(_vital_few(told.types)))),
        (_("Complained again within a year"), told.cases("repeat")),
    ]
    return Side(
        _("Learning"),
        _("What goes wrong again and again, and where?"),
        figures,
        [_trend(told), _types(told), _touchpoints(told), _channels(told), _units(told), _hours(told)],
    )


# What is made of what


def _exact(value: float | Decimal | None) -> str:
    return "" if value is None else str(value)


def _share(share: Answers) -> Cell:
    return Cell(share_words(share), "" if share.rate is None else f"{share.rate:.6f}")


def _decided(share: Answers) -> Cell:
    """A share of what is decided by what we do, and not by what somebody answers."""
    return Cell(_("not decided yet")) if share.n and share.n == share.unknown else _share(share)


def _sum(told: Told, label: str) -> Cell:
    total = told.sums.total.get(label, Decimal(0))
    return Cell(sum_words(total), str(total), told.link(label) if total else "")


def _part(n: int, whole: int) -> Cell:
    return Cell(per_cent(n / whole), f"{n / whole:.6f}") if whole else Cell("–")


def _vital_few(counts: Mapping[str, int]) -> int:
    """How many of the largest make four fifths of all."""
    whole, so_far = sum(counts.values()), 0
    for place, (_key, n) in enumerate(_ranked(counts), start=1):
        so_far += n
        if 5 * so_far >= 4 * whole:
            return place
    return 0


def _promise(told: Told, kind: str) -> Answers:
    return told.sums.share(f"{kind}:met", f"{kind}:missed", f"{kind}:pending")


def _promises(told: Told) -> Section:
    rows = []
    for kind, name in wording.PROMISES.items():
        share = _promise(told, kind)
        fates = [told.cases(f"{kind}:{fate}") for fate in ("met", "missed", "pending")]
        rows.append(Row(str(name), [*fates, _decided(share)]))
    return Section(
        "promises",
        _("Promises kept"),
        _(
            "Of the complaints for which a deadline was promised: kept when what it is for was done before it ran out, "
            "by the moments themselves. A deadline that still runs is not decided yet; what was dropped because the "
            "complaint ended does not count. Imported records count as their source says."
        ),
        [_("Kept"), _("Missed"), _("Not decided yet"), _("In time, with the interval of Wilson")],
        rows,
        chart="stack",
    )


def _times(told: Told) -> Section:
    named = {
        "acktime": gettext_lazy("Until acknowledged"),
        "answertime": gettext_lazy("Until answered"),
        "resolvetime": gettext_lazy("Until a resolution was proposed"),
    }
    rows = []
    for word, took in measures.times(told.sums, told.waiting).items():
        wait = measures.WAITS[word]
        cells = [
            told.cases(measures.OVER[word]),
            told.cases(wait),
            Cell(minutes_words(took.median), _exact(took.median)),
            Cell(minutes_words(took.ninth_tenth), _exact(took.ninth_tenth)),
        ]
        rows.append(Row(str(named[word]), cells))
    whole = measures.together(told.closings.values())
    rows.append(Row(_("Until closed"), _closing_cells(told, whole)))
    return Section(
        "times",
        _("How long it takes"),
        _(
            "The estimate of Kaplan and Meier (1958): what still goes on counts for as long as it has gone on, so that "
            "a backlog does not look like speed. Time on the wall, exact to the minute for two hours, then to ten "
            "minutes, an hour and a day, rounded down; closing in calendar days of the unit. Records that do not say "
            "when they were closed are left out."
        ),
        [_("Over"), _("Going on"), _("Half after"), _("Nine of ten after")],
        rows,
    )


def _closing_cells(told: Told, took: Durations) -> list[Cell]:
    over, going_on = took.ended.total(), took.going_on.total()
    return [
        Cell(count(over), str(over), told.link("over", seen=True) if over else ""),
        Cell(count(going_on), str(going_on), told.link("goingon", seen=True) if going_on else ""),
        Cell(days_words(took.median), _exact(took.median)),
        Cell(days_words(took.ninth_tenth), _exact(took.ninth_tenth)),
    ]


def _within(told: Told, whole: Durations) -> Section:
    rows = []
    for days in WITHIN_DAYS:
        share = whole.within(days)
        link = told.link(f"within:{days}", seen=True) if share.yes else ""
        cells = [
            Cell(count(share.yes), str(share.yes), link),
            _decided(share),
        ]
        rows.append(Row(_("Within %(time)s") % {"time": days_words(days)}, cells))
    return Section(
        "within",
        _("Closed within so many days"),
        _("Of all complaints whose end is on record. One that is open and younger than that is not decided yet."),
        [_("Closed by then"), _("Share")],
        rows,
    )


def _areas(told: Told) -> Section:
    whole = told.sums.n.get("all", 0)
    rows: list[Row] = []
    for key, n in _ranked(told.sums.of("area")):
        took = told.closings.get(int(key), Durations())
        cells = [
            told.cases(f"area:{key}"),
            _part(n, whole),
            told.cases(f"open:{key}"),
            Cell(days_words(took.median) if took.n else "–", _exact(took.median)),
        ]
        rows.append(Row(told.names.type(int(key)), cells))
    shown, more = told.shown("areas", rows)
    return Section(
        "areas",
        _("By failure area"),
        _("Complaints by the area of the failure catalogue, and after how many days half of them are closed."),
        [_("Complaints"), _("Share"), _("Not closed"), _("Half closed after")],
        shown,
        chart="pareto",
        more=more,
    )


def _at_first_contact(told: Told) -> Section:
    share = told.sums.share("first:yes", "first:no", "first:unknown")
    contact = [told.cases(f"first:{answer}") for answer in ("yes", "no", "unknown")]
    rows = [Row(_("At first contact"), [*contact, _decided(share)])]
    solved = told.sums.of("solvedat")
    whole = sum(solved.values())
    rows += [
        Row(
            str(Tier(tier).label),
            [told.cases(f"solvedat:{tier}"), Cell("–"), Cell("–"), _part(solved.get(tier, 0), whole)],
            aside=_("of those solved"),
        )
        for tier in Tier.values
    ]
    return Section(
        "first",
        _("Solved at first contact, and on which tier"),
        _(
            "At first contact: put right on the day it was filed, never handed up, never reopened and never said to be "
            "unsolved. The tier is the one on which a complaint stood when the customer said that it was solved."
        ),
        [_("Yes"), _("No"), _("Not known yet"), _("Share")],
        rows,
    )


def _outcomes(told: Told) -> Section:
    ended = told.sums.n.get("ended", 0)
    rows = [
        Row(wording.outcome_words(key), [told.cases(f"outcome:{key}"), _part(n, ended)])
        for key, n in _ranked(told.sums.of("outcome"))
    ]
    rows.append(Row(_("Not closed"), [told.cases("unended"), Cell("–")]))
    shown, more = told.shown("outcomes", rows)
    return Section(
        "outcomes",
        _("How they ended"),
        _("Complaints by how they were closed, as shares of those that are closed."),
        [_("Complaints"), _("Share")],
        shown,
        chart="bar",
        more=more,
    )


def _solved(told: Told, share: Answers) -> Section:
    cells = [told.cases(f"solved:{answer}") for answer in ("yes", "no", "unknown")]
    return Section(
        "solved",
        _("Was it solved"),
        _(
            "What customers answered. While answers are missing there is no rate, as those who answer are not like "
            "those who do not: it says for how many the answer is known, and what the share may still come to."
        ),
        [_("Yes"), _("No"), _("No answer"), _("Share")],
        [Row(_("All complaints"), [*cells, _share(share)])],
        chart="stack",
    )


def _ratings(told: Told) -> Section:
    whole = told.sums.n.get("all", 0)
    ratings = told.sums.of("rating")
    named = [(str(stars), _("%(stars)s of 5") % {"stars": stars}) for stars in range(5, 0, -1)]
    named.append(("unknown", _("No answer")))
    return Section(
        "ratings",
        _("How they were treated"),
        _("What customers said, from 5 for very well to 1; those who said nothing are counted with them."),
        [_("Complaints"), _("Share of all")],
        [Row(name, [told.cases(f"rating:{key}"), _part(ratings.get(key, 0), whole)]) for key, name in named],
        chart="bar",
    )


def _again(told: Told) -> Section:
    whole, ours = told.sums.n.get("all", 0), told.sums.n
    rows = [
        Row(
            _("Reopened"),
            [told.cases("reopened"), _share(Answers(ours.get("reopened", 0), whole - ours.get("reopened", 0)))],
        ),
        Row(
            _("Repeat complaints"),
            [told.cases("repeat"), _share(Answers(ours.get("repeat", 0), whole - ours.get("repeat", 0)))],
        ),
    ]
    return Section(
        "again",
        _("Reopened, and complained again"),
        _(
            "Reopened at least once; and filed by a customer who had filed another complaint within %(days)s days "
            "before, duplicates and imported records left aside."
        )
        % {"days": REPEAT_DAYS},
        [_("Complaints"), _("Share, with the interval of Wilson")],
        rows,
    )


def _complainers(told: Told) -> Section:
    whole = told.sums.n.get("all", 0)
    rows = []
    for kind, n in _ranked(told.sums.of("complainer")):
        answers = [f"complainersolved:{kind}:{answer}" for answer in ("yes", "no", "unknown")]
        cells = [told.cases(f"complainer:{kind}"), _part(n, whole), *(told.cases(label) for label in answers)]
        rows.append(Row(wording.complainer_words(kind), [*cells, _share(told.sums.share(*answers))]))
    return Section(
        "complainers",
        _("Kinds of complainer"),
        _(
            "What customers were taken for when their complaint was assessed, as it stands on the complaint, and "
            "whether they say that it was solved. Most complaints nobody judges so; they are counted with them."
        ),
        [
            _("Complaints"),
            _("Share"),
            _("Solved"),
            _("Not solved"),
            _("No answer"),
            _("Solved, says the customer"),
        ],
        rows,
    )


def _remedies(told: Told) -> Section:
    offered = told.sums.of("remedy")
    rows = []
    for kind, known in ((kind, known) for kind, known in catalogue().items() if kind in offered):
        fates = [f"remedy{fate}:{kind}" for fate in ("taken", "declined", "unknown")]
        solved = told.sums.share(*(f"remedysolved:{kind}:{answer}" for answer in ("yes", "no", "unknown")))
        cells = [
            told.cases(f"remedy:{kind}"),
            *(told.cases(label) for label in fates),
            _share(told.sums.share(*fates)),
            _money_cell(told, f"kindpaid:{kind}"),
            _money_cell(told, f"kindcost:{kind}"),
            _share(solved),
        ]
        rows.append(Row(known.label, cells))
    return Section(
        "remedies",
        _("Remedies by kind"),
        _(
            "Complaints with at least one remedy of the kind that the customer was told of. Sums and cost are of those "
            "that were accepted or given. Satisfaction is whether these customers say that it was solved."
        ),
        [
            _("Complaints"),
            _("Accepted"),
            _("Declined"),
            _("No answer"),
            _("Acceptance"),
            _("Given"),
            _("Cost to us"),
            _("Solved, says the customer"),
        ],
        rows,
    )


def _money_cell(told: Told, word: str) -> Cell:
    """The sums of every label that is a word and a currency, each with the way to its cases."""
    sums = sorted(told.sums.totals(word).items())
    cells = [
        Cell(f"{currency} {sum_words(sum_)}", str(sum_), told.link(f"{word}:{currency}")) for currency, sum_ in sums
    ]
    if len(cells) > 1:
        return Cell("", parts=cells)
    return cells[0] if cells else Cell("–")


def _relief(told: Told) -> Section:
    by_area: dict[str, dict[str, int]] = {}
    for key, n in told.sums.of("arearelief").items():
        area, _sep, answer = key.partition(":")
        by_area.setdefault(area, {})[answer] = n
    whole = told.sums.share("relief:yes", "relief:no", "relief:unknown")
    rows = [_relief_row(told, _("All complaints"), "relief", whole, "paid")]
    for area, _n in _ranked(told.sums.of("area")):
        answers = by_area.get(area, {})
        share = Answers(answers.get("yes", 0), answers.get("no", 0), answers.get("unknown", 0))
        name = told.names.type(int(area))
        rows.append(_relief_row(told, name, f"arearelief:{area}", share, f"areapaid:{area}"))
    shown, more = told.shown("areas", rows)
    return Section(
        "relief",
        _("Money given, by failure area"),
        _(
            "Of the complaints that are decided, the share in which money was given, with the interval of Wilson. "
            "Decided is a complaint that is closed, or an imported record whose source says how it ended."
        ),
        [_("Money given"), _("No money given"), _("Not decided yet"), _("Share of those decided"), _("Given")],
        shown,
        more=more,
    )


def _relief_row(told: Told, name: str, word: str, share: Answers, paid: str) -> Row:
    answers = (("yes", share.yes), ("no", share.no), ("unknown", share.unknown))
    cells = [told.cases(f"{word}:{answer}", n) for answer, n in answers]
    return Row(name, [*cells, _share(Answers(share.yes, share.no)), _money_cell(told, paid)])


def _paid_by_unit(told: Told) -> Section:
    found = sorted(
        ((key.partition(":"), sum_) for key, sum_ in told.sums.totals("unitpaid").items()), key=lambda pair: -pair[1]
    )
    names = Names(units=[int(key[0]) for key, _sum in found[: MOST if told.in_full == "paid" else SHOWN]])
    rows = []
    for (unit, _sep, currency), _total in found:
        label = f"unitpaid:{unit}:{currency}"
        rows.append(Row(names.unit(int(unit)), [_sum(told, label), told.cases(label)], aside=currency))
    shown, more = told.shown("paid", rows)
    return Section(
        "paid",
        _("Money given, by unit"),
        _("What customers accepted or were given, to the cent, each currency for itself, the largest sum first."),
        [_("Given"), _("Complaints")],
        shown,
        chart="bar",
        more=more,
    )


def _kept(told: Told, assumed: tuple[Decimal | None, Decimal, Decimal]) -> Section:
    worth, stays, leaves = assumed
    solved = told.sums.n.get("solved:yes", 0)
    stayed = solved * (stays - leaves) / 100
    cost = sorted(told.sums.totals("cost").items())
    rows = [
        Row(_("Solved, say the customers"), [told.cases("solved:yes")]),
        Row(_("Customers kept by that"), [Cell(sum_words(stayed), str(stayed))]),
    ]
    if worth is not None:
        rows.append(Row(_("Revenue kept in a year"), [Cell(sum_words(stayed * worth), str(stayed * worth))]))
    rows.append(Row(_("Cost of what was given"), [_money_cell(told, "cost")]))
    if worth is not None and len(cost) == 1 and cost[0][1]:
        ratio = stayed * worth / cost[0][1]
        rows.append(Row(_("Kept for every one spent"), [Cell(sum_words(ratio), f"{ratio:.4f}")]))
    return Section(
        "kept",
        _("What recovery keeps"),
        _(
            "Customers kept are those who say it was solved, times the difference between how many stay when it was "
            "solved and when it was not. Who has not answered is not counted. The usual figures are those of Technical "
            "Assistance Research Programs (1979, 1986) for losses of more than a hundred dollars; put in your own."
        ),
        [_("Figure")],
        rows,
    )


def _trend(told: Told) -> Section:
    form = "MONTH_DAY_FORMAT" if told.trend_grain == Grain.DAY else "YEAR_MONTH_FORMAT"
    rows = [
        Row(
            date_format(stretch.since, form),
            [Cell(count(n), str(n), told.link("all", period=stretch) if n else "")],
        )
        for stretch, n in told.trend
    ]
    return Section(
        "trend",
        _("Over time"),
        _("Complaints by when they were filed: days and months begin at midnight where the unit is."),
        [_("Complaints")],
        rows,
        chart="line",
    )


def _pareto(
    told: Told,
    key: str,
    word: str,
    *,
    title: str,
    definition: str,
    name: Callable[[str], str],
    aside: Callable[[str], str] = lambda _key: "",
    counts: Mapping[str, int] | None = None,
) -> Section:
    ranked = _ranked(told.sums.of(word) if counts is None else counts)
    whole, so_far, rows = sum(n for _key, n in ranked), 0, []
    for one, n in ranked[:MOST]:
        so_far += n
        rows.append(
            Row(name(one), [told.cases(f"{word}:{one}", n), _part(n, whole), _part(so_far, whole)], aside=aside(one))
        )
    shown, more = told.shown(key, rows)
    few = _vital_few(dict(ranked))
    note = (
        _("%(few)s of %(all)s make 80 per cent of the complaints.") % {"few": few, "all": len(ranked)} if ranked else ""
    )
    heads = [_("Complaints"), _("Share"), _("So far")]
    return Section(key, title, definition, heads, shown, chart="pareto", note=note, more=more)


def _types(told: Told) -> Section:
    return _pareto(
        told,
        "types",
        "type",
        title=_("By failure type"),
        definition=_(
            "Complaints by the failure they are of, the most frequent first, with the share made up so far. Where "
            "types were merged or split, complaints count as what they were filed under; or, as asked for above, under "
            "what theirs was merged into, and as the whole from which theirs was split only later. What was split "
            "stays what it was: nobody can tell which part an old complaint would be. The other tables count by what "
            "was filed."
        ),
        counts=told.types,
        name=lambda key: told.names.type(int(key)),
        aside=lambda key: told.names.area_of(int(key)),
    )


def _touchpoints(told: Told) -> Section:
    return _pareto(
        told,
        "touchpoints",
        "touchpoint",
        title=_("By touchpoint"),
        definition=_("Where customers meet us when it happens, as the failure catalogue has it."),
        name=lambda key: key or _("no touchpoint"),
    )


def _channels(told: Told) -> Section:
    return _pareto(
        told,
        "channels",
        "channel",
        title=_("By channel"),
        definition=_("The way complaints came to us."),
        name=lambda key: str(Channel(key).label) if key in Channel.values else key,
    )


def _units(told: Told) -> Section:
    return _pareto(
        told,
        "units",
        "unit",
        title=_("By unit"),
        definition=_("Complaints by the unit that is responsible for them, each counted once."),
        name=lambda key: told.names.unit(int(key)),
    )


def _hours(told: Told) -> Section:
    counts = told.sums.of("hour")
    told_of = {key.partition(":")[2] for key in counts}
    hours = [str(hour) for hour in range(24)] if told_of - {""} else []
    hours += [""] if "" in told_of else []
    rows = [Row(wording.hour_words(hour), [told.cases(f"hour:{day}:{hour}") for day in range(1, 8)]) for hour in hours]
    return Section(
        "hours",
        _("By weekday and hour"),
        _(
            "When complaints are filed, on the calendar and the clock of the unit. Imported records without a time "
            "have no hour."
        ),
        [str(WEEKDAYS_ABBR[day]) for day in range(7)],
        rows,
        chart="heat",
    )
