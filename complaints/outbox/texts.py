"""Which text a message gets: the version that holds, in its language or in one that its reader may understand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

import structlog
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from complaints.common.errors import Invalid
from complaints.common.rulebook import InForce, edition
from complaints.outbox.models import Kind, MessageLanguage, MessageText
from complaints.outbox.placeholders import FRAME, is_for_customers, placeholders_of, samples_of
from complaints.outbox.segments import fits, plain, room
from complaints.outbox.shipped import LANGUAGES, Source, shipped
from complaints.outbox.wording import Piece, TooLong, html_of

log = structlog.get_logger(__name__)
LAST_RESORT: Final = "en"
PARTS: Final = ("subject", "text", "html", "sms")


@dataclass(frozen=True, slots=True)
class Frame:
    """The words around a message in a language that was added, read once."""

    greeting: Piece
    way: Piece
    reference_line: Piece

    def render(self, facts: Mapping[str, Any]) -> dict[str, str]:
        """The words, by name, for the layouts."""
        return {name: getattr(self, name).render(facts) for name in ("greeting", "way", "reference_line")}


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of a kind in a language, read once; `version` is None for the one that ships."""

    language: str
    subject: Piece
    text: Piece
    html: Piece | None
    sms: Piece | None = None
    version: int | None = None
    frame: Frame | None = None

    def render(self, facts: Mapping[str, Any]) -> tuple[str, str, str]:
        """Subject, text and HTML with these facts, in the language and zone that are active."""
        subject, text = " ".join(self.subject.render(facts).split()), self.text.render(facts)
        return subject, text, self.html.render(facts) if self.html else html_of(text)

    def render_for_sms(self, facts: Mapping[str, Any]) -> str:
        """What an SMS says with these facts, on one line; the link follows when it leaves."""
        return " ".join((self.sms or self.subject).render(facts).split())


def wording(kind: Kind, language: str, source: Source, *, version: int | None = None) -> Wording:
    """Read the text of a kind; raises Invalid beside the part that cannot be taken."""
    names = placeholders_of(kind)
    pieces: dict[str, Piece] = {}
    for name in PARTS:
        own = names.keys() - {"link"} if name == "sms" else names
        try:
            pieces[name] = Piece(getattr(source, name), names=own, is_html=name == "html")
        except Invalid as error:
            raise Invalid(field=name, sentence=error.sentence) from error
    html, sms = (pieces[name] if getattr(source, name) else None for name in ("html", "sms"))
    return Wording(language, pieces["subject"], pieces["text"], html, sms, version)


def frame(language: MessageLanguage) -> Frame:
    """Read the words around messages of a language; raises Invalid beside the part that cannot be taken."""
    pieces: dict[str, Piece] = {}
    for name in ("greeting", "way", "reference_line"):
        try:
            pieces[name] = Piece(getattr(language, name), names=FRAME)
        except Invalid as error:
            raise Invalid(field=name, sentence=error.sentence) from error
    return Frame(**pieces)


@dataclass(slots=True)
class Texts:
    """All texts of one edition. What was read of them is kept beside them: reading the same again gives the same."""

    versions: dict[tuple[str, str], MessageText]
    languages: dict[str, MessageLanguage]
    _read: dict[tuple[str, str], Wording | None] = field(default_factory=dict)

    def choices(self, kind: Kind, language: str) -> Iterator[Wording]:
        """The texts a message could get, the best first: its language, the organisation's, English; shipped at last."""
        wanted = dict.fromkeys((language, settings.LANGUAGE_CODE, LAST_RESORT))
        yield from filter(None, (self.of(kind, one) for one in wanted))
        yield _shipped(kind, LAST_RESORT)

    def of(self, kind: Kind, language: str) -> Wording | None:
        """The text of a kind in one language; None where nobody wrote one."""
        key = kind.value, language
        if key not in self._read:
            self._read[key] = self._wording(kind, language)
        return self._read[key]

    def _wording(self, kind: Kind, language: str) -> Wording | None:
        version, added = self.versions.get((kind.value, language)), self.languages.get(language)
        if version is not None and not version.is_shipped:
            try:
                found = wording(kind, language, source_of(kind, language, version), version=version.pk)
                return found if added is None else replace(found, frame=frame(added))
            except Invalid:  # written for another release, with placeholders that are gone
                log.exception("text.cannot_be_read", kind=kind.value, language=language, text=version.pk)
        return _shipped(kind, language) if language in LANGUAGES else None


_IN_FORCE: Final = InForce(
    lambda: Texts(
        {(one.kind, one.language): one for one in _versions_that_hold()},
        {one.code: one for one in MessageLanguage.objects.all()},
    )
)


def in_force() -> Texts:
    """The texts that hold in this moment; reads them only for a new edition."""
    return _IN_FORCE.of(edition())


def current(kind: Kind, language: str) -> MessageText | None:
    """The newest version; None where there is only the text that ships."""
    return MessageText.objects.filter(kind=kind, language=language).order_by("-number").first()


def source_of(kind: Kind, language: str, version: MessageText | None) -> Source:
    """The words of a version as they are written; empty where a language has none yet."""
    if version is not None and not version.is_shipped:
        return Source(version.subject, version.text, version.html, version.sms)
    return shipped(kind, language) if language in LANGUAGES else Source("", "", "")


def languages_of_customers() -> dict[str, str]:
    """The languages customers are written to in, by code: those that ship, then those that were added."""
    return {code: str(name) for code, name in settings.LANGUAGES} | added_languages()


def added_languages() -> dict[str, str]:
    """Those of them that were added, by code."""
    return dict(MessageLanguage.objects.values_list("code", "name"))


def language_name(code: str) -> str:
    """What a language is called; asks the database only about one that does not ship."""
    shipping = {one: str(name) for one, name in settings.LANGUAGES}
    return shipping[code] if code in shipping else added_languages().get(code, code)


def writes_in(language: str) -> bool:
    """Whether customers can be written to in a language; asks the database only about one that does not ship."""
    return language in LANGUAGES or MessageLanguage.objects.filter(code=language).exists()


def versions_of(kind: Kind, language: str, *, most: int) -> list[MessageText]:
    """The newest versions, newest first."""
    return list(MessageText.objects.filter(kind=kind, language=language).order_by("-number")[:most])


def languages_of(kind: Kind) -> dict[str, str]:
    """The languages a kind of message can be written in, by code: colleagues read those of the product."""
    return languages_of_customers() if is_for_customers(kind) else {code: str(one) for code, one in settings.LANGUAGES}


def judged(kind: Kind, language: str, source: Source) -> Wording:
    """Read a text and try it on samples; raises Invalid beside the part that cannot be taken or comes to nothing."""
    found = wording(kind, language, source)
    with translation.override(language):
        facts = samples_of(kind)
        for name in ("subject", "text", *(("sms",) if found.sms else ())):
            words = _tried(getattr(found, name), facts, field=name)
            if name == "sms" and not fits(plain(words)):
                raise Invalid(field=name, sentence=_too_long_for_sms(words))
    added = MessageLanguage.objects.filter(code=language).first()
    return found if added is None else replace(found, frame=frame(added))


def _tried(piece: Piece, facts: Mapping[str, Any], *, field: str) -> str:
    """The words of a part with samples; raises Invalid where they cannot be put together, or are none."""
    try:
        words = piece.render(facts)
    except (TypeError, TooLong) as error:
        sentence = _("With the samples of the placeholders this cannot be put together.")
        raise Invalid(field=field, sentence=sentence) from error
    if not words:
        raise Invalid(field=field, sentence=_("With the samples of the placeholders nothing is left of this."))
    return words


def _too_long_for_sms(words: str) -> str:
    used, most = room(plain(words))
    told = _("With the samples of the placeholders this has %(used)s characters; one SMS holds %(most)s.")
    return told % {"used": used, "most": most}


def _versions_that_hold() -> list[MessageText]:
    return list(MessageText.objects.order_by("kind", "language", "-number").distinct("kind", "language"))


@cache
def _shipped(kind: Kind, language: str) -> Wording:
    return wording(kind, language, shipped(kind, language))
