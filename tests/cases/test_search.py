"""Search: what was typed, what it finds, in what order, and for whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from complaints.cases import attachments, search, texts
from complaints.cases.asked import MOST_WORDS, read
from complaints.cases.excerpts import excerpts
from complaints.cases.models import Case, CaseText
from complaints.cases.queries import PAGE
from complaints.cases.search import Found, Narrowing, Order, find
from complaints.common.words import clean
from complaints.customers.models import Customer
from complaints.handling.ask_customer import ask_customer
from complaints.handling.escalate import escalate
from complaints.handling.receive_mail import receive_mail
from complaints.handling.renew_text import renew_text
from complaints.handling.resolve import resolve
from complaints.handling.withdraw import withdraw
from complaints.handling.write_note import write_note
from complaints.handling.write_to_customer import write_to_customer
from complaints.incoming.models import Source
from complaints.jobs import rounds
from complaints.staff.models import Employee
from complaints.standards.models import FailureType, Severity
from tests.cast import Organisation
from tests.factories import a_complaint, a_customer
from tests.incoming.letters import a_mail

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=3)


def told(by: Employee, what: str, **facts: object) -> Case:
    """A complaint with these words."""
    return a_complaint(by=by, at=facts.pop("at", AT), what_happened=what, **facts)  # type: ignore[arg-type] # datetime


def found(by: Employee, typed: str, **narrowed: object) -> list[Case]:
    return list(find(by, typed, Narrowing(**narrowed)).cases)  # type: ignore[arg-type] # as named


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("room", "('room':*)"),
        ("the room", "('the') & ('room':*)"),
        ('"not ready"', "('not' <1> 'ready')"),
        ("“not ready” room", "('not' <1> 'ready') & ('room':*)"),
        ("「not ready」", "('not' <1> 'ready')"),
        ("room -noise", "('room') & !('noise')"),
        ('room -"late check"', "('room') & !('late' <1> 'check')"),
        ("check-in now", "('check') & ('in') & ('now':*)"),
        ("房间吵", "('房间' <1> '间吵')"),
        ("房间 －吵", "('房间') & !('吵')"),
        ('"房间 door 吵"', "('房间' <2> 'door' <1> '吵')"),
        ('"not', "('not':*)"),
        ("-room", ""),
        ("- '' \"\" !", ""),
    ],
)
def test_words_phrases_and_what_must_not_be_there_are_told_apart(typed: str, asked: str) -> None:
    assert read(typed).as_query() == asked


def test_of_very_many_words_the_first_ones_are_looked_for_and_it_is_said() -> None:
    asked = read(" ".join(f"word{n}" for n in range(20)))
    assert (len(asked.terms), asked.is_cut) == (MOST_WORDS, True)


def test_exact_words_are_found_in_their_order_and_side_by_side(fern: Employee) -> None:
    case = told(fern, "The room was not ready when I came.")
    told(fern, "I was ready, the room was not.")
    assert found(fern, '"not ready"') == [case]
    assert len(found(fern, "ready not")) == 2
    assert found(fern, '"ready not"') == []


def test_exact_words_do_not_run_from_one_text_into_the_next(fern: Employee) -> None:
    case = told(fern, "There was noise", wanted="all night long")
    write_note(case.reference, text="She is right.", by=fern, at=LATER)
    write_note(case.reference, text="He agrees.", by=fern, at=LATER)
    for typed in ('"noise all"', '"right he"', '"long she"'):
        assert found(fern, typed) == []
    assert found(fern, '"she is right"') == [case]


def test_what_has_a_word_that_must_not_be_there_is_left_out_wherever_it_stands(fern: Employee) -> None:
    quiet = told(fern, "The wardrobe fell.")
    noisy = told(fern, "The wardrobe fell.")
    write_note(noisy.reference, text="With a lot of noise, an awful noise.", by=fern, at=LATER)
    assert set(found(fern, "wardrobe")) == {quiet, noisy}
    assert found(fern, "wardrobe -noise") == [quiet]
    assert set(found(fern, 'wardrobe -"noise awful"')) == {quiet, noisy}
    assert found(fern, 'wardrobe -"awful noise"') == [quiet]


def test_chinese_is_found_by_what_stands_together(fern: Employee) -> None:
    case = told(fern, "昨晚热水坏了，等了很久没有人来处理。")
    told(fern, "等人处理了很久。")
    assert found(fern, "等了很久") == [case]
    assert found(fern, "热水 没有人") == [case]
    assert found(fern, "很久 -热水") != [case]
    assert found(fern, "处理热水") == []


def test_everything_that_was_written_on_a_complaint_finds_it(fern: Employee, max_: Employee, cara: Customer) -> None:
    case = told(fern, "The wardrobe fell.", customer=cara)
    write_note(case.reference, text="Looks like a hinge.", by=fern, at=LATER)
    write_to_customer(case.reference, text="A carpenter is on the way.", by=fern, at=LATER)
    escalate(case.reference, reason="It happened in the annex.", by=fern, at=LATER)
    resolve(case.reference, text="A bottle of burgundy.", by=max_, at=LATER)
    for typed in ("hinge", "carpenter", "annex", "burgundy", "wardrobe hinge carpenter", "castillo hinge"):
        assert found(fern, typed) == [case]


def test_a_transcript_that_came_as_a_file_finds_the_complaint_and_is_shown_where_it_stands(
    fern: Employee, otto: Employee
) -> None:
    filler = "Agent: I see. Guest: It went on and on. " * 300
    call = SimpleUploadedFile("call.txt", f"{filler}Guest: A marmot sat in the bath.".encode(), "text/plain")
    case = told(fern, "The bath was not clean.")
    write_note(case.reference, text="She called; see the transcript.", by=fern, at=LATER, files=[call])
    assert (found(fern, "marmot"), found(fern, '"marmot sat"'), found(otto, "marmot")) == ([case], [case], [])
    assert found(fern, "bath transcript marmot") == [case]
    (shown,) = excerpts([case], read("marmot"))[case.pk]
    assert shown.where == "call.txt"
    assert "Guest: A marmot sat in the bath." in "".join(piece.text for piece in shown.pieces)
    assert [piece.text for piece in shown.pieces if piece.is_hit] == ["marmot"]


def test_a_text_file_that_is_here_already_is_found_by_a_job_and_one_that_is_gone_stops_nothing(fern: Employee) -> None:
    files = [SimpleUploadedFile(f"{word}.txt", word.encode(), "text/plain") for word in ("marmot", "badger")]
    case = told(fern, "The bath was not clean.", files=files)
    marmot, badger = case.attachments.order_by("pk")
    CaseText.objects.filter(case=case).update(document="", is_old=True)
    attachments.path_of(badger).unlink()
    assert rounds.renew_texts() == 1
    assert (found(fern, "marmot"), found(fern, "badger"), found(fern, "bath")) == ([case], [], [case])
    assert [one.where for one in excerpts([case], read("marmot"))[case.pk]] == [marmot.name]


def test_a_mail_that_came_in_finds_the_complaint_it_became(max_: Employee) -> None:
    receive_mail(a_mail("The minibar was full of somebody's marmalade."), source=Source.PIPE, at=LATER)
    assert [case.channel for case in found(max_, "marmalade")] == ["email"]


def test_words_near_each_other_come_before_words_far_apart(fern: Employee) -> None:
    near = told(fern, "Cold water all week, and nobody told us why it was or when it would end.")
    far = told(fern, "Cold, all week, and nobody told us why it was or when it would end: no water.")
    assert found(fern, "cold water") == [near, far]


def test_the_complaint_itself_comes_before_what_was_written_since_and_the_customer_before_both(fern: Employee) -> None:
    named = told(fern, "It went wrong.", customer=a_customer(name="Rosa Marsh"))
    complained = told(fern, "We looked out on a marsh.")
    noted = told(fern, "We did not like the view.")
    write_note(noted.reference, text="They saw a marsh.", by=fern, at=LATER)
    assert found(fern, "marsh") == [named, complained, noted]


def test_of_two_that_fit_alike_the_younger_comes_first_and_much_better_beats_a_little_younger(fern: Employee) -> None:
    old = told(fern, "A marsh.", at=AT - timedelta(days=30))
    young = told(fern, "A marsh.")
    assert found(fern, "marsh") == [young, old]
    much = told(fern, "A marsh, marsh, marsh, marsh.", at=AT - timedelta(days=30))
    assert found(fern, "marsh") == [much, young, old]
    assert list(find(fern, "marsh", order=Order.NEWEST).cases) == [young, much, old]


def test_a_search_is_narrowed_by_what_the_worklist_has_and_by_when_it_was_filed(
    vera: Employee,
    max_: Employee,
    fern: Employee,
    otto: Employee,
    late_room: FailureType,
    organisation: Organisation,
) -> None:
    assert max_.unit == fern.unit
    plain = told(fern, "The wardrobe fell.")
    special = told(
        fern, "The wardrobe fell.", severity=Severity.HIGH, channel="letter", failure_type=late_room.pk, at=LATER
    )
    escalate(special.reference, reason="Beyond me.", by=fern, at=LATER)
    closed = told(fern, "The wardrobe fell.", at=AT - timedelta(days=9))
    withdraw(closed.reference, reason="She rang.", by=fern, at=AT)
    waiting = told(fern, "The wardrobe fell.", at=AT - timedelta(days=20))
    ask_customer(waiting.reference, text="Which one?", by=fern, at=AT)
    Case.objects.filter(pk=waiting.pk).update(complainer="irate")
    elsewhere = told(otto, "The wardrobe fell.", at=AT - timedelta(days=30))

    everything = {plain, special, closed, waiting, elsewhere}
    for narrowed, expected in (
        ({}, everything),
        ({"severity": Severity.HIGH}, {special}),
        ({"channel": "letter"}, {special}),
        ({"failure_type": late_room.pk}, {special}),
        ({"failure_type": late_room.parent_id}, {special}),
        ({"status": "closed"}, {closed}),
        ({"status": "waiting"}, {waiting}),
        ({"complainer": "irate"}, {waiting}),
        ({"complainer": "activist"}, set()),
        ({"is_closed": False}, everything - {closed}),
        ({"unit": organisation.lakeside.pk}, {elsewhere}),
        ({"since": AT}, {plain, special}),
        ({"until": AT}, {closed, waiting, elsewhere}),
        ({"since": AT - timedelta(days=9), "until": LATER}, {plain, closed}),
        ({"severity": Severity.HIGH, "channel": "phone"}, set()),
    ):
        for probe in (1, 4_000):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(search, "PROBE_ROWS", probe)
                assert set(found(vera, "wardrobe", **narrowed)) == expected, narrowed
                assert set(found(vera, "wardrobe -elephant", **narrowed)) == expected, narrowed


def test_an_address_and_filters_narrow_together(fern: Employee, cara: Customer, late_room: FailureType) -> None:
    room = told(fern, "It.", customer=cara, failure_type=late_room.pk)
    closed = told(fern, "That.", customer=cara, severity=Severity.HIGH)
    withdraw(closed.reference, reason="She rang.", by=fern, at=LATER)
    assert set(found(fern, "cara@demo.example")) == {room, closed}
    assert found(fern, "cara@demo.example", failure_type=late_room.parent_id) == [room]
    assert found(fern, "cara@demo.example", status="closed", severity=Severity.HIGH) == [closed]
    assert found(fern, "cara@demo.example", is_closed=False, until=LATER) == [room]


def all_pages(by: Employee, typed: str, order: Order = Order.BEST) -> list[Found]:
    """Every page, one after the other, as the links lead."""
    pages = [find(by, typed, order=order)]
    while pages[-1].after or pages[-1].back:
        back = pages[-1].back or back_of(pages)
        pages.append(find(by, typed, order=order, after=pages[-1].after, back=back))
        assert len(pages) < 20
    return pages


def back_of(pages: list[Found]) -> str:
    """The part of the list that the last page belongs to."""
    return next((page.back for page in reversed(pages[:-1]) if page.back), "")


@pytest.mark.parametrize("probe", [1, 4_000])
@pytest.mark.parametrize("order", list(Order))
def test_pages_follow_each_other_without_gap_or_repetition(
    fern: Employee, monkeypatch: pytest.MonkeyPatch, probe: int, order: Order
) -> None:
    monkeypatch.setattr(search, "POOL", PAGE + 5)
    monkeypatch.setattr(search, "PROBE_ROWS", probe)
    cases = {told(fern, "The wardrobe fell.", at=AT + timedelta(minutes=n % 7)) for n in range(2 * PAGE + 12)}

    pages = all_pages(fern, "wardrobe", order)

    listed = [case for page in pages for case in page.cases]
    assert len(listed) == len(cases)
    assert set(listed) == cases
    assert [page.total for page in pages if page.total is not None] == []


def test_where_the_index_holds_too_much_more_of_the_newest_is_read_and_the_rest_is_a_step_further_back(
    fern: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in (("PROBE_ROWS", 1), ("FAR_ROWS", 30), ("MOST_FETCHED", -1)):
        monkeypatch.setattr(search, name, most)
    cases = [told(fern, f"The wardrobe {'fell' if n % 3 else 'was there and it'} fell.") for n in range(70)]
    monkeypatch.setattr(search, "PAGE", 5)
    pages = all_pages(fern, '"wardrobe fell"', Order.NEWEST)
    listed = [case for page in pages for case in page.cases]
    assert listed == [case for n, case in reversed([*enumerate(cases)]) if n % 3]


def test_how_many_there_are_is_said_where_all_of_them_are_known(fern: Employee, otto: Employee) -> None:
    for _ in range(PAGE + 2):
        told(fern, "The wardrobe fell.")
        told(otto, "The wardrobe fell.")
    assert find(fern, "wardrobe").total == PAGE + 2


def test_neither_count_nor_order_nor_page_tells_of_what_one_does_not_see(
    max_: Employee, fern: Employee, otto: Employee
) -> None:
    cases = [told(fern, f"The wardrobe fell{' and fell' * n}.", at=AT + timedelta(days=n)) for n in range(4)]
    before = find(max_, "wardrobe fell")
    assert set(before.cases) == set(cases)

    for n in range(40):
        hidden = told(otto, "The wardrobe fell fell fell.", at=AT + timedelta(hours=n))
        write_note(hidden.reference, text="wardrobe", by=otto, at=AT + timedelta(days=3))
    assert find(max_, "wardrobe fell") == before
    for probe in (1, 5):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(search, "PROBE_ROWS", probe)
            assert find(max_, "wardrobe fell") == before


def test_who_may_not_see_complaints_finds_none(fern: Employee) -> None:
    case = told(fern, "The wardrobe fell.")
    fern.is_active = False
    fern.save()
    for typed in ("wardrobe", case.reference, case.customer.name):
        assert found(fern, typed) == []


def test_a_unit_that_one_does_not_see_narrows_to_nothing(
    fern: Employee, otto: Employee, organisation: Organisation
) -> None:
    told(otto, "The wardrobe fell.")
    assert found(fern, "wardrobe", unit=organisation.lakeside.pk) == []


def test_a_complaint_that_went_to_another_unit_is_found_there_and_nowhere_else(
    fern: Employee, otto: Employee, organisation: Organisation
) -> None:
    case = told(fern, "The wardrobe fell.")
    Case.objects.filter(pk=case.pk).update(unit=organisation.lakeside)
    for probe in (1, 4_000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(search, "PROBE_ROWS", probe)
            assert (found(fern, "wardrobe"), found(otto, "wardrobe")) == ([], [case])


def test_a_sight_of_many_units_is_told_apart_behind_the_index(
    fern: Employee, otto: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_UNIT_MARKS", 0)
    monkeypatch.setattr(search, "PROBE_ROWS", 1)
    case = told(fern, "The wardrobe fell.")
    assert (found(fern, "wardrobe"), found(otto, "wardrobe")) == ([case], [])


def test_marks_are_what_the_case_is_whatever_changed_it(
    fern: Employee, late_room: FailureType, organisation: Organisation
) -> None:
    case = told(fern, "The wardrobe fell.")

    def is_marked() -> None:
        fresh = Case.objects.get(pk=case.pk)
        text = CaseText.objects.get(case=case)
        assert (text.unit_id, text.marks) == (fresh.unit_id, texts.marks_of(fresh))

    is_marked()
    for change in ({"unit": organisation.lakeside}, {"severity": 4}, {"failure_type": late_room}, {"channel": "kiosk"}):
        Case.objects.filter(pk=case.pk).update(**change)
        is_marked()
    Case.objects.filter(pk=case.pk).update(failure_type=None, unit=fern.unit)
    is_marked()
    withdraw(case.reference, reason="She rang.", by=fern, at=LATER)
    is_marked()


def test_a_document_of_an_older_make_is_written_anew_and_nothing_else(fern: Employee, cara: Customer) -> None:
    case = told(fern, "The wardrobe fell over.", customer=cara)
    write_note(case.reference, text="Looks like a hinge.", by=fern, at=LATER)
    other = told(fern, "The lamp fell over.")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE complaints_casetext SET document = strip(ts_delete(document, 'hinge')), is_old = TRUE"
            " WHERE case_id = %s",
            [case.pk],
        )
    assert found(fern, '"fell over"') == [other]

    assert rounds.renew_texts() == 1

    assert set(found(fern, '"fell over"')) == {case, other}
    assert found(fern, "hinge") == found(fern, "castillo") == [case]
    assert rounds.renew_texts() == 0
    assert not renew_text(0)


def test_very_long_words_and_very_many_of_them_refuse_nobody(fern: Employee) -> None:
    case = told(fern, "".join(chr(0x4E00 + n % 20_000) for n in range(19_000)), wanted="w" * 9_000)
    for n in range(30):
        text = clean(" ".join(f"{n}x{word}{'z' * 30}" for word in range(500)))
        write_note(case.reference, text=text, by=fern, at=LATER)
    assert found(fern, "一丁") == found(fern, f"0x7{'z' * 30}") == [case]
    assert found(fern, f"29x7{'z' * 30}") == [], "a document does not grow without an end"
