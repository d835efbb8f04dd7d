"""Write many rows at once through PostgreSQL's COPY: much faster than INSERT, same rows, same constraints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

from django.db import connection, models

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_BATCH_BYTES = 4_000_000


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Draw `count` primary keys from the model's sequence, for rows that point at each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [_meta(model).db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def copy_in(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    """Store unsaved instances of one model; those of a model with a sequence either all bear their key or none does.

    Neither `save` nor signals run, and unlike INSERT there is no way around a conflict: look up what is there first.
    """
    pending = StringIO()
    fields: Sequence[models.Field[Any, Any]] = ()
    for row in rows:
        fields = fields or [
            field for field in _meta(model).local_concrete_fields if not field.primary_key or row.pk is not None
        ]
        pending.write("\t".join([_written(field, row) for field in fields]))
        pending.write("\n")
        if pending.tell() > _BATCH_BYTES:
            _send(model, fields, pending)
            pending = StringIO()
    if pending.tell():
        _send(model, fields, pending)


def _meta(model: type[models.Model]) -> Any:
    return model._meta  # noqa: SLF001 - Django's public name for it


def _send(model: type[models.Model], fields: Sequence[models.Field[Any, Any]], pending: StringIO) -> None:
    pending.seek(0)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{_meta(model).db_table}" ({columns}) FROM STDIN', pending)


def _written(field: models.Field[Any, Any], row: models.Model) -> str:
    """One value as COPY reads it in its text format."""
    value: Any = getattr(row, field.attname)
    if value is None:
        return "\\N"
    kind = type(value)
    if kind is str:
        return str(value).translate(_ESCAPES)
    if kind is int or kind is datetime or kind is bool:  # the most of them; what follows is ten times slower
        return _plain(value)
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    return _plain(field.get_db_prep_save(value, connection))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.days} days {value.seconds}.{value.microseconds:06} seconds"
    if isinstance(value, list):
        return ("{" + ",".join('"' + _in_array(str(item)) + '"' for item in value) + "}").translate(_ESCAPES)
    if isinstance(value, bytes | memoryview):
        return f"\\\\x{bytes(value).hex()}"
    return str(value).translate(_ESCAPES)


def _in_array(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
