"""Make the virtual environment and keep it in step with a lock file.

Run by the system's Python before anything is installed: python3 -I recovery/bootstrap.py requirements.txt
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


def main(lock: str) -> None:
    """Make the environment if it is missing, and install what the lock file names if that changed since."""
    if sys.version_info < (3, 11):
        sys.exit(
            f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Say which one: make PYTHON=python3.11"
        )
    content = (ROOT / lock).read_bytes()
    fingerprint = hashlib.sha256(content).hexdigest()
    stamp = VENV / f"{lock.replace('/', '-')}.installed"
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    pip = _environment()
    print(f"Installing what {lock} names (once) ...", flush=True)
    install = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(ROOT / lock)]
    if subprocess.run([*pip, *install], check=False).returncode:
        sys.exit("The packages could not be installed; the lines above say why.")
    stamp.write_text(fingerprint)


def _environment() -> list[str]:
    """Make the environment when there is none; give the words that start its pip.

    Debian's Python comes without the part that puts pip into a new environment. An outside pip can serve it instead.
    """
    python = VENV / "bin" / "python"
    if not python.exists():
        have_ensurepip = (
            subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True, check=False).returncode == 0
        )
        if not have_ensurepip and not _has_pip(Path(sys.executable)):
            _install_system_packages()
            have_ensurepip = True
        words = [sys.executable, "-m", "venv", *([] if have_ensurepip else ["--without-pip"]), str(VENV)]
        if subprocess.run(words, check=False).returncode:
            sys.exit(f"The virtual environment {VENV} could not be made; the lines above say why.")
    if _has_pip(python):
        return [str(python), "-m", "pip"]
    if _has_pip(Path(sys.executable)):
        return [sys.executable, "-m", "pip", "--python", str(python)]
    sys.exit(f"{VENV} has no pip; remove that folder and try again.")


def _has_pip(python: Path) -> bool:
    return subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def _install_system_packages() -> None:
    """Get Debian's package for virtual environments, if we may."""
    wish = "Python lacks its venv part. Install it and try again: sudo apt-get install python3-venv"
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (sudo and not shutil.which("sudo")):
        sys.exit(wish)
    print("Installing python3-venv with apt-get (once) ...", flush=True)
    for words in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "python3-venv"]):
        if subprocess.run([*sudo, *words], stdout=subprocess.DEVNULL, check=False).returncode:
            sys.exit(wish)


if __name__ == "__main__":
    main(sys.argv[1])
