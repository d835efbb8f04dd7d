"""Real processes for the tests of the runtime: what they print, who is left when they are gone."""

import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from recovery import embedded, env

SYSTEM_PYTHON = f"/usr/bin/python3.{sys.version_info.minor}"
PACKAGES = sysconfig.get_path("platlib")
PATIENCE = 40  # seconds; two cores are shared with the rest of the tests


def environment(data: Path, **more: str) -> dict[str, str]:
    """Give a clean environment with a data folder of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "DATA_DIR": str(data), "PYTHONWARNINGS": "error::ResourceWarning", **more}


def python(
    code: str, data: Path, settings: Mapping[str, str] | None = None, *, user: int | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a piece of Python to its end, as another user if one is named: that one gets the system's own Python."""
    return subprocess.run(
        [sys.executable if user is None else SYSTEM_PYTHON, "-c", code],
        cwd=env.ROOT,
        env={**environment(data), **(settings or {}), "PYTHONPATH": PACKAGES},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )


def others_may_enter(path: Path) -> bool:
    """Tell whether another user may enter a folder: all those above it must be open."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


@contextmanager
def holder(data: Path) -> Iterator["subprocess.Popen[str]"]:
    """Keep a process that holds the servers until the block ends; a killed one may be left to lie."""
    code = "from recovery import servers; servers.ready(); print('held', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=env.ROOT,
        env=environment(data),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(PATIENCE)
        process.stdout.close()


def living(data: Path) -> dict[str, int]:
    """Give the pids of the embedded servers that run for a data folder."""
    here = embedded.place(data)
    pids = {"postgres": embedded._postgres_pid(here), "redis": embedded._redis_pid(here)}
    return {name: pid for name, pid in pids.items() if pid}


def with_data(data: Path) -> set[int]:
    """Give every process that was started for a data folder, by its environment or its command line."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(data) in words:
            found.add(int(process.name))
    return found


def kill_all(pids: set[int]) -> None:
    """Kill processes that this test started, the hard way and all at once."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def eventually(claim: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Wait until a claim holds; False when it never does."""
    until = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
