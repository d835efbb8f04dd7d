"""One question for every entry point: are the database and Redis there?"""

from recovery import env


def ready() -> None:
    """Find or start the embedded servers and hold them until this process ends; nothing to do on configured ones.

    The embedded part is imported only here and only then, so that a deployment on servers of its own never loads it.

    Raises:
        recovery.embedded.ServerError: the embedded servers cannot be started; the message is a sentence.
    """
    if not env.embedded():
        return
    from recovery import embedded

    embedded.hold(env.data_dir())


def mend() -> bool:
    """Start again an embedded server that died; True when there was something to do. Configured ones mend themselves.

    Raises:
        recovery.embedded.ServerError: it cannot be started.
    """
    if not env.embedded():
        return False
    from recovery import embedded

    return embedded.mend(env.data_dir())
