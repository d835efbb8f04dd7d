"""Typed readers over the environment; every one answers a bad value with a sentence that stops the start."""

import json
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from urllib.parse import unquote, urlencode, urlsplit

import environ

ROOT = Path(__file__).resolve().parent.parent
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_DATABASE_SCHEMES = frozenset({"postgres", "postgresql"})
_REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})
_MAIL_TO_FILES = "complaints.outbox.mail_files.EmailBackend"
_MAIL_SCHEMES = frozenset({"smtp", "smtps", "smtp+tls", "smtp+ssl", "filemail"})


class Refused(SystemExit):
    """The start is refused; the message is a sentence for the person who set the environment."""


def refuse(name: str, wish: str) -> NoReturn:
    """Stop the start and say which setting is wrong and what it should be. The value itself may be a secret.

    Raises:
        Refused: always.
    """
    raise Refused(f"The setting {name} is not usable: {wish}")


def text(name: str, default: str = "") -> str:
    """Read a setting, with blanks at the ends removed; an empty one counts as not set."""
    return os.environ.get(name, "").strip() or default


def secret(name: str) -> str:
    """Read a secret from NAME, or from the file that NAME_FILE points to; empty when neither is set.

    Raises:
        Refused: both are set, or the file cannot be read or is empty.
    """
    value, path = text(name), text(f"{name}_FILE")
    if not path:
        return value
    if value:
        refuse(f"{name}_FILE", f"{name} is set as well; keep one of the two.")
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{name}_FILE", f"the file cannot be read ({error.__class__.__name__}).")
    return value or refuse(f"{name}_FILE", "the file is empty.")


def flag(name: str, default: bool = False) -> bool:
    """Read a yes or no.

    Raises:
        Refused: the value is neither.
    """
    value = text(name).lower()
    if not value:
        return default
    if value not in _TRUE | _FALSE:
        refuse(name, "write true or false.")
    return value in _TRUE


def number(name: str, default: int, *, least: int = 0, most: int) -> int:
    """Read a whole number between two bounds, both included.

    Raises:
        Refused: the value is not a whole number or lies outside.
    """
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        refuse(name, f"write a whole number from {least} to {most}.")
    return int(value)


def names(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Read a list of words separated by commas."""
    return [word for part in text(name, ",".join(default)).split(",") if (word := part.strip())]


def choice(name: str, default: str, allowed: frozenset[str]) -> str:
    """Read one word of a fixed set.

    Raises:
        Refused: the value is none of them.
    """
    value = text(name, default)
    if value not in allowed:
        refuse(name, f"write one of {', '.join(sorted(allowed))}.")
    return value


def _url(name: str, value: str, schemes: frozenset[str]) -> str:
    """Give the address back when its beginning is one of those we understand."""
    if urlsplit(value).scheme not in schemes:
        refuse(name, f"write an address that begins with one of {', '.join(sorted(f'{s}://' for s in schemes))}.")
    return value


def folder(name: str, default: Path) -> Path:
    """Read the path of a folder; one that does not begin at the root of the disk is taken from the project's folder."""
    return (ROOT / Path(text(name, str(default))).expanduser()).resolve()


def data_dir() -> Path:
    """Name the folder for everything that is kept outside the database: files, mails, logs, embedded servers."""
    return folder("DATA_DIR", Path("var"))


def port() -> int:
    """Read the port that the web server listens on."""
    return number("PORT", 8000, least=1, most=65535)


def embedded() -> bool:
    """Tell whether no servers are configured, so that the embedded ones are used.

    Raises:
        Refused: only one of the two servers is configured.
    """
    found = {name: bool(secret(name)) for name in ("DATABASE_URL", "REDIS_URL")}
    if len(set(found.values())) > 1:
        missing = next(name for name, there in found.items() if not there)
        refuse(missing, "set both DATABASE_URL and REDIS_URL for servers of your own, or neither for embedded ones.")
    return not all(found.values())


def database() -> dict[str, Any]:
    """Read DATABASE_URL as Django's connection settings.

    Raises:
        Refused: it is no address of a PostgreSQL database.
    """
    url = _url("DATABASE_URL", secret("DATABASE_URL"), _DATABASE_SCHEMES)
    try:
        settings: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except ValueError:
        refuse("DATABASE_URL", "write postgres://user:password@host:port/database.")
    if not settings.get("NAME"):
        refuse("DATABASE_URL", "the name of the database is missing after the last slash.")
    return settings


def redis_url() -> str:
    """Read REDIS_URL.

    Raises:
        Refused: it is no address of a Redis server.
    """
    return _url("REDIS_URL", secret("REDIS_URL"), _REDIS_SCHEMES)


_MAIL_FILES = "complaints.outbox.mail_files.EmailBackend"  # knows by its Message-ID a mail it has taken before


def mail(outbox: Path, *, to_files: bool) -> Mapping[str, Any]:
    """Read ANYMAIL_* or EMAIL_URL as Django's settings for mail; without, embedded set-ups write into a folder.

    Raises:
        Refused: it is missing where it is needed, or is no address of a mail server.
    """
    if provider := mail_provider():
        return provider
    url = secret("EMAIL_URL")
    if not url and to_files:
        return {"EMAIL_BACKEND": _MAIL_FILES, "EMAIL_FILE_PATH": str(outbox)}
    if not url:
        refuse("EMAIL_URL", "write smtp+tls://user:password@host:port, or filemail:///a/folder to send nothing.")
    settings: dict[str, Any] = dict(environ.Env.email_url_config(_url("EMAIL_URL", url, _MAIL_SCHEMES)))
    if settings["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
        settings["EMAIL_BACKEND"] = _MAIL_FILES
    if url.startswith("filemail:"):
        settings["EMAIL_BACKEND"] = _MAIL_TO_FILES
    return {**settings, "EMAIL_TIMEOUT": 20}


class _Provider(NamedTuple):
    """A mail provider: where its parts are in Anymail, and what Anymail calls the keys."""

    name: str
    module: str
    key: str
    signing_key: str = ""


_PROVIDERS: Mapping[str, _Provider] = {
    "brevo": _Provider("Brevo", "brevo", "BREVO_API_KEY"),
    "mailgun": _Provider("Mailgun", "mailgun", "MAILGUN_API_KEY", "MAILGUN_WEBHOOK_SIGNING_KEY"),
    "postmark": _Provider("Postmark", "postmark", "POSTMARK_SERVER_TOKEN"),
    "sendgrid": _Provider("SendGrid", "sendgrid", "SENDGRID_API_KEY"),
}


def mail_provider() -> Mapping[str, Any]:
    """Read ANYMAIL_* as Django's and Anymail's settings for a provider; empty where none is named.

    Raises:
        Refused: the provider is unknown, its key is missing, or the secret of its reports is missing or short.
    """
    if not text("ANYMAIL_PROVIDER"):
        return {}
    provider = _PROVIDERS[choice("ANYMAIL_PROVIDER", "", frozenset(_PROVIDERS))]
    key, reports = secret("ANYMAIL_KEY"), secret("ANYMAIL_WEBHOOK_SECRET")
    if secret("EMAIL_URL"):
        refuse("EMAIL_URL", "ANYMAIL_PROVIDER is set as well; keep one of the two.")
    if not key:
        refuse("ANYMAIL_KEY", "it is missing; write the key that the provider gave you.")
    user, _colon, password = reports.partition(":")
    if not user or len(password) < 20:
        refuse("ANYMAIL_WEBHOOK_SECRET", "write user:password with at least twenty random characters after the colon.")
    anymail: dict[str, Any] = {provider.key: key, "WEBHOOK_SECRET": reports, "REQUESTS_TIMEOUT": (10, 20)}
    # What a provider cannot do is left out: a mail that arrives without a header is better than none.
    anymail["IGNORE_UNSUPPORTED_FEATURES"] = True
    if domain := text("ANYMAIL_SENDER_DOMAIN"):
        anymail["MAILGUN_SENDER_DOMAIN"] = domain
    if provider.signing_key and (signing := secret("ANYMAIL_WEBHOOK_KEY")):
        anymail[provider.signing_key] = signing
    return {
        "EMAIL_BACKEND": f"anymail.backends.{provider.module}.EmailBackend",
        "ANYMAIL": anymail,
        "MAIL_REPORTS_VIEW": f"anymail.webhooks.{provider.module}.{provider.name}TrackingWebhookView",
        "MAIL_IN_VIEW": f"anymail.webhooks.{provider.module}.{provider.name}InboundWebhookView",
    }


_TWILIO = "https://api.twilio.com/2010-04-01/Accounts/{sid}/Messages.json"
_SMS_METHODS = frozenset({"POST", "PUT", "GET"})


def sms() -> Mapping[str, str]:
    """Read SMS_GATEWAY_* or TWILIO_* as the way to a gateway for text messages; empty where none is set.

    Raises:
        Refused: both are set, or a part is missing or cannot be read.
    """
    url, account = text("SMS_GATEWAY_URL"), text("TWILIO_ACCOUNT_SID")
    if url and account:
        refuse("SMS_GATEWAY_URL", "TWILIO_ACCOUNT_SID is set as well; keep one of the two.")
    if account:
        return _twilio(account)
    if not url:
        return {}
    template = text("SMS_GATEWAY_TEMPLATE", "to={to}&text={text}&key={key}")
    if "{to}" not in template or "{text}" not in template:
        refuse("SMS_GATEWAY_TEMPLATE", "write a form or a JSON object with {to} and {text} inside.")
    method = choice("SMS_GATEWAY_METHOD", "POST", _SMS_METHODS)
    if template.startswith("{") and not template.startswith("{to}"):
        try:
            json.loads(template)
        except ValueError:
            refuse("SMS_GATEWAY_TEMPLATE", "it begins like JSON and cannot be read as JSON.")
        if method == "GET":
            refuse("SMS_GATEWAY_METHOD", "JSON is sent with POST or PUT.")
    return {
        "url": _url("SMS_GATEWAY_URL", url, frozenset({"https", "http"})),
        "method": method,
        "template": template,
        "header": secret("SMS_GATEWAY_HEADER"),
        "reports_secret": secret("SMS_REPORTS_SECRET"),
        "signing_key": "",
    }


def _twilio(account: str) -> Mapping[str, str]:
    token, sender = secret("TWILIO_AUTH_TOKEN"), text("TWILIO_FROM")
    if not token or not sender:
        refuse("TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN and TWILIO_FROM are needed with TWILIO_ACCOUNT_SID.")
    own = {"MessagingServiceSid": sender} if sender.startswith("MG") else {"From": sender}
    return {
        "url": _TWILIO.format(sid=account),
        "method": "POST",
        "template": urlencode({"To": "{to}", "Body": "{text}", "StatusCallback": "{reports}", **own}),
        "header": f"Authorization: Basic {b64encode(f'{account}:{token}'.encode()).decode()}",
        "reports_secret": "",
        "signing_key": token,
    }


class Imap(NamedTuple):
    """A mailbox that mail is fetched from."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    security: str

    @property
    def name(self) -> str:
        """What it is called where people read it: without the password."""
        return f"{self.user}@{self.host}/{self.folder}"


_IMAP_PORTS: Mapping[str, int] = {"imaps": 993, "imap+tls": 143, "imap": 143}


def imap(name: str) -> Imap | None:
    """Read the address of a mailbox, `imaps://user:password@host:port/folder`; None where none is set.

    Raises:
        Refused: it is no such address, or names no user.
    """
    value = secret(name)
    if not value:
        return None
    parts = urlsplit(_url(name, value, frozenset(_IMAP_PORTS)))
    try:
        where, port_number = parts.hostname, parts.port or _IMAP_PORTS[parts.scheme]
    except ValueError:
        where, port_number = None, 0
    if not where or not parts.username:
        refuse(name, "write imaps://user:password@host:993/INBOX; a sign such as @ or / in the password as %40 or %2F.")
    box = unquote(parts.path.strip("/")) or "INBOX"
    return Imap(where, port_number, unquote(parts.username), unquote(parts.password or ""), box, parts.scheme)


def reply_keys(name: str) -> list[str]:
    """Read the versions of the key that reply addresses are made with; the first one signs, every one is understood.

    Raises:
        Refused: one of them is more than four letters and digits.
    """
    versions = [version.lower() for version in names(name, ("1",))]
    if not all(version.isascii() and version.isalnum() and len(version) <= 4 for version in versions):
        refuse(name, "write versions of at most four letters and digits, the newest first, for example 2,1.")
    return versions


def reply_address(name: str) -> str:
    """Read where answers go: `complaints@example.com`, which takes `complaints+…@` too, or a domain, `@example.com`.

    Raises:
        Refused: it is neither, or too long for the mark that is put into it.
    """
    value = text(name)
    local, at, domain = value.rpartition("@")
    if value and (not at or "." not in domain or "+" in local or len(local) > 18 or " " in value):
        refuse(name, "write an address of at most 18 letters before the @, or @ and a domain of its own.")
    return value


def base_url() -> str:
    """Read the address that links in mails begin with, without a slash at the end.

    Raises:
        Refused: it is not an http or https address.
    """
    url = text("BASE_URL", f"http://localhost:{port()}").rstrip("/")
    if not urlsplit(url).hostname:
        refuse("BASE_URL", "write the public address, for example https://complaints.example.com.")
    return _url("BASE_URL", url, frozenset({"http", "https"}))


def secret_key(home: Path, *, generate: bool) -> str:
    """Read SECRET_KEY; an embedded set-up makes one once and keeps it, readable by its owner alone.

    Raises:
        Refused: it is missing or shorter than fifty characters where servers are configured.
    """
    if value := secret("SECRET_KEY"):
        return value if len(value) >= 50 else refuse("SECRET_KEY", "write at least fifty random characters.")
    if not generate:
        refuse("SECRET_KEY", "it is missing; write at least fifty random characters, or name a SECRET_KEY_FILE.")
    path = home / "secret_key"
    home.mkdir(parents=True, exist_ok=True)
    draft = home / f"secret_key.{os.getpid()}"
    if not path.exists():
        # Two first starts at once: both write a draft, link() lets exactly one of them become the key.
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()
