"""Sums of cases by label, unit and day, month and year, kept up with what changes and never reckoned in a request.

`refresh` takes up the cases that changed, draws their labels anew, and moves each sum by the difference between what
they counted as and what they count as now: running it again changes nothing. `rebuild` makes everything anew from the
record. `differences` proves that both come to the same. One at a time: they take turns at an advisory lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db import connection, transaction

from complaints.insights.labels import MEASURED, REPEAT_DAYS

BATCH: Final = 2_000
SHOWN: Final = 20
_COLUMNS: Final = "case_id, unit_id, units, customer_id, area_id, day, closed_on, labels, amounts"
_GRAINS: Final = "(VALUES ('day'), ('month'), ('year')) AS grains(grain)"

_BASIS: Final = """
SELECT 'unit:' || id, path || ' ' || time_zone FROM complaints_unit
UNION ALL SELECT 'type:' || f.id, coalesce(f.parent_id, 0) || ' ' || f.touchpoint || ' ' || coalesce(p.touchpoint, '')
  FROM complaints_failuretype f LEFT JOIN complaints_failuretype p ON p.id = f.parent_id
UNION ALL SELECT 'source:' || name, md5(rules::text) FROM complaints_columnmapping
"""

_TOUCHED: Final = (
    """
WITH changed AS (
  SELECT now.name, split_part(now.name, ':', 1) AS kind, split_part(now.name, ':', 2) AS key, now.facts,
    was.name IS NULL AS is_new
  FROM ("""
    + _BASIS
    + """) AS now(name, facts) LEFT JOIN complaints_basis was ON was.name = now.name
  WHERE was.facts IS DISTINCT FROM now.facts
),
kept AS (
  INSERT INTO complaints_basis (name, facts) SELECT name, facts FROM changed
  ON CONFLICT (name) DO UPDATE SET facts = excluded.facts
)
INSERT INTO complaints_changedcase (case_id)
SELECT m.case_id FROM complaints_measuredcase m
  JOIN changed ON changed.kind = 'unit' AND changed.key = m.unit_id::text
UNION SELECT m.case_id FROM complaints_measuredcase m JOIN complaints_case c ON c.id = m.case_id
  JOIN changed ON changed.kind = 'type' AND changed.key = c.failure_type_id::text
UNION SELECT s.case_id FROM complaints_sourcerecord s JOIN complaints_measuredcase m ON m.case_id = s.case_id
  JOIN changed ON changed.kind = 'source' AND changed.key = s.source
"""
)
"""What is new is measured by nothing yet, and costs nothing here."""

_TAKEN: Final = """
DELETE FROM complaints_changedcase WHERE id IN (
  SELECT id FROM complaints_changedcase ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING case_id
"""

_ALSO: Final = f"""
SELECT later.id FROM complaints_case c
  LEFT JOIN complaints_measuredcase m ON m.case_id = c.id
  JOIN complaints_case later ON later.customer_id IN (c.customer_id, m.customer_id)
    AND later.filed_at >= c.filed_at AND later.filed_at <= c.filed_at + INTERVAL '{REPEAT_DAYS} days'
WHERE c.id = ANY(%s) AND NOT EXISTS (SELECT FROM complaints_sourcerecord WHERE case_id = c.id)
"""
"""The later cases of the same customers: whether somebody complains again hangs on what came before."""

_SUMMED: Final = f"""
SELECT seen.unit, grain, date_trunc(grain, day)::date AS start, label,
  sum(sign)::int AS n, sum(sign * coalesce((amounts ->> label)::numeric, 0)) AS total
FROM {{rows}} AS counted CROSS JOIN LATERAL unnest(units) AS seen(unit) CROSS JOIN LATERAL unnest(labels) AS said(label)
CROSS JOIN {_GRAINS}
GROUP BY 1, 2, 3, 4
"""

_MOVE: Final = (
    "INSERT INTO complaints_labeltally AS kept (unit_id, grain, start, label, n, total) SELECT * FROM ("
    + _SUMMED.format(
        rows="(SELECT -1 AS sign, units, day, labels, amounts FROM was UNION ALL"
        " SELECT 1, units, day, labels, amounts FROM fresh)"
    )
    + ") AS moved WHERE n <> 0 OR total <> 0 ORDER BY 1, 2, 3, 4"
    " ON CONFLICT (unit_id, grain, start, label)"
    " DO UPDATE SET n = kept.n + excluded.n, total = kept.total + excluded.total"
)


def refresh(*, most: int = BATCH) -> int:
    """Count what changed, up to so many changes, in one transaction; how many there were.

    Waits for another that is at it. What changes meanwhile notes itself again and is taken up by the next.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _take_turns(cursor)
        cursor.execute(_TOUCHED)
        cursor.execute(_TAKEN, [most])
        taken = cursor.fetchall()
        if not taken:
            return 0
        ids = {pk for (pk,) in taken}
        cursor.execute(_ALSO, [sorted(ids)])
        ids |= {pk for (pk,) in cursor.fetchall()}
        _measure_anew(cursor, sorted(ids))
        return len(taken)


def _measure_anew(cursor: Any, ids: Sequence[int]) -> None:
    """Draw the labels of cases and move the sums by what differs."""
    cursor.execute(f"CREATE TEMP TABLE fresh ON COMMIT DROP AS {MEASURED}", {"cases": ids})
    cursor.execute(
        "CREATE TEMP TABLE was ON COMMIT DROP AS SELECT * FROM complaints_measuredcase WHERE case_id = ANY(%s)", [ids]
    )
    cursor.execute(
        f"WITH same AS (SELECT case_id FROM"
        f" (SELECT {_COLUMNS} FROM fresh INTERSECT SELECT {_COLUMNS} FROM was) AS unchanged),"
        " forgotten AS (DELETE FROM was WHERE case_id IN (SELECT case_id FROM same))"
        " DELETE FROM fresh WHERE case_id IN (SELECT case_id FROM same)"
    )
    cursor.execute(_MOVE)
    cursor.execute("DELETE FROM complaints_measuredcase WHERE case_id IN (SELECT case_id FROM was)")
    cursor.execute(f"INSERT INTO complaints_measuredcase ({_COLUMNS}) SELECT {_COLUMNS} FROM fresh")
    cursor.execute("DROP TABLE fresh, was")


def rebuild() -> int:
    """Make everything anew from the record, in one transaction; how many cases there are. Readers see the old sums."""
    with transaction.atomic(), connection.cursor() as cursor:
        _take_turns(cursor)
        for table in ("changedcase", "basis", "measuredcase", "labeltally"):
            cursor.execute(f"DELETE FROM complaints_{table}")
        cursor.execute(f"INSERT INTO complaints_basis (name, facts) {_BASIS}")
        for ids in _in_batches(cursor, "complaints_case", "id"):
            cursor.execute(f"INSERT INTO complaints_measuredcase ({_COLUMNS}) {MEASURED}", {"cases": ids})
        cursor.execute(f"CREATE TEMP TABLE summed ON COMMIT DROP AS {_ALL_SUMS}")
        cursor.execute(
            "INSERT INTO complaints_labeltally (unit_id, grain, start, label, n, total)"
            " SELECT * FROM summed ORDER BY 1, 2, 3, 4"
        )
        cursor.execute("DROP TABLE summed")
        cursor.execute("ANALYZE complaints_measuredcase")
        cursor.execute("ANALYZE complaints_labeltally")
        cursor.execute("SELECT count(*) FROM complaints_measuredcase")
        return int(cursor.fetchone()[0])


_ALL_SUMS: Final = f"""
WITH own AS MATERIALIZED (
  SELECT units, day, label, count(*) AS n, sum(coalesce((amounts ->> label)::numeric, 0)) AS total
  FROM complaints_measuredcase CROSS JOIN LATERAL unnest(labels) AS said(label) GROUP BY 1, 2, 3
),
daily AS MATERIALIZED (
  SELECT seen.unit, day, label, sum(n) AS n, sum(total) AS total
  FROM own CROSS JOIN LATERAL unnest(units) AS seen(unit) GROUP BY 1, 2, 3
)
SELECT unit, grain::varchar(5) AS grain, date_trunc(grain, day)::date AS start, label::varchar(200) AS label,
  sum(n)::int AS n, sum(total)::numeric(18, 2) AS total
FROM daily CROSS JOIN {_GRAINS} GROUP BY 1, 2, 3, 4
"""
"""By unit first, then upwards, so that a million cases are unfolded once."""

_UNCOUNTED: Final = "case_id IN (SELECT case_id FROM complaints_changedcase)"


def differences() -> list[str]:
    """Where the sums are not what the record says, a line each, up to SHOWN of each sort; empty is the proof.

    First every case against its record, then every sum against the cases; nothing is counted meanwhile. A case that
    changed and was not taken up yet is no difference.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _take_turns(cursor)
        found = list(_wrong_cases(cursor))[:SHOWN]
        cursor.execute(
            f"SELECT coalesce(k.unit_id, s.unit), coalesce(k.grain, s.grain), coalesce(k.start, s.start),"
            " coalesce(k.label, s.label), coalesce(k.n, 0), coalesce(s.n, 0), coalesce(k.total, 0),"
            f" coalesce(s.total, 0) FROM complaints_labeltally k FULL JOIN ({_ALL_SUMS}) AS s"
            " ON s.unit = k.unit_id AND s.grain = k.grain AND s.start = k.start AND s.label = k.label"
            " WHERE coalesce(k.n, 0) <> coalesce(s.n, 0) OR coalesce(k.total, 0) <> coalesce(s.total, 0)"
            " ORDER BY 1, 2, 3, 4 LIMIT %s",
            [SHOWN],
        )
        for unit, grain, start, label, kept, is_, total, sum_ in cursor.fetchall():
            found.append(f"unit {unit}, {grain} {start}, {label}: kept {kept} ({total}), should be {is_} ({sum_})")
    return found


def _wrong_cases(cursor: Any) -> Iterator[str]:
    """Cases that are counted as something else than what they are, or not at all, or though they are gone."""
    for ids in _in_batches(cursor, "complaints_case", "id"):
        cursor.execute(
            f"SELECT coalesce(f.case_id, m.case_id), m.case_id IS NULL FROM ({MEASURED}) AS f"
            " LEFT JOIN complaints_measuredcase m ON m.case_id = f.case_id"
            " WHERE (f.unit_id, f.units, f.customer_id, f.area_id, f.day, f.closed_on, f.labels, f.amounts)"
            " IS DISTINCT FROM"
            " (m.unit_id, m.units, m.customer_id, m.area_id, m.day, m.closed_on, m.labels, m.amounts)"
            f" AND NOT f.{_UNCOUNTED}",
            {"cases": ids},
        )
        for pk, is_missing in cursor.fetchall():
            yield f"complaint {pk} {'is not counted' if is_missing else 'counts as something else than it is'}"
    cursor.execute(
        "SELECT case_id FROM complaints_measuredcase m WHERE NOT EXISTS"
        f" (SELECT FROM complaints_case WHERE id = m.case_id) AND NOT {_UNCOUNTED} LIMIT %s",
        [SHOWN],
    )
    for (pk,) in cursor.fetchall():
        yield f"complaint {pk} is counted and does not exist"


def _in_batches(cursor: Any, table: str, column: str) -> Iterator[list[int]]:
    last = 0
    while True:
        cursor.execute(
            f"SELECT {column} FROM {table} WHERE {column} > %s ORDER BY {column} LIMIT %s",
            [last, BATCH * 5],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
        if not ids:
            return
        yield ids
        last = ids[-1]


def _take_turns(cursor: Any) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('complaints.rollups'))")


def waiting(*, most: int) -> int:
    """How many changes are not counted yet, counted up to `most`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM (SELECT FROM complaints_changedcase LIMIT %s) AS seen", [most])
        return int(cursor.fetchone()[0])
