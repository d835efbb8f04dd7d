"""Start everything that the product consists of, keep it running, and end all of it together."""

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from recovery import env, servers

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
_LOG_GROWS_TO = 10 * 1024 * 1024  # bytes, before the next start puts it aside
_GRACE = 15  # seconds for a part to finish what it is at


@dataclass
class Part:
    """One process of the product, restarted when it dies."""

    name: str
    words: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0  # monotonic seconds
    pause: float = field(default=1.0)  # seconds until the next try; doubles while it keeps dying at once


def parts() -> list[Part]:
    """List the processes of the product."""
    celery = [sys.executable, "-m", "celery", "--app", "recovery"]
    worker = ["worker", "--loglevel", "INFO", "--concurrency", str(env.number("WORKERS", 2, least=1, most=64))]
    return [
        Part("web", [sys.executable, "-m", "gunicorn", "--config", "python:recovery.gunicorn", "recovery.wsgi"]),
        Part("worker", [*celery, *worker, "--without-gossip", "--without-mingle"]),
        Part("beat", [*celery, "beat", "--loglevel", "INFO", "--pidfile="]),
    ]


class Supervisor:
    """Keeps the parts running until it is told to stop."""

    def __init__(self, data: Path, port: int) -> None:
        self._data = data
        self._port = port
        self._parts = parts()
        self._stopping = False

    def run(self) -> int:
        """Prepare, start, watch, and end everything; return the exit status for the shell.

        Raises:
            recovery.env.Refused: another one is at work in this data folder, or the port is taken.
        """
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        signal.signal(signal.SIGINT, self._ask_to_stop)
        if "MAKELEVEL" in os.environ:
            die_with_parent()
        self._data.mkdir(parents=True, exist_ok=True)
        lock = _only_one(self._data / "run.lock")
        _check_port(self._port)
        servers.ready()
        try:
            status = self._prepare()
            if status == 0 and not self._stopping:
                self._start_all()
                self._welcome()
                self._watch()
            return status
        finally:
            self._end_all()
            os.close(lock)

    def _ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _prepare(self) -> int:
        """Bring tables, files and demonstration up to date in a process of its own, which gives its memory back."""
        step = Part("prepare", [sys.executable, "-m", "recovery.prepare"])
        self._start(step)
        while step.process is not None and step.process.poll() is None:
            if self._stopping:
                _end(step)
            time.sleep(0.05)
        status = step.process.returncode if step.process else 1
        if status and not self._stopping:
            log = self._log(step)
            print(f"The preparation failed; the end of {log}:", file=sys.stderr)
            print("\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]), file=sys.stderr)
        return 0 if self._stopping else status

    def _log(self, part: Part) -> Path:
        return self._data / "log" / f"{part.name}.log"

    def _start(self, part: Part) -> None:
        """Start a part in a session of its own, so that only we hear Ctrl-C; if we are killed, it is told to end."""
        log = self._log(part)
        log.parent.mkdir(mode=0o700, exist_ok=True)
        if log.exists() and log.stat().st_size > _LOG_GROWS_TO:
            shutil.move(log, log.with_suffix(".old.log"))
        with log.open("ab") as output:
            part.process = subprocess.Popen(
                part.words,
                cwd=env.ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        part.started_at = time.monotonic()

    def _start_all(self) -> None:
        for part in self._parts:
            self._start(part)

    def _watch(self) -> None:
        """Restart what dies, until we are asked to stop."""
        while not self._stopping:
            if servers.mend():
                print("An embedded server had ended and was started again.", flush=True)
            for part in self._parts:
                self._restart_if_dead(part)
            time.sleep(0.2)

    def _restart_if_dead(self, part: Part) -> None:
        if part.process is None or part.process.poll() is None:
            return
        lived = time.monotonic() - part.started_at
        if lived < part.pause:
            return
        if lived > 60:
            part.pause = 1.0
        print(
            f"{part.name} ended with {part.process.returncode} and is started again; see {self._log(part)}", flush=True
        )
        part.pause = min(part.pause * 2, 30.0)
        self._start(part)

    def _welcome(self) -> None:
        """Wait until everything answers and tell the person at the terminal where to go."""
        until = time.monotonic() + 60
        while not self._stopping and not _ready(self._port):
            for part in self._parts:
                self._restart_if_dead(part)
            if time.monotonic() > until:
                print(f"Not everything answers yet; see http://localhost:{self._port}/readyz", flush=True)
                break
            time.sleep(0.1)
        if self._stopping:
            return
        demonstration = self._data / "demonstration.txt"
        print(f"\nService recovery is at http://localhost:{self._port}/\n")
        if demonstration.exists():
            print(demonstration.read_text(encoding="utf-8"))
        print("Ctrl-C ends it.", flush=True)

    def _end_all(self) -> None:
        """Ask every part to end at once, wait for all, and kill what does not listen."""
        running = [part for part in self._parts if part.process and part.process.poll() is None]
        for part in running:
            _send(part, signal.SIGTERM)
        until = time.monotonic() + _GRACE
        for part in running:
            _end(part, until=until)


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it is gone, killed even."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _send(part: Part, how: signal.Signals) -> None:
    if part.process and part.process.poll() is None:
        part.process.send_signal(how)


def _end(part: Part, *, until: float = 0.0) -> None:
    """End a part and whatever it started."""
    if part.process is None:
        return
    _send(part, signal.SIGTERM)
    try:
        part.process.wait(timeout=max(until - time.monotonic(), 0) if until else _GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(part.process.pid, signal.SIGKILL)
        part.process.wait()


def _only_one(path: Path) -> int:
    """Make sure that only one supervisor works in a data folder.

    Raises:
        recovery.env.Refused: another one does.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise env.Refused(
            f"It is running already with the data in {path.parent}; set DATA_DIR and PORT for a second one."
        ) from None
    return descriptor


def _check_port(port: int) -> None:
    """See that the port is free before anything is started.

    Raises:
        recovery.env.Refused: something else listens there.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((env.text("BIND", "127.0.0.1"), port))
        except OSError as error:
            env.refuse("PORT", f"{port} cannot be listened on ({error.strerror}); set another one.")


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(Supervisor(env.data_dir(), env.port()).run())
