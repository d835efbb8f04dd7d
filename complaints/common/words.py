"""Text as people type it: cleaned for keeping, and cut into words with their places for finding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from django.utils.translation import get_language

# C0/C1 controls except tab and newline, and the characters that turn the reading direction around unseen
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
# What a script may need between its letters, and what takes room and shows nothing: alone, neither says anything
_NOTHING = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]*"
)
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]+|[^\W{_CJK}]+")
_IS_CJK = re.compile(rf"[{_CJK}]")
LONGEST_WORD = 40


def clean(text: str) -> str:
    """Keep what was written and drop what cannot be seen: controls, characters that turn the direction, CRLF.

    A text in which nothing at all can be seen is empty.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "ignore").decode("utf-8")
    kept = _UNSEEN.sub("", unicodedata.normalize("NFC", text)).strip()
    return "" if _NOTHING.fullmatch(kept) else kept


def clean_line(text: str) -> str:
    """The same for one-line fields: white space of any kind becomes one space."""
    return " ".join(clean(text).split())


def name_in(name: str, name_zh: str) -> str:
    """Of two names the one for the language that is active; without a Chinese one the other."""
    return name_zh if name_zh and (get_language() or "").startswith("zh") else name


def fold(text: str) -> str:
    """The form in which texts are compared: compatibility forms and case folded, accents dropped."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def is_cjk(word: str) -> bool:
    """Whether a word is written without spaces between words (Chinese, Japanese, Korean)."""
    return bool(_IS_CJK.match(word))


def split(text: str) -> list[str]:
    """Folded words in order; a run of Chinese stays one piece here."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


def pairs(word: str) -> list[str]:
    """Neighbouring characters two by two; a single character stands alone."""
    return [word[i : i + 2] for i in range(len(word) - 1)] or [word]


def places(text: str, first: int = 1) -> tuple[list[tuple[str, int]], int]:
    """The words a text can be found by, each with its place, and the first place that is free behind them.

    A Latin word takes one place. Each character of Chinese takes one, and at it stands the pair that begins there too,
    so that a run of pairs side by side is the run of characters it was cut from.
    """
    found: list[tuple[str, int]] = []
    for word in _WORD.findall(fold(text)):
        if is_cjk(word):
            found += [(one, first + n) for n, one in enumerate(word)]
            found += [(pair, first + n) for n, pair in enumerate(pairs(word)) if len(pair) > 1]
            first += len(word)
        else:
            found.append((word[:LONGEST_WORD], first))
            first += 1
    return found, first


def sequence(words: list[str]) -> list[tuple[str, int]]:
    """What stands for folded words in this order: the terms to look for, each with its distance from the one before."""
    found: list[tuple[str, int]] = []
    place, last = 0, 0
    for word in words:
        for n, term in enumerate(pairs(word) if is_cjk(word) else [word]):
            found.append((term, place + n - last))
            last = place + n
        place += len(word) if is_cjk(word) else 1
    return found


def stretches(text: str) -> list[tuple[str, int, int]]:
    """What takes a place of its own in a text, folded, with where it begins and ends in the text as it was written.

    A Latin word, or one character of Chinese: words stand side by side here where `places` puts them side by side.
    """
    folded, origin = _with_origin(text)
    found = []
    for match in _WORD.finditer(folded):
        word, begin = match.group(), match.start()
        if is_cjk(word):
            found += [(one, origin[begin + n], origin[begin + n] + 1) for n, one in enumerate(word)]
        else:
            found.append((word[:LONGEST_WORD], origin[begin], origin[match.end() - 1] + 1))
    return found


def _with_origin(text: str) -> tuple[str, Sequence[int]]:
    """A text folded, and for each of its characters where in the text it came from."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded, range(len(text))
    pieces = [fold(character) for character in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _one in piece]
