"""A mail as it came, taken apart: who wrote to whom, what they say, what came with it, what the headers tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import sha256
from typing import Any, Final

from tnefparse import TNEF

from complaints.common.words import clean, clean_line
from complaints.incoming.charsets import header_text, text_of
from complaints.incoming.plain_text import text_of_html
from complaints.incoming.quoting import fold

LARGEST: Final = 25 * 1024 * 1024
"""Bytes of one mail that are read; of a longer one only the headers are."""
_BESIDE: Final = 20_000  # bytes by which the charset of a bare header is guessed
_MOST_PARTS: Final = 500
_MOST_NAMED: Final = 50  # Message-IDs and addresses that are looked at in one header
_LONGEST_TEXT: Final = 200_000  # letters of a body; a longer one is in the original
_SMALL_PICTURE: Final = 20_000  # bytes; a smaller one inside the text is the logo of a signature
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{3,200}>")
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()]{1,190}")
_TO: Final = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Resent-To")
_WINMAIL: Final = "application/ms-tnef"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that came with a mail."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the post says beside the mail: None where it does not say; an empty sender is the null sender."""

    sender: str | None = None
    recipient: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail that was read. Addresses are in lower case; headers are those that tell robots from people."""

    message_id: str = ""
    sender: str = ""
    sender_name: str = ""
    recipients: Sequence[str] = ()
    answers: Sequence[str] = ()
    subject: str = ""
    said: str = ""
    quoted: str = ""
    sent_at: datetime | None = None
    files: Sequence[Enclosure] = ()
    headers: dict[str, str] = field(default_factory=dict)
    is_report: bool = False
    null_sender: bool = False


def identity_of(raw: bytes) -> str:
    """What makes two arrivals one mail: the same Message-ID, sender, date, subject and content; 64 letters.

    The content counts as it is read: servers and providers encode a mail anew on its way, and add headers. The
    Message-ID alone would let a stranger who has seen one keep a mail away.
    """
    mail = BytesParser(policy=policy.compat32).parsebytes(raw)
    told = sha256()
    for name in ("Message-ID", "From", "Date", "Subject"):
        told.update(b"%b\0" % " ".join(str(mail.get(name, "")).split()).encode("utf-8", "surrogateescape"))
    for part in _parts(mail, into_mails=True):
        if not part.is_multipart():
            told.update(b"%b\0" % b" ".join(_bytes(part).split()))
    return told.hexdigest()


def read(raw: bytes, envelope: Envelope = Envelope()) -> Letter:
    """Read a mail, whatever is wrong with it: what cannot be understood is left out, the original is kept elsewhere."""
    mail = BytesParser(policy=policy.compat32).parsebytes(raw)
    headers = _headers(mail, beside=raw[:_BESIDE])
    name, sender = next(iter(_addresses(headers.get("from", []))), ("", ""))
    parts = list(_parts(mail))
    text, enclosures = _content(parts)
    subject = clean_line(_first(headers, "subject"))[:250]
    folded = fold(text, subject=subject)
    path = _first(headers, "return-path")
    return Letter(
        message_id=next(iter(_MESSAGE_ID.findall(_first(headers, "message-id"))), ""),
        sender=sender,
        sender_name=clean_line(name)[:160],
        recipients=_recipients(headers, envelope),
        answers=_answers(headers),
        subject=subject,
        said=folded.said,
        quoted=folded.quoted,
        sent_at=_moment(_first(headers, "date")),
        files=enclosures,
        headers={one: values[0][:500] for one, values in headers.items() if one in _TELLING},
        is_report=_type(mail) == "multipart/report",
        null_sender=envelope.sender == "" or (envelope.sender is None and path.strip() == "<>"),
    )


def reported(raw: bytes) -> tuple[str, Sequence[str], str]:
    """What a delivery report says: how it went, the Message-IDs it names, and why. All empty for one that says nothing.

    Every mail inside is looked at, also one inside another: servers wrap reports into reports.
    """
    mail = BytesParser(policy=policy.compat32).parsebytes(raw)
    action, status, why, names = "", "", "", list[str]()
    for part in _parts(mail, into_mails=True):
        headers = _headers(part)
        action = action or _first(headers, "action").strip().lower()
        status = status or _first(headers, "status").strip()
        why = why or clean_line(_first(headers, "diagnostic-code"))[:400]
        if part is not mail:
            names += _MESSAGE_ID.findall(_first(headers, "message-id"))
        if _type(part) == "text/rfc822-headers":
            names += _MESSAGE_ID.findall(text_of(_bytes(part)))
    return action, names[:_MOST_NAMED], f"{status} {why}".strip()


_TELLING: Final = frozenset(
    [
        "auto-submitted",
        "precedence",
        "list-id",
        "list-unsubscribe",
        "x-auto-response-suppress",
        "x-autoreply",
        "x-autorespond",
        "x-loop",
        "x-failed-recipients",
        "feedback-id",
    ]
)


def _headers(mail: Message, *, beside: bytes = b"") -> dict[str, list[str]]:
    """Every header, decoded, by its name in lower case."""
    found: dict[str, list[str]] = {}
    for name, value in mail.raw_items():
        found.setdefault(str(name).lower(), []).append(header_text(str(value), beside=beside))
    return found


def _first(headers: dict[str, list[str]], name: str) -> str:
    return headers.get(name, [""])[0]


def _addresses(values: Sequence[str]) -> list[tuple[str, str]]:
    """Names with their addresses, those that can be one."""
    found = []
    for name, address in getaddresses([value[:20_000] for value in values]):
        match = _ADDRESS.fullmatch(address.strip())
        if match:
            found.append((name, match[0].lower()))
    return found


def _recipients(headers: dict[str, list[str]], envelope: Envelope) -> tuple[str, ...]:
    """Everybody it was to, each once; whom the post names first."""
    told = [envelope.recipient or "", *(value for name in _TO for value in headers.get(name.lower(), []))]
    return tuple(dict.fromkeys(address for _name, address in _addresses(told)))


def _answers(headers: dict[str, list[str]]) -> tuple[str, ...]:
    """The Message-IDs a mail says it answers, the nearest first."""
    named = _MESSAGE_ID.findall(" ".join(headers.get("in-reply-to", [])))
    older = _MESSAGE_ID.findall(" ".join(headers.get("references", [])))
    return tuple(dict.fromkeys([*named, *reversed(older)]))[:_MOST_NAMED]


def _moment(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _parts(mail: Message, *, into_mails: bool = False) -> Iterator[Message]:
    """Every part, from the outside in; a mail inside a mail is one part unless it is to be looked into."""
    waiting, seen = [mail], 0
    while waiting and seen < _MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        yield part
        inside = part.get_payload()
        if isinstance(inside, list) and (into_mails or part is mail or _type(part).startswith("multipart/")):
            waiting[:0] = [one for one in inside if isinstance(one, Message)]


def _type(part: Message) -> str:
    return str(part.get_content_type())


def _content(parts: Sequence[Message]) -> tuple[str, tuple[Enclosure, ...]]:
    """The text of a mail, plain where there is one, and its files."""
    plain, html, files = list[str](), list[str](), list[Enclosure]()
    for part in parts:
        if part.is_multipart() and not _type(part).startswith("message/"):
            continue
        if _is_winmail(part):
            words, inside = _from_winmail(_bytes(part))
            plain += [words] if words else []
            files += inside
        elif _is_words(part):
            text = text_of(_bytes(part), _charset(part))[:_LONGEST_TEXT]
            (html if _type(part) == "text/html" else plain).append(text)
        elif (enclosure := _enclosure(part)) is not None:
            files.append(enclosure)
    body = "\n".join(plain)
    if not clean(body):
        body = "\n".join(text_of_html(one) for one in html)
    return re.sub(r"\n{3,}", "\n\n", clean(body)), tuple(files)


def _is_words(part: Message) -> bool:
    """Whether a part is what was written; what calls itself multipart and has no parts is broken, and is shown."""
    is_text = _type(part) in {"text/plain", "text/html"} or _type(part).startswith("multipart/")
    return is_text and _disposition(part) != "attachment" and not _file_name(part)


def _is_winmail(part: Message) -> bool:
    return _type(part) == _WINMAIL or _file_name(part).lower() == "winmail.dat"


def _enclosure(part: Message) -> Enclosure | None:
    """A part as a file; None for the parts of a report and for the small pictures of a signature."""
    kind = _type(part)
    if kind in {"message/delivery-status", "message/disposition-notification", "text/rfc822-headers"}:
        return None
    content = _bytes(part)
    is_logo = kind.startswith("image/") and part.get("Content-ID") and _disposition(part) != "attachment"
    if not content or (is_logo and len(content) < _SMALL_PICTURE):
        return None
    ending = ".eml" if kind.startswith("message/") else ""
    return Enclosure(_file_name(part) or f"{kind.replace('/', '-')}{ending}", content)


def _bytes(part: Message) -> bytes:
    """The content of a part with its transfer encoding undone; of a mail inside, that mail."""
    if part.is_multipart():
        return b"\n\n".join(bytes(one) for one in part.get_payload() if isinstance(one, Message))
    content: Any = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _charset(part: Message) -> str:
    declared = part.get_param("charset", "")
    return str(declared[2] if isinstance(declared, tuple) else declared)[:40].strip("'\" ")


def _disposition(part: Message) -> str:
    return str(part.get("Content-Disposition", "")).split(";")[0].strip().lower()


def _file_name(part: Message) -> str:
    """What a file is called, in any of the ways in which mail programs say it."""
    name = part.get_param("filename", None, "content-disposition") or part.get_param("name", None)
    if isinstance(name, tuple):
        charset, _language, value = name
        return clean_line(text_of(value.encode("latin-1", "replace"), charset or ""))[:200]
    return clean_line(header_text(str(name)))[:200] if name else ""


def _from_winmail(content: bytes) -> tuple[str, list[Enclosure]]:
    """The text and the files of a winmail.dat; nothing where it is damaged."""
    try:
        packed = TNEF(content)
        body, html = packed.body or "", packed.htmlbody or ""
    except Exception:  # noqa: BLE001 - the library raises what it stumbles over; the mail must not
        return "", [Enclosure("winmail.dat", content)]
    words = _words(body).strip() or text_of_html(_words(html))
    return words, [Enclosure(clean_line(str(one.long_filename() or one.name)), one.data) for one in packed.attachments]


def _words(value: Any) -> str:
    return text_of(value) if isinstance(value, bytes) else str(value)
