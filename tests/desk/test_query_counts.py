from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from complaints.customers.models import Customer
from complaints.handling.decide_double import name_double
from complaints.handling.escalate import escalate
from complaints.handling.keep_calendar import keep_calendar
from complaints.handling.keep_standard import keep_standard
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.receive_mail import receive_mail
from complaints.handling.reopen import reopen
from complaints.handling.resolve import resolve
from complaints.handling.write_note import write_note
from complaints.incoming.models import Source
from complaints.outbox.models import Message
from complaints.remedies.catalogue import RemedyKind
from complaints.staff.models import Absence, Employee, Role, Tier, Unit
from complaints.standards.models import BusinessCalendar, FailureType, RecoveryStandard
from complaints.standards.sheets import CalendarSheet, Day, StandardSheet, TargetLine
from tests.cast import Organisation, employee
from tests.causes.matters import alleged, answered, asked, planned
from tests.factories import a_complaint, a_customer, a_picture
from tests.handling.test_keep_calendar import OFFICE
from tests.incoming.letters import a_mail
from tests.query_counts import assert_as_recorded, queries_of
from tests.remedies.purse import an_authority, usd


def _many_rows(max_: Employee, fern: Employee, cara: Customer, kind: FailureType, *, rows: int) -> str:
    """Complaints of Cara and of others, and as many notes, files and remedies on the first."""
    first = a_complaint(by=max_, customer=cara, failure_type=kind.pk, files=[a_picture()])
    for number in range(rows):
        a_complaint(by=max_, customer=cara, failure_type=kind.pk)
        a_complaint(by=max_, customer=a_customer(name=f"Cara {number}", phone=f"+1212555{number:04}"))
        raised = a_complaint(by=max_, customer=cara, failure_type=kind.pk)
        resolve(raised.reference, text="A night free.", by=max_, at=now())
        reopen(raised.reference, reason="Not enough.", by=max_, at=now())
        escalate(raised.reference, reason="Beyond me.", by=max_, at=now())
        receive_mail(a_mail(name=f"{number}@x", Precedence="bulk"), source=Source.PIPE, at=now())
        write_note(first.reference, text=f"Note {number}", by=max_, at=now(), files=[a_picture()])
        for amount, by in ((None, max_), (usd(number + 1), max_), (usd(5000), fern)):
            what = RemedyKind.VOUCHER if amount else RemedyKind.APOLOGY
            propose_remedy(first.reference, RemedyFacts(kind=what, words="Sorry.", amount=amount), by=by, at=now())
    return first.reference


PAGES: dict[str, Callable[[str, int], str]] = {
    "desk:worklist": lambda _reference, _cara: "/desk/",
    "desk:worklist filtered": lambda _reference, _cara: "/desk/?whose=mine&severity=2&channel=phone",
    "desk:worklist closed": lambda _reference, _cara: "/desk/?status=closed",
    "desk:worklist search": lambda _reference, _cara: "/desk/?q=room",
    "desk:list_news": lambda _reference, _cara: "/desk/news/?shown=1.1",
    "desk:counts": lambda _reference, _cara: "/desk/counts/",
    "desk:bell": lambda _reference, _cara: "/desk/bell/",
    "desk:complaint": lambda reference, _cara: f"/desk/complaints/{reference}/",
    "desk:news": lambda reference, _cara: f"/desk/complaints/{reference}/news/?version=0&entry=0",
    "desk:new_complaint": lambda _reference, cara: f"/desk/complaints/new/?customer={cara}",
    "desk:find_customer": lambda _reference, _cara: "/desk/customers/find/?look=cara",
    "desk:customers": lambda _reference, _cara: "/desk/customers/?q=cara",
    "desk:customer": lambda _reference, cara: f"/desk/customers/{cara}/",
    "desk:edit_customer": lambda _reference, cara: f"/desk/customers/{cara}/edit/",
    "desk:escalations": lambda _reference, _cara: "/desk/escalations/",
    "desk:deadlines": lambda _reference, _cara: "/desk/deadlines/",
    "desk:to_give": lambda _reference, _cara: "/desk/to-give/",
    "desk:mails": lambda _reference, _cara: "/desk/mail-in/?state=any",
    "desk:messages": lambda _reference, _cara: "/desk/messages/",
    "desk:insights": lambda _reference, _cara: "/desk/insights/",
    "desk:insights_cases": lambda _reference, _cara: "/desk/insights/cases/",
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_takes_no_more_queries_with_twenty_rows_than_with_two(
    page: str, client: Client, max_: Employee, fern: Employee, cara: Customer, late_room: FailureType
) -> None:
    client.force_login(max_)
    an_authority(Tier.MANAGER, 2000)
    reference = _many_rows(max_, fern, cara, late_room, rows=2)
    few = queries_of(client, PAGES[page](reference, cara.pk))

    _many_rows(max_, fern, cara, late_room, rows=18)
    for number in range(18):
        write_note(reference, text=f"Note {number}", by=max_, at=now(), files=[a_picture()])
        for amount in (usd(number + 1), usd(5000)):
            facts = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=amount)
            propose_remedy(reference, facts, by=fern, at=now())
    many = queries_of(client, PAGES[page](reference, cara.pk))

    assert Message.objects.exists()
    assert_as_recorded(page, few=few, many=many)


def test_the_list_of_doubles_takes_no_more_queries_with_twenty_rows_than_with_two(
    client: Client, quinn: Employee
) -> None:
    client.force_login(quinn)
    counts = []
    for rows in (2, 18):
        for number in range(rows):
            one, other = (a_customer(name=f"Cara {rows} {number}", phone=f"+1212555{number:04}") for _ in range(2))
            name_double(one.pk, other.pk, by=quinn, at=now())
        counts.append(queries_of(client, "/desk/customers/doubles/"))
    assert_as_recorded("desk:doubles", few=counts[0], many=counts[1])


def _many_matters(quinn: Employee, hana: Employee, fern: Employee, kind: FailureType, *, rows: int) -> list[str]:
    """As many matters, each with something alleged; the last one with as many complaints and actions. Two addresses."""
    day = now().date() + timedelta(days=9)
    for number in range(rows):
        found = asked(a_complaint(by=fern), of=hana.unit, by=quinn, at=now(), title=f"Matter {rows} {number}")
        alleged(found, of=fern, by=quinn, at=now())
    cases = [a_complaint(by=fern) for _case in range(rows)]
    last = answered(asked(*cases, of=hana.unit, by=quinn, at=now()), by=hana, at=now())
    actions = [planned(last, kind, owner=hana, by=quinn, at=now(), due_on=day) for _action in range(rows)]
    return [f"/desk/causes/{last.pk}/", f"/desk/causes/actions/{actions[-1].pk}/"]


def test_the_pages_of_causes_take_no_more_queries_with_twenty_rows_than_with_two(
    client: Client, quinn: Employee, fern: Employee, hana: Employee, max_: Employee, late_room: FailureType
) -> None:
    client.force_login(quinn)
    lists = {f"desk:causes {show}": f"/desk/causes/?show={show}" for show in ("open", "actions", "confidence")}
    counts: list[dict[str, int]] = []
    for rows in (2, 18):
        made = _many_matters(quinn, hana, fern, late_room, rows=rows)
        pages = lists | dict(zip(("desk:investigation", "desk:action"), made, strict=True))
        counts.append({name: queries_of(client, address) for name, address in pages.items()})
    for name, few in counts[0].items():
        assert_as_recorded(name, few=few, many=counts[1][name])


SETTINGS: dict[str, str] = {
    "desk:settings": "/desk/settings/",
    "desk:setting_list standards": "/desk/settings/standards/",
    "desk:setting_list ladders": "/desk/settings/ladders/",
    "desk:setting_list employees": "/desk/settings/employees/",
    "desk:setting_list absences": "/desk/settings/absences/",
    "desk:setting standards": "/desk/settings/standards/1/",
    "desk:setting_list failures": "/desk/settings/failures/",
    "desk:ready_failures": "/desk/settings/failures/ready/",
    "desk:setting ladders": "/desk/settings/ladders/0/",
    "desk:setting calendars": "/desk/settings/calendars/1/",
}


def _many_settings(ada: Employee, *, rows: int, prefix: str) -> None:
    """As many units, people, absences, special days, standards and deadlines; no longer ladder."""
    office = keep_calendar(None, sheet=replace(OFFICE, name=f"{prefix} office"), by=ada, at=now())
    area = FailureType.objects.create(name=f"{prefix} area")
    FailureType.objects.bulk_create(FailureType(parent=area, name=f"{n}", department=ada.unit) for n in range(rows))
    day = now().date()
    days = tuple(Day(day=day + timedelta(days=number)) for number in range(rows))
    keep_calendar(office.pk, sheet=replace(CalendarSheet.of_calendar(office), special_days=days), by=ada, at=now())
    line = TargetLine(kind="acknowledge", minutes=60, calendar=office.name)
    for number in range(rows):
        unit = Unit.objects.create(code=f"{prefix}{number}", name="Branch", kind="branch", parent=ada.unit)
        person = employee(f"{prefix}{number} Person", Role.MANAGER, unit)
        Absence.objects.create(employee=person, since=now(), until=now() + timedelta(days=1))
        lines = tuple(replace(line, label=f"{prefix} {n}") for n in range(number + 1))
        keep_standard(None, sheet=StandardSheet(name="Ours", unit=unit.pk, targets=lines), by=ada, at=now())


@pytest.mark.parametrize("page", SETTINGS)
def test_a_page_of_settings_takes_no_more_queries_with_twenty_rows_than_with_two(
    page: str, client: Client, ada: Employee, organisation: Organisation
) -> None:
    client.force_login(ada)
    _many_settings(ada, rows=2, prefix="a")
    few = queries_of(client, _setting_address(page))

    _many_settings(ada, rows=18, prefix="b")
    many = queries_of(client, _setting_address(page))

    assert_as_recorded(page, few=few, many=many)


def _setting_address(page: str) -> str:
    newest = {
        "desk:setting standards": RecoveryStandard.objects.latest("pk").pk,
        "desk:setting calendars": BusinessCalendar.objects.latest("pk").pk,
    }
    return SETTINGS[page].replace("/1/", f"/{newest.get(page)}/")
