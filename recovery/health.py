"""Whether the process lives, and whether everything that it needs is there."""

from collections.abc import Callable
from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

SIGN_LASTS = 15  # seconds; signs are left every two to five


@cache
def _redis() -> "redis.Redis":
    """Connect quickly or not at all."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0)
    )


def leave_sign_of_life(name: str) -> None:
    """Say that the worker or beat lives; the sign fades by itself.

    Raises:
        redis.exceptions.RedisError: Redis does not answer.
    """
    _redis().set(f"recovery:alive:{name}", "1", ex=SIGN_LASTS)


def forget_signs_of_life() -> None:
    """Forget who was alive before a start.

    Raises:
        redis.exceptions.RedisError: Redis does not answer.
    """
    _redis().delete("recovery:alive:worker", "recovery:alive:beat")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process lives, and ask nobody else."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, Redis, worker and beat are all there, else 503 with the reason of each."""
    troubles = {name: find_trouble() for name, find_trouble in CHECKS.items()}
    parts = {name: {"ready": not trouble, "reason": trouble} for name, trouble in troubles.items()}
    ready = not any(troubles.values())
    return JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)


def _database_trouble() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"The database does not answer ({error.__class__.__name__})."
    return ""


def _redis_trouble() -> str:
    try:
        _redis().ping()
    except redis.RedisError as error:
        return f"Redis does not answer ({error.__class__.__name__})."
    return ""


def _no_sign_of(name: str) -> Callable[[], str]:
    def find_trouble() -> str:
        try:
            seen = _redis().exists(f"recovery:alive:{name}")
        except redis.RedisError:
            return f"Without Redis nobody can tell whether the {name} lives."
        return "" if seen else f"No sign of life from the {name} for {SIGN_LASTS} seconds."

    return find_trouble


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database_trouble,
    "redis": _redis_trouble,
    "worker": _no_sign_of("worker"),
    "beat": _no_sign_of("beat"),
}
