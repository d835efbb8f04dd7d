"""A cache that may be away: rate limits and cached pieces are lost for a moment, no page is."""

from collections.abc import Iterable
from typing import Any, TypeVar

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

T = TypeVar("T")
log = structlog.get_logger(__name__)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache, except that a Redis that does not answer counts as an empty cache.

    Only what allauth's rate limits and our own counters call is covered; anything else still raises.
    """

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Store unless it is there; True when Redis is away, as if it had been stored."""
        try:
            return bool(super().add(*args, **kwargs))
        except RedisError as error:
            return self._away(error, True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Fetch, or the default when it is missing or Redis is away."""
        try:
            return super().get(key, default=default, version=version)
        except RedisError as error:
            return self._away(error, default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Store, or forget when Redis is away."""
        try:
            super().set(*args, **kwargs)
        except RedisError as error:
            self._away(error, None)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Count up; when Redis is away the count begins anew."""
        try:
            return int(super().incr(key, delta, version=version))
        except RedisError as error:
            return self._away(error, delta)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Remove; False when there was nothing or Redis is away."""
        try:
            return bool(super().delete(*args, **kwargs))
        except RedisError as error:
            return self._away(error, False)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """Fetch several; none when Redis is away."""
        try:
            return dict(super().get_many(keys, version=version))
        except RedisError as error:
            return self._away(error, {})

    @staticmethod
    def _away(error: RedisError, instead: T) -> T:
        log.warning("cache.away", error=str(error))
        return instead
