"""Where the history in a mail begins, in the words of many mail programs."""

from __future__ import annotations

import pytest

from complaints.incoming.quoting import fold


@pytest.mark.parametrize(
    "history",
    [
        "On Mon, Mar 2, 2026 at 11:02 AM Hotel <a@hotel.example> wrote:\n> Dear Cara",
        "On Mon, Mar 2, 2026 at 11:02 AM Meridian\n<a@hotel.example> wrote:\n\n> Dear Cara\n>\n> Yours",
        "Am 02.03.2026 um 11:02 schrieb Hotel <a@hotel.example>:\n> Liebe Cara",
        "Le lun. 2 mars 2026 à 11:02, Hotel <a@hotel.example> a écrit :\n> Chère Cara",
        "在 2026年3月2日,酒店 <a@hotel.example> 写道:\n> 您好",
        "酒店 <a@hotel.example> 于2026年3月2日周一 11:02写道\uff1a\n> 您好",
        "-----Original Message-----\nFrom: Hotel\nSent: Monday\nTo: Cara\nSubject: x\n\nDear Cara",
        "------------------ 原始邮件 ------------------\n发件人: 酒店\n发送时间: 星期一\n收件人: 王芳\n主题: x\n\n您好",
        "________________________________\nFrom: Hotel <a@hotel.example>\nSent: Monday\nTo: Cara\nSubject: x\n\nDear",
        "*From:* Hotel\n*Sent:* Monday\n*To:* Cara\n\nDear Cara",
        "From: Hotel <a@hotel.example>\nDate: Monday\nTo: Cara\n\nDear Cara",
        "> Dear Cara,\n> which room?",
        "On 2 Mar 2026, at 11:02, Hotel <a@hotel.example> wrote:\n\nDear Cara without any marks",
    ],
)
def test_history_is_cut_off_whole(history: str) -> None:
    folded = fold(f"It was room 412.\n\n{history}\n")
    assert folded.said == "It was room 412."
    assert folded.quoted == history


@pytest.mark.parametrize(
    "text",
    [
        "It was room 412.",
        "From: nobody I ever heard again.\nThat is what I mean.",
        "On the first night he wrote:\nsorry.",
        "----\nA line of dashes, and then more of my letter.",
        "> everything is quoted",
        "Dear all,\n> a quoted line\nand my answer to it.",
    ],
)
def test_what_is_no_history_stays(text: str) -> None:
    assert fold(text).said == text


def test_a_signature_goes_with_the_history() -> None:
    assert fold("Room 412.\n-- \nCara Castillo\n\n> Dear Cara").said == "Room 412."
