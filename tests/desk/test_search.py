"""The page of a search, and the searches people keep."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils.timezone import now

from complaints.cases import search
from complaints.cases.models import SavedSearch
from complaints.cases.queries import PAGE
from complaints.cases.saved import MOST_SAVED
from complaints.customers.models import Customer
from complaints.handling.keep_search import keep_search
from complaints.handling.withdraw import withdraw
from complaints.handling.write_note import write_note
from complaints.staff.models import Employee
from complaints.standards.models import Severity
from tests.desk.pages import next_address
from tests.factories import a_complaint


@pytest.fixture
def desk(client: Client, max_: Employee) -> Client:
    """Max's browser."""
    client.force_login(max_)
    return client


def listed(desk: Client, address: str) -> list[str]:
    return [case.reference for case in desk.get(address).context["page"].cases]


def test_where_it_stands_is_shown_and_no_markup_of_a_text_is_ours(desk: Client, fern: Employee) -> None:
    case = a_complaint(by=fern, what_happened='<script>alert("wardrobe")</script> & <mark>wardrobe</mark>')
    write_note(case.reference, text="<img src=x onerror=alert(1)> hinge", by=fern, at=now())

    page = desk.get("/desk/", {"q": "wardrobe hinge"}).content.decode()

    assert "&lt;script&gt;alert(&quot;<mark>wardrobe</mark>&quot;)&lt;/script&gt; &amp;" in page
    assert "&lt;img src=x onerror=alert(1)&gt; <mark>hinge</mark>" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert page.count("<mark>") == 3


def test_what_was_typed_is_escaped_too(desk: Client) -> None:
    page = desk.get("/desk/", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


def test_a_note_of_another_unit_is_seen_by_nobody_else(client: Client, fern: Employee, otto: Employee) -> None:
    case = a_complaint(by=fern)
    write_note(case.reference, text="The lawyer says marmalade.", by=fern, at=now())
    client.force_login(otto)

    page = client.get("/desk/?q=marmalade").content.decode()

    assert "lawyer" not in page
    assert case.reference not in page
    assert "Nothing found" in page


@pytest.mark.parametrize(
    ("narrowed", "left"),
    [
        ("severity=3", {"high"}),
        ("channel=letter", {"high"}),
        ("status=closed", {"closed"}),
        ("status=not_closed", {"plain", "high"}),
        ("since=2026-01-01", {"plain", "high", "closed"}),
        ("until=2020-12-31", set()),
        ("since=2026-02-30", {"plain", "high", "closed"}),
        ("severity=x&unit=999999", {"plain", "high", "closed"}),
    ],
)
def test_filters_narrow_a_search_and_keep_their_value(
    desk: Client, fern: Employee, narrowed: str, left: set[str]
) -> None:
    cases = {
        "plain": a_complaint(by=fern, what_happened="The wardrobe fell."),
        "high": a_complaint(by=fern, what_happened="The wardrobe fell.", severity=Severity.HIGH, channel="letter"),
        "closed": a_complaint(by=fern, what_happened="The wardrobe fell."),
    }
    withdraw(cases["closed"].reference, reason="She rang.", by=fern, at=now())

    assert set(listed(desk, f"/desk/?q=wardrobe&{narrowed}")) == {cases[name].reference for name in left}
    if len(left) == 1:
        page = desk.get(f"/desk/?q=wardrobe&{narrowed}").content.decode()
        assert f'value="{narrowed.partition("=")[2]}" selected' in page


def test_a_period_that_ends_before_it_begins_is_said_beside_its_field(desk: Client, fern: Employee) -> None:
    a_complaint(by=fern, what_happened="The wardrobe fell.")
    page = desk.get("/desk/?q=wardrobe&since=2026-05-01&until=2026-04-01").content.decode()
    assert "The period ends before it begins." in page


def test_the_order_can_be_chosen(desk: Client, fern: Employee) -> None:
    much = a_complaint(by=fern, what_happened="Marsh, marsh, marsh, a marsh.")
    little = a_complaint(by=fern, what_happened="It has been a long way across the marsh.", at=now())
    assert listed(desk, "/desk/?q=marsh") == [much.reference, little.reference]
    assert listed(desk, "/desk/?q=marsh&order=newest") == [little.reference, much.reference]
    assert listed(desk, "/desk/?q=marsh&order=odd") == [much.reference, little.reference]


def test_pages_of_a_search_follow_each_other(desk: Client, fern: Employee, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "POOL", PAGE + 3)
    filed = {a_complaint(by=fern, what_happened="The wardrobe fell.").reference for _ in range(2 * PAGE + 9)}

    seen: list[str] = []
    address = "?q=wardrobe"
    while address:
        answer = desk.get(f"/desk/{address}")
        seen += [case.reference for case in answer.context["page"].cases]
        address = next_address(answer)

    assert len(seen) == len(filed)
    assert set(seen) == filed


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-room", "Please say what to look for as well"),
        ("xyzzy", "Nothing found. Try a part of the name"),
        (" ".join(f"w{n}" for n in range(14)), "only the first twelve"),
    ],
)
def test_what_cannot_be_found_is_told_in_a_sentence(desk: Client, typed: str, sentence: str) -> None:
    page = desk.get("/desk/", {"q": typed}).content.decode()
    assert sentence in page
    assert sentence in page


@pytest.mark.parametrize("odd", ["after=x", "after=999", "back=x~y", "back=2026-01-01", "order=", "since=%00"])
def test_odd_places_in_a_list_begin_at_the_beginning(desk: Client, fern: Employee, odd: str) -> None:
    case = a_complaint(by=fern, what_happened="The wardrobe fell.")
    assert listed(desk, f"/desk/?q=wardrobe&{odd}") == [case.reference]


def test_a_search_is_kept_under_a_name_and_found_on_the_worklist(desk: Client, fern: Employee, max_: Employee) -> None:
    wanted = a_complaint(by=fern, what_happened="The wardrobe fell.", severity=Severity.HIGH)
    a_complaint(by=fern, what_happened="The wardrobe fell.")
    asked = {"q": "wardrobe -lamp", "severity": "3", "order": "newest"}
    page = desk.get("/desk/", asked).content.decode()
    for name, value in asked.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page

    answer = desk.post("/desk/searches/", {**asked, "name": "  Falling   wardrobes ", "odd": "1"}, follow=True)

    kept = SavedSearch.objects.get()
    address = f"/desk/searches/{kept.pk}/"
    assert answer.redirect_chain == [(address, 302)]
    assert (kept.employee, kept.name, kept.asked) == (max_, "Falling wardrobes", asked)
    assert listed(desk, address) == [wanted.reference]
    assert "<h1>Falling wardrobes</h1>" in " ".join(
        desk.get(address).content.decode().replace("\n", " ").split()
    ).replace("<h1> ", "<h1>").replace(" </h1>", "</h1>")
    assert address in desk.get("/desk/").content.decode()

    gone = desk.post(f"{address}drop/", follow=True)

    assert "“Falling wardrobes” is deleted." in gone.content.decode()
    assert not SavedSearch.objects.exists()
    assert desk.get(address).status_code == 404


def test_a_saved_search_comes_in_pages_and_in_another_order(desk: Client, fern: Employee, max_: Employee) -> None:
    filed = [a_complaint(by=fern, what_happened="The wardrobe fell.").reference for _ in range(PAGE + 3)]
    kept = keep_search("Mine", {"q": "wardrobe", "order": "newest"}, by=max_, at=now())
    first = desk.get(f"/desk/searches/{kept.pk}/")
    rest = listed(desk, f"/desk/searches/{kept.pk}/{next_address(first)}")
    assert [case.reference for case in first.context["page"].cases] + rest == filed[::-1]
    assert len(listed(desk, f"/desk/searches/{kept.pk}/?order=best")) == PAGE


@pytest.mark.parametrize("name", ["", "  \u202e ", "Wardrobes", "x" * 61])
def test_a_search_that_cannot_be_kept_says_why_and_keeps_what_was_typed(
    desk: Client, fern: Employee, max_: Employee, name: str
) -> None:
    case = a_complaint(by=fern, what_happened="The wardrobe fell.")
    keep_search("Wardrobes", {"q": "x"}, by=max_, at=now())

    answer = desk.post("/desk/searches/", {"q": "wardrobe", "name": name})

    page = answer.content.decode()
    assert answer.status_code in {400, 409, 422}
    assert 'id="name_error"' in page
    assert 'value="wardrobe"' in page
    assert case.reference in page
    assert SavedSearch.objects.count() == 1


def test_so_many_searches_are_kept_and_no_more(desk: Client, max_: Employee, fern: Employee) -> None:
    for number in range(MOST_SAVED):
        keep_search(f"Search {number}", {"q": "x"}, by=max_, at=now())
    answer = desk.post("/desk/searches/", {"q": "wardrobe", "name": "One more"})
    assert "Please delete one first" in answer.content.decode()
    assert SavedSearch.objects.count() == MOST_SAVED
    keep_search("One more", {"q": "x"}, by=fern, at=now())


def test_nobody_sees_or_deletes_the_search_of_somebody_else(
    desk: Client, fern: Employee, cara: Customer, client: Client, vera: Employee, max_: Employee
) -> None:
    kept = keep_search("My secret", {"q": "cara"}, by=max_, at=now())
    for other in (fern, vera):
        client.force_login(other)
        assert client.get(f"/desk/searches/{kept.pk}/").status_code == 404
        assert client.post(f"/desk/searches/{kept.pk}/drop/").status_code == 404
        assert "My secret" not in client.get("/desk/").content.decode()
    assert SavedSearch.objects.filter(pk=kept.pk).exists()


def test_a_saved_search_shows_no_more_than_one_may_see_now(client: Client, fern: Employee, otto: Employee) -> None:
    case = a_complaint(by=fern, what_happened="The wardrobe fell.")
    kept = keep_search("Wardrobes", {"q": "wardrobe", "unit": str(fern.unit_id)}, by=fern, at=now())
    client.force_login(fern)
    assert listed(client, f"/desk/searches/{kept.pk}/") == [case.reference]
    fern.unit = otto.unit
    fern.save()
    assert listed(client, f"/desk/searches/{kept.pk}/") == []


def test_a_saved_search_can_be_of_chinese_words(desk: Client, fern: Employee) -> None:
    case = a_complaint(by=fern, what_happened="衣柜倒了。")
    address = f"/desk/?{urlencode({'q': '“衣柜倒”'})}"
    assert listed(desk, address) == [case.reference]
    assert "<mark>衣柜倒</mark>了。" in desk.get(address).content.decode()
