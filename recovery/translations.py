"""Gather the sentences to be translated and compile what people translated, without gettext's tools."""

import io
import sys
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from recovery import env

LOCALE: Final = env.ROOT / "complaints" / "locale"
KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def compile_all(folder: Path = LOCALE) -> list[Path]:
    """Compile every catalogue that is newer than its compiled form; return those that were written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file)
        # Written beside and moved, so that a server that starts meanwhile never reads half a file.
        draft = compiled.with_suffix(".mo.new")
        with draft.open("wb") as file:
            write_mo(file, catalogue)
        draft.replace(compiled)
        written.append(compiled)
    return written


def gather() -> Catalog:
    """Collect every sentence of the product that can be translated, from programs and templates alike."""
    found = Catalog(charset="utf-8", fuzzy=False)
    for place in sorted([*(env.ROOT / "complaints").rglob("*.py"), *(env.ROOT / "recovery").rglob("*.py")]):
        if "migrations" not in place.parts:
            _add(found, place, place.read_text())
    for place in sorted((env.ROOT / "templates").rglob("*")):
        if place.is_file():
            # Django turns a template into something that reads like a program: its own makemessages does the same.
            lines = templatize(place.read_text(), origin=str(place)).splitlines()
            _add(found, place, "\n".join(line.lstrip() for line in lines))
    return found


def _add(catalogue: Catalog, place: Path, source: str) -> None:
    code = io.BytesIO(source.encode())
    for _line, text, _comments, context in extract("python", code, KEYWORDS, options={"encoding": "utf-8"}):
        flags = ["python-format"] if "%(" in str(text) else []
        catalogue.add(text, locations=[(str(place.relative_to(env.ROOT)), 1)], flags=flags, context=context)


def refresh(folder: Path = LOCALE) -> None:
    """Bring every catalogue up to date: new sentences come in untranslated, those that are gone go."""
    gathered = gather()
    for place in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        with place.open("rb") as file:
            catalogue = read_po(file)
        catalogue.update(gathered, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        written = io.BytesIO()
        write_po(written, catalogue, width=0, sort_output=True, no_location=True)
        lines = written.getvalue().decode().splitlines(keepends=True)
        place.write_text("".join(line for line in lines if not line.startswith(NOISE)).lstrip())


NOISE: Final = tuple(
    f'"{name}:'
    for name in (
        "Generated-By",
        "Language-Team",
        "Last-Translator",
        "PO-Revision-Date",
        "POT-Creation-Date",
        "Report-Msgid-Bugs-To",
    )
)
"""Headers that change with every run and tell nobody anything."""


if __name__ == "__main__":
    if "gather" in sys.argv[1:]:
        refresh()
    compile_all()
