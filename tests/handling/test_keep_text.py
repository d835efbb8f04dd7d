"""Texts of messages: every version is kept, each goes to those it is for, and nobody gets less than words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from complaints.common.errors import Invalid, NotFound, NotPermitted, SettingChangedMeanwhile
from complaints.common.tokens import new_token
from complaints.customers.models import Customer
from complaints.handling.keep_language import keep_language
from complaints.handling.keep_text import SHIPPED, go_back, keep_text
from complaints.handling.try_text import preview, send_test, try_out
from complaints.outbox.models import Channel, Kind, Message, MessageLanguage, MessageText
from complaints.outbox.render import words_of
from complaints.outbox.segments import fits
from complaints.outbox.sheets import LanguageSheet
from complaints.outbox.shipped import Source, shipped
from complaints.outbox.sms import text_of
from complaints.outbox.texts import in_force
from complaints.staff.models import Employee
from tests.factories import a_complaint, a_customer
from tests.outbox.conftest import AT

pytestmark = pytest.mark.django_db

OURS = Source("We got {{ reference }}", "{{ what_happened }}\n\nWe got it.", "")
FRENCH = LanguageSheet(
    code="fr",
    name="Français",
    greeting="Bonjour {{ recipient_name }},",
    way="Suivre, répondre ou demander",
    reference_line="Votre référence : {{ reference }}",
)


def keep(source: Source, *, by: Employee, language: str = "en", seen: int = SHIPPED, at: datetime = AT) -> int:
    return keep_text(Kind.RECEIVED, language, source=source, by=by, at=at, seen=seen)


def receipt(by: Employee, **facts: Any) -> Message:
    return Message.objects.get(about=a_complaint(by=by, at=AT, **facts).reference, kind=Kind.RECEIVED)


def test_what_is_kept_is_what_customers_read_from_then_on(fern: Employee, ada: Employee, cara: Customer) -> None:
    waiting = receipt(fern, customer=cara)
    assert words_of(waiting).version is None

    keep(OURS, by=ada)

    words = words_of(waiting)
    assert words.subject == f"We got {waiting.about}"
    assert "We got it." in words.text
    assert "<p>We got it.</p>" in words.html
    assert words.version == MessageText.objects.get().pk
    assert "Dear Cara Castillo," in words.text


def test_quinn_keeps_texts_as_well_and_fern_does_not(quinn: Employee, fern: Employee) -> None:
    assert keep(OURS, by=quinn) == 1
    for forbidden in (
        lambda: keep(OURS, by=fern),
        lambda: go_back(Kind.RECEIVED, "en", to=SHIPPED, by=fern, at=AT, seen=1),
        lambda: preview(Kind.RECEIVED, "en", source=OURS, reference="", by=fern, at=AT),
        lambda: send_test(Kind.RECEIVED, "en", source=OURS, reference="", by=fern, at=AT),
    ):
        with pytest.raises(NotPermitted):
            forbidden()


def test_a_placeholder_that_does_not_exist_is_refused_beside_its_part(ada: Employee) -> None:
    for part in ("subject", "text", "html"):
        with pytest.raises(Invalid) as refused:
            keep(replace(OURS, **{part: "{{ amount }}"}), by=ada)
        assert refused.value.field == part
        assert "what_happened" in refused.value.sentence
    assert not MessageText.objects.exists()


@pytest.mark.parametrize("text", ["", "{% if by_staff %}{% endif %}", "{# nothing #}"])
def test_a_text_that_comes_to_nothing_is_refused(ada: Employee, text: str) -> None:
    with pytest.raises(Invalid):
        keep(replace(OURS, text=text), by=ada)


def test_the_same_words_once_more_make_no_version(ada: Employee) -> None:
    assert keep(OURS, by=ada) == 1
    assert keep(OURS, by=ada, seen=1) == 1
    assert keep(shipped(Kind.RECEIVED, "zh-hans"), by=ada, language="zh-hans") == SHIPPED


def test_a_colleagues_version_is_not_undone_unseen(ada: Employee, quinn: Employee) -> None:
    keep(OURS, by=quinn)
    with pytest.raises(SettingChangedMeanwhile):
        keep(replace(OURS, subject="Mine"), by=ada)


def test_every_version_can_be_gone_back_to(ada: Employee, fern: Employee, cara: Customer) -> None:
    waiting = receipt(fern, customer=cara)
    keep(OURS, by=ada)
    keep(replace(OURS, subject="The second"), by=ada, seen=1)

    assert go_back(Kind.RECEIVED, "en", to=1, by=ada, at=AT, seen=2) == 3
    assert words_of(waiting).subject.startswith("We got")
    assert go_back(Kind.RECEIVED, "en", to=SHIPPED, by=ada, at=AT, seen=3) == 4
    assert words_of(waiting).subject.startswith("We have received")
    assert go_back(Kind.RECEIVED, "en", to=2, by=ada, at=AT, seen=4) == 5
    assert words_of(waiting).subject == "The second"
    with pytest.raises(NotFound):
        go_back(Kind.RECEIVED, "en", to=9, by=ada, at=AT, seen=5)


def test_going_back_to_what_ships_keeps_no_words_so_that_an_upgrade_improves_them(ada: Employee) -> None:
    keep(OURS, by=ada)
    go_back(Kind.RECEIVED, "en", to=SHIPPED, by=ada, at=AT, seen=1)
    newest = MessageText.objects.latest("number")
    assert (newest.is_shipped, newest.text, newest.back_to) == (True, "", SHIPPED)
    keep(OURS, by=ada, seen=2)
    keep(shipped(Kind.RECEIVED, "en"), by=ada, seen=3)
    assert MessageText.objects.latest("number").is_shipped


@pytest.mark.parametrize(
    "change", ["UPDATE complaints_messagetext SET text = 'x'", "DELETE FROM complaints_messagetext"]
)
def test_no_version_is_ever_changed_or_deleted(ada: Employee, change: str) -> None:
    keep(OURS, by=ada)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_texts_are_read_once_for_an_edition(ada: Employee) -> None:
    keep(OURS, by=ada)
    first = in_force()
    with CaptureQueriesContext(connection) as queries:
        assert in_force() is first
    assert len(queries) == 1
    keep(replace(OURS, subject="Another"), by=ada, seen=1)
    assert in_force() is not first


def test_a_language_without_a_text_gets_the_organisations_and_then_english(
    ada: Employee, fern: Employee, settings: Any
) -> None:
    keep_language(None, sheet=FRENCH, by=ada, at=AT)
    li = a_customer(name="Léa")
    waiting = receipt(fern, customer=li)
    waiting.language = "fr"
    assert words_of(waiting).language == "en"
    settings.LANGUAGE_CODE = "zh-hans"
    assert words_of(waiting).language == "zh-hans"

    keep(
        Source("Reçu : {{ reference }}", "Nous avons reçu votre plainte, avant le {{ due_at }}.", ""),
        by=ada,
        language="fr",
    )

    words = words_of(waiting)
    assert words.language == "fr"
    assert words.subject == f"Reçu : {waiting.about}"
    assert "Bonjour Léa," in words.text
    assert "mars 2026" in words.text
    assert f"Votre référence : {waiting.about}" in words.html
    assert "Suivre, répondre ou demander" in words.html
    assert 'lang="fr"' in words.html


def test_a_text_that_comes_to_nothing_for_somebody_gives_way_to_the_one_that_ships(
    ada: Employee, fern: Employee, cara: Customer
) -> None:
    keep(replace(OURS, text="{% if by_staff %}We got it.{% endif %}"), by=ada)
    waiting = receipt(fern, customer=cara)
    waiting.facts["by_staff"] = False
    words = words_of(waiting)
    assert "Thank you for telling us." in words.text
    assert words.version is None


def test_a_text_written_for_another_release_gives_way_too(ada: Employee, fern: Employee, cara: Customer) -> None:
    MessageText.objects.create(
        kind=Kind.RECEIVED, language="en", number=1, subject="Old", text="{{ gone }}", made_at=AT, made_by=ada
    )
    assert words_of(receipt(fern, customer=cara)).subject.startswith("We have received")


def test_the_layout_stays_around_what_is_edited(ada: Employee, fern: Employee, cara: Customer) -> None:
    keep(replace(OURS, html="</div></body><script>x()</script><p onclick='x()'>Ours</p>"), by=ada)
    html = words_of(receipt(fern, customer=cara)).html
    assert "<p>Ours</p>" in html
    assert html.count("</body>") == 1
    assert "script" not in html
    assert "Follow it, answer or ask" in html


def test_what_an_sms_says_is_kept_beside_the_mail(ada: Employee, fern: Employee, cara: Customer) -> None:
    waiting = receipt(fern, customer=cara)
    waiting.channel = Channel.SMS
    assert words_of(waiting).text.startswith(
        f"Received: {waiting.about}. Fern Fuller looks after it. You hear from us by March 3, 2026, "
    )

    keep(replace(OURS, sms="Hello\n{{ recipient_name }}"), by=ada)
    assert (words_of(waiting).text, words_of(waiting).html) == ("Hello Cara Castillo", "")

    keep(OURS, by=ada, seen=1)
    assert words_of(waiting).text == f"We got {waiting.about}", "left empty, the subject is said"


@pytest.mark.parametrize("sms", ["{{ link }}", "{{ amount }}", "word " * 33, "诉" * 71, "{% if by_staff %}{% endif %}"])
def test_words_that_are_none_for_an_sms_are_refused_beside_them(ada: Employee, sms: str) -> None:
    with pytest.raises(Invalid) as refused:
        keep(replace(OURS, sms=sms), by=ada)

    assert refused.value.field == "sms"


def test_long_facts_are_no_reason_to_refuse(ada: Employee, fern: Employee, cara: Customer) -> None:
    keep(replace(OURS, sms="{{ what_happened }}"), by=ada)
    waiting = receipt(fern, customer=cara, what_happened="The room was cold. " * 60)
    waiting.channel = Channel.SMS

    told = text_of(words_of(waiting), link="https://complaints.example.com/track/AAAAAAAAAAAAAAAAAAAAAA/")

    assert fits(told)
    assert told.startswith("The room was cold. The room")


def test_a_preview_shows_the_sms_as_long_as_it_leaves(ada: Employee) -> None:
    _mail, sms = try_out(Kind.RECEIVED, "en", source=replace(OURS, sms="Got it."), reference="", by=ada, at=AT)

    assert sms.startswith("Got it. http")
    assert len(sms.partition("/track/")[2]) == len(new_token()) + 1
    assert try_out(Kind.STAFF_ASSIGNED, "en", source=Source("x", "y", ""), reference="", by=ada, at=AT)[1] == ""


def test_a_preview_tells_what_was_told_about_a_complaint(ada: Employee, fern: Employee, otto: Employee) -> None:
    waiting = receipt(fern, customer=a_customer(name="李小雨"), what_happened="Cold soup.")
    told = preview(Kind.RECEIVED, "en", source=OURS, reference=waiting.about, by=ada, at=AT)
    assert told.subject == f"We got {waiting.about}"
    assert "Cold soup." in told.text
    assert "李小雨" in told.text
    assert "[[link]]" not in told.text + told.html
    without = preview(
        Kind.CLOSED, "en", source=Source("x", "{{ outcome }}", ""), reference=waiting.about, by=ada, at=AT
    )
    assert "solved" in without.text
    assert not Message.objects.filter(kind=Kind.CLOSED).exists()
    with pytest.raises(NotFound):
        preview(Kind.RECEIVED, "en", source=OURS, reference="C-00000000", by=ada, at=AT)


def test_a_test_goes_to_oneself_alone_and_says_what_it_is(ada: Employee, fern: Employee) -> None:
    about = receipt(fern, customer=a_customer(name="李小雨")).about
    assert send_test(Kind.RECEIVED, "en", source=OURS, reference=about, by=ada, at=AT) == ada.email
    test = Message.objects.get(recipient=ada.email)
    assert (test.about, test.to_customer) == ("", False)
    assert words_of(test).subject == f"Test: We got {about}"
    assert not MessageText.objects.exists()


def test_a_language_bears_its_code_for_good(ada: Employee, fern: Employee) -> None:
    language = keep_language(None, sheet=FRENCH, by=ada, at=AT)
    for wrong in (
        replace(FRENCH, code="de"),
        replace(FRENCH, greeting="{{ link }}"),
    ):
        with pytest.raises(Invalid):
            keep_language(language.pk, sheet=wrong, by=ada, at=AT)
    for wrong in (replace(FRENCH, code="en"), replace(FRENCH, code="no such"), replace(FRENCH, way="")):
        with pytest.raises(Invalid):
            keep_language(None, sheet=wrong, by=ada, at=AT)
    with pytest.raises(NotPermitted):
        keep_language(None, sheet=FRENCH, by=fern, at=AT)
    assert MessageLanguage.objects.count() == 1
