"""A mail transport that writes every mail into a file, for the embedded set-up and for tests.

A file carries its Message-ID as its name, so that a mail handed over a second time, after a crash, is recognised.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9.@_-]+")


class EmailBackend(BaseEmailBackend):
    """Django's name for a mail backend; `EMAIL_FILE_PATH` is the folder."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each mail once; a mail that is there already counts as taken."""
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for mail in email_messages:
            mime = mail.message()
            place = folder / f"{_NOT_IN_A_NAME.sub('', str(mime['Message-ID']))}.eml"
            if not place.exists():
                _write_whole(place, mime.as_bytes())
        return len(email_messages)


def _write_whole(place: Path, content: bytes) -> None:
    """Let the file appear under its name only when all of it is on the disk."""
    handle, unfinished = tempfile.mkstemp(dir=place.parent, prefix=".")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(unfinished).replace(place)
