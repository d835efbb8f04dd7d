"""The small language of the texts: what it says, and that nothing else can be said in it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

import pytest
from django.utils import timezone, translation

from complaints.common.errors import Invalid
from complaints.outbox.models import Kind
from complaints.outbox.placeholders import is_for_customers, placeholders_of, samples_of
from complaints.outbox.segments import fits, one_segment, plain, room
from complaints.outbox.shipped import LANGUAGES, shipped
from complaints.outbox.texts import wording
from complaints.outbox.wording import LONGEST_RESULT, Piece, TooLong

LINK_OF_A_CASE: Final = "https://complaints.example.com/track/AAAAAAAAAAAAAAAAAAAAAA/"

NAMES: Final = ("reference", "text", "due_at", "lines", "by_staff")
HOSTILE: Final = (
    "{{ case.customer.delete }}",
    "{{ text.upper() }}",
    "{{ text['x'] }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ text|attr('__class__') }}",
    "{{ text.__class__ }}",
    "{% include 'messages/layout.html' %}",
    "{% extends 'messages/layout.html' %}",
    "{% import 'os' as os %}",
    "{% load i18n %}",
    "{% set text = 1 %}",
    "{% macro mine() %}{% endmacro %}",
    "{% call text() %}{% endcall %}",
    "{% raw %}{{ text }}{% endraw %}",
    "{% filter quote %}{% endfilter %}",
    "{% for one in range(10) %}{% endfor %}",
    "{% for one in lines recursive %}{{ loop(lines) }}{% endfor %}",
    "{% for one in lines %}{% for other in lines %}x{% endfor %}{% endfor %}",
    "{% for text in lines %}{{ text }}{% endfor %}",
    "{% for one in lines %}x{% endfor %}" * 6,
    "{{ 10 ** 10 ** 10 }}",
    "{{ 'x' * 999999999 }}",
    "{{ text ~ text }}",
    "{{ text if text }}",
    "{{ text is defined }}",
    "{{ [text] }}",
    "{{ text > 3 }}",
    "{{ self }}",
    "{{ loop }}",
    "{{ '{{' }}",
    "{{ text",
    "text }}",
    "{% if text %}",
    "{% endif %}",
    "{{ " + "(" * 9_000 + "text" + ")" * 9_000 + " }}",
    "{% if text %}" * 200 + "{% endif %}" * 200,
    "x" * 1_000_000,
    "{{ text }}" * 100_000,
)


def read(source: str, *, is_html: bool = False) -> Piece:
    return Piece(source, names=NAMES, is_html=is_html)


@pytest.mark.parametrize("is_html", [False, True])
@pytest.mark.parametrize("source", HOSTILE, ids=lambda source: source[:40])
def test_what_is_not_of_the_language_is_refused_at_once(source: str, is_html: bool) -> None:
    before = time.perf_counter()
    with pytest.raises(Invalid) as refused:
        read(source, is_html=is_html)
    assert refused.value.sentence
    assert time.perf_counter() - before < 1


def test_a_placeholder_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(Invalid) as refused:
        read("Dear {{ recipient }},")
    assert refused.value.sentence == (
        "This message has no placeholder “recipient”. It has: by_staff, due_at, lines, reference, text."
    )


def test_a_part_that_is_not_always_there_leaves_no_gap() -> None:
    told = read("We have it.\n\n{% if due_at %}By {{ due_at }}.{% endif %}\n\nThank you.")
    assert told.render({}) == "We have it.\n\nThank you."


def test_a_moment_is_told_in_the_language_and_zone_that_are_active() -> None:
    told, at = read("{{ due_at }} | {{ due_at|day }} | {{ due_at|time }}"), datetime(2026, 3, 8, 23, 30, tzinfo=UTC)
    with translation.override("en"), timezone.override("America/New_York"):
        assert told.render({"due_at": at}) == "March 8, 2026, 7:30 p.m. | March 8, 2026 | 7:30 p.m."
    with translation.override("zh-hans"), timezone.override("Asia/Shanghai"):
        assert told.render({"due_at": at}).startswith("2026年3月9日")


def test_a_list_has_a_line_for_each() -> None:
    told = read("{% for one in lines %}<li>{{ one }}</li>{% endfor %}", is_html=True)
    assert told.render({"lines": ["a", "<b>"]}) == "<li>a</li><li>&lt;b&gt;</li>"


def test_what_somebody_wrote_cannot_become_markup() -> None:
    words = {"text": "<script>alert(1)</script>\n{{ reference }}", "reference": "C-7K3M9QXR"}
    for source in ("<p>{{ text }}</p>", "{{ text|quote }}"):
        html = read(source, is_html=True).render(words)
        assert "<script>" not in html
        assert "&lt;script&gt;" in html
        assert "C-7K3M9QXR" not in html


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("<script>alert(1)</script>Hello", "Hello"),
        ('<p onclick="x()">Hello</p>', "<p>Hello</p>"),
        ('<a href="javascript:x()">Hello</a>', "<a>Hello</a>"),
        ('<img src="https://elsewhere.example/pixel.png">Hello', "Hello"),
        ("<form><input>Hello</form>", "Hello"),
        ('<p style="position:fixed;color:red">Hello</p>', '<p style="color:red">Hello</p>'),
        ("<p>Hello", "<p>Hello</p>"),
        ("</div></body>Hello", "Hello"),
    ],
)
def test_html_is_left_with_what_is_safe(written: str, left: str) -> None:
    assert read(written, is_html=True).render({}) == left


def test_a_placeholder_in_an_address_of_a_link_works() -> None:
    told = read('<a href="{{ reference }}">there</a>', is_html=True)
    assert told.render({"reference": "[[link]]"}) == '<a href="[[link]]">there</a>'
    assert told.render({"reference": "javascript:x()"}) == "<a>there</a>"


def test_a_text_that_grows_without_end_is_stopped() -> None:
    told, before = read("{% for one in lines %}{{ text }}{% endfor %}"), time.perf_counter()
    with pytest.raises(TooLong):
        told.render({"lines": ["x"] * 100_000, "text": "x" * (LONGEST_RESULT // 10)})
    assert time.perf_counter() - before < 1


def test_facts_that_are_no_plain_values_come_as_words() -> None:
    class Row:
        secret = "hidden"

        def __str__(self) -> str:
            return "a row"

    assert read("{{ text }}").render({"text": Row()}) == "a row"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_what_ships_is_of_the_language_and_names_only_what_is_there(kind: Kind, language: str) -> None:
    source, names = shipped(kind, language), placeholders_of(kind)
    with translation.override(language):
        for part, is_html in ((source.subject, False), (source.text, False), (source.html, True)):
            told = Piece(part, names=names, is_html=is_html).render(samples_of(kind))
            assert told
            assert "{" not in told
            assert "%(" not in told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in Kind if is_for_customers(kind)])
def test_every_kind_to_customers_has_words_for_one_sms(kind: Kind, language: str) -> None:
    source = shipped(kind, language)
    facts = samples_of(kind)

    told = wording(kind, language, source).render_for_sms(facts)

    assert source.sms
    assert fits(plain(told)), f"{told} takes {room(plain(told))}"
    whole = facts | {name: "long " * 4_000 for name, fact in facts.items() if isinstance(fact, str)}
    longest = one_segment(wording(kind, language, source).render_for_sms(whole), LINK_OF_A_CASE)
    assert fits(longest)
    assert longest.endswith(f" {LINK_OF_A_CASE}")


@pytest.mark.parametrize("kind", [kind for kind in Kind if not is_for_customers(kind)])
def test_nobody_of_ours_is_written_to_by_sms(kind: Kind) -> None:
    assert not shipped(kind, "en").sms


def test_what_ships_is_told_in_its_language() -> None:
    assert shipped(Kind.RECEIVED, "en").subject == "We have received your complaint {{ reference }}"
    assert shipped(Kind.RECEIVED, "zh-hans").subject == "我们已收到您的投诉 {{ reference }}"
    assert "{{ what_happened|quote }}" in shipped(Kind.RECEIVED, "zh-hans").html


@pytest.mark.parametrize("kind", Kind)
def test_every_placeholder_says_what_it_is(kind: Kind) -> None:
    for name, one in placeholders_of(kind).items():
        assert str(one.explains).endswith("."), name
        assert one.sample is not None
