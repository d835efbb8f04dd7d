"""What the analyst of the demonstration has written: a playbook for each of its failures, and one for anything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from complaints.handling.keep_playbook import keep_playbook
from complaints.handling.keep_trouble import keep_trouble
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.sheets import AdviceLine, PlaybookSheet, TroubleSheet
from complaints.staff.models import Employee
from complaints.standards.models import Severity


def _line(kind: RemedyKind, worth: tuple[int, int] | None = None, fits: str = "") -> AdviceLine:
    if worth is None:
        return AdviceLine(kind=kind.value, fits=fits)
    least, most = map(Decimal, worth)
    return AdviceLine(kind=kind.value, least=least, most=most, currency="USD", fits=fits)


PLAYBOOKS: Final = (
    (
        "Room not ready on time",
        PlaybookSheet(
            name="Room not ready on time",
            apology=(
                "I am sorry: you had our word for a room at three, and you are standing here with your luggage."
                " That is ours to put right, and I will stay with you until you have your key."
            ),
            apology_zh="非常抱歉：我们承诺三点前为您备好客房，却让您带着行李在此等候。这是我们的责任，在您拿到房卡之前，我会一直陪着您。",
            questions=(
                "What had you planned for the afternoon?\n"
                "Is there somebody with you who needs to rest?\n"
                "Where can we reach you when the room is ready?"
            ),
            avoid=(
                "Do not blame housekeeping or the guests who left late.\n"
                "Do not promise a time that housekeeping has not confirmed."
            ),
            advice=(
                _line(RemedyKind.UPGRADE, (50, 150), "A better room that is ready now"),
                _line(RemedyKind.VOUCHER, (30, 150), "Who waits in the house: lunch, drinks, the spa"),
                _line(RemedyKind.REFUND, (100, 400), "Who lost the evening, or an appointment"),
            ),
        ),
    ),
    (
        "Room not ready on time",
        PlaybookSheet(
            name="Room not ready on time, serious",
            severity=Severity.HIGH,
            apology=(
                "I am truly sorry. You waited for hours for what we had promised, and nobody looked after you."
                " Please tell me what this afternoon has cost you; then I will put it right."
            ),
            apology_zh="实在抱歉。我们承诺的事让您等了几个小时，期间也没有人照顾您。请告诉我，这个下午给您造成了哪些损失，我来为您妥善解决。",
            questions=(
                "How long did you wait, and who told you what?\n"
                "What did you miss because of it?\n"
                "Is the room all right now?"
            ),
            avoid=("Do not ask for patience once more.\nDo not offer a drink for a lost afternoon."),
            advice=(
                _line(RemedyKind.REFUND, (150, 500), "The first night, where the afternoon was lost"),
                _line(RemedyKind.UPGRADE, (100, 300), "Guests who stay several nights"),
                _line(RemedyKind.VOUCHER, (100, 250), "Who would rather come back than have money"),
            ),
        ),
    ),
    (
        "Noise at night",
        PlaybookSheet(
            name="Noise at night",
            apology="I am sorry that you could not sleep, and that you had to call us twice. You came here to rest.",
            apology_zh="非常抱歉，让您整夜没能休息，还不得不两次打电话找我们。您来这里是为了好好休息的。",
            questions=("When did it begin, and did anybody come?\nShall we move you today, and when suits you?"),
            avoid=("Do not say that other guests have a right to celebrate.\nDo not offer ear plugs as a remedy."),
            advice=(
                _line(RemedyKind.UPGRADE, (40, 120), "Who stays another night: a quiet room, high up"),
                _line(RemedyKind.VOUCHER, (50, 200), "Who leaves today and will come back"),
                _line(RemedyKind.PRICE_REDUCTION, (60, 250), "Who has slept badly for the whole stay"),
            ),
        ),
    ),
    (
        "Charged too much",
        PlaybookSheet(
            name="A wrong bill",
            apology="I am sorry that our bill is wrong, and that you had to find it yourself. You will not pay for it.",
            apology_zh="很抱歉，账单有误，还要由您来发现。这笔费用不会由您承担。",
            questions=("Which line is it?\nHow did you pay, so that the money goes back the same way?"),
            avoid=("Do not ask for proof that they did not use something.\nDo not send them to the bank."),
            advice=(
                _line(RemedyKind.CORRECTION, None, "The bill itself, today"),
                _line(RemedyKind.REFUND, (10, 300), "What was charged too much, by the way it was paid"),
                _line(RemedyKind.VOUCHER, (20, 60), "Who had to write or call more than once"),
            ),
        ),
    ),
    (
        "Allergy not heeded",
        PlaybookSheet(
            name="Allergy not heeded",
            apology=(
                "I am sorry, and I am glad that you noticed in time. You told us, and we did not heed it."
                " I will find out how that could happen, and you will hear it from me."
            ),
            apology_zh="非常抱歉，也庆幸您及时发现。您已经告诉过我们，我们却没有留意。我会查清原因，并亲自告诉您。",
            questions=(
                "Is everybody well, and is a doctor needed?\n"
                "What exactly were you told, and by whom?\n"
                "May I call you tomorrow?"
            ),
            avoid=(
                "Do not offer money before you know that they are well.\nDo not say that the kitchen is always careful."
            ),
            advice=(
                _line(RemedyKind.EXPLANATION, None, "Always, within a day, by a manager"),
                _line(RemedyKind.REFUND, (50, 300), "The whole meal, for the whole table"),
                _line(RemedyKind.VOUCHER, (100, 300), "Only who wants to dine with us again"),
            ),
        ),
    ),
    (
        "",
        PlaybookSheet(
            name="Anything else",
            apology="I am sorry for what happened. Thank you for telling us; now we can put it right.",
            apology_zh="很抱歉发生了这样的事。谢谢您告诉我们，让我们有机会弥补。",
            questions=("What happened, from the beginning?\nWhat would put it right for you?"),
            avoid="Do not explain before you have listened.",
            advice=(
                _line(RemedyKind.APOLOGY, None, "Always, and first"),
                _line(RemedyKind.VOUCHER, (25, 150), "Who comes again"),
                _line(RemedyKind.PRICE_REDUCTION, (25, 200), "Who got less than they paid for"),
            ),
        ),
    ),
)

TROUBLE: Final = TroubleSheet(
    currency="USD",
    per_contact=Decimal(10),
    per_day=Decimal(5),
    low=Decimal(0),
    medium=Decimal(20),
    high=Decimal(50),
    critical=Decimal(100),
)


def write_playbooks(kinds: Mapping[str, int], *, by: Employee, at: datetime) -> None:
    """Let the analyst keep them; `kinds` are the keys of the failures by name."""
    keep_trouble(None, sheet=TROUBLE, by=by, at=at)
    for name, sheet in PLAYBOOKS:
        keep_playbook(None, sheet=replace(sheet, failure_type=kinds.get(name)), by=by, at=at)
