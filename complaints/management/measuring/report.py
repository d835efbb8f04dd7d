"""One table of what was measured, against what was promised; what misses is named again below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from complaints.management.measuring.clients import Served
from complaints.management.measuring.filing import LEAST_SHARE, MOST_QUERIES, FilingMeasured
from complaints.management.measuring.pages import PAGE_LIMIT, Measured
from complaints.management.measuring.plans import Reading
from complaints.management.measuring.post import LEAST_A_SECOND, PostMeasured
from complaints.management.measuring.sweeping import AT_ONCE, MOST_SECONDS, SweepMeasured

MOST_GROWTH: Final = 1.20
NOISE: Final = 1.0  # milliseconds: a difference below it is the machine's


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that was measured at one size."""

    complaints: int
    pages: list[Measured]
    filing: FilingMeasured | None = None
    sweep: SweepMeasured | None = None
    served: list[Served] = field(default_factory=list)
    web_memory: int = 0
    load: float = 0.0  # how busy the machine was, in processes, when measuring began
    own_memory: int = 0
    post: PostMeasured | None = None

    def as_json(self) -> dict[str, Any]:
        """The run as one process hands it to another."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Run:
        """The run as it was handed over."""
        pages = [
            Measured(**{**page, "readings": [Reading(**one) for one in page["readings"]]}) for page in told["pages"]
        ]
        filing, sweep, post = told["filing"], told["sweep"], told["post"]
        return cls(
            **{
                **told,
                "pages": pages,
                "filing": filing and FilingMeasured(**filing),
                "sweep": sweep and SweepMeasured(**sweep),
                "post": post and PostMeasured(**post),
                "served": [Served(**one) for one in told["served"]],
            }
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    name: str
    values: str
    target: str
    is_met: bool


def table(runs: Sequence[Run]) -> list[Line]:
    """Every promise with what was measured at each size, and whether it is kept."""
    by_name = [{page.name: page for page in run.pages} for run in runs]
    lines = []
    for name in by_name[0]:
        pages = [found[name] for found in by_name if name in found]
        lines.append(_page_line(name, pages))
    lines += _filing_lines([run.filing for run in runs if run.filing is not None])
    lines += _sweep_lines([run.sweep for run in runs if run.sweep is not None])
    lines += _post_lines([run.post for run in runs if run.post is not None])
    for served in zip(*(run.served for run in runs), strict=True):
        values = _each(f"{one.a_second:.0f}/s, p95 {one.p95:.0f} ms" for one in served)
        lines.append(Line(f"eight clients: {served[0].name}", values, "", is_met=True))
    lines.append(Line("processes at work when it began", _each(f"{run.load:.1f}" for run in runs), "", is_met=True))
    lines.append(Line("peak memory of a web process, MB", _each(f"{run.web_memory}" for run in runs), "", is_met=True))
    lines.append(Line("peak memory of this measuring, MB", _each(f"{run.own_memory}" for run in runs), "", is_met=True))
    return lines


def written(runs: Sequence[Run]) -> str:
    """The table, the plans of queries that read much, and what misses, as text."""
    lines = table(runs)
    sizes = " | ".join(f"{run.complaints:,}" for run in runs)
    width = max(len(line.name) for line in lines)
    values = max(len(line.values) for line in lines)
    told = [f"{'':{width}}  {f'at {sizes} complaints':{values}}  target"]
    for line in lines:
        verdict = "" if not line.target else "  kept" if line.is_met else "  MISSED"
        told.append(f"{line.name:{width}}  {line.values:{values}}  {line.target}{verdict}".rstrip())
    told += [
        "",
        "Pages: median / p95 in milliseconds, and queries. Growth is that of the quickest tenth, a millisecond aside.",
    ]
    told += ["", *_plans(runs)]
    missed = [line for line in lines if not line.is_met]
    told += ["", f"{len(missed)} of {sum(bool(line.target) for line in lines)} targets are missed."]
    told += [f"  {line.name}: {line.values}; {line.target}" for line in missed]
    return "\n".join(told)


def _filing_lines(filings: Sequence[FilingMeasured]) -> list[Line]:
    if not filings:
        return []
    return [
        Line(
            "filing: share of the bare inserts' rate",
            _each(f"{one.share:.2f} ({one.a_second:.0f}/s)" for one in filings),
            f"at least {LEAST_SHARE}",
            all(one.share >= LEAST_SHARE for one in filings),
        ),
        Line(
            "filing: queries",
            _each(f"{one.queries}" for one in filings),
            f"at most {MOST_QUERIES}",
            all(one.queries <= MOST_QUERIES for one in filings),
        ),
        Line("filing: ms", _each(f"{one.p50:.1f} / {one.p95:.1f}" for one in filings), "", is_met=True),
    ]


def _post_lines(posts: Sequence[PostMeasured]) -> list[Line]:
    """The backlog of messages that two workers sent; its size is named, as fewer may be sent than were promised."""
    if not posts:
        return []
    return [
        Line(
            f"post: {posts[0].messages:,} queued mails, sent a second",
            _each(f"{one.a_second:.0f}" for one in posts),
            f"at least {LEAST_A_SECOND}",
            all(one.a_second >= LEAST_A_SECOND for one in posts),
        ),
        Line(
            "post: mails that arrived",
            _each(f"{one.arrived:,} of {one.sent:,} over {one.connections:,} connections" for one in posts),
            "each once",
            all(one.arrived == one.sent for one in posts),
        ),
    ]


def _sweep_lines(sweeps: Sequence[SweepMeasured]) -> list[Line]:
    """Seconds are those of 10,000, reckoned from what was run where that was another number."""
    if not sweeps:
        return []
    return [
        Line(
            f"sweep: seconds for {AT_ONCE:,} deadlines due at once",
            _each(f"{one.seconds_for_all:.1f}{one.how_many_ran}" for one in sweeps),
            f"below {MOST_SECONDS:.0f}",
            all(one.seconds_for_all < MOST_SECONDS for one in sweeps),
        ),
        Line("sweep: queries a complaint", _each(f"{one.queries:.1f}" for one in sweeps), "", is_met=True),
    ]


def _page_line(name: str, pages: Sequence[Measured]) -> Line:
    """Pages must stay as quick as they are; search and look-up must only stay below their limit."""
    first, last = pages[0], pages[-1]
    values = _each(f"{page.p50:.1f} / {page.p95:.1f} ({page.queries})" for page in pages)
    target, is_met = f"p95 below {first.limit:.0f}", all(page.p95 < first.limit for page in pages)
    if len(pages) > 1:
        growth = last.best / first.best
        fuller = last.size > first.size * MOST_GROWTH
        values += f"  x{growth:.2f}{' fuller' if fuller else ''}"
        if first.limit == PAGE_LIMIT and not fuller:
            target += f", growth {MOST_GROWTH}"
            is_met = is_met and (growth <= MOST_GROWTH or last.best - first.best < NOISE)
    return Line(name, values, target, is_met)


def _each(values: Any) -> str:
    return " | ".join(values)


def _plans(runs: Sequence[Run]) -> list[str]:
    told = []
    for run in runs:
        for page in run.pages:
            for reading in page.readings:
                told.append(f"{page.name}, at {run.complaints:,}: {reading.rows:,} rows, {reading.milliseconds:.1f} ms")
                told += [f"    {step}" for step in reading.plan.splitlines()]
    return ["Queries that read more than 1,000 rows:", *told] if told else ["No query reads more than 1,000 rows."]
