"""Mails as they come in: real ones from files, and small ones for one claim."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

MAILS: Final = Path(__file__).parent / "mails"
AT: Final = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
OUR_ADDRESS: Final = "complaints@hotel.example"


def a_file(name: str, **replaced: str) -> bytes:
    """One of the files, with some of its bytes replaced: `ours` stands for the Message-ID of a mail of ours."""
    raw = MAILS.joinpath(f"{name}.eml").read_bytes()
    if "ours" in replaced:
        raw = raw.replace(b"<ours@hotel.example>", replaced["ours"].encode())
        raw = raw.replace(b"@@OURS@@", replaced["ours"].encode())
    return raw


def a_mail(
    text: str = "The room was cold.",
    *,
    sender: str = "Cara Castillo <cara@demo.example>",
    to: str = OUR_ADDRESS,
    subject: str = "Cold room",
    name: str = "small-1@demo.example",
    **headers: str,
) -> bytes:
    """A small mail in plain text; further headers by their names, with `_` for `-`."""
    more = "".join(f"{key.replace('_', '-')}: {value}\r\n" for key, value in headers.items())
    head = f"Message-ID: <{name}>\r\nFrom: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n{more}"
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()
