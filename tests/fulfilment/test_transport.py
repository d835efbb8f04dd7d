"""Where orders may go: to public addresses, by HTTPS, and to this very machine only where that is allowed."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from complaints.common.calling import MOST_READ, is_address
from complaints.fulfilment.models import Trouble
from complaints.fulfilment.transport import SendError, send
from tests.fulfilment.outside import Outside

NAMES = {"idempotency-key": "k"}


@pytest.mark.parametrize(
    "url",
    [
        "http://pay.example/",
        "ftp://pay.example/",
        "https://user:word@pay.example/",
        "https://pay.example/#x",
        "https:///orders",
        "https://pay.example:99999/",
        "https://pay.example/a b",
        "file:///etc/passwd",
        "http://127.0.0.1.pay.example/",
        "javascript:alert(1)",
        "",
    ],
)
def test_other_addresses_are_none(url: str) -> None:
    assert not is_address(url)


@pytest.mark.parametrize(
    "url", ["https://pay.example", "https://pay.example:8443/a?b=c", "http://localhost:9/", "http://[::1]:9/"]
)
def test_these_are_addresses(url: str) -> None:
    assert is_address(url)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.5",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "127.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.5",
        "64:ff9b::a00:5",
        "2002:a00:5::1",
    ],
)
def test_a_name_that_leads_inside_is_not_sent_to(address: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FULFILMENT_TO_LOOPBACK = True
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443)), (0, 0, 0, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: rows)
    with pytest.raises(SendError) as found:
        send("https://pay.example/", b"{}", NAMES)
    assert (found.value.trouble, found.value.permanent) == (Trouble.NOT_ALLOWED, True)


def test_this_machine_is_sent_to_only_where_that_is_allowed(outside: Outside, settings: Any) -> None:
    assert send(outside.url, b"{}", NAMES) == "PAY-k"
    settings.FULFILMENT_TO_LOOPBACK = False
    with pytest.raises(SendError) as found:
        send(outside.url, b"{}", NAMES)
    assert found.value.trouble == Trouble.NOT_ALLOWED


@pytest.mark.parametrize(
    "told", [b"", b"[]", b'{"reference": 7}', b"[" * 50_000, b'{"reference": "' + b"x" * MOST_READ]
)
def test_an_answer_of_another_form_holds_no_reference(told: bytes, outside: Outside) -> None:
    outside.answer = lambda _key, _times: (200, told)
    assert send(outside.url, b"{}", NAMES) == ""


def test_a_server_that_is_not_there_passes(outside: Outside) -> None:
    with pytest.raises(SendError) as found:
        send("http://127.0.0.1:9/", b"{}", NAMES)
    assert (found.value.trouble, found.value.permanent) == (Trouble.UNREACHABLE, False)
