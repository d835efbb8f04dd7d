"""Reads the page of measures as a reader does: its tables, figure by figure."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Figure:
    """One figure: exactly, in words, and where its cases are."""

    value: str
    link: str
    words: str = ""

    @property
    def n(self) -> int:
        """A number of cases."""
        return int(self.value)

    @property
    def rate(self) -> float:
        """A share, to four places."""
        return round(float(self.value), 4)


@dataclass
class Page(HTMLParser):
    """The tables of a page, by the key of their section: row by row, the figures of each under its name."""

    tables: dict[str, dict[str, list[Figure]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self._section = self._row = ""
        self._in_head = False
        self._figure: Figure | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where we are."""
        told = dict(attrs)
        if tag == "section" and told.get("id"):
            self._section = str(told["id"])
            self.tables[self._section] = {}
        elif tag == "th" and told.get("scope") == "row":
            self._row, self._in_head = "", True
        elif tag == "small":
            self._in_head = False
        elif "data-value" in told and self._row:
            self._figure = Figure(told["data-value"] or "", told.get("href") or "")
            self.tables[self._section].setdefault(self._row, []).append(self._figure)

    def handle_endtag(self, tag: str) -> None:
        """A row's name is whole at the end of its head."""
        if tag == "th":
            self._row, self._in_head = self._row.strip(), False
        elif tag in {"a", "span"}:
            self._figure = None
        elif tag == "table":
            self._row = ""

    def handle_data(self, data: str) -> None:
        """Words of a row's name or of a figure."""
        if self._in_head:
            self._row += data
        elif self._figure is not None:
            self._figure.words += data.strip()


def page_of(answer: Any) -> Page:
    """The tables of an answer."""
    assert answer.status_code == 200
    page = Page()
    page.feed(answer.content.decode())
    return page
