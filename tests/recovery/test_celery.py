"""Hints to workers: quick to give, quick to fail, and the table of periodic jobs names jobs that exist."""

from pathlib import Path

import pytest
from django.conf import settings

from recovery.celery import app
from recovery.schedule import JOBS
from tests.recovery.processes import python


def test_every_periodic_job_is_a_task_that_exists() -> None:
    app.loader.import_default_modules()

    assert {job.task for job in JOBS} <= set(app.tasks)
    assert all(job.seconds > 0 for job in JOBS)
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_a_job_ends_before_its_message_is_given_to_another_worker() -> None:
    again_after = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]

    assert isinstance(again_after, int)
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT < again_after


@pytest.mark.parametrize("how", ["gone", "hanging"])
def test_when_redis_is_away_a_hint_fails_within_a_second_and_the_cache_is_empty(tmp_path: Path, how: str) -> None:
    data = tmp_path / "var"
    code = """
import os, signal, time
os.environ["DJANGO_SETTINGS_MODULE"] = "recovery.settings"
from recovery import embedded, env, servers
servers.ready()
import django; django.setup()
import logging; logging.disable()
from django.core.cache import cache
from recovery.celery import app
from kombu.exceptions import OperationalError
app.send_task("messages.send_missed")
cache.set("count", 5)
pid = embedded._redis_pid(embedded.place(env.data_dir()))
os.kill(pid, signal.SIGKILL if os.environ["HOW"] == "gone" else signal.SIGSTOP)
time.sleep(0.3)
for _ in range(2):
    began = time.monotonic()
    try:
        app.send_task("messages.send_missed")
    except OperationalError:
        print("away", time.monotonic() - began < 1.5)
began = time.monotonic()
print(cache.get("count", "nothing"), cache.add("x", 1), cache.incr("count"), time.monotonic() - began < 2.5)
if os.environ["HOW"] == "hanging":
    os.kill(pid, signal.SIGCONT)
"""
    said = python(code, data, {"HOW": how})

    assert (said.stdout, said.stderr) == ("away True\naway True\nnothing True 1 True\n", "")
