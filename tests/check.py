"""Every check of the project, in order, as `make test` runs them; the first that fails ends it."""

import os
import subprocess
import sys
import time
from pathlib import Path

from recovery import env, translations
from tests import chromium

_PYTHON = ("manage.py", "recovery", "complaints", "tests")
_BIN = Path(sys.executable).parent


def _tool(name: str, *words: str) -> list[str]:
    """Name a program of the virtual environment, which need not be activated."""
    return [str(_BIN / name), *words]


def checks() -> dict[str, list[str]]:
    """List the checks: what each says, and the words that run it. Tests come last, and with them their closing line."""
    return {
        "form": _tool("ruff", "format", "--check", "--quiet", *_PYTHON),
        "lint": _tool("ruff", "check", "--quiet", *_PYTHON),
        "types": _tool("mypy"),
        "import contracts": _tool("lint-imports"),
        "form of templates": _tool("djlint", "templates", "--check", "--quiet"),
        "lint of templates": _tool("djlint", "templates", "--lint", "--quiet"),
        "spelling": _tool("codespell", *_PYTHON, "templates", "static", "README.md", "CHANGELOG.md"),
        "migrations": _tool("python", "manage.py", "makemigrations", "--check", "--dry-run"),
        "tests": _tool("python", "-m", "pytest", "--numprocesses", "2", "--dist", "loadgroup"),
    }


def main() -> int:
    """Run the checks; return the exit status of the first that failed, or of the tests."""
    os.chdir(env.ROOT)
    translations.compile_all()
    os.environ["CHROMIUM"] = chromium.get()
    # Commands run on servers of the tests, not on the data of whoever tries the product out.
    os.environ["DATA_DIR"] = os.environ.get("TEST_DATA_DIR", ".pytest-data")
    for name, words in checks().items():
        began = time.monotonic()
        print(f"--- {name}", flush=True)
        status = subprocess.run(words, check=False).returncode
        if name == "tests" or status:
            return status
        print(f"    {time.monotonic() - began:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
