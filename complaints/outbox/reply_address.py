"""Reply addresses: by the address alone an answer finds the message it answers, and nobody can make one up."""

from __future__ import annotations

import re
from typing import Final

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from complaints.outbox.models import Message

_SALT: Final = "complaints.outbox.reply_address"
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_SEAL: Final = 25  # letters of base 36: 129 bits
_MARK: Final = re.compile(r"(?P<version>[0-9a-z]{1,4})-(?P<number>[0-9a-z]{1,12})-(?P<seal>[0-9a-z]{25})")


def reply_address(message: Message) -> str:
    """Where answers to a message to a customer go; empty where no such address is configured.

    It is bound to the message, the complaint and the recipient, in letters that survive a change of case. It does not
    expire; taking a version out of MAIL_REPLY_KEYS revokes all that were made with it.
    """
    base, keys = settings.MAIL_REPLY_ADDRESS, settings.MAIL_REPLY_KEYS
    if not (base and keys and message.to_customer and message.about and message.pk):
        return ""
    local, _at, domain = base.rpartition("@")
    mark = f"{keys[0]}-{_base36(message.pk)}-{_seal(message, keys[0])}"
    return f"{local}+{mark}@{domain}" if local else f"r-{mark}@{domain}"


def answered(address: str) -> Message | None:
    """The message that an answer to this address answers; None where the address is none of ours or was revoked."""
    mark = _mark_in(address)
    if mark is None or mark["version"] not in settings.MAIL_REPLY_KEYS:
        return None
    number = int(mark["number"], 36)
    message = Message.objects.filter(pk=number, to_customer=True).first() if number < 2**63 else None
    if message is None or not constant_time_compare(_seal(message, mark["version"]), mark["seal"]):
        return None
    return message


def is_reply_address(address: str) -> bool:
    """Whether an address is where answers come to, whatever its mark is worth."""
    base_local, _at, base_domain = settings.MAIL_REPLY_ADDRESS.lower().rpartition("@")
    local, _at, domain = address.lower().rpartition("@")
    if not base_domain or domain != base_domain:
        return False
    return not base_local or local.partition("+")[0] == base_local


def _mark_in(address: str) -> dict[str, str] | None:
    if not is_reply_address(address):
        return None
    local = address.lower().rpartition("@")[0]
    mark = local.partition("+")[2] if "+" in local else local.removeprefix("r-")
    found = _MARK.fullmatch(mark)
    return found.groupdict() if found else None


def _seal(message: Message, version: str) -> str:
    told = f"{version}:{message.pk}:{message.about}:{message.recipient.lower()}"
    digest = salted_hmac(_SALT, told, algorithm="sha256").digest()
    return _base36(int.from_bytes(digest[:17], "big")).zfill(_SEAL + 2)[-_SEAL:]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, last = divmod(number, 36)
        digits = _DIGITS[last] + digits
    return digits or "0"
