"""Tables for a spreadsheet, as they leave the desk."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from django.http import StreamingHttpResponse

FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would work out instead of showing it."""


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULAS) else text


class _Line:
    """What a writer writes a line to: it hands the line back."""

    def write(self, line: str) -> str:
        return line


def as_sheet(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Hand out rows as CSV under a file name, one by one as they are read. Cells with words must be `plain`."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Line())
        yield "\ufeff"
        yield writer.writerow(heads)
        for row in rows:
            yield writer.writerow(row)

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
