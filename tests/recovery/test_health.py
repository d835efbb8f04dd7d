"""Whether the process lives and is ready, as a load balancer asks."""

import pytest
import redis
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from recovery import health, probe

pytestmark = pytest.mark.django_db


def test_a_living_process_answers_without_asking_anybody(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_with_every_part_there_it_is_ready(client: Client) -> None:
    health.leave_sign_of_life("worker")
    health.leave_sign_of_life("beat")

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["ready"] is True


@pytest.mark.parametrize("missing", ["worker", "beat"])
def test_a_silent_part_is_named_with_its_reason(client: Client, missing: str) -> None:
    health.leave_sign_of_life("beat" if missing == "worker" else "worker")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert parts[missing] == {"ready": False, "reason": f"No sign of life from the {missing} for 15 seconds."}
    assert [name for name, part in parts.items() if not part["ready"]] == [missing]


def test_a_redis_that_is_away_is_named_and_with_it_what_it_hides(
    client: Client, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis.Redis.from_url(f"unix://{tmp_path}/nobody.sock") as nobody:
        monkeypatch.setattr(health, "_redis", lambda: nobody)
        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert {name: part["reason"] for name, part in answer.json()["parts"].items()} == {
        "database": "",
        "redis": "Redis does not answer (ConnectionError).",
        "worker": "Without Redis nobody can tell whether the worker lives.",
        "beat": "Without Redis nobody can tell whether the beat lives.",
    }


def test_a_database_that_is_away_is_named(client: Client) -> None:
    def away(*_: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(away):
        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["database"]["reason"] == "The database does not answer (OperationalError)."


def test_signs_of_life_fade_and_can_be_forgotten() -> None:
    health.leave_sign_of_life("beat")
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert 0 < client.ttl("recovery:alive:beat") <= health.SIGN_LASTS

    assert probe.trouble_with("beat") == ""
    health.forget_signs_of_life()
    assert probe.trouble_with("beat") == "No sign of life from the beat for 15 seconds."


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading_is_answered(client: Client, method: str) -> None:
    assert getattr(client, method)("/healthz").status_code == 405
    assert getattr(client, method)("/readyz").status_code == 405
