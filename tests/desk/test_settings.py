from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now

from complaints.desk.choices import MOST_OFFERED
from complaints.desk.settings.kinds import KINDS
from complaints.desk.settings.pages import LISTED
from complaints.escalation.ladder import steps_of
from complaints.escalation.models import LadderStep, UrgentRule
from complaints.handling.keep_calendar import keep_calendar
from complaints.staff.models import Absence, Employee, Role, Setting, SettingChange, Unit, UnitKind
from complaints.standards.models import (
    BusinessCalendar,
    FailureType,
    RecoveryStandard,
    ServiceStandard,
    Severity,
    StandardVersion,
    Target,
)
from complaints.standards.sheets import CalendarSheet
from tests.cast import PASSWORD, Organisation, employee
from tests.desk.pages import next_address
from tests.handling.test_keep_calendar import OFFICE

A_DAY = {"since": datetime(2026, 3, 2, tzinfo=UTC), "until": datetime(2026, 3, 3, tzinfo=UTC)}
MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""Ten in New York."""


@pytest.fixture
def desk(client: Client, ada: Employee) -> Client:
    """Ada's browser."""
    client.force_login(ada)
    return client


@pytest.fixture
def office(ada: Employee) -> BusinessCalendar:
    return keep_calendar(None, sheet=OFFICE, by=ada, at=MONDAY)


def typed(desk: Client, page: str, **words: Any) -> dict[str, Any]:
    """What the form of a page sends, with some fields written over; a line by its number: `line_0_minutes`."""
    form = desk.get(page).context["form"]
    forms = [form, *(form.lines.forms if form.lines is not None else [])]
    if form.lines is not None:
        forms.append(form.lines.management_form)
    sent = {field.html_name: field.value() for one in forms for field in one}
    sent |= {re.sub(r"^line_(\d+)_", r"line-\1-", name): value for name, value in words.items()}
    shown = {name: value for name, value in sent.items() if value is not None and value is not False}
    return {
        name: value.strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value
        for name, value in shown.items()
    }


def text_of(answer: Any) -> str:
    """The page as it is read, without its tags."""
    bare = re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<head>.*?</head>", "", answer.content.decode()))
    return re.sub(r"\s+", " ", bare)


def foreseen(answer: Any) -> str:
    """What the preview says."""
    page = answer.content.decode()
    part = page[page.index('id="foresight"') : page.index('class="asked"')]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))


def test_the_overview_says_what_a_complaint_filed_now_would_be_promised(
    desk: Client, max_: Employee, vera: Employee, late_room: FailureType
) -> None:
    with time_machine.travel(MONDAY, tick=False):
        said = foreseen(desk.get("/desk/settings/"))
        worse = foreseen(desk.get("/desk/settings/", {"for-severity": 4, "for-unit": vera.unit_id}))
    assert "A complaint filed now at Harbour Hotel" in said
    assert "Tue 03/03/2026 10 a.m. would be acknowledged by then" in said
    assert "Tue 03/03/2026 10 a.m. would go to Max Moreno (Manager) missed: Acknowledge" in said
    assert "would go to Vera Vance (VP)" in said
    assert "A complaint filed now at Meridian Hotels" in worse
    assert "Mon 03/02/2026 11 a.m. would be acknowledged by then" in worse
    assert "Times in Eastern Time" in worse


def test_an_organisation_without_units_has_pages_too(client: Client, db: None) -> None:
    root = Employee.objects.create_superuser("root@demo.example", PASSWORD)
    Unit.objects.update(is_active=False)
    client.force_login(root)
    assert client.get("/desk/settings/").status_code == 200


def test_the_way_there_is_shown_to_administrators(client: Client, ada: Employee, vera: Employee) -> None:
    shown = {}
    for who in (ada, vera):
        client.force_login(who)
        shown[who] = 'href="/desk/settings/"' in client.get("/desk/").content.decode()
    assert shown == {ada: True, vera: False}


# Calendars


def test_a_calendar_is_added_as_it_is_typed(desk: Client) -> None:
    page = "/desk/settings/calendars/new/"
    sent = typed(
        desk,
        page,
        name="Office",
        time_zone="America/Toronto",
        mon="9-12:30; 13:30–24:00",
        holiday_country="CA",
        holiday_subdivision="ON",
        line_0_day="2026-12-24",
        line_0_windows="9-12",
        line_0_reason="Christmas Eve",
    )
    answer = desk.post(page, sent, follow=True)
    calendar = BusinessCalendar.objects.get()
    assert "It is kept." in text_of(answer)
    assert answer.redirect_chain[-1][0].startswith(f"/desk/settings/calendars/{calendar.pk}/")
    assert calendar.week["mon"] == [["09:00", "12:30"], ["13:30", "24:00"]]
    assert calendar.special_days.get().windows == [["09:00", "12:00"]]
    assert "09:00-12:30, 13:30-24:00" in answer.content.decode()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ""), "never open"),
        ({"mon": "17-9"}, "open before it closes"),
        ({"mon": "nine-five"}, "is not a time of day"),
        ({"holiday_country": "CA", "holiday_subdivision": "QX"}, "no part of the country"),
        ({"line_0_day": "someday"}, "Enter a valid date"),
        ({"line_0_day": "2026-12-24", "line_0_windows": "13-12"}, "open before it closes"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    desk: Client, words: dict[str, str], says: str
) -> None:
    page = "/desk/settings/calendars/new/"
    answer = desk.post(
        page, typed(desk, page, name="Our very own hours", line_1_day="2027-01-04", line_1_reason="Kept words", **words)
    )
    assert answer.status_code == 400
    assert says in text_of(answer)
    for kept in ("Our very own hours", "Kept words"):
        assert kept in answer.content.decode()


def test_preview_shows_what_is_typed_and_keeps_nothing(desk: Client, office: BusinessCalendar, max_: Employee) -> None:
    Target.objects.update(calendar=office, minutes=60)
    page = f"/desk/settings/calendars/{office.pk}/"
    with time_machine.travel(MONDAY, tick=False):
        before = foreseen(desk.get(page))
        answer = desk.post(page, typed(desk, page, mon="09:00-15:30", tue="08:00-12:00", preview="1"))
        after = foreseen(answer)
        kept = foreseen(desk.get(page))
    assert answer.status_code == 200
    assert "11 a.m. would be acknowledged by then Office" in before, "four in London, and an hour on"
    assert "as typed, not kept yet" in after
    assert "Tue 03/03/2026 3:30 a.m. would be acknowledged by then" in after
    assert "09:00-15:30" in answer.content.decode()
    assert kept == before
    assert SettingChange.objects.filter(setting=Setting.CALENDAR).count() == 1
    office.refresh_from_db()
    assert office.week["mon"] == [["09:00", "17:00"]]


def test_the_page_of_a_calendar_says_where_eight_open_hours_end(desk: Client, office: BusinessCalendar) -> None:
    with time_machine.travel(MONDAY, tick=False):
        said = foreseen(desk.get(f"/desk/settings/calendars/{office.pk}/"))
    assert "eight open hours from now: Tue March 3, 2026, 11 a.m." in said


def test_a_page_grown_old_loses_no_word_and_shows_what_is_kept_now(
    desk: Client, office: BusinessCalendar, ada: Employee
) -> None:
    page = f"/desk/settings/calendars/{office.pk}/"
    mine = typed(desk, page, wed="10:00-11:00", line_0_day="2026-12-25", line_0_reason="Our own closure")
    theirs = CalendarSheet(**{**OFFICE.facts(), "thu": "14:00-15:00"})
    keep_calendar(office.pk, sheet=theirs, by=ada, at=MONDAY)
    answer = desk.post(page, mine)
    assert answer.status_code == 409
    for words in ("was changed while you were writing", "10:00-11:00", "Our own closure", "14:00-15:00"):
        assert words in answer.content.decode()
    again = {**mine, "seen": answer.context["form"]["seen"].value()}
    assert desk.post(page, again).status_code == 302
    office.refresh_from_db()
    assert (office.week["wed"], office.week.get("thu")) == ([["10:00", "11:00"]], None)


def test_a_form_that_does_not_say_what_it_saw_counts_as_old(desk: Client, office: BusinessCalendar) -> None:
    page = f"/desk/settings/calendars/{office.pk}/"
    assert desk.post(page, typed(desk, page, mon="", seen="")).status_code == 409


def test_what_was_typed_waits_behind_the_sign_in(client: Client, ada: Employee, office: BusinessCalendar) -> None:
    page = f"/desk/settings/calendars/{office.pk}/"
    client.force_login(ada)
    sent = typed(client, page, sat="10:00-11:11")
    client.logout()
    away = client.post(page, sent)
    answer = client.post(away["Location"], {"login": ada.email, "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == page
    assert "10:00-11:11" in answer.content.decode()


# Standards


def test_a_standard_is_narrowed_promised_and_foreseen(
    desk: Client, office: BusinessCalendar, late_room: FailureType, organisation: Organisation
) -> None:
    page = "/desk/settings/standards/new/"
    sent = typed(
        desk,
        page,
        name="Rooms",
        failure_type=late_room.pk,
        severity=3,
        line_0_minutes="30 min",
        line_0_reminders="50% responsible, 10 min superior",
        line_1_kind="resolve",
        line_1_label="Final response",
        line_1_minutes="8 w",
    )
    tried = foreseen(desk.post(page, {**sent, "preview": "1"}))
    assert "“Final response” would be done by then" in tried
    assert not RecoveryStandard.objects.filter(name="Rooms").exists()
    answer = desk.post(page, sent, follow=True)
    rooms = RecoveryStandard.objects.get(name="Rooms")
    assert "By the standard “Rooms”, version 1." in foreseen(answer)
    first, last = Target.objects.filter(version__standard=rooms).order_by("pk")
    assert (first.minutes, last.minutes, rooms.severity) == (30, 8 * 7 * 24 * 60, Severity.HIGH)
    assert first.reminders[1] == {"minutes_before": 10, "to": "superior"}


def test_another_version_is_made_and_the_old_ones_stay_in_sight(desk: Client, office: BusinessCalendar) -> None:
    standard = RecoveryStandard.objects.get(severity=Severity.LOW)
    page = f"/desk/settings/standards/{standard.pk}/"
    sent = typed(desk, page, line_0_minutes="3 h", line_0_calendar="Office")
    answer = desk.post(page, {**sent, "line-1-DELETE": "on"}, follow=True)
    said = text_of(answer)
    assert "Version 2 for new complaints" in said
    assert "Acknowledge: 3 h · Office" in said
    assert "Put right: 1 w 3 d" in said, "version 1 is still told"
    assert StandardVersion.objects.get(standard=standard, is_current=True).targets.count() == 1
    assert "Ada Adler changed this" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"line_0_minutes": "soon"}, "is not a time"),
        ({"line_0_minutes": ""}, "required"),
        ({"line_0_reminders": "sometimes"}, "is not a reminder"),
        ({"line_0_reminders": "<b>x</b>"}, "is not a reminder"),
        ({"severity": "4"}, "exactly the same cases"),
        ({"severity": "9"}, "Select a valid choice"),
    ],
)
def test_a_standard_that_cannot_be_is_refused(desk: Client, words: dict[str, str], says: str) -> None:
    page = f"/desk/settings/standards/{RecoveryStandard.objects.get(severity=Severity.LOW).pk}/"
    for button in ({}, {"preview": "1"}):
        answer = desk.post(page, typed(desk, page, name="My words", **words, **button))
        assert answer.status_code == 400
        assert says in text_of(answer)
        assert "My words" in answer.content.decode()
        assert "<b>x" not in answer.content.decode()


def test_a_service_standard_and_an_urgent_rule_are_kept(desk: Client, late_room: FailureType) -> None:
    page = "/desk/settings/services/new/"
    desk.post(page, typed(desk, page, name="Room", promise="Ready at three", failure_type=late_room.pk))
    assert ServiceStandard.objects.get().promise == "Ready at three"
    page = "/desk/settings/urgent/new/"
    desk.post(page, typed(desk, page, name="Press", words="press\r\nnewspaper", tier="vp"))
    rule = UrgentRule.objects.get()
    assert rule.words.split() == ["press", "newspaper"]
    page = f"/desk/settings/urgent/{rule.pk}/"
    assert "Name words" in text_of(desk.post(page, typed(desk, page, words="")))


# Ladders


def test_the_ladder_of_a_unit_starts_from_the_one_above(desk: Client, organisation: Organisation) -> None:
    page = f"/desk/settings/ladders/{organisation.harbour.pk}/"
    sent = typed(
        desk,
        page,
        takes_from_above=False,
        line_1_minutes="4 h",
        line_3_name="The ombudsman",
        line_3_tier="",
        line_3_contact="ombudsman.example",
    )
    desk.post(page, sent)
    steps = steps_of(organisation.harbour)
    assert [(str(one), one.minutes) for one in steps] == [
        ("Front line", None),
        ("Manager", 240),
        ("VP", 3 * 24 * 60),
        ("The ombudsman", None),
    ]
    assert {one.unit for one in steps} == {organisation.harbour}
    assert "a ladder of its own" in text_of(desk.get("/desk/settings/ladders/"))
    desk.post(page, typed(desk, page, takes_from_above="on"))
    assert {one.unit for one in steps_of(organisation.harbour)} == {None}


def test_steps_stand_in_the_order_of_their_numbers(desk: Client, organisation: Organisation) -> None:
    page = "/desk/settings/ladders/0/"
    desk.post(page, typed(desk, page, line_3_order="15", line_3_name="Duty manager", line_3_minutes="1 h"))
    assert [str(one) for one in LadderStep.objects.filter(unit=None)] == ["Front line", "Duty manager", "Manager", "VP"]


def test_a_ladder_is_foreseen_before_it_is_kept(
    desk: Client, organisation: Organisation, max_: Employee, vera: Employee
) -> None:
    page = f"/desk/settings/ladders/{organisation.harbour.pk}/"
    sent = typed(
        desk,
        page,
        takes_from_above=False,
        line_3_name="The ombudsman",
        line_3_tier="",
        line_3_contact="ombudsman.example",
        preview="1",
    )
    said = foreseen(desk.post(page, sent))
    assert "would be outside: the customer is told of “The ombudsman”" in said
    assert not LadderStep.objects.filter(unit__isnull=False).exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"line_1_name": ""}, "required"),
        ({"line_1_minutes": "8"}, "is not a time"),
        ({"line_0_order": "99"}, "begins with the front line"),
        ({"line_1_tier": ""}, "above one of a higher tier"),
        ({"line_3_name": "Outside", "line_3_tier": ""}, "how customers reach it"),
    ],
)
def test_a_ladder_that_nobody_could_climb_is_refused(desk: Client, words: dict[str, str], says: str) -> None:
    page = "/desk/settings/ladders/0/"
    answer = desk.post(page, typed(desk, page, **words))
    assert answer.status_code == 400
    assert says in text_of(answer)


# Units, employees, absences


def test_units_are_shown_as_a_tree_and_found_by_name(desk: Client, organisation: Organisation) -> None:
    page = text_of(desk.get("/desk/settings/units/"))
    places = [page.index(name) for name in ("Region East Region", "Harbour Hotel Branch", "Lakeside Hotel Branch")]
    assert places == sorted(places)
    found = text_of(desk.get("/desk/settings/units/", {"q": "lake"}))
    assert "Lakeside Hotel" in found
    assert "Harbour Hotel Branch" not in found


def test_long_lists_are_paged_and_every_row_is_on_one_page(desk: Client, organisation: Organisation) -> None:
    for number in range(LISTED + 20):
        parent = organisation.region if number % 2 else organisation.company
        Unit.objects.create(code=f"u{number}", name="Same name", kind=UnitKind.BRANCH, parent=parent)
        employee(f"P{number} Same", Role.FRONT_LINE, organisation.harbour)
    for kind, model in (("units", Unit), ("employees", Employee)):
        seen, address = [], f"/desk/settings/{kind}/"
        while address:
            page = desk.get(address)
            seen += re.findall(rf'row-link" href="/desk/settings/{kind}/(\d+)/"', page.content.decode())
            further = next_address(page)
            address = f"/desk/settings/{kind}/{further}" if further else ""
        assert sorted(map(int, seen)) == sorted(model.objects.values_list("pk", flat=True))


def test_a_unit_is_added_and_moved(desk: Client, organisation: Organisation) -> None:
    page = "/desk/settings/units/new/"
    sent = typed(
        desk,
        page,
        name="Bar",
        kind="department",
        parent=organisation.harbour.pk,
        time_zone="America/Toronto",
        code="bar",
    )
    answer = desk.post(page, sent, follow=True)
    assert "A complaint filed now at Bar" in foreseen(answer)
    bar = Unit.objects.get(code="bar")
    page = f"/desk/settings/units/{bar.pk}/"
    desk.post(page, typed(desk, page, parent=organisation.lakeside.pk))
    bar.refresh_from_db()
    assert bar.parent == organisation.lakeside
    page = f"/desk/settings/units/{organisation.lakeside.pk}/"
    assert "cannot be a part of itself" in text_of(desk.post(page, typed(desk, page, parent=bar.pk)))


def test_an_employee_is_promoted_and_the_preview_knows(desk: Client, fern: Employee, vera: Employee) -> None:
    page = f"/desk/settings/employees/{fern.pk}/"
    sent = typed(desk, page, role="manager")
    assert "would go to Fern Fuller (Manager)" in foreseen(desk.post(page, {**sent, "preview": "1"}))
    assert "nobody stands on “Manager”" not in foreseen(desk.post(page, sent, follow=True))
    fern.refresh_from_db()
    assert fern.role == Role.MANAGER
    assert fern.check_password(PASSWORD), "and still signs in"


def test_fern_says_that_she_is_away(client: Client, fern: Employee, max_: Employee, otto: Employee) -> None:
    client.force_login(fern)
    page = "/desk/settings/absences/new/"
    choices = dict(client.get(page).context["form"].fields["employee"].choices)
    assert set(choices) == {fern.pk}
    sent = typed(client, page, since="2026-03-02T09:00", until="2026-03-06T17:00", stand_in=max_.pk)
    answer = client.post(page, sent, follow=True)
    absence = Absence.objects.get()
    assert (absence.employee, absence.stand_in) == (fern, max_)
    assert absence.since == datetime(2026, 3, 2, 14, 0, tzinfo=UTC), "nine in her own zone"
    assert 'id="foresight"' not in answer.content.decode(), "the rules are not hers to look at"
    client.post(f"/desk/settings/absences/{absence.pk}/cancel/")
    assert not Absence.objects.exists()


def test_somebody_far_down_the_list_can_still_be_changed(
    desk: Client, fern: Employee, organisation: Organisation
) -> None:
    before_her = [
        Employee(name="Anna", email=f"anna-{number}@demo.example", unit=organisation.harbour)
        for number in range(MOST_OFFERED)
    ]
    Employee.objects.bulk_create(before_her)
    zoe = employee("Zoe Zimmer", Role.FRONT_LINE, organisation.harbour)
    absence = Absence.objects.create(employee=zoe, stand_in=fern, **A_DAY)
    page = f"/desk/settings/absences/{absence.pk}/"
    assert desk.post(page, typed(desk, page, until="2026-03-09T09:00")).status_code == 302
    organisation.lakeside.is_active = False
    organisation.lakeside.save()
    zoe.unit, zoe.is_active = organisation.lakeside, False
    zoe.save()
    page = f"/desk/settings/employees/{zoe.pk}/"
    assert desk.post(page, typed(desk, page, name="Zoe Z.")).status_code == 302


def test_everybody_sees_the_absences_they_keep(
    client: Client, fern: Employee, max_: Employee, otto: Employee, ada: Employee
) -> None:
    for who in (fern, otto):
        Absence.objects.create(employee=who, since=now(), until=now() + timedelta(days=1))
    seen = {}
    for viewer in (fern, max_, otto, ada):
        client.force_login(viewer)
        page = client.get("/desk/settings/absences/")
        seen[viewer] = [row.employee for row, _name, _facts in page.context["listed"]]
    assert seen == {fern: [fern], max_: [fern], otto: [otto], ada: [otto, fern]}
    assert "away now" in text_of(client.get("/desk/settings/absences/"))


def test_an_absence_of_the_manager_changes_who_gets_it(
    desk: Client, fern: Employee, max_: Employee, vera: Employee
) -> None:
    page = "/desk/settings/absences/new/"
    begins, ends = "2026-03-02T09:00", "2026-03-20T09:00"
    with time_machine.travel(MONDAY, tick=False):
        sent = typed(desk, page, employee=max_.pk, since=begins, until=ends, stand_in=fern.pk)
        said = foreseen(desk.post(page, {**sent, "preview": "1"}))
    assert "would go to Fern Fuller (Manager)" in said
    assert not Absence.objects.exists()


@pytest.mark.parametrize("kind", [kind.value for kind in KINDS])
def test_every_kind_has_its_pages_in_chinese_too(desk: Client, office: BusinessCalendar, kind: str) -> None:
    desk.cookies["django_language"] = "zh-hans"
    page = desk.get(f"/desk/settings/{kind}/")
    assert page.status_code == 200
    assert 'lang="zh-hans"' in page.content.decode()


def test_the_log_tells_before_and_after_in_words(desk: Client, organisation: Organisation) -> None:
    page = f"/desk/settings/units/{organisation.harbour.pk}/"
    desk.post(page, typed(desk, page, kind="department", takes_public_complaints=False))
    said = text_of(desk.get(page))
    assert "Kind Branch Department" in said
    assert "Catch-all: takes complaints from the public form that name no place yes no" in said
    assert "Units: Harbour Hotel" in text_of(desk.get("/desk/settings/"))
