"""Bytes as somebody's mail program wrote them, read as text whatever it calls their charset."""

from __future__ import annotations

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Final

from charset_normalizer import from_bytes

_BROADER: Final = {
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "big5": "cp950",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
}
"""Names that stand for a wider charset in what mail programs really write."""

_SEVEN_BIT: Final = re.compile(r"^(?:iso-2022-|hz|utf-?7)", re.IGNORECASE)
_EASTERN: Final = ("utf_8", "gb18030", "cp932", "big5", "cp949", "euc_jp")
_WESTERN: Final = re.compile("[\u0080-\u00ff]")
_MOST_WESTERN: Final = 0.25  # of all letters; French at its worst stays below a fifth


def text_of(raw: bytes, declared: str = "", *, beside: bytes = b"") -> str:
    """The text of some bytes: never fails, and prefers what they can be to what they are called.

    Bytes that are valid UTF-8 are UTF-8, whatever was declared: no other charset looks like it by chance. After that
    what was declared holds, unless it is a Western one and the text would be hardly anything but accents; then it is
    guessed, for a few bytes with the help of what stands `beside` them.
    """
    name = _BROADER.get(declared.strip().lower(), declared.strip())
    if _SEVEN_BIT.match(name) and (text := _decoded(raw, name)) is not None:
        return text
    if (text := _decoded(raw, "utf-8")) is not None:
        return text
    text = _decoded(raw, name) if name else None
    if text is not None and not _is_noise(text):
        return text
    guess = from_bytes(b"%b\n%b" % (raw, beside), cp_isolation=list(_EASTERN)).best()
    guessed = None if guess is None else _decoded(raw, guess.encoding)
    return guessed if guessed is not None else raw.decode("cp1252", "replace")


def header_text(value: str, *, beside: bytes = b"") -> str:
    """A header as people read it: encoded words decoded, raw 8-bit bytes understood, folding undone.

    The value is as the standard library's `compat32` policy keeps it, bytes beyond ASCII as surrogates.
    """
    raw = value.encode("ascii", "surrogateescape") if _is_bytes(value) else value.encode("utf-8", "replace")
    line = re.sub(r"\r?\n(?=[ \t])", "", text_of(raw, beside=beside))
    try:
        pieces = decode_header(line)
    except (HeaderParseError, ValueError):
        return line
    return "".join(piece if isinstance(piece, str) else text_of(piece, charset or "") for piece, charset in pieces)


def _is_bytes(value: str) -> bool:
    return all(ord(letter) < 0x80 or 0xDC80 <= ord(letter) <= 0xDCFF for letter in value)


def _decoded(raw: bytes, name: str) -> str | None:
    try:
        return codecs.decode(raw, name)
    except (LookupError, UnicodeError, TypeError, ValueError):
        return None


def _is_noise(text: str) -> bool:
    """Whether a text is mostly accented letters and signs: an Eastern charset read as a Western one."""
    letters = sum(not letter.isspace() for letter in text)
    return len(_WESTERN.findall(text)) > letters * _MOST_WESTERN
