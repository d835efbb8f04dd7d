from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.timezone import now
from djmoney.money import Money

from complaints.cases.models import Case, Channel, Mood
from complaints.customers import records
from complaints.customers.models import Customer, Language
from complaints.customers.records import CustomerFacts
from complaints.escalation.models import UrgentRule
from complaints.handling.acknowledge import acknowledge
from complaints.handling.ask_customer import ask_customer
from complaints.handling.deliver_message import deliver_message
from complaints.handling.escalate import escalate
from complaints.handling.file_complaint import ComplaintFacts, file_complaint
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.resolve import resolve
from complaints.handling.tally_outcomes import tally_outcomes
from complaints.handling.write_note import write_note
from complaints.handling.write_to_customer import write_to_customer
from complaints.management.demo_causes import ask_for_causes
from complaints.management.demo_playbooks import write_playbooks
from complaints.outbox.models import Message
from complaints.remedies.catalogue import RemedyKind, RemedyType
from complaints.remedies.models import Authority
from complaints.staff.models import Course, Employee, Role, Tier, Training, Unit, UnitKind
from complaints.standards.models import (
    BusinessCalendar,
    ClockKind,
    Complainer,
    FailureType,
    Line,
    RecoveryStandard,
    ServiceStandard,
    Severity,
    StandardVersion,
    Target,
)

PASSWORD: Final = "demo"  # noqa: S105 - the whole point: a sign-in everybody knows, made by this command alone

CAST: Final = (
    ("fern@demo.example", "Fern Fuller", Role.FRONT_LINE, "harbour"),
    ("max@demo.example", "Max Moreno", Role.MANAGER, "harbour"),
    ("vera@demo.example", "Vera Vance", Role.VP, "company"),
    ("otto@demo.example", "Otto Olsen", Role.FRONT_LINE, "lakeside"),
    ("hana@demo.example", "Hana Holt", Role.MANAGER, "housekeeping"),
    ("quinn@demo.example", "Quinn Quade", Role.ANALYST, "company"),
    ("ada@demo.example", "Ada Adler", Role.ADMINISTRATOR, "company"),
)

AUTHORITIES: Final = (
    (Tier.FRONT_LINE, 200, 600, 3_000),
    (Tier.MANAGER, 2_000, 5_000, 20_000),
    (Tier.VP, 20_000, None, 100_000),
)
"""What each tier may spend on a failure, on a customer in a year, and in a month."""

CATALOGUE: Final = {
    ("Room", "客房"): (
        ("Room not ready on time", "客房未按时备妥", "Arrival"),
        ("Room not clean", "客房不洁", "Stay"),
        ("Noise at night", "夜间噪音", "Stay"),
        ("Something in the room is broken", "房内设施损坏", "Stay"),
    ),
    ("Service", "服务"): (
        ("Rude or careless behaviour", "态度恶劣或敷衍", "Front desk"),
        ("Long wait", "等候过久", "Front desk"),
        ("Wish forgotten", "遗忘客人要求", "Stay"),
    ),
    ("Restaurant", "餐厅"): (
        ("Wrong or cold food", "上错菜或菜凉", "Restaurant"),
        ("Allergy not heeded", "忽视过敏提示", "Restaurant"),
    ),
    ("Bill", "账单"): (
        ("Charged too much", "多收费用", "Departure"),
        ("Refund not paid", "退款未到账", "After the stay"),
    ),
    ("Property", "财物"): (("Luggage lost or damaged", "行李遗失或损坏", "Stay"),),
}

PROMISES: Final = (
    (
        "Room ready at 15:00",
        "On the day you arrive, your room is ready at three.",
        "Room not ready on time",
    ),
    ("Served within 20 minutes", "What you order is on your table within twenty minutes.", "Long wait"),
    ("Refund within 5 days", "What we charged too much is back on your account within five days.", "Refund not paid"),
)

BILLS: Final = (
    (ClockKind.ACKNOWLEDGE, 16 * 60, True, ""),
    (ClockKind.ANSWER, 24 * 60, True, ""),
    (ClockKind.RESOLVE, 60 * 60, True, ""),
    (ClockKind.RESOLVE, 8 * 7 * 24 * 60, False, "Final response"),
)
"""What is promised where a bill is wrong: minutes, and whether they are open ones of guest relations."""

TO_WAR: Final = ((ClockKind.ACKNOWLEDGE, 60), (ClockKind.RESOLVE, 48 * 60))
"""Who goes to war is called within the hour, whatever time it is."""

SIGNALS: Final[dict[str, dict[str, Any]]] = {
    "Goes to war": {"complainer": Complainer.ACTIVIST, "tier": Tier.MANAGER},
    "Threat of the press": {
        "words": "newspaper\njournalist\nthe press\nTV\ngo viral\n媒体\n记者\n曝光",
        "takes_as": Complainer.ACTIVIST,
        "tier": "",
    },
    "A large following": {"following": 10_000, "takes_as": Complainer.ACTIVIST, "tier": ""},
    "For the third time": {"complaints": 3, "takes_as": Complainer.IRATE, "tier": ""},
    "Says that it is not the first time": {
        "words": "for the third time\nyet again\nevery single time\n第三次\n又一次",
        "takes_as": Complainer.IRATE,
        "tier": "",
    },
}
"""Rules of the demonstration that show who one deals with."""

COSTS: Final = {RemedyKind.UPGRADE: 25, RemedyKind.GIFT: 50, RemedyKind.POINTS: 40, RemedyKind.VOUCHER: 60}
"""What a kind of remedy costs us, in per cent of what it is worth to the guest."""


class Command(BaseCommand):
    help = "Load the demonstration organisation: a hotel company, its people, customers and complaints, once."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the organisation once; a second call finds it and leaves it as it is."""
        if Unit.objects.filter(code="demo-company").exists():
            self._introduce("is here already")
            return
        with transaction.atomic():
            people = _people(_units())
            _authorities(people, at=now())
            kinds = _catalogue()
            _what_remedies_cost()
            _promises(kinds)
            _standards(kinds, at=now())
            _signals()
            write_playbooks(kinds, by=people["quinn"], at=now() - timedelta(days=30))
            _complaints(people, kinds, at=now())
            ask_for_causes(people, kinds, at=now())
        _deliver_what_was_written()
        tally_outcomes(at=now())
        self._introduce("is ready")

    def _introduce(self, how: str) -> None:
        self.stdout.write(f"The demonstration organisation {how}. Everybody's password is “{PASSWORD}”:")
        for email, name, role, _unit in CAST:
            self.stdout.write(f"  {email:22} {name}, {role.label}")


def _units() -> dict[str, Unit]:
    company = Unit.objects.create(
        code="demo-company", name="Meridian Hotels", kind=UnitKind.COMPANY, time_zone="America/New_York"
    )
    region = Unit.objects.create(
        code="demo-east", name="Region East", kind=UnitKind.REGION, parent=company, time_zone="America/New_York"
    )
    harbour = Unit.objects.create(
        code="demo-harbour",
        name="Harbour Hotel",
        kind=UnitKind.BRANCH,
        parent=region,
        time_zone="America/New_York",
        takes_public_complaints=True,
    )
    lakeside = Unit.objects.create(
        code="demo-lakeside", name="Lakeside Hotel", kind=UnitKind.BRANCH, parent=region, time_zone="America/New_York"
    )
    housekeeping = Unit.objects.create(
        code="demo-housekeeping",
        name="Housekeeping",
        kind=UnitKind.DEPARTMENT,
        parent=region,
        time_zone="America/New_York",
    )
    return {
        "company": company,
        "region": region,
        "harbour": harbour,
        "lakeside": lakeside,
        "housekeeping": housekeeping,
    }


def _people(units: dict[str, Unit]) -> dict[str, Employee]:
    return {
        email.partition("@")[0]: Employee.objects.create_user(email, PASSWORD, name=name, role=role, unit=units[unit])
        for email, name, role, unit in CAST
    }


def _authorities(people: dict[str, Employee], *, at: datetime) -> None:
    """Let everybody on the ladder put things right on the spot; Otto's training is about to expire."""
    course = Course.objects.create(name="Making it right on the spot")
    since = at - timedelta(days=400)
    for who in ("fern", "max", "vera", "otto"):
        holds = timedelta(days=20 if who == "otto" else 200)
        Training.objects.create(
            employee=people[who],
            course=course,
            taken_on=(at - timedelta(days=165)).date(),
            expires_on=(at + holds).date(),
        )
    for tier, per_failure, per_customer, per_month in AUTHORITIES:
        Authority.objects.create(
            tier=tier,
            currency="USD",
            per_failure=per_failure,
            per_customer=per_customer,
            customer_days=365 if per_customer else None,
            per_month=per_month,
            course=course,
            valid_from=since,
        )


def _catalogue() -> dict[str, int]:
    kinds: dict[str, int] = {}
    for (area, area_zh), failures in CATALOGUE.items():
        parent, _new = FailureType.objects.get_or_create(
            parent=None, name=area, defaults={"name_zh": area_zh, "line": Line.HOTEL}
        )
        for name, name_zh, touchpoint in failures:
            kind, _new = FailureType.objects.get_or_create(
                parent=parent, name=name, defaults={"name_zh": name_zh, "touchpoint": touchpoint}
            )
            kinds[name] = kind.pk
    return kinds


def _signals() -> None:
    """By what customers say, and how often, they are taken for more; who goes to war starts with the manager."""
    for name, facts in SIGNALS.items():
        UrgentRule.objects.get_or_create(name=name, defaults=facts)


def _what_remedies_cost() -> None:
    """What this house makes itself costs less than it is worth to a guest."""
    for kind, share in COSTS.items():
        RemedyType.objects.filter(code=kind, cost_share=100).update(cost_share=share)


def _promises(kinds: dict[str, int]) -> None:
    for name, promise, failure in PROMISES:
        standard = {"promise": promise, "failure_type_id": kinds[failure]}
        ServiceStandard.objects.get_or_create(name=name, defaults=standard)


def _standards(kinds: dict[str, int], *, at: datetime) -> None:
    """Bills are put right in the hours of guest relations, with a final response; who goes to war is called at once."""
    hours = [["08:00", "20:00"]]
    open_hours = BusinessCalendar.objects.create(
        name="Guest relations",
        time_zone="America/New_York",
        week={
            **dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), hours),
            "sat": [["09:00", "12:30"], ["13:00", "16:00"]],
        },
        holiday_country="US",
        holiday_subdivision="NY",
    )
    area = FailureType.objects.get(pk=kinds["Charged too much"]).parent
    standard = RecoveryStandard.objects.create(name="Bills", failure_type=area)
    version = StandardVersion.objects.create(standard=standard, number=1, made_at=at)
    for kind, minutes, calendar, label in BILLS:
        Target.objects.create(
            version=version,
            kind=kind,
            label=label,
            minutes=minutes,
            calendar=open_hours if calendar else None,
            reminders=[{"share": 50, "to": "responsible"}, {"share": 80, "to": "superior"}],
        )
    quick = RecoveryStandard.objects.create(name="Who goes to war", complainer=Complainer.ACTIVIST)
    version = StandardVersion.objects.create(standard=quick, number=1, made_at=at)
    for kind, minutes in TO_WAR:
        Target.objects.create(version=version, kind=kind, minutes=minutes, reminders=[{"share": 50, "to": "superior"}])


def _complaints(people: dict[str, Employee], kinds: dict[str, int], *, at: datetime) -> None:
    fern, max_, otto = people["fern"], people["max"], people["otto"]
    since = at - timedelta(days=400)
    cara = records.add(
        CustomerFacts(
            name="Cara Castillo",
            company="Castillo & Sons",
            email="cara@demo.example",
            phone="+1 212 555 0142",
            preferences="High floor, no feather pillows.",
        ),
        at=since,
    )
    li = records.add(
        CustomerFacts(
            name="李小雨",
            company="海风贸易有限公司",
            email="li@demo.example",
            phone="+86 10 6555 0188",
            language=Language.CHINESE,
            preferences="安静的房间；早餐要热豆浆。",
        ),
        at=since,
    )
    noor = records.add(
        CustomerFacts(
            name="Noor Nasser", email="noor@demo.example", phone="+1 212 555 0177", preferences="Severe nut allergy."
        ),
        at=since,
    )
    piet = records.add(
        CustomerFacts(name="Piet Pauwels", company="Pauwels Brewing", email="piet@demo.example"), at=since
    )

    def filed(by: Employee | None, customer: Customer, what: str, kind: str, *, ago: timedelta, **facts: Any) -> Case:
        told = ComplaintFacts(customer=customer.pk, what_happened=what, failure_type=kinds[kind], **facts)
        return file_complaint(told, by=by, at=at - ago).case

    late = filed(
        fern,
        cara,
        "I was promised the room at three and stood in the lobby with two tired children until half past five.",
        "Room not ready on time",
        ago=timedelta(hours=5),
        channel=Channel.COUNTER,
        severity=Severity.HIGH,
        mood=Mood.ANGRY,
        wanted="An apology, and not to pay for the first night.",
        occurred_at=at - timedelta(hours=7),
        place="Lobby",
    )
    acknowledge(late.reference, by=fern, at=at - timedelta(hours=4, minutes=40))
    write_note(
        late.reference,
        text="Housekeeping was short of two people; the room was blocked for a late departure.",
        by=fern,
        at=at - timedelta(hours=4),
    )
    escalate(
        late.reference,
        reason="She asks for a whole night free: more than I can grant.",
        by=fern,
        at=at - timedelta(hours=3),
    )

    propose_remedy(
        late.reference,
        RemedyFacts(
            kind=RemedyKind.REFUND,
            amount=Money(340, "USD"),
            words="The first night is on us.",
            reason="Two and a half hours in the lobby with two children: she asks for the whole night.",
        ),
        by=fern,
        at=at - timedelta(hours=2),
    )

    noise = filed(
        fern,
        li,
        "昨晚隔壁一直吵到凌晨三点，我打了两次前台电话，没有人来处理。",
        "Noise at night",
        ago=timedelta(days=1, hours=2),
        channel=Channel.PHONE,
        severity=Severity.MEDIUM,
        mood=Mood.UPSET,
        wanted="换一间安静的房间。",
        place="Room 412",
    )
    acknowledge(noise.reference, by=fern, at=at - timedelta(days=1, hours=1))
    resolve(
        noise.reference,
        text="我们已为您换到1208号高层安静客房，并免收昨晚的房费。非常抱歉打扰了您的休息。",
        by=fern,
        at=at - timedelta(hours=20),
    )

    propose_remedy(
        noise.reference,
        RemedyFacts(
            kind=RemedyKind.VOUCHER,
            amount=Money(150, "USD"),
            words="下次入住时可用的代金券，再次向您致歉。",
            proof="",
        ),
        by=fern,
        at=at - timedelta(hours=19),
    )

    allergy = filed(
        max_,
        noor,
        "The waiter said that the dessert was free of nuts. It was not. My sister noticed it in time.",
        "Allergy not heeded",
        ago=timedelta(minutes=50),
        channel=Channel.MEETING,
        severity=Severity.CRITICAL,
        mood=Mood.FURIOUS,
        wanted="To know how this could happen, and that it never happens again.",
        place="Restaurant",
    )
    write_to_customer(
        allergy.reference,
        text="I am sorry. I am in the kitchen now and will call you within the hour.",
        by=max_,
        at=at - timedelta(minutes=40),
    )

    bill = filed(
        fern,
        piet,
        "The minibar is on my bill for three evenings. I never opened it.",
        "Charged too much",
        ago=timedelta(days=2),
        channel=Channel.EMAIL,
        severity=Severity.LOW,
        mood=Mood.DISAPPOINTED,
        wanted="54 dollars back.",
    )
    ask_customer(
        bill.reference,
        text="Could you send us a photograph of the bill? Then we put it right the same day.",
        by=fern,
        at=at - timedelta(days=1),
    )

    propose_remedy(
        bill.reference,
        RemedyFacts(
            kind=RemedyKind.REFUND, amount=Money(54, "USD"), words="The minibar comes off your bill; our mistake."
        ),
        by=fern,
        at=at - timedelta(hours=20),
    )

    filed(
        None,
        cara,
        "The Wi-Fi broke off during a call with a customer, four times.",
        "Something in the room is broken",
        ago=timedelta(hours=1),
        place="Room 908",
    )
    filed(
        fern,
        noor,
        "The air conditioning on the whole fourth floor is out. Nobody has complained yet; we call them first.",
        "Something in the room is broken",
        ago=timedelta(minutes=15),
        channel=Channel.STAFF,
        severity=Severity.HIGH,
    )
    filed(
        otto,
        piet,
        "Waited forty minutes to check in, one desk of four was open.",
        "Long wait",
        ago=timedelta(hours=6),
        channel=Channel.COUNTER,
        mood=Mood.UPSET,
    )


def _deliver_what_was_written() -> None:
    """Send each message at the moment it was written: what is told is past, and only what arrived meets a deadline."""
    written = Message.objects.filter(unit__code__startswith="demo-").order_by("created_at", "pk")
    for message_id, written_at in written.values_list("message_id", "created_at"):
        _deliver(message_id, at=written_at)


def _deliver(message_id: str, *, at: datetime) -> None:
    deliver_message(message_id, clock=lambda: at)
