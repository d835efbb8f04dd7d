"""Gateways for text messages on 127.0.0.1, over real sockets: Twilio as its documents say, and one of one's own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

ACCOUNT: Final = "AC" + "0" * 32
TOKEN: Final = "what Twilio and the product share"
SENDER: Final = "+12025550100"
_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_LONGEST: Final = 1_600


class Gateway(Protocol):
    """Answers a call with a status and what is told."""

    def take(self, method: str, path: str, headers: Mapping[str, str], fields: Mapping[str, str]) -> tuple[int, Any]:
        """One call, its names in lower case."""


class Twilio:
    """Messages as the REST API of 2010-04-01 takes them: `POST /2010-04-01/Accounts/{sid}/Messages.json`."""

    def __init__(self) -> None:
        self.url = ""
        self.taken: dict[str, Mapping[str, str]] = {}
        self.refuses: dict[str, tuple[int, int]] = {}
        """Status and code for a number, such as 400 and 21610 for one that answered STOP."""

    def take(self, method: str, path: str, headers: Mapping[str, str], fields: Mapping[str, str]) -> tuple[int, Any]:
        wrong = self._wrong(method, path, headers, fields)
        if wrong is not None:
            status, code = wrong
            about = f"https://www.twilio.com/docs/errors/{code}"
            return status, {"code": code, "message": "It is refused.", "more_info": about, "status": status}
        sid = f"SM{len(self.taken):032x}"
        self.taken[sid] = fields
        told = {name: fields.get(name.title()) for name in ("to", "from", "body")}
        return 201, {"sid": sid, "status": "queued", "error_code": None, "num_segments": "1", **told}

    def report(self, sid: str, status: str, *, token: str = TOKEN, code: str = "") -> int:
        """Call back where the message asked for it; the status of the answer."""
        fields = {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "From": SENDER,
            "MessageSid": sid,
            "MessageStatus": status,
            "SmsSid": sid,
            "SmsStatus": status,
            "To": self.taken[sid]["To"],
            **({"ErrorCode": code} if code else {}),
        }
        url = self.taken[sid]["StatusCallback"]
        kind = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
        return posted(url, urlencode(fields).encode(), {**kind, "X-Twilio-Signature": signature(token, url, fields)})

    def _wrong(
        self, method: str, path: str, headers: Mapping[str, str], fields: Mapping[str, str]
    ) -> tuple[int, int] | None:
        basic = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if (method, path) != ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"):
            return 404, 20404
        if headers.get("authorization") != f"Basic {basic}":
            return 401, 20003
        if headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            return 400, 21604
        told = {**fields, "From": fields.get("From") or fields.get("MessagingServiceSid", "")}
        for name, code in (("To", 21604), ("Body", 21602), ("From", 21603)):
            if not told.get(name):
                return 400, code
        if len(fields["Body"]) > _LONGEST:
            return 400, 21617
        return self.refuses.get(fields["To"]) or (None if _E164.fullmatch(fields["To"]) else (400, 21211))


class OurOwn:
    """A gateway that knows keys: what it has taken once it takes no second time."""

    def __init__(self, secret: str) -> None:
        self.url = ""
        self.secret = secret
        self.calls: list[tuple[str, Mapping[str, str], Mapping[str, str]]] = []
        self.taken: dict[str, str] = {}

    def take(self, method: str, path: str, headers: Mapping[str, str], fields: Mapping[str, str]) -> tuple[int, Any]:
        self.calls.append((method, headers, fields))
        if headers.get("x-key") != self.secret:
            return 403, {"error": "unknown key"}
        return 200, {"id": self.taken.setdefault(headers["idempotency-key"], f"sms-{len(self.taken)}")}

    def report(self, url: str, **told: Any) -> int:
        """Say what became of a message; the status of the answer."""
        kind = {"Content-Type": "application/json", "Authorization": f"Bearer {self.secret}"}
        return posted(url, json.dumps(told).encode(), kind)


def signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    """The header X-Twilio-Signature: HMAC-SHA1 over the address and the fields in the order of their names."""
    signed = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def posted(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post over a socket of its own; the status of the answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, dict(headers)), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return int(error.code)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take a call."""
        gateway: Gateway = self.server.gateway  # type: ignore[attr-defined]
        where = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        is_json = headers.get("content-type") == "application/json"
        found = json.loads(body) if is_json else {}
        fields = found or {name: values[0] for name, values in parse_qs(body or where.query).items()}
        status, told = gateway.take(self.command, where.path, headers, fields)
        words = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    do_GET = do_PUT = do_POST  # noqa: N815 - named by the standard library

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def opened(gateway: Twilio | OurOwn) -> Iterator[None]:
    """Let a gateway answer."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.gateway = gateway  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        gateway.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield
        finally:
            server.shutdown()
