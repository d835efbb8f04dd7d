"""Sheets: what is kept of one thing, as a page shows it, a verb takes it, and two states of it are compared."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from hashlib import sha256
from typing import Any, Self

from django.db.models import Model


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Base of every sheet; those of plain rows name their columns, a relation by its key."""

    @property
    def fingerprint(self) -> str:
        """Tells this state from any other."""
        return sha256(repr(astuple(self)).encode()).hexdigest()

    def facts(self) -> dict[str, Any]:
        """What is written on it, by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def differs_in(self, other: Sheet) -> list[str]:
        """The names of what is not the same on both."""
        return [name for name, value in self.facts().items() if value != other.facts()[name]]

    @classmethod
    def of(cls, row: Model, **more: Any) -> Self:
        """The sheet of a row; `more` is what is not a column of it."""
        columns = {one.name: row.serializable_value(one.name) for one in fields(cls) if one.name not in more}
        return cls(**columns, **more)

    def write_on(self, row: Model) -> None:
        """Set the columns of an unsaved or locked row; what is no column is left to the caller."""
        columns = {field.name: field.attname for field in row._meta.concrete_fields}  # noqa: SLF001 - a public name
        for name, value in self.facts().items():
            if name in columns:
                setattr(row, columns[name], value)
