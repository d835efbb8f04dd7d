"""Fetch rows by a key with SQL composed once: Django composes a question much longer than PostgreSQL answers it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


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
        sql, before = self._composed
        return list(self._model._default_manager.raw(sql, [*before, key]))  # noqa: SLF001 - public name

    @cached_property
    def _model(self) -> type[Row]:
        return self._rows().model

    @cached_property
    def _composed(self) -> tuple[str, tuple[Any, ...]]:
        """The question, and the values in it that come before the key."""
        sql, values = self._rows().filter(**{self._key: 0}).query.sql_with_params()
        return sql, values[:-1]
