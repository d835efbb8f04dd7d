"""The settings of the product, on embedded servers that belong to the tests alone."""

import os

for _name in (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "DEBUG",
    "EMAIL_URL",
    "ANYMAIL_PROVIDER",
    "BASE_URL",
    "MAIL_IN_IMAP_URL",
    "MAIL_IN_ADDRESSES",
    "MAIL_IN_UNIT",
    "MAIL_IN_MOST_A_DAY",
    "MAIL_REPLY_ADDRESS",
    "MAIL_REPLY_KEYS",
    "SMS_GATEWAY_URL",
    "TWILIO_ACCOUNT_SID",
    "ALLOWED_HOSTS",
    "LANGUAGE_CODE",
):
    os.environ.pop(_name, None)
os.environ["DATA_DIR"] = os.environ.get("TEST_DATA_DIR", ".pytest-data")

from recovery.settings import *  # noqa: F403
from recovery.settings import CACHES, REDIS_URL, STATIC_ROOT, STORAGES

# Every worker of pytest-xdist has a Redis database of its own; PostgreSQL's pytest-django gives them by itself.
_number = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
REDIS_URL = f"{REDIS_URL}?db={_number}"
CACHES["default"]["LOCATION"] = REDIS_URL
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Static files come straight from their sources, so that browser tests need no collectstatic.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a folder that is not there
