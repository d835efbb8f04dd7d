"""Hand an order to a system outside: over HTTPS, to public addresses only, without following where it points."""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from complaints.fulfilment.models import Trouble

CONNECT_WITHIN: Final = 5.0  # seconds
MOST_READ: Final = 64 * 1024
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_WRAPPING: Final = tuple(ipaddress.ip_network(one) for one in ("64:ff9b::/96", "2002::/16", "2001::/32", "::/96"))
"""IPv6 addresses that lead to an IPv4 one, which nobody has judged."""
_PASSES: Final = frozenset({408, 409, 423, 425, 429})
_TO_SIGN_IN: Final = frozenset({401, 403})


class SendError(Exception):
    """The order was not taken; `permanent` says whether trying again could help."""

    def __init__(self, trouble: Trouble, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.trouble = trouble
        self.reason = reason
        self.permanent = permanent


def is_address(url: str) -> bool:
    """Whether an order may ever go there: HTTPS, or HTTP to this very machine; no name or password inside."""
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


def send(url: str, body: bytes, headers: dict[str, str]) -> str:
    """Post an order; the reference in the answer, empty where none is in it. Raises SendError.

    No redirect is followed and no proxy asked. The address is looked up once, judged, and connected to as judged. All
    of it ends within FULFILMENT_TIMEOUT seconds, however slowly an answer drips in.
    """
    if not is_address(url):
        raise SendError(Trouble.NOT_ALLOWED, url, permanent=True)
    parts = urlsplit(url)
    where = parts.path or "/"
    where += f"?{parts.query}" if parts.query else ""
    line = _Line(parts)
    try:
        with _within(line, settings.FULFILMENT_TIMEOUT):
            line.request("POST", where, body, {"Content-Type": "application/json", "User-Agent": "recovery", **headers})
            answer = line.getresponse()
            told = answer.read(MOST_READ)
        if line.has_timed_out:  # what was cut off looks like an answer that has ended
            raise TimeoutError
    except SendError:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = isinstance(error, TimeoutError) or line.has_timed_out
        trouble = Trouble.TIMED_OUT if late else Trouble.UNREACHABLE
        raise SendError(trouble, str(error) or type(error).__name__) from error
    finally:
        line.close()
    _judge(answer.status)
    return _reference(told)


def _judge(status: int) -> None:
    """Tell what passes from what is for good: a wrong secret is ours to mend, so it passes."""
    if 200 <= status < 300:
        return
    if status in _TO_SIGN_IN:
        raise SendError(Trouble.SIGN_IN, str(status))
    if status >= 500 or status in _PASSES:
        raise SendError(Trouble.NOT_NOW, str(status))
    raise SendError(Trouble.REFUSED, str(status), permanent=True)


def _reference(told: bytes) -> str:
    """The reference in an answer, cut to what we keep; empty for an answer in any other form."""
    try:
        found: Any = json.loads(told)
    except (ValueError, RecursionError):
        return ""
    reference = found.get("reference") if isinstance(found, dict) else None
    return reference if isinstance(reference, str) else ""


class _Line(http.client.HTTPConnection):
    """A connection to an address that was judged; with TLS, to whoever proves to be the host that was asked for."""

    def __init__(self, parts: SplitResult) -> None:
        self._is_secure = parts.scheme == "https"
        self.has_timed_out = False
        port = parts.port or (443 if self._is_secure else 80)
        super().__init__(parts.hostname or "", port, timeout=CONNECT_WITHIN)
        self.default_port = 443 if self._is_secure else 80  # what the Host header leaves out

    def connect(self) -> None:
        """Connect to the first of the host's addresses; all of them have to be allowed."""
        found = _looked_up(self.host, self.port)
        line = socket.create_connection(found, timeout=CONNECT_WITHIN)
        line.settimeout(settings.FULFILMENT_TIMEOUT)
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


def _looked_up(host: str, port: int) -> tuple[str, int]:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SendError(Trouble.UNREACHABLE, str(error)) from error
    addresses = [str(row[4][0]) for row in rows]
    if not addresses or not all(_is_allowed(one, host) for one in addresses):
        raise SendError(Trouble.NOT_ALLOWED, ", ".join(addresses), permanent=True)
    return addresses[0], port


def _is_allowed(address: str, host: str) -> bool:
    """Whether an address is a public one; this very machine only by its own names and where the settings allow it."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif not found.is_loopback and any(found in one for one in _WRAPPING):
            return False
    if found.is_loopback:
        return host in _LOOPBACK and bool(settings.FULFILMENT_TO_LOOPBACK)
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
