"""Whether the process lives and is ready, as a load balancer asks."""

import pytest
from django.test import Client

from recovery import health

pytestmark = pytest.mark.django_db


def test_a_living_process_answers_without_asking_anybody(client: Client, django_assert_num_queries: object) -> None:
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
