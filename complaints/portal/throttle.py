"""How often one address may do what costs us something. Counted in the cache: when that is away, nobody is held up."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from complaints.common.counting import times

WINDOW: Final = timedelta(minutes=10)


class Deed(StrEnum):
    COMPLAIN = "complain"
    ASK_FOR_LINK = "ask_for_link"
    WRITE = "write"


MOST: Final[dict[Deed, int]] = {Deed.COMPLAIN: 300, Deed.ASK_FOR_LINK: 30, Deed.WRITE: 120}
"""Times per window and address. Generous, since a whole office or hotel may stand behind one address."""


def is_too_often(request: HttpRequest, deed: Deed) -> bool:
    """Count one more time, and say whether it is one too many."""
    key = f"portal:{deed}:{_neighbourhood(get_adapter().get_client_ip(request))}"
    return times(key, within=WINDOW) > MOST[deed]


def _neighbourhood(address: str) -> str:
    """The address; of version 6 the network of 64 bits, which is what one customer is given."""
    ip = ip_address(address)
    return str(ip_network((ip, 64), strict=False).network_address) if isinstance(ip, IPv6Address) else str(ip)
