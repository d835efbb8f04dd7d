"""Ask PostgreSQL how it answered: how many rows each query had to read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

MANY_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Reading:
    """One query that read more than MANY_ROWS rows."""

    rows: int
    milliseconds: float
    plan: str
    sql: str


def queries_of(step: Callable[[], Any]) -> list[str]:
    """What a step asks the database, in order."""
    with CaptureQueriesContext(connection) as captured:
        step()
    return [query["sql"] for query in captured.captured_queries]


def heavy(statements: list[str]) -> list[Reading]:
    """Those of the queries that read many rows, with their plans. Only reads are asked again."""
    found = []
    for sql in statements:
        if not sql.lstrip().upper().startswith(("SELECT", "WITH")) or "FOR UPDATE" in sql:
            continue
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            answer = cursor.fetchone()[0]
        told = (json.loads(answer) if isinstance(answer, str) else answer)[0]
        rows = max((_rows(node) for node in _nodes(told["Plan"])), default=0)
        if rows > MANY_ROWS:
            found.append(Reading(rows, told["Execution Time"], "\n".join(_told(told["Plan"])), sql))
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _rows(node: dict[str, Any]) -> int:
    """Rows that a scan took up, those it then threw away included."""
    if "Scan" not in node["Node Type"] and node["Node Type"] != "Sort":
        return 0
    thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    rows: float = (node["Actual Rows"] + thrown) * node["Actual Loops"]
    return round(rows)


def _told(node: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """The plan in a line per step, as a person reads it."""
    on = node.get("Index Name") or node.get("Relation Name") or ""
    thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    rows, times, took = node["Actual Rows"], node["Actual Loops"], node["Actual Total Time"]
    waste = f", {thrown * times:,.0f} thrown away" if thrown else ""
    yield f"{'  ' * depth}{node['Node Type']} {on}: {rows * times:,.0f} rows{waste}, {took:.1f} ms"
    for part in node.get("Plans", ()):
        yield from _told(part, depth + 1)
