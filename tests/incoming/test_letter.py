"""What is read in mails as real programs write them, and in broken ones."""

from __future__ import annotations

import random

import pytest

from complaints.incoming.letter import Envelope, identity_of, read, reported
from tests.incoming.letters import MAILS, a_file, a_mail


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("plain", "We stood in the lobby until six, with two tired children.\nNobody told us anything.\n\nCara"),
        ("outlook", "It was room 412 – and the café was closed, too.\n\nCara"),
        ("outlook-html-only", "Nobody called me back.\n\n- not on Monday\n- not on Tuesday"),
        ("gmail", "Thank you, but it is still cold."),
        ("gb18030", "我们等到晚上六点,前台没有人理我们。喆先生可以作证。"),
        ("shift-jis", "部屋が①時間も用意されていませんでした。"),
        ("iso-2022-jp", "部屋が用意されていませんでした。"),
        ("wrong-charset", "我们等到晚上六点,前台没有人理我们。请给我们一个说法,谢谢。"),
        ("utf8-called-latin", "The café was closed – again."),
        ("unknown-charset", "The café was closed."),
        ("nul-bytes", "The room was cold."),
        ("no-subject", "The room was cold."),
        ("winmail", "The pool was closed."),
    ],
)
def test_what_was_written_now_is_read(name: str, said: str) -> None:
    assert read(a_file(name)).said == said


@pytest.mark.parametrize(
    ("name", "sender", "subject"),
    [
        ("gb18030", "王芳", "房间没有准备好"),
        ("shift-jis", "田中", "部屋の件"),
        ("wrong-charset", "王芳", "房间没有准备好"),
        ("utf8-called-latin", "Cara Castillo", "Café"),
        ("unknown-charset", "Cara Castillo", "Café"),
        ("nul-bytes", "Cara Castillo", "Room 412"),
        ("outlook", "Castillo, Cara", "RE: Your complaint"),
    ],
)
def test_names_and_subjects_are_read_in_any_charset(name: str, sender: str, subject: str) -> None:
    letter = read(a_file(name))
    assert (letter.sender_name, letter.subject) == (sender, subject)


@pytest.mark.parametrize("name", ["outlook", "outlook-html-only", "gmail", "iphone", "gb18030"])
def test_the_history_is_folded_away_and_kept(name: str) -> None:
    letter = read(a_file(name))
    assert letter.quoted
    assert not any(word in letter.said for word in ("complaints@hotel.example", "Dear Cara", "请问"))


def test_answers_between_the_quoted_lines_stay_with_them() -> None:
    letter = read(a_file("answers-between"))
    assert "> Which room was it?\n412." in letter.said
    assert not letter.quoted


def test_of_a_forwarded_mail_nothing_is_folded() -> None:
    assert "The lift stood still" in read(a_file("forwarded")).said


def test_what_somebody_says_that_somebody_wrote_is_no_history() -> None:
    said = "On Monday at noon the manager wrote:\nWe will pay.\nHe did not."
    assert read(a_mail(said)).said == said


def test_scripts_styles_and_pictures_from_elsewhere_are_left_out() -> None:
    letter = read(a_file("outlook-html-only"))
    told = letter.said + letter.quoted
    assert not any(word in told for word in ("alert", "color", "tracker.example", "<", "onerror"))
    assert not letter.files


@pytest.mark.parametrize(("name", "files"), [("iphone", ["IMG_0042.png"]), ("winmail", ["pool.png"]), ("outlook", [])])
def test_files_come_along_but_not_the_logo_of_a_signature(name: str, files: list[str]) -> None:
    assert [file.name for file in read(a_file(name)).files] == files


def test_broken_mime_is_shown_as_it_is() -> None:
    letter = read(a_file("broken-mime"))
    assert letter.sender == "cara@demo.example"
    assert "nothing here has a boundary" in letter.said


def test_two_hundred_recipients_are_read_and_our_address_is_among_them() -> None:
    assert "complaints@hotel.example" in read(a_file("two-hundred-recipients")).recipients


def test_a_report_names_every_mail_in_it_however_deep() -> None:
    assert reported(a_file("delivery-report", ours="<a@x>"))[:2] == ("failed", ["<a@x>"])
    action, names, _why = reported(a_file("nested-delivery-report", ours="<a@x>"))
    assert (action, names) == ("failed", ["<dsn-1@mx.demo.example>", "<a@x>"])


def test_the_null_sender_is_told_by_the_post_or_by_the_return_path() -> None:
    assert read(a_file("null-sender")).null_sender
    assert read(a_mail(), Envelope(sender="")).null_sender
    assert not read(a_file("plain")).null_sender


def test_one_mail_by_two_ways_is_one_and_another_is_another() -> None:
    raw = a_mail()
    by_another_way = b"Received: from elsewhere\r\nDelivered-To: x@y.example\r\n" + raw.replace(b"\r\n", b"\n")
    assert identity_of(by_another_way) == identity_of(raw)
    assert identity_of(a_mail("The room was hot.")) != identity_of(raw), "a copied Message-ID keeps nobody's mail away"
    assert identity_of(a_mail(name="small-2@demo.example")) != identity_of(raw)


def test_no_bytes_at_all_break_the_reading() -> None:
    chance = random.Random(20260302)
    files = sorted(MAILS.glob("*.eml"))
    for turn in range(400):
        raw = bytearray(files[turn % len(files)].read_bytes())
        for _ in range(chance.randrange(1, 12)):
            place = chance.randrange(len(raw))
            raw[place : place + chance.randrange(9)] = chance.randbytes(chance.randrange(9))
        letter = read(bytes(raw))
        assert "\x00" not in letter.said + letter.subject + letter.sender
        reported(bytes(raw))
