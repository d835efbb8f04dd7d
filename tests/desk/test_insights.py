from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import now
from djmoney.money import Money

from complaints.cases.models import Case
from complaints.customers.models import Customer
from complaints.handling.confirm_solved import confirm_solved
from complaints.handling.propose_remedy import RemedyFacts, propose_remedy
from complaints.handling.reassess import Judgement, reassess
from complaints.handling.refresh_rollups import refresh_rollups
from complaints.handling.reopen import reopen
from complaints.handling.resolve import resolve
from complaints.insights import listing, measures
from complaints.insights.periods import Period
from complaints.remedies.catalogue import RemedyKind
from complaints.remedies.models import Remedy
from complaints.staff.models import Employee, Tier, Unit, UnitKind
from complaints.standards.models import Complainer, FailureType
from tests.cast import Organisation
from tests.desk.pages import next_address
from tests.factories import a_complaint, a_customer
from tests.insights.figures import Page, page_of
from tests.remedies.purse import an_authority, usd


def told(client: Client, **asked: Any) -> Page:
    refresh_rollups()
    return page_of(client.get("/desk/insights/", asked))


def listed(client: Client, link: str) -> list[str]:
    """The references on every page of a list."""
    found: list[str] = []
    while link:
        answer = client.get(link)
        assert answer.status_code == 200
        found += [case.reference for case in answer.context["page"].cases]
        ahead = next_address(answer)
        link = f"/desk/insights/cases/{ahead}" if ahead else ""
    return found


def taken_away(client: Client, link: str) -> list[dict[str, str]]:
    """The rows of the sheet of a list."""
    answer: Any = client.get(link.replace("/cases/?", "/cases/sheet.csv?"))
    assert answer.streaming
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def busy(fern: Employee, max_: Employee, otto: Employee, cara: Customer, late_room: FailureType) -> None:
    """Months of complaints in two branches, in every state, on both sides of a year's end."""
    an_authority(Tier.MANAGER, 2000)
    an_authority(Tier.FRONT_LINE, 200)
    for number in range(40):
        at = now() - timedelta(days=9 * number + 1)
        by = max_ if number % 3 else otto
        case = a_complaint(by=by, at=at, failure_type=late_room.pk if number % 2 else None, customer=cara)
        if number % 4 == 0:
            confirm_solved(case.reference, text="A new room.", by=by, at=at + timedelta(hours=number))
        elif number % 5 == 1:
            resolve(case.reference, text="A night free.", by=by, at=at + timedelta(minutes=number))
        if number % 10 == 1:  # one of those with a proposal
            reopen(case.reference, reason="Not enough.", by=by, at=at + timedelta(days=1))
        if number % 8 == 2:
            what = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=usd("12.50"))
            propose_remedy(case.reference, what, by=by, at=at)


@pytest.mark.usefixtures("busy")
def test_every_number_is_as_long_as_its_list_and_its_sheet(client: Client, quinn: Employee) -> None:
    client.force_login(quinn)
    page = told(client)
    links = {
        figure.link: figure.value
        for rows in page.tables.values()
        for figures in rows.values()
        for figure in figures
        if figure.link and "." not in figure.value
    }
    assert len(links) > 60
    for link, value in links.items():
        found = listed(client, link)
        assert len(found) == len(set(found)) == int(value), link
        assert [row["Complaint"] for row in taken_away(client, link)] == found


@pytest.mark.usefixtures("busy")
def test_every_number_of_cases_has_a_list(client: Client, quinn: Employee) -> None:
    client.force_login(quinn)
    for key, rows in told(client).tables.items():
        for name, figures in rows.items():
            if key == "kept" and name != "Solved, say the customers":
                continue
            for figure in figures:
                assert figure.link or not figure.value.isdigit() or figure.n == 0 or key in {"times", "areas"}, (
                    key,
                    name,
                )


@pytest.mark.usefixtures("busy")
def test_every_sum_of_money_leads_to_the_cases_it_is_of(client: Client, quinn: Employee) -> None:
    client.force_login(quinn)
    Remedy.objects.update(status="accepted")
    page = told(client)
    (given,) = page.tables["remedies"].values()
    sums = [given[5], given[6], *(figures[4] for figures in page.tables["relief"].values() if figures[4].value)]
    assert len(sums) >= 3
    for figure in sums:
        cases = Case.objects.filter(reference__in=listed(client, figure.link))
        assert sum(remedy.amount.amount for case in cases for remedy in case.remedies.all()) == Decimal(figure.value)
        assert "Money was given: USD" in client.get(figure.link).content.decode()


def test_each_currency_is_a_figure_of_its_own(client: Client, quinn: Employee, max_: Employee) -> None:
    given = [a_complaint(by=max_) for _currency in range(2)]
    for case, currency in zip(given, ("USD", "EUR"), strict=True):
        an_authority(Tier.MANAGER, 2000, currency=currency)
        what = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=Money("12.50", currency))
        propose_remedy(case.reference, what, by=max_, at=now())
    Remedy.objects.update(status="accepted")
    client.force_login(quinn)
    figures = told(client).tables["remedies"]["Voucher"]
    euros, dollars = (one for one in figures if one.value == "12.50" and "kindpaid" in one.link)
    assert (euros.words, dollars.words) == ("EUR 12.50", "USD 12.50")
    assert [listed(client, one.link) for one in (euros, dollars)] == [[given[1].reference], [given[0].reference]]


def test_the_clock_of_the_heat_map_leaves_no_hour_out(client: Client, quinn: Employee, max_: Employee) -> None:
    a_complaint(by=max_, at=now() - timedelta(days=1))
    client.force_login(quinn)
    rows = told(client).tables["hours"]
    assert list(rows) == [f"{hour:02}:00" for hour in range(24)]
    assert sum(figure.n for figures in rows.values() for figure in figures) == 1


def test_kinds_of_complainer_are_counted_with_those_nobody_judged(
    client: Client, quinn: Employee, max_: Employee
) -> None:
    furious, calmed, _unjudged = (a_complaint(by=max_) for _number in range(3))
    for case in (furious, calmed):
        reassess(case.reference, judgement=Judgement(complainer=Complainer.IRATE), by=max_, at=now())
    confirm_solved(calmed.reference, text="A new room.", by=max_, at=now())
    client.force_login(quinn)
    rows = told(client).tables["complainers"]
    assert list(rows) == ["Is furious", "not judged"]
    assert [figure.value for figure in rows["Is furious"][:1] + rows["Is furious"][2:5]] == ["2", "1", "0", "1"]
    assert rows["Is furious"][5].words == "known for 50 per cent: between 50.0 % and 100.0 %"
    assert listed(client, rows["Is furious"][2].link) == [calmed.reference]
    assert "Is furious · Solved, says the customer" in client.get(rows["Is furious"][2].link).content.decode()


def test_what_nobody_is_asked_is_not_waited_for_as_an_answer(client: Client, quinn: Employee, max_: Employee) -> None:
    a_complaint(by=max_)
    client.force_login(quinn)
    tables = told(client).tables
    for key, row, place in (("within", "Within 7 days", 1), ("first", "At first contact", 3)):
        assert tables[key][row][place].words == "not decided yet"
    assert tables["solved"]["All complaints"][3].words == "no answers yet"


def test_another_assumption_keeps_the_day_and_the_catalogue_that_were_asked_for(
    client: Client, quinn: Employee
) -> None:
    client.force_login(quinn)
    words = client.get("/desk/insights/", {"seen": "2026-01-31", "catalogue": "now"}).content.decode()
    assert words.count('name="seen"') == words.count('name="catalogue"') == 2


@pytest.mark.usefixtures("busy")
def test_an_earlier_day_is_counted_and_listed_alike(client: Client, quinn: Employee) -> None:
    client.force_login(quinn)
    day = (now() - timedelta(days=100)).date().isoformat()
    page = told(client, since="2024-01-01", seen=day)
    for figure in page.tables["times"]["Until closed"][:2]:
        assert figure.n
        assert len(listed(client, figure.link)) == figure.n


@pytest.mark.usefixtures("busy")
def test_how_it_stands_today_is_the_same_by_either_way(
    client: Client, quinn: Employee, organisation: Organisation
) -> None:
    refresh_rollups()
    today = now().date()
    period = Period(today - timedelta(days=300), today)
    unit = organisation.company.pk
    sums = measures.sums(unit, period)
    waiting = measures.waits(unit, period, [label for label in sums.n if label.startswith("wait:")], today=today)
    quick = measures.closings(sums, waiting)
    assert quick == measures.closings_as_of(unit, period, seen=today)
    assert measures.together(quick.values()).n


def test_a_manager_sees_the_own_branch_alone(
    client: Client, max_: Employee, otto: Employee, organisation: Organisation
) -> None:
    ours, theirs = a_complaint(by=max_), a_complaint(by=otto)
    client.force_login(max_)
    page = told(client)
    assert page.tables["channels"]["Telephone"][0].n == 1
    assert listed(client, "/desk/insights/cases/?label=all") == [ours.reference]
    for where in ("", "cases/", "cases/sheet.csv"):
        for unit in (organisation.lakeside.pk, organisation.company.pk):
            assert client.get(f"/desk/insights/{where}?unit={unit}").status_code == 404
    assert theirs.reference not in str(taken_away(client, "/desk/insights/cases/?label=all"))


def test_the_cause_is_asked_of_all_that_a_number_counts(
    client: Client, quinn: Employee, max_: Employee, otto: Employee, late_room: FailureType
) -> None:
    """More than stand on a page of its list, in the period of the list, and nothing else."""
    ours = [a_complaint(by=max_, failure_type=late_room.pk).reference for _number in range(listing.PAGE + 2)]
    a_complaint(by=max_)
    a_complaint(by=max_, failure_type=late_room.pk, at=now() - timedelta(days=60))
    since = (now() - timedelta(days=9)).date().isoformat()
    client.force_login(quinn)
    link = told(client, since=since).tables["types"]["Room not ready on time"][0].link
    words = client.get(link).content.decode()
    (address,) = re.findall(r'href="(/desk/causes/new/[^"]*)"', words)
    form = client.get(html.unescape(address)).context["form"]
    assert sorted(form["references"].value().split()) == sorted(ours)
    assert form["failure_type"].value() == str(late_room.pk)


def test_beside_another_company_a_number_and_its_list_are_equally_long(
    client: Client, quinn: Employee, max_: Employee
) -> None:
    """Whoever works at the top sees all of it; the number is still that of the unit."""
    ours, theirs = a_complaint(by=max_), a_complaint(by=max_)
    other = Unit.objects.create(code="other", name="Another company", kind=UnitKind.COMPANY)
    theirs.unit = other
    theirs.save()
    client.force_login(quinn)
    assert told(client).tables["channels"]["Telephone"][0].n == 1
    assert listed(client, "/desk/insights/cases/?label=all") == [ours.reference]
    assert [row["Complaint"] for row in taken_away(client, "/desk/insights/cases/?label=all")] == [ours.reference]


def test_cells_are_no_formulas(client: Client, quinn: Employee, max_: Employee) -> None:
    a_complaint(by=max_, customer=a_customer(name="=HYPERLINK(1)"), what_happened="@SUM(A1) is what the bill said.")
    client.force_login(quinn)
    refresh_rollups()
    (row,) = taken_away(client, "/desk/insights/cases/?label=all")
    assert row["Customer"] == "'=HYPERLINK(1)"
    assert row["What went wrong"].startswith("'@SUM")


@pytest.mark.parametrize(
    "label", ["nonsense", "area:x", "hour:9:", "'; DROP", "unit:99999999999999999999", "close:", ""]
)
def test_a_label_that_is_none_counts_nothing(client: Client, quinn: Employee, max_: Employee, label: str) -> None:
    a_complaint(by=max_)
    client.force_login(quinn)
    refresh_rollups()
    answer = client.get("/desk/insights/cases/", {"label": label})
    assert answer.status_code == 200
    assert not answer.context["page"].cases


def test_a_period_that_makes_no_sense_is_named_and_kept(client: Client, quinn: Employee) -> None:
    client.force_login(quinn)
    for asked, sentence in (
        ({"since": "2025-05-01", "until": "2025-04-01"}, "The period ends before it begins."),
        ({"since": "soon"}, "Enter a valid date."),
        ({"until": "0001-01-01"}, "No complaint is that old"),
    ):
        answer = client.get("/desk/insights/", asked)
        assert answer.status_code == 200
        assert sentence in answer.content.decode()
        assert all(value in answer.content.decode() for value in asked.values())


def test_months_begin_where_the_unit_is(client: Client, quinn: Employee, max_: Employee) -> None:
    a_complaint(by=max_, at=datetime(2025, 1, 1, 4, 59, tzinfo=UTC))
    a_complaint(by=max_, at=datetime(2025, 1, 1, 5, 0, tzinfo=UTC))
    client.force_login(quinn)
    page = told(client, since="2024-12-01", until="2025-03-31")
    assert [figures[0].n for figures in page.tables["trend"].values()] == [1, 1, 0, 0]
    link = page.tables["trend"]["December 2024"][0].link
    assert [case.filed_at.hour for case in Case.objects.filter(reference__in=listed(client, link))] == [4]


def test_today_is_today_where_the_unit_is(client: Client, quinn: Employee, max_: Employee) -> None:
    with time_machine.travel(
        datetime(2025, 11, 2, 4, 30, tzinfo=UTC), tick=False
    ):  # half past midnight, clocks go back
        a_complaint(by=max_, at=now())
        client.force_login(quinn)
        page = told(client, since="2025-11-02", until="2025-11-02")
        assert page.tables["channels"]["Telephone"][0].n == 1
    with time_machine.travel(datetime(2025, 11, 2, 3, 30, tzinfo=UTC), tick=False):  # still the day before there
        assert client.get("/desk/insights/").context["scope"].today.day == 1


def test_what_recovery_keeps_is_reckoned_with_ones_own_assumption(
    client: Client, quinn: Employee, max_: Employee
) -> None:
    an_authority(Tier.MANAGER, 2000)
    for _number in range(4):
        case = a_complaint(by=max_)
        what = RemedyFacts(kind=RemedyKind.VOUCHER, words="Sorry.", amount=usd("25.00"))
        propose_remedy(case.reference, what, by=max_, at=now())
        case.remedies.update(status="accepted")
        confirm_solved(case.reference, text="A new room.", by=max_, at=now())
    client.force_login(quinn)
    kept = told(client, worth="1,000", stays="80", leaves="30").tables["kept"]
    assert float(kept["Customers kept by that"][0].value) == 2
    assert float(kept["Revenue kept in a year"][0].value) == 2000
    assert float(kept["Cost of what was given"][0].value) == 100
    assert float(kept["Kept for every one spent"][0].value) == 20
    assert "Revenue kept in a year" not in told(client).tables["kept"]
