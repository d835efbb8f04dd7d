"""What fits into one SMS: 160 characters of the GSM 7-bit alphabet, or 70 in UCS-2 where one is not of it.

The alphabet and its extension table are those of 3GPP TS 23.038, section 6.2.1.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import east_asian_width

GSM_7: Final = 160
UCS_2: Final = 70
_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_AS_TYPED: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\xa0": " "})
_SENTENCE_END: Final = re.compile(r"[.!?](?=\s|$)|[。！？]")


def size(text: str) -> int | None:
    """How many septets a text takes; None where a character is not of the alphabet. Those of the extension take two."""
    if not _BASIC.union(_EXTENSION).issuperset(text):
        return None
    return len(text) + sum(character in _EXTENSION for character in text)


def fits(text: str) -> bool:
    """Whether a text goes into one segment."""
    used, most = room(text)
    return used <= most


def room(text: str) -> tuple[int, int]:
    """How much of one segment a text takes, and how much one holds in the alphabet that it needs."""
    septets = size(text)
    return (septets, GSM_7) if septets is not None else (len(text.encode("utf-16-be")) // 2, UCS_2)


def plain(words: str) -> str:
    """The words on one line, typographic signs replaced by those that leave more room."""
    return " ".join(words.translate(_AS_TYPED).split())


def one_segment(words: str, link: str) -> str:
    """The words and the link in one segment: the words are cut after a whole one, never the link.

    A link that fills a segment stands alone, whole. What ends with a sentence bears no sign of having been cut.
    """
    words = plain(words)
    whole = f"{words} {link}".strip()
    if fits(whole):
        return whole
    longest = min(len(words) - 1, GSM_7)
    ends = [end for end in range(longest, 0, -1) if _may_end(words, end)]
    for end in ends or range(longest, 0, -1):
        cut = _cut(words[:end].rstrip(), link)
        if fits(cut):
            return cut
    return link


def _may_end(words: str, end: int) -> bool:
    """Whether words may be cut there: between two of them, or beside a sign that is a word by itself, as in Chinese."""
    beside = words[end - 1 : end + 1]
    return " " in beside or any(east_asian_width(sign) in {"W", "F"} for sign in beside)


def _cut(words: str, link: str) -> str:
    """What is left of words, and the link: up to the end of a sentence where that is most of it."""
    end = max((found.end() for found in _SENTENCE_END.finditer(words)), default=0)
    if 2 * end >= len(words):
        return f"{words[:end]} {link}"
    return f"{words}{'...' if size(words) is not None else '…'} {link}"
