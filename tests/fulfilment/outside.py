"""A system outside on 127.0.0.1 that takes orders over real sockets, or misbehaves as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

HANG: Final = -1  # says nothing
DROP: Final = -2  # takes the order and hangs up without an answer
DRIP: Final = -3  # begins an answer that never ends
Answer = tuple[int, object]


class Outside:
    """What came in, and how the server answers from now on; each key counts once."""

    def __init__(self) -> None:
        self.answer: Callable[[str, int], Answer] = lambda key, _times: (200, {"reference": f"PAY-{key[:6]}"})
        self.calls: list[tuple[Mapping[str, str], bytes]] = []
        self.paid: dict[str, int] = {}
        self.port = 0
        self.closing = threading.Event()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/orders"

    def keys(self) -> list[str]:
        """The keys in the order in which they came."""
        return [headers["idempotency-key"] for headers, _body in self.calls]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        outside: Outside = self.server.outside  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        key = headers["idempotency-key"]
        with outside.lock:
            outside.calls.append((headers, body))
            outside.paid[key] = outside.paid.get(key, 0) + 1
            times = outside.paid[key]
        status, told = outside.answer(key, times)
        if status in {HANG, DROP}:
            outside.closing.wait(30 if status == HANG else 0)
            self.close_connection = True
            return
        if status == DRIP:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not outside.closing.wait(0.1):
                self.wfile.write(b"X-More: x\r\n")
            return
        text = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", outside.url)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_facts: Any) -> None:
        """A client that hung up is what some tests are about."""


@contextmanager
def a_system(settings: Any) -> Iterator[Outside]:
    """Open a system outside that the product may send to."""
    outside = Outside()
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.outside = outside  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        outside.port = server.server_address[1]
        settings.FULFILMENT_TO_LOOPBACK, settings.FULFILMENT_TIMEOUT = True, 0.5
        try:
            yield outside
        finally:
            outside.closing.set()
            server.shutdown()
