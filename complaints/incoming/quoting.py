"""Tell what somebody wrote now from the history that their mail program put below it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_FORWARDED: Final = re.compile(r"^\s*(?:fwd?|wg|tr|rv|i|enc|转发|轉寄|転送)\s*[:\uff1a]", re.IGNORECASE)
_WROTE: Final = re.compile(
    r"^(?:on\b.{6,}\bwrote|am\b.{6,}\bschrieb\b.*|le\b.{6,}\ba écrit|el\b.{6,}\bescribió|il\b.{6,}\bha scritto"
    r"|op\b.{6,}\bschreef\b.*|在.{6,}写道|于.{6,}写道|.{6,}(?:写道|寫道)|.{6,}のメール)\s*[:\uff1a]$",
    re.IGNORECASE,
)
_BEGINS_WROTE: Final = re.compile(r"^(?:(?:on|am|le|el|il|op)\b|在|于)", re.IGNORECASE)
_BY_A_PROGRAM: Final = re.compile(r"@|\d{1,2}[:\uff1a]\d{2}")
_DIVIDER: Final = re.compile(
    r"^(?:-{2,}\s*(?:original message|original appointment|ursprüngliche nachricht|message d'origine|mensaje original"
    r"|原始邮件|原始郵件|回复的原邮件|元のメッセージ)\s*-{2,}|_{20,})$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"^\*?(?:from|von|de|da|van|发件人|寄件者|差出人)\s*[:\uff1a]\*?\s*\S", re.IGNORECASE)
_SENT: Final = re.compile(
    r"^\*?(?:sent|date|to|subject|gesendet|an|betreff|envoyé|à|objet|enviado|para|asunto|发送时间|日期|收件人|主题|寄件日期"
    r"|送信日時|宛先|件名)\s*[:\uff1a]",
    re.IGNORECASE,
)
_LONGEST_WROTE: Final = 3  # lines over which a mail program may break "On … wrote:"
_HEADER_LINES: Final = 5  # below "From:", within which the next header stands
SIGNATURE: Final = re.compile(r"^-- ?$")


@dataclass(frozen=True, slots=True)
class Folded:
    """What was written now, and the history below it, both as they stood."""

    said: str
    quoted: str = ""


def fold(text: str, *, subject: str = "") -> Folded:
    """Cut the history from the end of a text; nothing is cut from a forwarded mail, whose history is the matter.

    Answers written between quoted lines stay where they are with the lines they answer. Where nothing would be left,
    everything is what was said.
    """
    lines = text.split("\n")
    at = None if _FORWARDED.match(subject) else _where_history_begins(lines)
    if at is None:
        return Folded(text.strip())
    said = "\n".join(_without_signature(lines[:at])).strip()
    return Folded(said, "\n".join(lines[at:]).strip()) if said else Folded(text.strip())


def _where_history_begins(lines: list[str]) -> int | None:
    """The first line from which on everything was written before, or None."""
    for number, line in enumerate(lines):
        bare = line.strip().lstrip("> ").strip()
        if not bare:
            continue
        if _DIVIDER.match(bare) and _only_headers_or_quotes(lines, number + 1):
            return number
        if _FROM.match(bare) and any(_SENT.match(one.strip()) for one in lines[number + 1 : number + _HEADER_LINES]):
            return number
        if _is_wrote(lines, number) and _ends_in_quotes(lines, number):
            return number
    return _trailing_quotes(lines)


def _is_wrote(lines: list[str], number: int) -> bool:
    """Whether "On … wrote:" begins here, on one line or broken over several without a gap."""
    start = lines[number].strip()
    if _WROTE.match(start):
        return True
    if not _BEGINS_WROTE.match(start):
        return False
    for more in range(1, _LONGEST_WROTE):
        below = [one.strip() for one in lines[number + 1 : number + 1 + more]]
        if not all(below) or any(_BEGINS_WROTE.match(one) for one in below):
            return False
        if _WROTE.match(" ".join([start, *below])):
            return True
    return False


def _ends_in_quotes(lines: list[str], number: int) -> bool:
    """Whether nothing but quoted lines follows.

    Some programs quote without any mark; then the line above must be one that only a program writes, with an address
    or the minute, as people too say that on Monday somebody wrote something.
    """
    below = [line for line in lines[number + 1 :] if line.strip()]
    while below and not below[0].lstrip().startswith(">") and len(below[0]) < 80 and _ends_a_wrote(below[0]):
        below = below[1:]
    marked = [line.lstrip().startswith(">") for line in below]
    named = _BY_A_PROGRAM.search(" ".join(lines[number : number + _LONGEST_WROTE]))
    return all(marked) or (named is not None and not any(marked))


def _ends_a_wrote(line: str) -> bool:
    return line.rstrip().endswith((":", "\uff1a"))


def _only_headers_or_quotes(lines: list[str], number: int) -> bool:
    """Whether a divider is one: headers of the older mail, or quoted lines, follow, or nothing."""
    below = [line.strip() for line in lines[number:] if line.strip()][:3]
    return not below or any(_FROM.match(line) or _SENT.match(line) or line.startswith(">") for line in below)


def _trailing_quotes(lines: list[str]) -> int | None:
    """Where the quoted lines at the very end begin, or None where the last line is not quoted."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and (lines[start - 1].lstrip().startswith(">") or not lines[start - 1].strip()):
        start -= 1
    while start < end and not lines[start].strip():
        start += 1
    return start if start < end else None


def _without_signature(lines: list[str]) -> list[str]:
    """Leave out what stands below the agreed mark of a signature."""
    for number, line in enumerate(lines):
        if SIGNATURE.match(line):
            return lines[:number]
    return lines
