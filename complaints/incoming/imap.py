"""Read a mailbox over IMAP: nothing in it is changed, moved or marked, whoever else looks into it."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from complaints.incoming.letter import LARGEST

PATIENCE: Final = 20  # seconds until a server that says nothing counts as away
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)", re.IGNORECASE)
_ARRIVED: Final = re.compile(rb'INTERNALDATE "([^"]+)"', re.IGNORECASE)


class MailboxError(Exception):
    """The server does not answer, does not let us in, or does not give what was asked for."""


class Where(Protocol):
    """Where a mailbox is, and how one gets in; `security` is imaps, imap+tls or imap."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def folder(self) -> str: ...
    @property
    def security(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Piece:
    """One mail as the server keeps it: of one that is larger than we read, only the headers."""

    raw: bytes = field(repr=False)
    size: int
    arrived_at: datetime | None


class OpenMailbox:
    """A mailbox that was opened for reading."""

    def __init__(self, client: imaplib.IMAP4, *, uid_validity: int) -> None:
        self._client = client
        self.uid_validity = uid_validity

    def uids_from(self, low: int) -> list[int]:
        """The numbers of the mails from one number on, in order."""
        told = _answer(self._client.uid("SEARCH", f"UID {low}:*"))
        numbers = (int(number) for line in told if isinstance(line, bytes) for number in line.split())
        return sorted(number for number in numbers if number >= low)  # `*` is the last one, even below

    def fetch(self, uid: int) -> Piece | None:
        """One mail; None where somebody has taken it away meanwhile. It stays as unread as it was."""
        about = b" ".join(_flat(_answer(self._client.uid("FETCH", str(uid), "(RFC822.SIZE INTERNALDATE)"))))
        size = _SIZE.search(about)
        if size is None:
            return None
        what = "HEADER" if int(size[1]) > LARGEST else ""
        told = _answer(self._client.uid("FETCH", str(uid), f"(BODY.PEEK[{what}])"))
        raw = next((one[1] for one in told if isinstance(one, tuple)), None)
        return None if raw is None else Piece(raw, max(int(size[1]), len(raw)), _moment(_ARRIVED.search(about)))


@contextmanager
def open_mailbox(where: Where) -> Iterator[OpenMailbox]:
    """Sign in and open the folder, and leave at the end; whatever goes wrong meanwhile is a MailboxError."""
    try:
        client = _connected(where)
        try:
            _answer(client.login(where.user, where.password))
            _answer(client.select(_quoted(where.folder), readonly=True))
            yield OpenMailbox(client, uid_validity=_validity(client))
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                client.logout()
            with suppress(OSError):
                client.shutdown()  # a connection that broke off is not closed by signing out
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(str(error) or type(error).__name__) from error


def _connected(where: Where) -> imaplib.IMAP4:
    if where.security == "imaps":
        return imaplib.IMAP4_SSL(where.host, where.port, ssl_context=ssl.create_default_context(), timeout=PATIENCE)
    client = imaplib.IMAP4(where.host, where.port, timeout=PATIENCE)
    if where.security == "imap+tls":
        client.starttls(ssl.create_default_context())
    return client


def _answer(told: tuple[str, list[Any]]) -> list[Any]:
    """What the server says to a command it carried out."""
    if told[0] != "OK":
        raise MailboxError(b" ".join(_flat(told[1])).decode(errors="replace") or told[0])
    return told[1]


def _flat(told: list[Any]) -> list[bytes]:
    return [piece for one in told for piece in (one if isinstance(one, tuple) else (one,)) if isinstance(piece, bytes)]


def _validity(client: imaplib.IMAP4) -> int:
    told = _flat(list(client.response("UIDVALIDITY")[1] or []))
    if not told:
        raise MailboxError("The server does not say which numbers are valid (UIDVALIDITY).")
    return int(told[0])


def _moment(found: re.Match[bytes] | None) -> datetime | None:
    try:
        return datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(UTC) if found else None
    except ValueError:
        return None


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
