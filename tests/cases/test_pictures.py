"""What the camera wrote beside a picture is taken out; the picture itself stays to the byte."""

from __future__ import annotations

import struct

import pytest

from complaints.cases.pictures import DamagedPictureError, without_metadata
from tests.factories import PNG

PLACE = b"N 40 42 46.0 W 74 0 21.6"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", 2 + len(body)) + body


def exif(*, orientation: int | None = None, order: str = "<") -> bytes:
    """What a camera writes: a place, and how it was held."""
    entries = [struct.pack(f"{order}HHIHH", 0x010F, 3, 1, 7, 0)]
    if orientation is not None:
        entries.append(struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0))
    head = {"<": b"II", ">": b"MM"}[order] + struct.pack(f"{order}HIH", 42, 8, len(entries))
    return b"Exif\x00\x00" + head + b"".join(entries) + bytes(4) + PLACE


JFIF = segment(0xE0, b"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")
COLOURS = segment(0xE2, b"ICC_PROFILE\x00\x01\x01colours")
TABLES = segment(0xDB, bytes(65)) + segment(0xC2, b"\x08\x00\x01\x00\x01\x01\x01\x11\x00")
SCANS = (segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56") * 2
END = b"\xff\xd9"


def test_a_jpeg_loses_its_place_and_nothing_that_one_sees() -> None:
    beside = segment(0xE1, exif()) + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + PLACE)
    beside += segment(0xE2, b"MPF\x00" + PLACE) + segment(0xED, PLACE) + segment(0xFE, PLACE)
    taken = b"\xff\xd8" + JFIF + beside + COLOURS + TABLES + SCANS + END + b"\x00ftypmp42" + PLACE
    kept = without_metadata(taken, "image/jpeg")
    assert kept == b"\xff\xd8" + JFIF + COLOURS + TABLES + SCANS + END
    assert without_metadata(kept, "image/jpeg") == kept


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_jpeg_is_turned_as_before(order: str) -> None:
    taken = b"\xff\xd8" + JFIF + segment(0xE1, exif(orientation=6, order=order)) + TABLES + SCANS + END
    kept = without_metadata(taken, "image/jpeg")
    assert PLACE not in kept
    assert kept.startswith(b"\xff\xd8" + JFIF + segment(0xE1, b"Exif\x00\x00MM\x00*")[:2])
    assert struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in kept
    assert without_metadata(kept, "image/jpeg") == kept


@pytest.mark.parametrize("nonsense", [b"", b"XX", b"II*\x00\xff\xff\xff\xff", exif(orientation=99)[6:]])
def test_nonsense_about_the_turn_is_dropped_with_the_rest(nonsense: bytes) -> None:
    taken = b"\xff\xd8" + segment(0xE1, b"Exif\x00\x00" + nonsense) + TABLES + SCANS + END
    assert without_metadata(taken, "image/jpeg") == b"\xff\xd8" + TABLES + SCANS + END


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + bytes(4)


def test_a_png_loses_its_words_and_its_place() -> None:
    head, rest = PNG[:33], PNG[33:]
    beside = b"".join(chunk(kind, PLACE) for kind in (b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"))
    assert without_metadata(head + beside + rest + PLACE, "image/png") == PNG


def test_a_webp_loses_its_place_and_says_so() -> None:
    picture = b"VP8L" + struct.pack("<I", 5) + b"\x2f\x00\x00\x00\x00\x00"

    def whole(flags: int, *chunks: bytes) -> bytes:
        body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes([flags]) + bytes(9) + b"".join(chunks)
        return b"RIFF" + struct.pack("<I", len(body)) + body

    place = struct.pack("<I", len(PLACE)) + PLACE
    taken = whole(0b00011100, picture, b"EXIF" + place, b"XMP " + place)
    assert without_metadata(taken + PLACE, "image/webp") == whole(0b00010000, picture)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\xff\xd8" + JFIF + TABLES, "image/jpeg"),
        (b"\xff\xd8" + JFIF + TABLES + SCANS, "image/jpeg"),
        (b"\xff\xd8\xff\xe1\x00\x10Exif", "image/jpeg"),
        (b"\xff\xd8\x00\x00", "image/jpeg"),
        (PNG[:-5], "image/png"),
        (PNG[:20], "image/png"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 \xff\x00\x00\x00", "image/webp"),
    ],
)
def test_what_does_not_hold_together_is_said_to_be_damaged(content: bytes, media_type: str) -> None:
    with pytest.raises(DamagedPictureError):
        without_metadata(content, media_type)


def test_other_files_stay_as_they_are() -> None:
    assert without_metadata(b"Exif", "application/pdf") == b"Exif"
