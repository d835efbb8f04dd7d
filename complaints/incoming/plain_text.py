"""HTML of a mail as text: nothing of it is ever run, fetched or shown as markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_UNSEEN: Final = frozenset({"head", "style", "script", "title", "template", "noscript", "object", "svg"})
_LINES: Final = frozenset(
    [
        "p",
        "div",
        "tr",
        "ul",
        "ol",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
        "pre",
        "address",
        "dl",
        "dt",
        "dd",
        "hr",
        "form",
    ]
)
_DEEPEST: Final = 20  # marks of quotation in front of one line; beyond it nobody counts them
_QUOTED: Final = re.compile(r"gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote|divRplyFwdMsg|appendonsend")
ORIGINAL: Final = "-----Original Message-----"


class _Reader(HTMLParser):
    """Collect the words, a line for each block, `> ` in front of what was quoted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self._unseen: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen.append(tag)
        if tag in _LINES or tag in {"br", "li", "blockquote"}:
            self._new_line()
        if tag == "blockquote":
            self._depth += 1
            self._new_line()
        if tag == "li":
            self._write("- ")
        if any(name in {"id", "class"} and value and _QUOTED.search(value) for name, value in attrs):
            self._mark_quote(dict(attrs).get("id") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            while self._unseen and self._unseen.pop() != tag:
                pass
        if tag == "blockquote":
            self._new_line()
            self._depth = max(0, self._depth - 1)
        if tag in _LINES or tag == "blockquote":
            self._new_line()
        if tag in {"td", "th"}:
            self._write(" ")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._write(re.sub(r"\s+", " ", data))

    def _mark_quote(self, marker: str) -> None:
        """Outlook divides by a block with a name; what it quotes has no marks of its own."""
        if "divRplyFwdMsg" in marker:
            self._new_line()
            self._write(ORIGINAL)
            self._new_line()

    def _write(self, words: str) -> None:
        self.lines[-1] += words if self.lines[-1].strip("> ") else words.lstrip()

    def _new_line(self) -> None:
        self.lines.append("> " * min(self._depth, _DEEPEST))


def text_of_html(html: str) -> str:
    """The words of an HTML mail, at most one empty line between two paragraphs; never fails."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    kept: list[str] = []
    for line in (line.rstrip() for line in reader.lines):
        if line.strip("> ") or (kept and kept[-1].strip("> ")):
            kept.append(line)
    return "\n".join(kept).strip()
