"""The whole product, as `make run` starts it, for tests that end parts of it."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from recovery import env
from tests.recovery.processes import environment, free_port, with_data


class Product:
    """The whole product on a port and with data of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *, port: int | None = None) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "recovery.supervisor"],
            cwd=env.ROOT,
            env=environment(self.data, PORT=str(port or self.port)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=3) as answer:
                return bool(json.load(answer)["ready"])
        except OSError:
            return False


def pids_of(data: Path, command: str) -> set[int]:
    """Give the processes of one part."""
    return {pid for pid in with_data(data) if command in _words(pid)}


def _words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []
