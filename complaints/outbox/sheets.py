"""What is kept of the languages of messages."""

from __future__ import annotations

from dataclasses import dataclass

from complaints.common.sheets import Sheet


@dataclass(frozen=True, kw_only=True)
class LanguageSheet(Sheet):
    code: str
    name: str
    greeting: str
    way: str
    reference_line: str
