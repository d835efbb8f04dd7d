"""Read rows from a CSV file, plain or gzipped, one at a time, each with the line it begins on."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from django.utils.translation import gettext as _

from complaints.intake.errors import FileUnusable

LONGEST_VALUE: Final = 4 * 1024 * 1024
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the physical line it begins on, its values, and why it has no values where it cannot be read."""

    line: int
    values: list[str]
    trouble: str = ""


class Sheet:
    """An open file: its column names, its rows in order, and how far reading has come in bytes on the disk."""

    def __init__(self, raw: IO[bytes], text: IO[str], size: int) -> None:
        self.size = size
        self._raw = raw
        self._reader = csv.reader(text)
        self.columns = self._read_columns()

    @property
    def position(self) -> int:
        """Bytes of the file, as it lies on the disk, that are read so far."""
        return self._raw.tell()

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank; raises FileUnusable where a gzipped file is damaged."""
        while True:
            line = self._reader.line_num + 1
            try:
                values = self._next()
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, [], _("The row cannot be read as CSV (%(error)s).") % {"error": error})
                continue
            if values:
                yield Row(line, values, self._trouble(values))

    def _read_columns(self) -> list[str]:
        try:
            columns = [name.strip() for name in self._next()]
        except StopIteration:
            raise FileUnusable(why=_("it is empty.")) from None
        except csv.Error as error:
            raise FileUnusable(
                why=_("its first line is no list of column names (%(error)s).") % {"error": error}
            ) from None
        twice = sorted({name for name in columns if columns.count(name) > 1})
        if twice:
            raise FileUnusable(
                why=_("two columns have the same name: %(names)s.")
                % {"names": ", ".join(f"“{name}”" for name in twice)}
            )
        return columns

    def _next(self) -> list[str]:
        try:
            return next(self._reader)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise FileUnusable(
                why=_("the compressed file is damaged after line %(line)s.") % {"line": self._reader.line_num}
            ) from None

    def _trouble(self, values: list[str]) -> str:
        if len(values) != len(self.columns):
            return _("The row has %(found)s columns and the heading %(expected)s.") % {
                "found": len(values),
                "expected": len(self.columns),
            }
        if not all(value.isascii() or _is_text(value) for value in values):
            return _("The row is not written in UTF-8.")
        return ""


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """Open a file for reading rows; whether it is gzipped is told by its first bytes. Raises FileUnusable."""
    csv.field_size_limit(LONGEST_VALUE)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise FileUnusable(why=f"{path}: {error.strerror}.") from None
    with raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        unpacked: IO[bytes] = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment] # GzipFile is one
        # bytes that are not UTF-8 come through as lone surrogates, so that the row can be named and the rest read
        with io.TextIOWrapper(unpacked, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            yield Sheet(raw, text, path.stat().st_size)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
