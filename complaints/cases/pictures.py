"""Take out of a picture what the camera wrote beside it: where it was taken, when, by whom and with what.

The file is taken apart and put together again, never decoded: nothing of what one sees is lost, and a small file that
would unfold into a huge picture does no harm. How a picture is to be turned is kept.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Final

_TIFF: Final = b"Exif\x00\x00"
_ORIENTATION: Final = 0x0112
_JPEG_KEPT: Final = {0xE0, 0xEE}  # how the colours are meant: JFIF and Adobe
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_DROPPED: Final = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}
_WEBP_DROPPED: Final = {b"EXIF", b"XMP "}
_WEBP_FLAGS: Final = 0b00001100  # of VP8X: says that EXIF and XMP follow


class DamagedPictureError(ValueError):
    """The file does not hold together as a picture of its kind."""


def without_metadata(content: bytes, media_type: str) -> bytes:
    """The same picture without what was written beside it; other files as they are. Raises DamagedPictureError."""
    take_out = _BY_TYPE.get(media_type)
    try:
        return content if take_out is None else take_out(content)
    except (IndexError, struct.error) as error:
        raise DamagedPictureError(media_type) from error


def _jpeg(content: bytes) -> bytes:
    kept, turned = [b"\xff\xd8"], 1
    for marker, segment in _jpeg_segments(content):
        body = segment[4:]
        if marker == 0xE1 and body.startswith(_TIFF):
            turned = _orientation(body[len(_TIFF) :])
        if marker < 0xE0 or marker in _JPEG_KEPT or (marker == 0xE2 and body.startswith(b"ICC_PROFILE\x00")):
            kept.append(segment)
    if turned != 1:
        first = 2 if len(kept) > 1 and kept[1][1] == 0xE0 else 1
        kept.insert(first, _turned(turned))
    return b"".join(kept)


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker by marker up to the end of the picture; what hangs behind it, such as a film, is not part of it."""
    at = 2
    while True:
        while content[at] == 0xFF and content[at + 1] == 0xFF:  # fill bytes
            at += 1
        if content[at] != 0xFF:
            raise DamagedPictureError
        marker = content[at + 1]
        if marker == 0xD9:
            yield marker, b"\xff\xd9"
            return
        end = at + 2 + struct.unpack_from(">H", content, at + 2)[0]
        if marker == 0xDA:
            end = _end_of_scan(content, end)
        if end > len(content):
            raise DamagedPictureError
        yield marker, content[at:end]
        at = end


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the next marker stands; stuffed zeros and restarts belong to the scan."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0:
            raise DamagedPictureError
        if content[at + 1] == 0xFF:
            at += 1
        elif content[at + 1] == 0 or 0xD0 <= content[at + 1] <= 0xD7:
            at += 2
        else:
            return at


def _orientation(tiff: bytes) -> int:
    """How the picture is to be turned, 1 to 8; upright where the camera wrote nonsense."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        at = struct.unpack_from(f"{order}I", tiff, 4)[0]
        for number in range(struct.unpack_from(f"{order}H", tiff, at)[0]):
            tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * number)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except (KeyError, struct.error):
        pass
    return 1


def _turned(orientation: int) -> bytes:
    """Metadata that say how the picture is to be turned, and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    tiff = b"MM" + struct.pack(">HIH", 42, 8, 1) + entry + struct.pack(">I", 0)
    return b"\xff\xe1" + struct.pack(">H", 2 + len(_TIFF) + len(tiff)) + _TIFF + tiff


def _png(content: bytes) -> bytes:
    kept, at = [_PNG], len(_PNG)
    while True:
        size, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + size
        if end > len(content):
            raise DamagedPictureError
        if kind not in _PNG_DROPPED:
            kept.append(content[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end


def _webp(content: bytes) -> bytes:
    kept, at = [], 12
    whole = 8 + struct.unpack_from("<I", content, 4)[0]
    if whole > len(content):
        raise DamagedPictureError
    while at + 8 <= whole:
        kind, size = struct.unpack_from("<4sI", content, at)
        end = at + 8 + size + size % 2
        if end > whole:
            raise DamagedPictureError
        if kind == b"VP8X":
            flags = content[at + 8] & ~_WEBP_FLAGS
            kept.append(content[at : at + 8] + bytes([flags]) + content[at + 9 : end])
        elif kind not in _WEBP_DROPPED:
            kept.append(content[at:end])
        at = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


_BY_TYPE: Final[dict[str, Callable[[bytes], bytes]]] = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
