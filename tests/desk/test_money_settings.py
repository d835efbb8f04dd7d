"""What people may spend, on the pages of the settings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from complaints.remedies.catalogue import RemedyType
from complaints.remedies.models import Authority, ExchangeRate
from complaints.staff.models import Course, Employee, Tier, Training
from tests.desk.test_settings import text_of, typed
from tests.remedies.purse import AT, an_authority

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, ada: Employee) -> Client:
    client.force_login(ada)
    return client


@pytest.fixture
def course(db: None) -> Course:
    return Course.objects.create(name="Making it right")


def test_an_authority_is_added_as_it_is_typed(desk: Client, fern: Employee, course: Course) -> None:
    page = "/desk/settings/authorities/new/"
    sent = typed(
        desk,
        page,
        tier="",
        employee=fern.pk,
        currency="usd",
        per_failure="200",
        per_month="1000.50",
        kinds=["voucher", "refund"],
        course=course.pk,
    )

    assert desk.post(page, sent).status_code == 302

    rule = Authority.objects.get()
    assert (rule.employee, rule.currency, rule.kinds, rule.course) == (fern, "USD", ["voucher", "refund"], course)
    assert "Fern Fuller" in text_of(desk.get("/desk/settings/authorities/"))


@time_machine.travel(AT, tick=False)
def test_other_terms_lead_to_the_rule_that_holds_now(desk: Client, fern: Employee) -> None:
    rule = an_authority(Tier.FRONT_LINE, 200, 1000, valid_from=AT - timedelta(days=3, seconds=7))
    page = f"/desk/settings/authorities/{rule.pk}/"

    answer = desk.post(page, typed(desk, page, per_failure="120", valid_from="2026-03-07T09:59"))

    made = Authority.objects.latest("pk")
    assert answer["Location"] == f"/desk/settings/authorities/{made.pk}/"
    assert (int(made.per_failure), made.valid_from) == (120, AT)
    listed = text_of(desk.get("/desk/settings/authorities/"))
    assert "$120.00 for one failure" in listed
    assert "past" in listed
    assert "200.00 120" in text_of(desk.get(answer["Location"])), "before and after"


@time_machine.travel(AT, tick=False)
def test_nothing_changed_is_nothing_done_though_it_began_between_two_minutes(desk: Client) -> None:
    rule = an_authority(Tier.FRONT_LINE, 200, 1000, valid_from=AT - timedelta(days=3, seconds=7))
    page = f"/desk/settings/authorities/{rule.pk}/"

    desk.post(page, typed(desk, page, valid_from="2026-03-07T09:59"))

    assert Authority.objects.values_list("pk", "valid_until").get() == (rule.pk, None)


def test_a_refused_authority_keeps_what_was_typed(desk: Client) -> None:
    an_authority(Tier.FRONT_LINE, 200, 1000)
    page = "/desk/settings/authorities/new/"

    answer = desk.post(page, typed(desk, page, per_failure="321.00", per_month="9"))

    assert answer.status_code == 400
    assert "Another authority is meant for the same people" in text_of(answer)
    assert "321.00" in answer.content.decode()


@time_machine.travel(AT, tick=False)
def test_who_lapses_first_stands_first(
    desk: Client, fern: Employee, max_: Employee, vera: Employee, otto: Employee, course: Course
) -> None:
    def took(who: Employee, until: date | None) -> None:
        Training.objects.create(employee=who, course=course, taken_on=date(2025, 1, 1), expires_on=until)

    took(vera, None)
    took(fern, date(2026, 4, 1))
    took(max_, date(2027, 1, 1))
    took(otto, date(2026, 3, 1))
    took(max_, date(2026, 1, 1))

    listed = text_of(desk.get("/desk/settings/trainings/"))

    told = [
        "expired on March 1, 2026: the authority is suspended",
        "lapses soon: holds until April 1, 2026",
        "until Jan. 1, 2027",
        "for good",
        "renewed since",
    ]
    places = [listed.index(words) for words in told]
    assert places == sorted(places)


def test_trainings_go_on_by_key(
    desk: Client, fern: Employee, max_: Employee, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("complaints.desk.settings.pages.LISTED", 1)
    for who, until in ((fern, date(2030, 1, 1)), (max_, None)):
        Training.objects.create(employee=who, course=course, taken_on=date(2025, 1, 1), expires_on=until)

    first = desk.get("/desk/settings/trainings/")
    second = desk.get("/desk/settings/trainings/", {"after": first.context["next_key"]})

    assert [row.employee for page in (first, second) for row, _name, _facts in page.context["listed"]] == [fern, max_]


def test_a_training_and_a_rate_are_added(desk: Client, fern: Employee, course: Course) -> None:
    page = "/desk/settings/trainings/new/"
    sent = typed(desk, page, employee=fern.pk, course=course.pk, taken_on="2026-01-01", expires_on="2027-01-01")
    assert desk.post(page, sent).status_code == 302
    assert Training.objects.get().expires_on == date(2027, 1, 1)

    page = "/desk/settings/rates/new/"
    assert desk.post(page, typed(desk, page, source="eur", target="usd", rate="1.08", origin="ECB")).status_code == 302
    assert str(ExchangeRate.objects.get()) == "EUR → USD 1.08000000"


def test_a_new_training_is_named(desk: Client) -> None:
    page = "/desk/settings/courses/new/"
    assert desk.post(page, typed(desk, page, name="On the spot")).status_code == 302
    assert Course.objects.get().name == "On the spot"


@pytest.mark.parametrize("who", ["fern", "max_", "vera", "quinn"])
def test_nobody_else_sees_these_pages(client: Client, who: str, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))
    for kind in ("authorities", "trainings", "courses", "rates"):
        assert client.get(f"/desk/settings/{kind}/").status_code == 403
        assert client.get(f"/desk/settings/{kind}/new/").status_code == 403


def test_a_kind_of_remedy_is_added_and_a_second_one_of_its_name_is_refused(desk: Client) -> None:
    page = "/desk/settings/remedies/new/"
    sent = typed(desk, page, name="Spa afternoon", name_zh="水疗下午", cost_share=30)
    assert desk.post(page, sent).status_code == 302
    assert "Spa afternoon 水疗下午 costs us 30 % of its worth" in text_of(desk.get("/desk/settings/remedies/"))

    answer = desk.post(page, typed(desk, page, name="Spa afternoon", cost_share=55))

    assert answer.status_code == 400
    assert "Another kind of remedy has this name." in text_of(answer)
    assert 'value="55"' in answer.content.decode()


def test_whether_a_kind_takes_money_is_asked_once(desk: Client) -> None:
    gift = RemedyType.objects.get(code="gift")
    page = f"/desk/settings/remedies/{gift.pk}/"
    told = typed(desk, page, name="Basket of fruit")
    told.pop("is_tangible", None)

    assert desk.post(page, told).status_code == 302

    gift.refresh_from_db()
    assert (gift.name, gift.is_tangible) == ("Basket of fruit", True)


def test_what_is_not_offered_any_more_stays_where_a_rule_names_it(desk: Client) -> None:
    rule = an_authority(Tier.FRONT_LINE, 200, kinds=["gift"])
    RemedyType.objects.filter(code="gift").update(is_active=False)
    assert 'value="gift"' in desk.get(f"/desk/settings/authorities/{rule.pk}/").content.decode()
    assert 'value="gift"' not in desk.get("/desk/settings/authorities/new/").content.decode()
