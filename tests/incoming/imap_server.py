"""IMAP servers on 127.0.0.1: pymap, a whole one in a process of its own, and one that refuses what it is told to."""

from __future__ import annotations

import imaplib
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from recovery.env import Imap
from tests.recovery.processes import eventually

FOLDER: Final = "Complaints in"


class MailServer:
    """A real IMAP server with one user and a folder for complaints."""

    def __init__(self, port: int) -> None:
        self.where = Imap("127.0.0.1", port, "demouser", "demopass", FOLDER, "imap")

    def connect(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self.where.host, self.where.port, timeout=5)
        client.login(self.where.user, self.where.password)
        return client

    def put(self, *mails: bytes, at: datetime | None = None) -> None:
        """Let mails lie in the folder, since a moment."""
        with self.connect() as client:
            for mail in mails:
                client.append(f'"{FOLDER}"', "", imaplib.Time2Internaldate(at) if at else "", mail)

    def read_everything(self) -> None:
        """Somebody else opens the folder and reads it all."""
        with self.connect() as client:
            client.select(f'"{FOLDER}"')
            client.store("1:*", "+FLAGS", r"(\Seen)")

    def flags(self) -> str:
        with self.connect() as client:
            client.select(f'"{FOLDER}"', readonly=True)
            return str(client.fetch("1:*", "(FLAGS)")[1])

    def number_anew(self, *mails: bytes, at: datetime | None = None) -> None:
        """Make the folder again: the same mails have other numbers, under another validity."""
        with self.connect() as client:
            client.delete(f'"{FOLDER}"')
            client.create(f'"{FOLDER}"')
        self.put(*mails, at=at)


@contextmanager
def pymap(log: Path) -> Iterator[MailServer]:
    """Run pymap until the block ends."""
    port = _free_port()
    words = [str(Path(sys.executable).with_name("pymap")), "--no-tls", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as out, subprocess.Popen([*words, "dict", "--demo-data"], stdout=out, stderr=out) as process:
        try:
            assert eventually(lambda: _answers(port)), log.read_text()
            server = MailServer(port)
            with server.connect() as client:
                client.create(f'"{FOLDER}"')
            yield server
        finally:
            process.terminate()


class Stubborn:
    """A server with mails by number; it says NO to some, and hangs up at others."""

    def __init__(self, mails: dict[int, bytes]) -> None:
        self.mails = mails
        self.refused: set[int] = set()
        self.hangs_up_at: set[int] = set()
        self.asked: list[int] = []
        self.where = Imap("127.0.0.1", 0, "user", "secret", "INBOX", "imap")

    def answer(self, command: str) -> bytes | None:
        """What it says to a command, without its tag; None to hang up."""
        words = command.upper().split()
        if words[0] == "EXAMINE":
            return b"* OK [UIDVALIDITY 7] fine\r\n"
        if words[:2] == ["UID", "SEARCH"]:
            return b"* SEARCH %b\r\n" % " ".join(map(str, sorted(self.mails))).encode()
        if words[:2] == ["UID", "FETCH"]:
            return self._fetch(int(words[2]), whole="BODY" in words[3])
        return b"* CAPABILITY IMAP4rev1\r\n" if words[0] == "CAPABILITY" else b""

    def _fetch(self, uid: int, *, whole: bool) -> bytes | None:
        self.asked.append(uid)
        if uid in self.hangs_up_at:
            return None
        if uid in self.refused:
            return b"NO"
        raw = self.mails[uid]
        if not whole:
            return b"* 1 FETCH (RFC822.SIZE %d UID %d)\r\n" % (len(raw), uid)
        return b"* 1 FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (uid, len(raw), raw)


class _Clerk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: Stubborn = self.server.stubborn  # type: ignore[attr-defined]
        self.wfile.write(b"* OK here\r\n")
        for line in self.rfile:
            tag, _gap, command = line.decode().strip().partition(" ")
            said = server.answer(command)
            if said is None:
                return
            end = b"NO never\r\n" if said == b"NO" else b"OK done\r\n"
            with suppress(OSError):
                self.wfile.write(b"%b%b %b" % (b"" if said == b"NO" else said, tag.encode(), end))


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def stubborn(mails: dict[int, bytes]) -> Iterator[Stubborn]:
    """Open the server that refuses what it is told to."""
    told = Stubborn(mails)
    with _Server(("127.0.0.1", 0), _Clerk) as server:
        server.stubborn = told  # type: ignore[attr-defined]
        told.where = told.where._replace(port=server.server_address[1])
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield told
        finally:
            server.shutdown()


def _answers(port: int) -> bool:
    try:
        with imaplib.IMAP4("127.0.0.1", port, timeout=2) as client:
            return bool(client.noop())
    except (OSError, imaplib.IMAP4.error):
        return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
