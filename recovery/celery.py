"""The Celery application: jobs are hints, rows in the database are the truth."""

import os
import time
from typing import Any

import structlog
from celery import Celery
from celery.beat import Scheduler
from celery.signals import beat_init, celeryd_init, heartbeat_sent, setup_logging, worker_ready
from redis.exceptions import RedisError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")

app = Celery("recovery")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["complaints.jobs"])


@setup_logging.connect
def _log_as_django_does(**_: Any) -> None:
    """Keep Celery from setting up logging of its own: Django's settings have done so."""


@celeryd_init.connect
@beat_init.connect
def _make_servers_ready(**_: Any) -> None:
    """Hold the embedded servers for as long as a worker or beat runs."""
    from recovery import servers

    servers.ready()


@worker_ready.connect
@heartbeat_sent.connect
def _worker_lives(**_: Any) -> None:
    """Leave the worker's sign of life; Celery calls every two seconds."""
    leave_sign_of_life("worker")


class PulsingScheduler(Scheduler):
    """Celery's scheduler in memory, which leaves a sign of life at every turn."""

    _signed_at = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due and say that beat lives; return the seconds until the next turn."""
        wait: float = super().tick(*args, **kwargs)
        if time.monotonic() - self._signed_at >= 2:
            self._signed_at = time.monotonic()
            leave_sign_of_life("beat")
        return wait


def leave_sign_of_life(name: str) -> None:
    """Write the key that readiness looks for. A Redis that is away is readiness's matter, not the caller's."""
    from recovery import health

    try:
        health.leave_sign_of_life(name)
    except RedisError as error:
        structlog.get_logger(__name__).warning("health.no_sign", of=name, error=str(error))
