"""Store rows of several models in one trip to PostgreSQL, with SQL composed once: same rows, same constraints."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, Final

from django.db import connection, models

_AS_IT_IS: Final = (str, int, bool, datetime, type(None))
"""What the driver writes by itself; a field's own way of preparing it changes nothing and takes most of the time."""


def insert_together(first: models.Model, *others: models.Model) -> None:
    """Store unsaved instances: `first`, which is given its key, then all others, of which those that hold it bear it.

    Rows of one model that follow each other are one INSERT, and all INSERTs after the first make one trip. Neither
    `save` nor signals run, the others are not given keys of their own, and values are computed here: no expressions.
    Belongs into a transaction. Raises IntegrityError where a row may not be.
    """
    with connection.cursor() as cursor:
        values: list[Any] = []
        sql = _insert(type(first), [first], values)
        cursor.execute(f'{sql} RETURNING "{_meta(type(first)).pk.column}"', values)
        first.pk = cursor.fetchone()[0]
        first._state.adding, first._state.db = False, connection.alias  # noqa: SLF001 - as `save` leaves it
        for row in others:
            _point(row, first)
    insert_rows(*others)


def insert_rows(*rows: models.Model, unless_known: Collection[type[models.Model]] = ()) -> None:
    """Store unsaved instances in one trip, in their order; they are not given keys of their own.

    As `insert_together` otherwise. Of the models in `unless_known`, a row that breaks a unique key is left out.
    """
    if not rows:
        return
    values: list[Any] = []
    statements = []
    for model, some in groupby(rows, type):
        insert = _insert(model, some, values)
        statements.append(f"{insert} ON CONFLICT DO NOTHING" if model in unless_known else insert)
    with connection.cursor() as cursor:
        cursor.execute(";".join(statements), values)


def _insert(model: type[models.Model], rows: Iterable[models.Model], values: list[Any]) -> str:
    """The INSERT of rows of one model; their values are added to those of the statement."""
    head, places, fields = _shape(model)
    written = []
    for row in rows:
        for field in fields:
            value = getattr(row, field.attname)
            values.append(value if type(value) in _AS_IT_IS else field.get_db_prep_save(value, connection))
        written.append(places)
    return head + ", ".join(written)


def _point(row: models.Model, first: models.Model) -> None:
    """Let the foreign keys that hold `first` bear its key, which it did not have when they were set."""
    for field in _shape(type(row))[2]:
        if isinstance(field, models.ForeignKey) and field.is_cached(row) and field.get_cached_value(row) is first:
            setattr(row, field.attname, first.pk)


@cache
def _shape(model: type[models.Model]) -> tuple[str, str, tuple[models.Field[Any, Any], ...]]:
    """How an INSERT begins, the place-holders of a row, and their fields; a key the database draws is left to it."""
    meta = _meta(model)
    fields = tuple(field for field in meta.local_concrete_fields if not isinstance(field, models.AutoField))
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return (
        f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ',  # noqa: S608 - names of columns
        f"({', '.join(['%s'] * len(fields))})",
        fields,
    )


def _meta(model: type[models.Model]) -> Any:
    return model._meta  # noqa: SLF001 - Django's public name for it
