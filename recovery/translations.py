"""Compile the translations that people edit into those that Django reads, without gettext's tools."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from recovery import env


def compile_all(folder: Path = env.ROOT / "complaints" / "locale") -> list[Path]:
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


if __name__ == "__main__":
    compile_all()
