"""Rules stand unchanged for days and are asked for with every complaint: kept in the process, edition by edition."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Generic, NewType, TypeVar
from uuid import UUID

import pgtrigger
from django.db import connection
from django.http import HttpRequest, HttpResponse

Kept = TypeVar("Kept")
Mark = NewType("Mark", UUID)
_ASKED: ContextVar[list[Mark | None] | None] = ContextVar("asked", default=None)
"""What was asked for last while a request is answered; nothing yet, or None outside of requests."""
_SQL = "SELECT mark FROM complaints_edition"


def makes_an_edition() -> pgtrigger.Trigger:
    """For a model whose rows are rules: each statement that changes them, raw SQL too, makes a new edition.

    Before the rows are touched, so that whoever changes rules takes turns at this one row and not at theirs.
    """
    return pgtrigger.Trigger(
        name="makes_an_edition",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func="INSERT INTO complaints_edition (id, mark) VALUES (1, gen_random_uuid())"
        " ON CONFLICT (id) DO UPDATE SET mark = excluded.mark; RETURN NULL;",
    )


def edition() -> Mark | None:
    """Which edition of the rules holds for this transaction, in one query; None before the first rule."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL)
        found = cursor.fetchone()
    mark = None if found is None else Mark(found[0])
    asked = _ASKED.get()
    if asked is not None:
        asked[:] = [mark]
    return mark


def edition_shown() -> Mark | None:
    """The edition for what is only shown: while a request is answered, the one that was asked for last."""
    asked = _ASKED.get()
    return asked[0] if asked else edition()


class AskedOnce:
    """Middleware: let a page that names rules many times ask for their edition once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and forget what was asked."""
        token = _ASKED.set([])
        try:
            return self.get_response(request)
        finally:
            _ASKED.reset(token)


class InForce(Generic[Kept]):
    """What one reading of the rules gave, until another edition is asked for.

    The rows of a later edition may have been read for an earlier one, never the other way round: whoever sees a mark
    sees what it stands for. Readers share the rows and change nothing on them.
    """

    def __init__(self, read: Callable[[], Kept]) -> None:
        self._read = read
        self._kept: tuple[Mark, Kept] | None = None

    def of(self, mark: Mark | None) -> Kept:
        """What holds in an edition that this transaction has just asked for."""
        kept = self._kept
        if kept is not None and kept[0] == mark:
            return kept[1]
        found = self._read()
        self._kept = None if mark is None else (mark, found)
        return found
