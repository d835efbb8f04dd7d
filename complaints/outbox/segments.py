"""What fits into one SMS: 160 characters of the GSM 7-bit alphabet, or 70 in UCS-2 where one is not of it.

The alphabet and its extension table are those of 3GPP TS 23.038, section 6.2.1.
"""

from __future__ import annotations

from typing import Final

GSM_7: Final = 160
UCS_2: Final = 70
_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_AS_TYPED: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\xa0": " "})


def size(text: str) -> int | None:
    """How many septets a text takes; None where a character is not of the alphabet. Those of the extension take two."""
    if not _BASIC.union(_EXTENSION).issuperset(text):
        return None
    return len(text) + sum(character in _EXTENSION for character in text)


def fits(text: str) -> bool:
    """Whether a text goes into one segment."""
    septets = size(text)
    return septets <= GSM_7 if septets is not None else len(text.encode("utf-16-be")) <= 2 * UCS_2


def one_segment(words: str, link: str) -> str:
    """The words and the link in one segment: the words are cut at the end, never the link.

    Typographic signs become plain ones, which leaves more room. A link that fills a segment stands alone, whole.
    """
    words = " ".join(words.translate(_AS_TYPED).split())
    whole = f"{words} {link}".strip()
    if fits(whole):
        return whole
    for end in range(len(words) - 1, 0, -1):
        cut = f"{words[:end].rstrip()}... {link}".strip()
        if fits(cut):
            return cut
    return link
