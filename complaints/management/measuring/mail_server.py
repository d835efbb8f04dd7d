"""A mail server that takes every mail and keeps none: a program of its own, so that its work is counted as another's.

Says its port on the first line, and how many mails came over how many connections once its input ends.
"""

from __future__ import annotations

import asyncio
import sys


class Sink:
    """What came in so far."""

    mails = connections = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: agree to everything."""
        self.connections += 1
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            command = line[:4].upper()
            if command == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                self.mails += 1
            writer.write(b"221 bye\r\n" if command == b"QUIT" else b"250 fine\r\n")
            if command == b"QUIT":
                break
        writer.close()


async def serve() -> None:
    """Take mails until the input ends."""
    sink = Sink()
    server = await asyncio.start_server(sink.talk, "127.0.0.1", 0, limit=2**24)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    sys.stdout.write(f"{sink.mails} {sink.connections}\n")


if __name__ == "__main__":
    asyncio.run(serve())
