"""The browser for the tests: the one that is there, or one from the system's packages."""

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Give the path of a Chromium, from CHROMIUM or from PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


def get() -> str:
    """Find a Chromium or install one, where the machine lets us.

    Raises:
        SystemExit: there is none and none can be installed; the message says what to do.
    """
    if found := find():
        return found
    wish = "The browser tests need Chromium: sudo apt-get install chromium, or name one: make test CHROMIUM=/path/to/it"
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (sudo and not shutil.which("sudo")):
        sys.exit(wish)
    print("Installing Chromium with apt-get (once) ...", flush=True)
    for words in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if subprocess.run([*sudo, *words], stdout=subprocess.DEVNULL, env=quiet, check=False).returncode:
            sys.exit(wish)
    return find() or sys.exit(wish)
