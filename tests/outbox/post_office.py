"""A mail server on 127.0.0.1 that takes mails over real sockets, or misbehaves as it is told."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import Message as Mail
from typing import Any, Final

HANG: Final = "(says nothing)"
DROP: Final = "(hangs up)"
Answer = Callable[[str], str]
"""What to say to a command, such as `RCPT TO:<c@demo.example>`, or to `.`, the end of a mail; empty for the usual."""


class PostOffice:
    """What came in, and how the server answers from now on."""

    def __init__(self) -> None:
        self.answer: Answer = lambda _command: ""
        self.connections = 0
        self.port = 0
        self.closing = threading.Event()
        self._taken: list[bytes] = []
        self._lock = threading.Lock()

    @property
    def mails(self) -> list[Mail]:
        """Every mail that reached the server whole, in the order in which they came; also those it then refused."""
        return [message_from_bytes(one, policy=policy.default) for one in self._taken]

    def recipients(self) -> list[str]:
        """Whom they were to."""
        return [str(mail["To"]) for mail in self.mails]

    def take(self, mail: bytes) -> None:
        with self._lock:
            self._taken.append(mail)

    def greet(self) -> None:
        with self._lock:
            self.connections += 1


class _Counter(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self) -> None:
        office: PostOffice = self.server.office  # type: ignore[attr-defined]
        office.greet()
        if not self._say(office.answer("(connects)") or "220 here"):
            return
        for line in self.rfile:
            command = (line[:4].upper() + line[4:]).decode().rstrip()
            usual = {"QUIT": "221 bye", "DATA": "354 go on", "EHLO": "250 here"}.get(command[:4], "250 fine")
            said = office.answer(command) or usual
            if not self._say(said) or command == "QUIT":
                return
            if said.startswith("354"):
                office.take(b"".join(iter(self.rfile.readline, b".\r\n")))
                if not self._say(office.answer(".") or "250 taken"):
                    return

    def _say(self, words: str) -> bool:
        """Say it and go on, unless it is no answer."""
        if words == HANG:
            self.server.office.closing.wait(30)  # type: ignore[attr-defined]
        if words in {HANG, DROP}:
            return False
        self.wfile.write(f"{words}\r\n".encode())
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def post_office(settings: Any) -> Iterator[PostOffice]:
    """Open a mail server and let the product send through it."""
    office = PostOffice()
    with _Server(("127.0.0.1", 0), _Counter) as server:
        server.office = office  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        office.port = server.server_address[1]
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 0.5
        try:
            yield office
        finally:
            office.closing.set()
            server.shutdown()
