"""Call a system outside: over HTTPS, to public addresses only, without following where it points."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import Timer
from typing import Final
from urllib.parse import SplitResult, urlsplit

CONNECT_WITHIN: Final = 5.0  # seconds
MOST_READ: Final = 64 * 1024
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_WRAPPING: Final = tuple(ipaddress.ip_network(one) for one in ("64:ff9b::/96", "2002::/16", "2001::/32", "::/96"))
"""IPv6 addresses that lead to an IPv4 one, which nobody has judged."""


class Why(StrEnum):
    """Why there is no answer."""

    NOT_ALLOWED = "not_allowed"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"


class NoAnswer(Exception):
    """Nobody answered, or nobody may be asked there."""

    def __init__(self, why: Why, reason: str) -> None:
        super().__init__(reason)
        self.why = why
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a call may take, in seconds from the first byte to the last, and whether it may stay on this machine."""

    seconds: float
    to_loopback: bool = False


def is_address(url: str) -> bool:
    """Whether anything may ever go there: HTTPS, or HTTP to this very machine; no name or password inside."""
    try:
        parts = urlsplit(url)
        port_is_read = parts.port is None or parts.port > 0
    except ValueError:
        return False
    if not (url.isascii() and url.isprintable() and " " not in url and parts.hostname and port_is_read):
        return False
    if parts.username is not None or parts.password is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def call(method: str, url: str, body: bytes, headers: Mapping[str, str], *, bounds: Bounds) -> tuple[int, bytes]:
    """Send a request; the status and the beginning of the answer. Raises NoAnswer.

    No redirect is followed and no proxy asked. The address is looked up once, judged, and connected to as judged. All
    of it ends within the bounds, however slowly an answer drips in.
    """
    if not is_address(url):
        raise NoAnswer(Why.NOT_ALLOWED, url)
    parts = urlsplit(url)
    where = parts.path or "/"
    where += f"?{parts.query}" if parts.query else ""
    line = _Line(parts, bounds)
    try:
        with _within(line, bounds.seconds):
            line.request(method, where, body, {"User-Agent": "recovery", **headers})
            answer = line.getresponse()
            told = answer.read(MOST_READ)
        if line.has_timed_out:  # what was cut off looks like an answer that has ended
            raise TimeoutError
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = isinstance(error, TimeoutError) or line.has_timed_out
        raise NoAnswer(Why.TIMED_OUT if late else Why.UNREACHABLE, str(error) or type(error).__name__) from error
    finally:
        line.close()
    return answer.status, told


class _Line(http.client.HTTPConnection):
    """A connection to an address that was judged; with TLS, to whoever proves to be the host that was asked for."""

    def __init__(self, parts: SplitResult, bounds: Bounds) -> None:
        self._bounds = bounds
        self._is_secure = parts.scheme == "https"
        self.has_timed_out = False
        port = parts.port or (443 if self._is_secure else 80)
        super().__init__(parts.hostname or "", port, timeout=CONNECT_WITHIN)
        self.default_port = 443 if self._is_secure else 80  # what the Host header leaves out

    def connect(self) -> None:
        """Connect to the first of the host's addresses; all of them have to be allowed."""
        found = _looked_up(self.host, self.port, to_loopback=self._bounds.to_loopback)
        line = socket.create_connection(found, timeout=CONNECT_WITHIN)
        line.settimeout(self._bounds.seconds)
        self.sock = line
        if self._is_secure:
            self.sock = ssl.create_default_context().wrap_socket(line, server_hostname=self.host)

    def hang_up(self) -> None:
        """End it from another thread, whatever it waits for."""
        self.has_timed_out = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def _looked_up(host: str, port: int, *, to_loopback: bool) -> tuple[str, int]:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer(Why.UNREACHABLE, str(error)) from error
    addresses = [str(row[4][0]) for row in rows]
    if not addresses or not all(_is_allowed(one, host, to_loopback=to_loopback) for one in addresses):
        raise NoAnswer(Why.NOT_ALLOWED, ", ".join(addresses))
    return addresses[0], port


def _is_allowed(address: str, host: str, *, to_loopback: bool) -> bool:
    """Whether an address is a public one; this very machine only by its own names and where the settings allow it."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif not found.is_loopback and any(found in one for one in _WRAPPING):
            return False
    if found.is_loopback:
        return host in _LOOPBACK and to_loopback
    return found.is_global and not found.is_multicast


@contextmanager
def _within(line: _Line, seconds: float) -> Iterator[None]:
    """End a conversation that takes longer: a time-out of the socket is for each piece of it only."""
    timer = Timer(seconds, line.hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
