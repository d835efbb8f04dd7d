"""Secrets handed out in links, and the references that people read over the telephone."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import NewType

Reference = NewType("Reference", str)
Token = NewType("Token", str)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
CHECK_PRIME = 31
REFERENCES = 32**7  # how many there are
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
_SPOKEN = re.compile(r"[\s\-–—_.]+")


def new_token() -> Token:
    """128 random bits for a link, safe in a URL."""
    return Token(secrets.token_urlsafe(16))


def token_hash(token: str) -> bytes:
    """What the database keeps of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def new_voucher_code() -> str:
    """80 random bits as people type them: `7K3M-9QX2-HB4T-0W5V`."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(16))
    return "-".join(body[i : i + 4] for i in range(0, 16, 4))


def read_voucher_code(text: str) -> str:
    """A voucher's code as it was typed or read aloud; empty when it cannot be one."""
    body = _SPOKEN.sub("", text.strip().upper()).translate(_READ_AS)
    if len(body) != 16 or any(c not in ALPHABET for c in body):
        return ""
    return "-".join(body[i : i + 4] for i in range(0, 16, 4))


def new_reference() -> Reference:
    """A reference such as `C-7K3M9QXR`: seven random characters of Crockford base 32 and a check character."""
    return reference_of(secrets.randbelow(REFERENCES))


def reference_of(number: int) -> Reference:
    """The reference with this number, from 0 to REFERENCES - 1."""
    body = "".join(ALPHABET[(number >> shift) & 31] for shift in range(30, -1, -5))
    return Reference(f"C-{body}{_check_character(body)}")


def read_reference(text: str) -> Reference | None:
    """Read a reference as people type or say it (`c 7k3m-9qx2`, O for 0); None when it cannot be one."""
    spoken = _SPOKEN.sub("", text.strip().upper())
    spoken = spoken[1:] if len(spoken) == 9 and spoken.startswith("C") else spoken
    body = spoken.translate(_READ_AS)
    if len(body) != 8 or any(c not in ALPHABET for c in body) or _check_character(body[:7]) != body[7]:
        return None
    return Reference(f"C-{body}")


def _check_character(body: str) -> str:
    """Catch any one mistyped character and any two exchanged ones: the weighted sum modulo a prime below 32."""
    total = sum((place + 1) * ALPHABET.index(c) for place, c in enumerate(body))
    return ALPHABET[total % CHECK_PRIME]
