"""Walk over rows in the order of an index, a bounded number of them, and keep what fits.

Two things PostgreSQL's planner does not do by itself, and without which a list gets slower with the table:
- Rows of several units in one order: each unit's first rows are read from its own stretch of the index, and merged.
  A sort over `unit_id IN (…)` reads all the rows there are.
- A narrow filter over the first thousands: the rows are walked first and filtered then. Joined as
  `id IN (SELECT … LIMIT 5000)` the filter may be taken first, over the whole table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from complaints.common.keyset import Key


@dataclass(frozen=True, slots=True)
class Found:
    """The keys of the rows that fit, in order, and of the last row walked over where there may be more behind it."""

    keys: list[Key]
    end: Key | None


@dataclass(frozen=True, slots=True)
class Walk:
    """Ordered rows whose first two columns are key and moment.

    The rows of each of `units` are walked on their own; None means all together. SQL is put together here from what the
    queryset compiles to and from conditions of our own; every value is a parameter.
    """

    rows: QuerySet[Any, Any]
    units: Sequence[int] | None
    descending: bool

    def until(self, condition: str, params: Sequence[Any], *, wanted: int, most: int) -> Found:
        """The first `wanted` rows that fit: most pages are full after a tenth of the walk, only the others go on."""
        found = self.where(condition, params, wanted=wanted, most=max(1, most // 10) if condition else wanted)
        if condition and len(found.keys) < wanted and found.end is not None:
            found = self.where(condition, params, wanted=wanted, most=most)
        return found

    def where(self, condition: str, params: Sequence[Any], *, wanted: int, most: int) -> Found:
        """The first `wanted` rows that fit, out of about the first `most`.

        In several units a walk ends for all of them where it ends for the first: behind that, rows of that unit are
        missing.
        """
        if self.units is not None and not self.units:
            return Found([], None)
        share = most if self.units is None else max(wanted, most // len(self.units))
        walked, walked_params = self._walked(share)
        way = "DESC" if self.descending else "ASC"
        behind = "<" if self.descending else ">"
        sql = (
            f"WITH walked AS MATERIALIZED ({walked}),"  # noqa: S608 - our own SQL
            f" ended AS (SELECT id, moment FROM walked WHERE place = %s ORDER BY moment {way}, id {way} LIMIT 1)"
            " (SELECT id, moment, FALSE FROM walked"
            f" WHERE {condition or 'TRUE'}"
            f" AND NOT EXISTS (SELECT FROM ended WHERE (walked.moment, walked.id) {behind} (ended.moment, ended.id))"
            f" ORDER BY moment {way}, id {way} LIMIT %s)"
            " UNION ALL (SELECT id, moment, TRUE FROM ended)"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*walked_params, share, *params, wanted])
            answer = cursor.fetchall()
        keys = [Key(moment, pk) for pk, moment, is_end in answer if not is_end]
        end = next((Key(moment, pk) for pk, moment, is_end in answer if is_end), None)
        return Found(keys, end)

    def _walked(self, share: int) -> tuple[str, list[Any]]:
        """The rows walked over, each with its place in its own walk."""
        units = self.units
        rows = self.rows if units is None else self.rows.filter(unit_id=RawSQL("seen.unit", ()))
        sql, params = rows[:share].query.sql_with_params()
        numbered = f"SELECT step.*, row_number() OVER () FROM ({sql}) AS step({self._columns()})"  # noqa: S608 - our own SQL
        columns = f"{self._columns()}, place"
        if units is None:
            return f"SELECT * FROM ({numbered}) AS walked({columns})", [*params]  # noqa: S608 - our own SQL
        each = f"unnest(%s::bigint[]) AS seen(unit) CROSS JOIN LATERAL ({numbered}) AS walk({columns})"
        return f"SELECT walk.* FROM {each}", [list(units), *params]  # noqa: S608 - our own SQL

    def _columns(self) -> str:
        query = self.rows.query
        names = [str(name) for name in (*query.values_select, *query.annotation_select)]
        return ", ".join(["id", "moment", *names[2:]])
