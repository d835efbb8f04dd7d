"""Store rows of several models in one trip to PostgreSQL, with SQL composed once: same rows, same constraints."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, Final

from django.db import connection, models
from psycopg2.extensions import AsIs

_AS_IT_IS: Final = (str, int, bool, datetime, AsIs, type(None))
"""What the driver writes by itself; a field's own way of preparing it changes nothing and takes most of the time."""


def insert_together(first: models.Model, *others: models.Model) -> None:
    """Store unsaved instances: `first`, which is given its key, then all others, of which those that hold it bear it.

    Rows of one model that follow each other are one INSERT, and all INSERTs make one trip: PostgreSQL draws the key,
    and the others name it as the one just drawn. Neither `save` nor signals run, the others are not given keys of
    their own, and values are computed here: no expressions. Belongs into a transaction. Raises IntegrityError where
    a row may not be.
    """
    key = f"currval('{_drawn_from(type(first))}')"
    bearing = [
        (vars(row), field.attname) for row in others for field in _shape(type(row))[2] if _holds(row, field, first)
    ]
    for facts, name in bearing:
        facts[name] = AsIs(key)
    values: list[Any] = []
    statements = [_insert(model, rows, values) for model, rows in groupby((first, *others), type)]
    with connection.cursor() as cursor:
        cursor.execute(";".join([*statements, f"SELECT {key}"]), values)
        first.pk = cursor.fetchone()[0]
    first._state.adding, first._state.db = False, connection.alias  # noqa: SLF001 - as `save` leaves it
    for facts, name in bearing:
        facts[name] = first.pk


def insert_rows(*rows: models.Model, unless_known: Collection[type[models.Model]] = ()) -> None:
    """Store unsaved instances in one trip, in their order; none is given its key.

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
        facts = vars(row)
        for field in fields:
            value = facts[field.attname]
            values.append(value if type(value) in _AS_IT_IS else field.get_db_prep_save(value, connection))
        written.append(places)
    return head + ", ".join(written)


def _holds(row: models.Model, field: models.Field[Any, Any], first: models.Model) -> bool:
    """Whether this foreign key of a row holds `first`, which had no key yet when it was set."""
    return isinstance(field, models.ForeignKey) and field.is_cached(row) and field.get_cached_value(row) is first


@cache
def _drawn_from(model: type[models.Model]) -> str:
    """The name of the sequence that keys of a model are drawn from."""
    meta = _meta(model)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{meta.db_table}"', meta.pk.column])
        return str(cursor.fetchone()[0])


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
