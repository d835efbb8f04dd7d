"""The asynchronous web server's entry point."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")
# A page that needs longer than this is a fault; jobs and commands may take their time.
os.environ.setdefault("STATEMENT_TIMEOUT", "15")

from recovery import servers

servers.ready()

from django.core.asgi import get_asgi_application

application = get_asgi_application()
