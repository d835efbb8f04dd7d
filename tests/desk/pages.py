"""What a page says to go on by."""

from __future__ import annotations

import re
from html import unescape
from typing import Any


def next_address(answer: Any) -> str:
    """Where the link to the next page leads; empty on the last one."""
    link = re.search(r'<a [^>]*href="([^"]*)"[^>]*rel="next"', answer.content.decode())
    return unescape(link[1]) if link else ""
