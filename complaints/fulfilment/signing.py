"""How both sides know who speaks: an HMAC over the moment and the body, with the secret of the endpoint."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Final

KEY: Final = "Idempotency-Key"
TIMESTAMP: Final = "Recovery-Timestamp"
SIGNATURE: Final = "Recovery-Signature"
VERSION: Final = "v1"
SKEW: Final = timedelta(minutes=5)
"""How far apart the clocks of the two sides may be; a signature is good for as long."""


def headers(key: str, body: bytes, *, secret: str, at: datetime) -> dict[str, str]:
    """What goes with a body: the key of the order, the moment in seconds since 1970, and the signature."""
    moment = str(int(at.timestamp()))
    return {KEY: key, TIMESTAMP: moment, SIGNATURE: f"{VERSION}={_signature(moment, body, secret)}"}


def is_genuine(body: bytes, *, timestamp: str, signature: str, secret: str, at: datetime) -> bool:
    """Whether whoever knows the secret signed this body within SKEW of a moment."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        return False
    if abs(at.timestamp() - int(timestamp)) > SKEW.total_seconds():
        return False
    expected = f"{VERSION}={_signature(timestamp, body, secret)}"
    return hmac.compare_digest(expected.encode(), signature.encode())


def _signature(timestamp: str, body: bytes, secret: str) -> str:
    """HMAC-SHA256, in hexadecimal, over the timestamp, a full stop and the body."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, "sha256").hexdigest()
