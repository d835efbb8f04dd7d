"""The servers from wheels: anywhere, for anybody, through every kind of end."""

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recovery import embedded, env
from tests.recovery.processes import (
    PACKAGES,
    SYSTEM_PYTHON,
    eventually,
    holder,
    kill_all,
    living,
    others_may_enter,
    python,
)

NOBODY = 65534
ASK = """
from recovery import embedded, env, servers
servers.ready()
import psycopg2, redis
place = embedded.place(env.data_dir())
connection = psycopg2.connect(host=str(place.sockets), user="recovery", dbname="recovery")
with connection.cursor() as cursor:
    cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
    print("postgres", cursor.fetchone()[0])
connection.close()
with redis.Redis.from_url(place.redis_url) as client:
    print("redis", client.ping())
"""
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
needs_another_user = pytest.mark.skipif(
    os.geteuid() != 0 or not Path(SYSTEM_PYTHON).exists() or not all(map(others_may_enter, (env.ROOT, Path(PACKAGES)))),
    reason="only root can become somebody else, who must be able to read the project",
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "var"


def test_a_command_without_configuration_finds_both_servers_and_leaves_none_behind(data: Path) -> None:
    said = python(ASK, data)

    assert (said.stdout, said.stderr) == ("postgres 18\nredis True\n", "")
    assert living(data) == {}
    assert not embedded.place(data).sockets.exists()


def test_a_long_path_with_spaces_and_quotes_will_do(tmp_path: Path) -> None:
    said = python(ASK, tmp_path / "it's a long path, really" / ("x" * 120) / "data (1)")

    assert (said.stdout, said.stderr) == ("postgres 18\nredis True\n", "")


def test_a_folder_in_any_letters_will_do_and_is_left_empty_of_servers(tmp_path: Path) -> None:
    data = tmp_path / "Übung 数据"
    said = python(ASK, data)

    assert (said.stdout, said.stderr) == ("postgres 18\nredis True\n", "")
    assert not (data / "postgres" / "postmaster.pid").exists(), "PostgreSQL takes it away when it ends"


def test_a_second_process_finds_the_servers_of_the_first_and_leaves_them_running(data: Path) -> None:
    with holder(data):
        began = living(data)
        assert python(ASK, data).returncode == 0
        assert living(data) == began
        assert set(began) == {"postgres", "redis"}
    assert living(data) == {}


def test_the_last_one_out_stops_the_servers_whoever_started_them(data: Path) -> None:
    with holder(data) as first, holder(data):
        first.communicate("\n", timeout=30)
        assert set(living(data)) == {"postgres", "redis"}
    assert living(data) == {}


def test_two_first_starts_at_once_make_one_pair_of_servers(data: Path) -> None:
    with holder(data), holder(data):
        assert set(living(data)) == {"postgres", "redis"}


def test_after_a_kill_of_the_servers_the_next_start_works(data: Path) -> None:
    with holder(data) as killed:
        kill_all({*living(data).values(), killed.pid})

    assert python(ASK, data).stdout == "postgres 18\nredis True\n"


def test_after_a_kill_of_their_user_the_next_one_finds_the_servers_and_ends_them(data: Path) -> None:
    with holder(data) as killed:
        kill_all({killed.pid})
        killed.wait()
    began = living(data)
    with holder(data):
        assert living(data) == began
        assert set(began) == {"postgres", "redis"}
    assert living(data) == {}


def test_a_pid_file_that_names_a_stranger_stops_nobody(data: Path) -> None:
    python(ASK, data)
    (data / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data}/postgres\n{int(time.time())}\n5432\n")

    assert python(ASK, data).stdout == "postgres 18\nredis True\n"


def test_a_half_made_cluster_is_made_anew(data: Path) -> None:
    (data / "postgres.new" / "base").mkdir(parents=True)

    assert python(ASK, data).stdout == "postgres 18\nredis True\n"


def test_what_is_queued_survives_a_kill_of_redis(data: Path) -> None:
    queue = ASK + "\nwith redis.Redis.from_url(place.redis_url) as client: client.lpush('celery', 'a hint')"
    read = ASK + "\nwith redis.Redis.from_url(place.redis_url) as client: print(client.llen('celery'))"
    with holder(data):
        python(queue, data)
        time.sleep(1.2)  # the file is written to the disk once a second
        kill_all({living(data)["redis"]})
        assert eventually(lambda: "redis" not in living(data))
        assert python(read, data).stdout.splitlines()[-1] == "1"


def test_a_held_server_that_died_is_mended(data: Path) -> None:
    here = embedded.hold(data, fsync=False)
    try:
        assert embedded.mend(data) is False
        kill_all({living(data)["redis"]})
        assert eventually(lambda: "redis" not in living(data))
        assert embedded.mend(data) is True
        assert set(living(data)) == {"postgres", "redis"}
        (here.sockets / ".s.PGSQL.5432").unlink()
        assert embedded.mend(data) is True
        assert python(ASK, data).stdout == "postgres 18\nredis True\n"
    finally:
        embedded.release(data)
    assert not here.sockets.exists()


def test_the_sockets_are_for_their_owner_alone(data: Path) -> None:
    with holder(data):
        here = embedded.place(data)
        found = here.sockets.stat()
        assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o700, here.uid)


def test_a_stranger_who_took_the_name_of_the_socket_folder_is_refused(data: Path, tmp_path: Path) -> None:
    sockets = embedded.place(data).sockets
    sockets.symlink_to(tmp_path)
    try:
        said = python(ASK, data)
    finally:
        sockets.unlink()

    assert said.returncode == 1
    assert said.stderr == f"{sockets} is not ours; remove it, the sockets of the servers go there.\n"


@only_root
def test_root_gives_the_servers_away_and_opens_no_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "var"
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (closed, tmp_path, tmp_path.parent)]

    with holder(data):
        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in living(data).values()}

    assert owners == {NOBODY}
    assert [stat.S_IMODE(path.stat().st_mode) for path in (closed, tmp_path, tmp_path.parent)] == modes


@pytest.fixture
def reachable() -> Iterator[Path]:
    """Give a data folder that another user may come to; those of pytest are closed."""
    home = Path(tempfile.mkdtemp(prefix="recovery-test-"))
    home.chmod(0o755)
    yield home / "var"
    shutil.rmtree(home)


@needs_another_user
def test_an_ordinary_user_starts_servers_of_their_own(reachable: Path) -> None:
    os.chown(reachable.parent, NOBODY, NOBODY)

    said = python(ASK, reachable, user=NOBODY)

    assert (said.stdout, said.stderr) == ("postgres 18\nredis True\n", "")
    assert python(ASK, reachable).stdout == "postgres 18\nredis True\n", "root uses them as well, and their owner stays"
    assert (reachable / "postgres").stat().st_uid == NOBODY
    assert python(ASK, reachable, user=NOBODY).stdout == "postgres 18\nredis True\n", "root left nothing in the way"


@needs_another_user
def test_a_folder_of_somebody_else_is_refused_with_a_sentence(reachable: Path) -> None:
    python(ASK, reachable)
    os.chown(reachable / "postgres", 12345, 12345)

    said = python(ASK, reachable, user=NOBODY)

    assert said.returncode == 1
    assert said.stderr == (
        f"The servers in {reachable} belong to another user; set DATA_DIR to a folder of your own.\n"
    )
