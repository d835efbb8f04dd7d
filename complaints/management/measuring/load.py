"""An organisation with as many complaints as wanted, the same for the same seed: words, names and shapes as they occur.

Zipf's law rules words, names and who complains how often. Three cases in a hundred are open and have twenty timeline
entries; the others are closed and have three. Nothing here is a real person's.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, islice
from random import Random
from typing import Any, Final, TypeVar

from django.db import DatabaseError, connection, models, transaction

from complaints.cases import texts
from complaints.cases.entries import Entry
from complaints.cases.models import NOT_DUE, Case, CaseText, Channel, Clock, Mood, TimelineEntry
from complaints.cases.states import Outcome, Status
from complaints.common.actors import Actor
from complaints.common.copying import copy_in, reserve_ids
from complaints.common.tokens import REFERENCES, reference_of
from complaints.customers.lookup import grams_of, haystack, near_of
from complaints.customers.models import Customer, EmailAddress, Language, Phone
from complaints.outbox.models import Kind, Message, MessageState
from complaints.staff.models import Employee, Role, Tier, Unit, UnitKind
from complaints.standards.models import ClockKind, FailureType, Severity

T = TypeVar("T")

BATCH: Final = 5_000
REGIONS: Final = 4
BRANCHES: Final = 40
VOCABULARY: Final = 20_000
CASES_PER_CUSTOMER: Final = 2.5
OPEN_SHARE: Final = 0.03
RARE_WORD: Final = "zwiebelkuchen"  # in one case of two hundred thousand, and in one at least
STRIDE: Final = 7_368_787_213  # odd, so that its multiples meet every reference once before any twice


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_COMMON: Final = _listed(
    "the and to was a of in my i it for we not that on room with were had at they no but is again after when our "
    "nobody told me this from have be an could them staff asked said waited before two hours day bill night check "
    "hotel desk manager water cold noise door key clean late breakfast called left charged refund never dirty broken "
    "shower towels window booking reservation lobby taxi luggage card phone email promised sorry help wrong price"
)
_SYLLABLES: Final = _listed(
    "ba be bi bo ca ce da de di do fa fi ga go ha he ka ke la le li lo ma me mi mo na ne ni no"
    " pa pe po ra re ri ro sa se si so ta tu ti to va ve vi wa za"
)
_GIVEN: Final = _listed(
    "Ann Ben Carla David Elena Frank Grace Hugo Iris Jack Kate Liam Maria Noah Olga Paul Queenie Rosa Sam Tara Uma "
    "Victor Wanda Xavier Yara Zoe Adam Bella Carl Dora Emil Fiona George Hanna Ivan Julia Karl Laura Martin Nina Omar"
)
_ENDINGS: Final = ("son", "berg", "ez", "ini", "ski", "ford", "ton", "ley", "man", "er", "wood", "sen")
_FAMILY_ZH: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
_GIVEN_ZH: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰飞红梅"
_SAID_ZH: Final = (
    "房间不干净", "等了很久", "没有人来处理", "昨晚很吵", "多收了钱", "前台态度不好", "热水坏了", "早餐是凉的",
    "行李丢了", "要求退款", "预订被取消", "空调不工作",
)  # fmt: skip
_AREAS: Final = ("Room", "Arrival", "Restaurant", "Bill", "Staff", "Property", "Booking", "Transport")
_FAULTS: Final = ("not ready", "not clean", "too late", "wrong", "rude", "broken", "lost")


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who there is to complain to."""

    branches: Sequence[Unit]
    staff: dict[int, list[Employee]]
    failure_types: Sequence[FailureType]


class Zipf:
    """Draw from a sequence, its first items much more often than its last."""

    def __init__(self, items: Sequence[str], *, exponent: float = 1.0) -> None:
        self._items = items
        self._weights = list(accumulate((rank + 2.7) ** -exponent for rank in range(len(items))))

    def draw(self, chance: Random) -> str:
        """One item."""
        return self._items[bisect(self._weights, chance.random() * self._weights[-1])]

    def several(self, chance: Random, count: int) -> list[str]:
        """Some items, with repetition."""
        return chance.choices(self._items, cum_weights=self._weights, k=count)


def make_load(complaints: int, *, seed: int, at: datetime, on_batch: Callable[[int], object]) -> None:
    """Add that many complaints with all that belongs to them, in one transaction; then let PostgreSQL take stock."""
    chance = Random(seed)  # noqa: S311 - measurements must repeat, nothing here is secret
    with transaction.atomic():
        organisation = _organisation(chance)
        last = Case.objects.aggregate(last=models.Max("pk", default=0))["last"]
        with _without_indexes(complaints), _trusted():
            customers = _customers(chance, max(1, round(complaints / CASES_PER_CUSTOMER)), at=at)
            _Writer(chance, organisation, customers, complaints, at=at).write(on_batch)
        _have_counted(last)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def add_open(complaints: int, *, seed: int, at: datetime) -> None:
    """Add that many open complaints of customers who are there already."""
    chance = Random(seed)  # noqa: S311 - measurements must repeat
    customers = list(Customer.objects.order_by("pk").only("name", "company")[:BATCH])
    with transaction.atomic():
        writer = _Writer(chance, _organisation(chance), customers, complaints, at=at, open_share=1)
        writer.write(lambda _count: None)


def _organisation(chance: Random) -> Organisation:
    company = _unit("load-company", "Load & Co.", UnitKind.COMPANY, None)
    regions = [_unit(f"load-region-{n}", f"Region {n}", UnitKind.REGION, company) for n in range(1, REGIONS + 1)]
    branches = [
        _unit(f"load-branch-{n}", f"Branch {n}", UnitKind.BRANCH, regions[n % REGIONS]) for n in range(1, BRANCHES + 1)
    ]
    names = _people_names(chance)
    for unit, role, count in (
        (company, Role.VP, 1),
        (company, Role.ANALYST, 1),
        *((region, Role.MANAGER, 1) for region in regions),
        *((branch, Role.MANAGER, 1) for branch in branches),
        *((branch, Role.FRONT_LINE, 4) for branch in branches),
    ):
        for number in range(1, count + 1):
            _employee(unit, role, number, next(names))
    staff = {branch.pk: list(Employee.objects.filter(unit=branch).order_by("pk")) for branch in branches}
    return Organisation(branches, staff, _failure_types())


def _unit(code: str, name: str, kind: UnitKind, parent: Unit | None) -> Unit:
    zone = "America/New_York"
    known = Unit.objects.filter(code=code).first()
    place = {"time_zone": zone, "reckoned_zone": zone}
    return known or Unit.objects.create(code=code, name=name, kind=kind, parent=parent, **place)


def _employee(unit: Unit, role: Role, number: int, name: str) -> None:
    email = f"{role.value.replace('_', '-')}-{number}@{unit.code}.example"
    if not Employee.objects.filter(email=email).exists():
        Employee.objects.create_user(email, name=name, unit=unit, role=role)


def _failure_types() -> list[FailureType]:
    found = []
    for area_name in _AREAS:
        area, _new = FailureType.objects.get_or_create(parent=None, name=area_name)
        for fault in _FAULTS:
            kind, _new = FailureType.objects.get_or_create(
                parent=area, name=f"{area_name} {fault}", defaults={"touchpoint": area_name}
            )
            found.append(kind)
    return found


def _vocabulary(chance: Random) -> list[str]:
    """Common words first, then invented ones that can be pronounced."""
    words = dict.fromkeys(_COMMON)
    while len(words) < VOCABULARY:
        words["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 5)))] = None
    return list(words)


def _people_names(chance: Random) -> Iterator[str]:
    stems = ["".join(chance.choices(_SYLLABLES, k=2)).capitalize() for _ in range(400)]
    given = Zipf(_GIVEN, exponent=0.6)
    family = Zipf([stem + ending for stem in stems for ending in _ENDINGS], exponent=0.9)
    while True:
        if chance.random() < 0.1:
            yield chance.choice(_FAMILY_ZH) + "".join(chance.choices(_GIVEN_ZH, k=chance.randint(1, 2)))
        else:
            yield f"{given.draw(chance)} {family.draw(chance)}"


def _customers(chance: Random, count: int, *, at: datetime) -> list[Customer]:
    """Customers, four in ten with a telephone, seven with an address; given back without what the look-up reads."""
    ids = reserve_ids(Customer, count)
    names, found = _people_names(chance), []
    for some in _batches(ids, BATCH):
        batch, emails, phones = [], [], []
        for pk in some:
            name = next(names)
            company = f"{name.split()[-1]} Ltd" if chance.random() < 0.2 else ""
            address = [f"{fold_name(name)}.{pk}@mail-{pk % 97}.example"] if chance.random() < 0.7 else []
            number = [f"+1{200 + pk % 780}555{pk % 10_000:04}"] if chance.random() < 0.4 else []
            text = haystack(name=name, company=company, emails=address, phones=number)
            language = Language.ENGLISH if name.isascii() else Language.CHINESE
            batch.append(
                Customer(
                    pk=pk,
                    name=name,
                    company=company,
                    language=language,
                    created_at=at,
                    haystack=text,
                    grams=grams_of(text),
                    near=near_of(text),
                    is_unlooked=False,
                )
            )
            emails += [EmailAddress(customer_id=pk, address=one) for one in address]
            phones += [Phone(customer_id=pk, number=one) for one in number]
            found.append(Customer(pk=pk, name=name, company=company))
        copy_in(Customer, batch)
        copy_in(EmailAddress, emails)
        copy_in(Phone, phones)
    return found


def fold_name(name: str) -> str:
    """A name as it stands in an address."""
    return "".join(c for c in name.lower() if c.isascii() and c.isalpha()) or "guest"


class _Writer:
    """Writes cases in batches: each with its words, clocks, timeline, and for some a message."""

    def __init__(
        self,
        chance: Random,
        organisation: Organisation,
        customers: Sequence[Customer],
        complaints: int,
        *,
        at: datetime,
        open_share: float = OPEN_SHARE,
    ) -> None:
        self._chance = chance
        self._organisation = organisation
        self._customers = customers
        self._complaints = complaints
        self._at = at
        self._open_share = open_share
        self._words = Zipf(_vocabulary(chance), exponent=1.0)

    def write(self, on_batch: Callable[[int], object]) -> None:
        """All of them, newest last, as they would have come."""
        for numbers in _batches(range(self._complaints), BATCH):
            cases = self._cases(numbers)
            copy_in(Case, cases)
            entries = {case.pk: list(self._entries(case)) for case in cases}
            copy_in(CaseText, (texts.text_of(case, entries[case.pk]) for case in cases))
            copy_in(Clock, (clock for case in cases for clock in self._clocks(case)))
            copy_in(TimelineEntry, (entry for case in cases for entry in entries[case.pk]))
            copy_in(Message, (self._message(case) for case in cases if case.is_open or self._chance.random() < 0.05))
            on_batch(len(cases))

    def _cases(self, numbers: Sequence[int]) -> list[Case]:
        ids = reserve_ids(Case, len(numbers))
        return [self._case(pk, number) for pk, number in zip(ids, numbers, strict=True)]

    def _case(self, pk: int, number: int) -> Case:
        chance, at = self._chance, self._at
        branch = chance.choice(self._organisation.branches)
        is_open = chance.random() < self._open_share
        age = timedelta(minutes=chance.randint(60, 30 * 1440)) if is_open else self._age(number)
        filed_at = at - age
        case = Case(
            pk=pk,
            reference=reference_of(pk * STRIDE % REFERENCES),
            customer=self._customers[int(len(self._customers) * chance.random() ** 2)],
            unit=branch,
            responsible=chance.choice(self._organisation.staff[branch.pk]) if chance.random() < 0.8 else None,
            tier=chance.choices((Tier.FRONT_LINE, Tier.MANAGER, Tier.VP), (80, 15, 5))[0],
            channel=chance.choice(Channel.values),
            failure_type=chance.choice(self._organisation.failure_types),
            severity=chance.choices(Severity.values, (30, 50, 15, 5))[0],
            mood=chance.choice(Mood.values),
            what_happened=self._said(number),
            wanted=" ".join(self._words.several(chance, 6)),
            place=f"Room {chance.randint(100, 1900)}",
            occurred_at=filed_at - timedelta(hours=chance.randint(1, 48)),
            filed_at=filed_at,
            acknowledged_at=filed_at + timedelta(hours=2),
        )
        case.step = list(Tier).index(Tier(case.tier))
        case.reached_tier_at = filed_at + chance.random() * timedelta(hours=1) if case.step else None
        self._settle(case) if is_open else self._close(case)
        return case

    def _age(self, number: int) -> timedelta:
        """Three years, the older ones first."""
        return timedelta(days=1 + 1095 * (1 - number / self._complaints), minutes=self._chance.randint(0, 1440))

    def _said(self, number: int) -> str:
        chance = self._chance
        if chance.random() < 0.05:
            return "，".join(chance.choices(_SAID_ZH, k=chance.randint(2, 5))) + "。"
        words = self._words.several(chance, chance.randint(20, 80))
        if number % 200_000 == self._complaints // 3 % 200_000:
            words.append(RARE_WORD)
        return " ".join(words)

    def _settle(self, case: Case) -> None:
        case.status = self._chance.choices((Status.OPEN, Status.WAITING, Status.RESOLVED), (70, 20, 10))[0]
        case.version = 20
        if case.status == Status.OPEN:
            case.due_at = self._at + timedelta(minutes=self._chance.randint(-1440, 5 * 1440))
        elif case.status == Status.RESOLVED:
            case.resolved_at = self._at - timedelta(days=1)

    def _close(self, case: Case) -> None:
        case.status, case.due_at, case.version = Status.CLOSED, NOT_DUE, 3
        case.resolved_at = case.filed_at + timedelta(hours=self._chance.randint(3, 20))
        case.closed_at = case.resolved_at + timedelta(hours=1)
        case.outcome = self._chance.choices((Outcome.SOLVED, Outcome.NO_ANSWER), (80, 20))[0]

    def _clocks(self, case: Case) -> Iterator[Clock]:
        for kind, hours in ((ClockKind.ACKNOWLEDGE, 4), (ClockKind.RESOLVE, 120)):
            budget = timedelta(hours=hours)
            met = kind == ClockKind.ACKNOWLEDGE or not case.is_open
            yield Clock(
                case_id=case.pk,
                kind=kind,
                started_at=case.filed_at,
                budget=budget,
                due_at=case.due_at if case.due and not met else case.filed_at + budget,
                ended_at=case.filed_at + timedelta(hours=2) if met else None,
                paused_at=self._at if not met and case.status != Status.OPEN else None,
                pauses=[],
                reminders=[],
            )

    def _entries(self, case: Case) -> Iterator[TimelineEntry]:
        colleague = case.responsible or self._organisation.staff[case.unit_id][0]
        yield _entry(case, Entry.FILED, by=colleague.actor, at=case.filed_at, facts={"channel": case.channel})
        if not case.is_open:
            resolved_at = case.resolved_at or case.filed_at
            text = " ".join(self._words.several(self._chance, 15))
            yield _entry(case, Entry.RESOLUTION_PROPOSED, by=colleague.actor, at=resolved_at, text=text)
            yield _entry(case, Entry.RESOLUTION_ACCEPTED, by=case.customer.actor, at=case.closed_at or resolved_at)
            return
        if case.step and case.reached_tier_at:
            told = {"to": colleague.name, "tier": case.tier, "reason": " ".join(self._words.several(self._chance, 8))}
            yield _entry(case, Entry.ESCALATED, by=colleague.actor, at=case.reached_tier_at, facts=told)
        for step in range(18 if case.step else 19):
            kind = (Entry.NOTE_WRITTEN, Entry.WRITTEN, Entry.CUSTOMER_ANSWERED)[step % 3]
            who = case.customer.actor if kind == Entry.CUSTOMER_ANSWERED else colleague.actor
            text = " ".join(self._words.several(self._chance, 20))
            yield _entry(case, kind, by=who, at=case.filed_at + timedelta(minutes=2 * step + 1), text=text)

    def _message(self, case: Case) -> Message:
        text = " ".join(self._words.several(self._chance, 60))
        return Message(
            about=case.reference,
            unit_id=case.unit_id,
            kind=Kind.RECEIVED,
            recipient="guest@load.example",
            recipient_name=case.customer.name,
            language=Language.ENGLISH,
            subject=f"We have received your complaint {case.reference}",
            body_text=text,
            body_html=f"<p>{text}</p>",
            dedupe_key=f"{case.reference}:received:load",
            message_id=f"<{case.reference.lower()}.load@load.example>",
            state=MessageState.SENT,
            attempts=1,
            created_at=case.filed_at,
            look_again_at=case.filed_at,
            sent_at=case.filed_at,
        )


def _entry(case: Case, kind: Entry, *, by: Actor, at: datetime, **told: Any) -> TimelineEntry:
    """Something that happened to a case, as the verbs would have told it."""
    return TimelineEntry(
        case=case,
        kind=kind,
        at=at,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        public=kind != Entry.NOTE_WRITTEN,
        **told,
    )


_BIG: Final[tuple[type[models.Model], ...]] = (
    Case,
    CaseText,
    Clock,
    TimelineEntry,
    Message,
    Customer,
    EmailAddress,
    Phone,
)


@contextmanager
def _without_indexes(complaints: int) -> Iterator[None]:
    """Build the secondary indexes after the rows, where the tables hold little yet; a failure brings them back.

    Runs inside a transaction: nobody else can use the tables until it ends.
    """
    if Case.objects.all()[complaints // 4 : complaints // 4 + 1].exists():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisunique",
            [[_table(model) for model in _BIG]],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _name, definition in indexes:
            cursor.execute(definition)


@contextmanager
def _trusted() -> Iterator[None]:
    """Spare PostgreSQL the look at every foreign key, where we may: the rows were made to fit."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
    except DatabaseError:  # only a superuser may; it is slower without and the same
        yield
        return
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")


def _have_counted(last: int) -> None:
    """Note what came after a case for the page of measures, as the trigger does that is asleep while we are trusted."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM complaints_changedcase WHERE case_id > %s", [last])
        cursor.execute(
            "INSERT INTO complaints_changedcase (case_id) SELECT id FROM complaints_case WHERE id > %s ORDER BY id",
            [last],
        )


def _table(model: Any) -> str:
    return f'"{model._meta.db_table}"'  # noqa: SLF001 - Django's public name for it


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
