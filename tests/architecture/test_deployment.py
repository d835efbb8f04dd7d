"""The description of the deployment names commands, modules and settings that exist.

No container engine is at hand where these tests run, so the files are read and held against the code.
"""

import importlib.util
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from recovery import env
from tests.recovery.processes import environment

COMPOSE: dict[str, Any] = yaml.safe_load((env.ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
DOCKERFILE = (env.ROOT / "Dockerfile").read_text()
SECRETS = {
    "SECRET_KEY": "k" * 60,
    "POSTGRES_PASSWORD": "secret",
    "BASE_URL": "https://complaints.example.com",
}
NOT_OF_A_HOUSE = {
    *("DATA_DIR", "STATIC_DIR", "BIND"),  # where things are inside the image
    "DEBUG",  # never in a deployment
    "STATEMENT_TIMEOUT",  # web has its own, jobs and commands need none
}
BY_SMTP = {"EMAIL_URL": "smtp://mail.invalid:25"}
BY_PROVIDER = {
    "ANYMAIL_PROVIDER": "postmark",
    "ANYMAIL_KEY": "key",
    "ANYMAIL_WEBHOOK_SECRET": f"provider:{'k' * 20}",
}


def filled_in(value: str, given: dict[str, str]) -> str:
    """Fill in variables as compose does: `${NAME:-default}`, `${NAME:?complaint}`.

    Raises:
        KeyError: one that must be given is not.
    """

    def replace(found: re.Match[str]) -> str:
        name, kind, text = found.groups()
        return given[name] if kind == "?" else given.get(name, text)

    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", replace, value)


def test_every_part_of_the_product_and_both_servers_are_there() -> None:
    assert set(SERVICES) == {"postgres", "redis", *OURS}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_service_but_the_migration_is_watched(service: str) -> None:
    assert ("healthcheck" in SERVICES[service]) == (service != "migrate")


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_the_product_starts_after_the_migration(service: str) -> None:
    assert SERVICES[service]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_every_setting_that_a_house_makes_is_passed_on() -> None:
    sources = "".join(path.read_text() for path in (env.ROOT / "recovery").glob("*.py"))
    readers = r"\b(?:env\.\w+|text|secret|flag|number|choice|names|folder)"
    read = set(re.findall(readers + r'\(\s*"([A-Z_]+)"', sources))
    passed = set(SERVICES["web"]["environment"]) | set(re.findall(r"\$\{(\w+):", yaml.safe_dump(COMPOSE)))

    assert {"SURVEY_AFTER_DAYS", "TWILIO_FROM", "WORKERS"} <= read, "they are found where they are read"
    assert read - passed - NOT_OF_A_HOUSE == set()
    assert not NOT_OF_A_HOUSE - read, "what is excused is read somewhere"


def test_every_volume_that_is_used_is_named_and_every_named_one_is_used() -> None:
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}

    assert used == set(COMPOSE["volumes"])


@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_no_secret_is_written_down_and_a_missing_one_stops_the_start(secret: str) -> None:
    given = {name: value for name, value in SECRETS.items() if name != secret}

    with pytest.raises(KeyError, match=secret):
        [filled_in(value, given) for value in SERVICES["web"]["environment"].values()]


@pytest.mark.parametrize("mail", [BY_SMTP, BY_PROVIDER], ids=["smtp", "provider"])
@pytest.mark.parametrize("service", OURS)
def test_the_settings_accept_the_environment_of_each_service(
    service: str, mail: dict[str, str], tmp_path: Path
) -> None:
    given = {name: filled_in(value, {**SECRETS, **mail}) for name, value in SERVICES[service]["environment"].items()}
    code = (
        "from recovery import settings; "
        "print(settings.DATABASES['default']['HOST'], settings.REDIS_URL, settings.SESSION_COOKIE_SECURE)"
    )

    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=env.ROOT,
        env={**environment(tmp_path), **given},
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout == "postgres redis://redis:6379/0 True\n"


@pytest.mark.parametrize("service", OURS)
def test_every_command_can_be_started(service: str) -> None:
    command = [str(word) for word in SERVICES[service]["command"]]
    check = [str(word) for word in SERVICES[service].get("healthcheck", {}).get("test", ["CMD"])][1:]

    for words in filter(None, (command, check)):
        assert names_missing_in(words) == []


def names_missing_in(words: list[str]) -> list[str]:
    """Give the programs, files and modules that a command names and that do not exist."""
    program, *rest = words
    missing = [] if (Path(sys.executable).parent / program).exists() else [program]
    for before, word in zip(words, rest, strict=False):
        module = word.removeprefix("python:")
        if before in {"-m", "--app"} or module.startswith("recovery."):
            missing += [] if importlib.util.find_spec(module) else [word]
        elif word.endswith(".py"):
            missing += [] if (env.ROOT / word).exists() else [word]
    return missing


def test_the_image_copies_only_what_is_there_and_what_is_not_kept_out() -> None:
    let_in = {
        line.removeprefix("!") for line in (env.ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copied = {line.split()[1].removesuffix("/") for line in DOCKERFILE.splitlines() if line.startswith("COPY ")}

    assert copied == let_in
    assert all((env.ROOT / name).exists() for name in copied)


def test_the_image_runs_as_nobody_special_from_the_lock_file() -> None:
    lines = DOCKERFILE.splitlines()
    user = next(at for at, line in enumerate(lines) if line.startswith("USER recovery"))

    assert "RUN pip install --require-hashes -r requirements.txt" in lines
    assert not any(line.startswith("USER ") for line in lines[user + 1 :])
    assert not any(line.startswith("RUN ") for line in lines[user + 1 :])


def test_the_image_collects_its_static_files_without_any_server(tmp_path: Path) -> None:
    step = re.search(r"&& (STATIC_DIR=.*?collectstatic .*?)\n\n", DOCKERFILE, re.DOTALL)
    assert step
    words = shlex.split(step[1].replace("\\\n", " ").replace("/app/collected", str(tmp_path / "collected")))
    settings = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
    command = [word for word in words if word not in {f"{name}={value}" for name, value in settings.items()}]

    subprocess.run(
        [sys.executable, *command[1:]], cwd=env.ROOT, env={**environment(tmp_path), **settings}, check=True, timeout=60
    )

    assert (tmp_path / "collected" / "staticfiles.json").exists()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "collected").rglob("*")}
    assert modes == {0o644, 0o755}, "root collects them, another user serves them"
