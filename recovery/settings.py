"""Django's settings, all from the environment. Product rules are rows in the database, not settings."""

from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from recovery import env
from recovery.schedule import beat_schedule

EMBEDDED = env.embedded()
DATA_DIR = env.data_dir()
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.secret_key(DATA_DIR, generate=EMBEDDED)
BASE_URL = env.base_url()

# Who may ask

ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]", urlsplit(BASE_URL).hostname or ""))
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS", (BASE_URL,))
_HTTPS = BASE_URL.startswith("https://")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, most=10)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
# The proxy in front redirects to https; health checks come past it over plain http.
SECURE_SSL_REDIRECT = False
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
# A sign-in name is unique in lower case, by a constraint that this check does not see.
SILENCED_SYSTEM_CHECKS += ["auth.W004"]
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Bootstrap draws its arrows and ticks as data: images inside its own style sheet.
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# What the site is made of

INSTALLED_APPS = [
    "complaints",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "django_include_bootstrap",
    "djmoney",
    "drf_spectacular",
    "lucide",
    "pgtrigger",
    "phonenumber_field",
    "rest_framework",
    "whitenoise.runserver_nostatic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Middleware of the doors comes last: it knows the language, the employee and whether htmx asked.
    "complaints.common.rulebook.AskedOnce",
    "complaints.desk.middleware.KeepWhatWasTyped",
    "complaints.desk.middleware.AtTheDesk",
]
CSRF_FAILURE_VIEW = "complaints.desk.middleware.csrf_failed"
ROOT_URLCONF = "recovery.urls"
WSGI_APPLICATION = "recovery.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [env.ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "complaints.desk.context.frame",
            ],
        },
    }
]

# Where things are kept

STATEMENT_TIMEOUT = env.number("STATEMENT_TIMEOUT", 0, most=3600)  # seconds; 0 for none, as jobs and commands need


def _database() -> dict[str, Any]:
    """Describe the one database, so that it also works behind PgBouncer's transaction pooling."""
    if EMBEDDED:
        from recovery import embedded

        where: dict[str, Any] = {
            "HOST": str(embedded.place(DATA_DIR).sockets),
            "NAME": embedded.DATABASE,
            "USER": embedded.DATABASE,
        }
    else:
        where = env.database()
    options: dict[str, Any] = {"application_name": "recovery", **where.pop("OPTIONS", {})}
    # PgBouncer: ignore_startup_parameters = options, and both set on the role.
    options["options"] = " ".join(f"-c {name}={value}" for name, value in _session().items())
    return {
        **where,
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def _session() -> dict[str, str]:
    """What a session of the database begins with.

    Unset, the list of triggers to pass over is looked for by every trigger in a transaction of its own, which fails;
    an import of many rows pays for that with the square of their number.
    """
    session = {"pgtrigger.ignore": "{}"}
    if STATEMENT_TIMEOUT:
        session["statement_timeout"] = f"{STATEMENT_TIMEOUT}s"
    return session


def _redis_url() -> str:
    if not EMBEDDED:
        return env.redis_url()
    from recovery import embedded

    return embedded.place(DATA_DIR).redis_url


def _shipped_with(package: str, folder: str) -> Path:
    """A folder of an installed package, without running the package."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImproperlyConfigured(f"The package {package} is not installed.")
    return Path(spec.origin).parent / folder


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = _redis_url()
CACHES = {
    "default": {
        "BACKEND": "recovery.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "recovery",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "retry": Retry(NoBackoff(), 0)},
    }
}
MEDIA_ROOT = DATA_DIR / "media"  # no address leads there: attachments are served by a view that checks rights
# A form with attachments of 10 MB each; the forms judge each file, this keeps a flood of text out of memory.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_DIR", DATA_DIR / "static")
STATICFILES_DIRS = [env.ROOT / "static", ("echarts", _shipped_with("instaui_echarts", "static"))]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # In an image root collects them and another user serves them.
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}

# Who works here

AUTH_USER_MODEL = "complaints.Employee"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_ADAPTER = "recovery.account.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# allauth would write to any address typed in, and offer it the sign-up that is closed
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"

# Words, times, numbers

LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LANGUAGE_CODE = env.choice("LANGUAGE_CODE", "en", frozenset(code for code, _name in LANGUAGES))
LOCALE_PATHS = [env.ROOT / "complaints" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
PHONENUMBER_DEFAULT_REGION = "US"
SURVEY_AFTER_DAYS = env.number("SURVEY_AFTER_DAYS", 3, most=20)  # after closing; 0 for no survey

# Mail

EMAIL_FILE_PATH = MAIL_REPORTS_VIEW = MAIL_IN_VIEW = ""
for _name, _value in env.mail(DATA_DIR / "mail", to_files=EMBEDDED).items():
    globals()[_name] = _value
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"complaints@{urlsplit(BASE_URL).hostname}")
MAIL_REPLY_ADDRESS = env.reply_address("MAIL_REPLY_ADDRESS")
MAIL_REPLY_KEYS = env.reply_keys("MAIL_REPLY_KEYS")
MAIL_IN_IMAP = env.imap("MAIL_IN_IMAP_URL")
MAIL_IN_ADDRESSES = env.names("MAIL_IN_ADDRESSES")
MAIL_IN_UNIT = env.text("MAIL_IN_UNIT")
MAIL_IN_MOST_A_DAY = env.number("MAIL_IN_MOST_A_DAY", 20, least=1, most=10_000)

# Text messages

SMS = env.sms()

# Systems outside that give customers what was promised

# Whether they may stand on this very machine: for trying out, or for a relay beside the product.
FULFILMENT_TO_LOOPBACK = env.flag("FULFILMENT_TO_LOOPBACK")
FULFILMENT_TIMEOUT = env.number("FULFILMENT_TIMEOUT", 15, least=1, most=45)  # seconds, from the first byte to the last

# Jobs

# Celery spells a socket and the number of the database in its own way.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 15 * 60,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 1,
    "max_retries": 1,
    "interval_start": 0,
    "health_check_interval": 25,
    "global_keyprefix": "recovery:",
}
# A hint that cannot be published at once is dropped: the row waits for the sweep, the person at the screen must not.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 0.5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Below the visibility timeout, so that a job is never handed to a second worker while the first is at it.
CELERY_TASK_TIME_LIMIT = 10 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 9 * 60
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = beat_schedule()
CELERY_BEAT_SCHEDULER = "recovery.celery:PulsingScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5

# The programming interface

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "complaints.api.errors.as_problem",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Service recovery",
    "DESCRIPTION": "File, handle and follow complaints.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}

# Logs: one JSON object a line, to standard error

_SHARED_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [*_SHARED_PROCESSORS, structlog.stdlib.ExtraAdder()],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(default=str),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED_PROCESSORS,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
