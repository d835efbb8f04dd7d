"""Both languages are complete: every sentence of the product stands in every catalogue, with the same placeholders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from recovery.translations import LOCALE, gather

CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("place", CATALOGUES, ids=lambda place: place.parts[-3])
def test_every_sentence_is_translated_and_nothing_else_is_kept(place: Path) -> None:
    with place.open("rb") as file:
        catalogue = read_po(file)
    wanted = {message.id for message in gather() if message.id}
    translated = {message.id for message in catalogue if message.id and _whole(message.string)}
    assert wanted - translated == set(), "run `make words` and translate what is new"
    assert {message.id for message in catalogue if message.id} - wanted == set(), "run `make words`"


@pytest.mark.parametrize("place", CATALOGUES, ids=lambda place: place.parts[-3])
def test_a_translation_has_the_placeholders_of_its_sentence(place: Path) -> None:
    with place.open("rb") as file:
        catalogue = read_po(file)
    for message in catalogue:
        if message.id:
            asked = set(PLACEHOLDER.findall(str(message.id)))
            assert set(PLACEHOLDER.findall(str(message.string))) == asked, message.id


def test_simplified_chinese_is_there() -> None:
    assert "zh_Hans" in {place.parts[-3] for place in CATALOGUES}


def _whole(text: object) -> bool:
    return all(text) if isinstance(text, (list, tuple)) else bool(text)
