"""Files that come with a complaint: judged by their content, kept under names of ours, never served inline."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from complaints.cases import texts
from complaints.cases.models import Attachment, Case
from complaints.cases.pictures import DamagedPictureError, without_metadata
from complaints.common.actors import Actor, ActorKind
from complaints.common.errors import Invalid
from complaints.common.words import clean_line

LARGEST: Final = 10 * 1024 * 1024
MOST_FILES: Final = 10
PLAIN: Final = "text/plain"
ALLOWED: Final = {
    "image/jpeg": {".jpg", ".jpeg"},
    "image/png": {".png"},
    "image/gif": {".gif"},
    "image/webp": {".webp"},
    "image/heif": {".heic", ".heif"},
    "application/pdf": {".pdf"},
    PLAIN: {".txt"},
}


def examine(files: Sequence[UploadedFile[bytes]]) -> None:
    """Raise Invalid, naming the file, unless each is what we take: size, kind by content, a name that agrees, whole."""
    if len(files) > MOST_FILES:
        raise Invalid(field="attachments", sentence=_("Please attach at most %(most)s files.") % {"most": MOST_FILES})
    for file in files:
        name = shown_name(file.name or "")
        if not file.size:
            raise Invalid(field="attachments", sentence=_("“%(name)s” is empty.") % {"name": name})
        if file.size > LARGEST:
            raise Invalid(field="attachments", sentence=_("“%(name)s” is larger than 10 MB.") % {"name": name})
        media_type = media_type_of(file)
        if media_type is None:
            raise Invalid(
                field="attachments", sentence=_("“%(name)s” is not a picture, a PDF or a text file.") % {"name": name}
            )
        if Path(name).suffix.lower() not in ALLOWED[media_type]:
            raise Invalid(
                field="attachments", sentence=_("“%(name)s” holds something else than its name says.") % {"name": name}
            )
        try:
            without_metadata(_content(file), media_type)
        except DamagedPictureError as error:
            sentence = _("“%(name)s” is damaged. Please save the picture anew, or take a screenshot of it.")
            raise Invalid(field="attachments", sentence=sentence % {"name": name}) from error


def keep(
    case: Case, files: Sequence[UploadedFile[bytes]], *, by: Actor, at: datetime, public: bool
) -> list[Attachment]:
    """Store examined files on the disk, pictures without what the camera wrote, and their rows in the transaction.

    The case is found by what stands in its text files, such as the transcript of a call.

    A file whose transaction fails afterwards is an orphan on the disk, not a loss.
    """
    kept = []
    for file in files:
        media_type = media_type_of(file) or "application/octet-stream"
        content = without_metadata(_content(file), media_type)
        kept.append(
            Attachment(
                case=case,
                stored_as=_store(content),
                name=shown_name(file.name or ""),
                media_type=media_type,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                added_at=at,
                actor_kind=by.kind,
                public=public or by.kind == ActorKind.CUSTOMER,
            )
        )
        if media_type == PLAIN:
            texts.add(case, _read(content))
    return Attachment.objects.bulk_create(kept)


def texts_of(cases: Collection[int], *, most: int) -> Iterator[tuple[Attachment, str]]:
    """The newest text files of cases, as far as they are found by them; one that is gone from the disk says nothing."""
    for one in Attachment.objects.filter(case__in=cases, media_type=PLAIN).order_by("-pk")[:most]:
        with suppress(FileNotFoundError), path_of(one).open("rb") as file:
            yield one, _read(file.read(4 * texts.MOST_TEXT))


def _read(content: bytes) -> str:
    return content.decode("utf-8", "replace").removeprefix("\ufeff").replace("\x00", " ")[: texts.MOST_TEXT]


def path_of(attachment: Attachment) -> Path:
    """Where the bytes are."""
    return _folder() / attachment.stored_as[:2] / attachment.stored_as


def public_of(case: Case) -> QuerySet[Attachment]:
    """The files of a case that its customer may have, in the order in which they came."""
    return Attachment.objects.filter(case=case, public=True).order_by("pk")


def shown_name(name: str) -> str:
    """The name people see: without folders, controls and quotes, and short enough."""
    last = clean_line(name.replace("\\", "/").rsplit("/", 1)[-1]).replace('"', "'")
    stem, dot, ending = last.rpartition(".")
    return f"{stem[:100]}{dot}{ending[:12]}" if dot else last[:112] or "file"


def media_type_of(file: UploadedFile[bytes]) -> str | None:
    """What the content is, of the kinds we take; None for anything else, whatever the name says."""
    file.seek(0)
    head = file.read(64 * 1024)
    file.seek(0)
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        found = ""
    if found in ALLOWED and found != PLAIN:
        return found
    return PLAIN if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    """Readable UTF-8 without controls; markup and scripts, which read as text too, are told by their beginning."""
    try:
        text = head.decode("utf-8") if len(head) < 64 * 1024 else head[: 64 * 1024 - 4].decode("utf-8", "ignore")
    except UnicodeDecodeError:
        return False
    start = text.lstrip("\ufeff \t\r\n").lower()
    return "\x00" not in text and not start.startswith(("<", "#!", "%!"))


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "attachments"


def _content(file: UploadedFile[bytes]) -> bytes:
    """All of it: at most 10 MB, and one file at a time."""
    file.seek(0)
    content: bytes = file.read()
    file.seek(0)
    return content


def _store(content: bytes) -> str:
    stored_as = secrets.token_hex(20)
    place = _folder() / stored_as[:2] / stored_as
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=place.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    Path(unfinished).replace(place)
    return stored_as
