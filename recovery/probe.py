"""A health check for containers that have no curl: `python -m recovery.probe /healthz`, `... worker`, `... beat`."""

import http
import http.client
import os
import sys
from urllib.parse import urlsplit

from recovery import env


def trouble_with(what: str) -> str:
    """Give the reason why an address of ours, the worker or beat is not well; nothing when it is."""
    if what.startswith("/"):
        return _trouble_at(what)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")
    from recovery import health

    return health.CHECKS[what]()


def _trouble_at(path: str) -> str:
    host = urlsplit(env.base_url()).hostname or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", env.port(), timeout=3)
    try:
        connection.request("GET", path, headers={"Host": host})
        status = connection.getresponse().status
    except (http.client.HTTPException, OSError) as error:
        return str(error)
    finally:
        connection.close()
    return "" if status == http.HTTPStatus.OK else f"{path} answers {status}."


if __name__ == "__main__":
    sys.exit(trouble_with(sys.argv[1]) or 0)
