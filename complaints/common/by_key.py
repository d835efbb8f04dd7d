"""Fetch rows by a key with SQL composed once: Django composes a question much longer than PostgreSQL answers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.expressions import Col

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class _Question(Generic[Row]):
    """SQL whose last value is the key; the values before it; what the columns are, and what makes them Python's."""

    model: type[Row]
    sql: str
    before: Sequence[Any]
    fields: Sequence[str]
    added: Sequence[str]
    conversions: Sequence[tuple[int, Expression, Sequence[Callable[..., Any]]]]


class ByKey(Generic[Row]):
    """Rows of a query set, asked for key by key; the query set is made when the first is asked for.

    What it leaves out stays deferred, what it annotates is on the row, and its locks and its order hold; rows it would
    join are not fetched along. `key` names what to look up, as `filter` does. Worth it where one request is one of
    many.
    """

    def __init__(self, rows: Callable[[], QuerySet[Row]], *, key: str = "pk") -> None:
        self._rows = rows
        self._key = key

    def get(self, key: int) -> Row | None:
        """The first row with this key, or None."""
        return next(iter(self.all(key)), None)

    def all(self, key: int) -> list[Row]:
        """Every row with this key."""
        asked = self._asked
        with connection.cursor() as cursor:
            cursor.execute(asked.sql, [*asked.before, key])
            return [_row(asked, list(told)) for told in cursor.fetchall()]

    @cached_property
    def _asked(self) -> _Question[Row]:
        rows = self._rows().filter(**{self._key: 0})
        compiler = rows.query.get_compiler(connection=connection)
        sql, values = compiler.as_sql()
        columns = [expression for expression, _sql, _alias in compiler.select]
        own = columns[: len(columns) - len(compiler.annotation_col_map)]
        fields = [column.target.attname for column in own if isinstance(column, Col)]
        conversions = [
            (place, expression, found) for place, (found, expression) in compiler.get_converters(columns).items()
        ]
        added = list(compiler.annotation_col_map)
        return _Question(rows.model, sql, values[:-1], fields, added, conversions)


def _row(asked: _Question[Row], told: list[Any]) -> Row:
    """The row that PostgreSQL told of, value by value."""
    for place, expression, converters in asked.conversions:
        for convert in converters:
            told[place] = convert(told[place], expression, connection)
    row = asked.model.from_db(connection.alias, asked.fields, told[: len(asked.fields)])
    vars(row).update(zip(asked.added, told[len(asked.fields) :], strict=True))
    return row
