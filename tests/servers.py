"""The servers that tests run on, and the wall around them: nothing leaves this machine."""

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings

from recovery import embedded


def pytest_configure(config: pytest.Config) -> None:
    """Find or start the servers; the first process of a run starts them, the last one out stops them."""
    embedded.hold(settings.DATA_DIR, fsync=False)


class OutsideError(AssertionError):
    """A test tried to reach another machine."""


@pytest.fixture(scope="session", autouse=True)
def _nothing_leaves_this_machine() -> Iterator[None]:
    """Refuse connections to anything but sockets in files and the loopback addresses."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guard(method: Any) -> Any:
        def guarded(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and not _is_here(str(address[0])):
                raise OutsideError(f"A test tried to reach {address}.")
            return method(self, address)

        return guarded

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guard(connect))
        patch.setattr(socket.socket, "connect_ex", guard(connect_ex))
        yield


def _is_here(host: str) -> bool:
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def _empty_redis() -> Iterator[None]:
    """Give every test a Redis in which nothing is stored, counted or queued."""
    yield
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


@pytest.fixture(autouse=True)
def _files_of_its_own(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> None:
    """Keep attachments of a test out of those of another."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
