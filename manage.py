#!/usr/bin/env python
"""Run a management command, on configured servers or on embedded ones that are found or started for it."""

import os
import sys


def main() -> None:
    """Make the servers ready and hand the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")
    from recovery import env, servers

    servers.ready()
    from django.core.management import execute_from_command_line

    if env.embedded() and len(sys.argv) > 1:
        from recovery import prepare

        prepare.make_first_tables(sys.argv[1])
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
