"""Compiling what people translated."""

import gettext
import os
from pathlib import Path

from recovery.translations import compile_all

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Complaint"
msgstr "投诉"

#, fuzzy
msgid "Remedy"
msgstr "not checked by anybody"
"""


def test_catalogues_are_compiled_once_and_again_when_they_change(tmp_path: Path) -> None:
    source = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE, encoding="utf-8")

    assert compile_all(tmp_path) == [source.with_suffix(".mo")]
    assert compile_all(tmp_path) == []
    later = source.with_suffix(".mo").stat().st_mtime + 1
    os.utime(source, (later, later))
    assert compile_all(tmp_path) == [source.with_suffix(".mo")]

    with source.with_suffix(".mo").open("rb") as file:
        words = gettext.GNUTranslations(file)
    assert words.gettext("Complaint") == "投诉"
    assert words.gettext("Remedy") == "Remedy", "a guess is not shown to anybody"
