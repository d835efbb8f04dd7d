"""Requests a second: the real web server on a port of this machine, and several clients who ask as fast as they can."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final, Self

from django.apps import apps

from complaints.management.measuring.pages import Page, percentile

CLIENTS: Final = 8
SECONDS: Final = 6.0
_PATIENCE: Final = 40.0


@dataclass(frozen=True, slots=True)
class Served:
    """What eight clients got of one page."""

    name: str
    a_second: float
    p95: float


class Server:
    """gunicorn as the product runs it, for as long as the `with` lasts."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    def __enter__(self) -> Self:
        words = [sys.executable, "-m", "gunicorn", "--config", "python:recovery.gunicorn", "recovery.wsgi"]
        environment = {**os.environ, "PORT": str(self.port), "BIND": "127.0.0.1"}
        self._process = subprocess.Popen(words, env=environment, cwd=project(), stderr=subprocess.DEVNULL)
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                self._ask(self._connection(), "/healthz", {})
            except OSError:
                time.sleep(0.2)
            else:
                return self
        self.__exit__()
        raise RuntimeError("The web server did not answer.")

    def __exit__(self, *_error: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(20)

    def serve(self, page: Page) -> Served:
        """Ask for a page from all clients at once and count what comes back."""
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in page.client.cookies.items())
        headers = {"Cookie": cookie} if cookie else {}
        with ThreadPoolExecutor(CLIENTS) as threads:
            runs = [threads.submit(self._insist, page.addresses, headers) for _client in range(CLIENTS)]
            times = [one for run in runs for one in run.result()]
        return Served(page.name, len(times) / SECONDS, percentile(times, 95))

    def peak_memory(self) -> int:
        """The most that any of its processes has taken so far, in MB."""
        return max((peak_of(pid) for pid in (self._process.pid, *_children(self._process.pid))), default=0)

    def _insist(self, addresses: Sequence[str], headers: dict[str, str]) -> list[float]:
        connection, times = self._connection(), []
        asked, until = cycle(addresses), time.perf_counter() + SECONDS
        while (began := time.perf_counter()) < until:
            self._ask(connection, next(asked), headers)
            times.append((time.perf_counter() - began) * 1000)
        connection.close()
        return times

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def _ask(self, connection: http.client.HTTPConnection, address: str, headers: dict[str, str]) -> None:
        connection.request("GET", address, headers={**headers, "Host": "localhost"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{address} answered {answer.status}")


def project() -> Path:
    """The folder of the project, where manage.py and the web server are started."""
    return Path(apps.get_app_config("complaints").path).parent


def peak_of(pid: int) -> int:
    """The most memory a process has taken so far, in MB; 0 for one that has gone."""
    try:
        status = Path("/proc", str(pid), "status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def _children(pid: int) -> list[int]:
    listed = Path("/proc", str(pid), "task", str(pid), "children")
    try:
        return [int(child) for child in listed.read_text(encoding="ascii").split()]
    except OSError:
        return []
