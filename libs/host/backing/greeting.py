"""The first words of the NATS protocol, spoken to learn whether a server is up and lets us in.

A few lines, and not the client library, because they are said every 10 ms while a server starts
(https://docs.nats.io/reference/reference-protocols/nats-protocol).
"""

import asyncio
import json
from contextlib import suppress

WITHIN = 5.0


class NatsGreetingError(Exception):
    """What answered is no NATS with JetStream, or does not let us in."""


async def greet(host: str, port: int, user: str, password: str) -> str:
    """Return the name of the server that let this user in; raises OSError, TimeoutError or NatsGreetingError."""
    async with asyncio.timeout(WITHIN):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            return await _talk(reader, writer, user, password)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            message = "the server broke off"
            raise NatsGreetingError(message) from error
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, user: str, password: str) -> str:
    verb, _, rest = (await reader.readuntil(b"\r\n")).partition(b" ")
    if verb != b"INFO":
        message = "this is no NATS server"
        raise NatsGreetingError(message)
    told = json.loads(rest)
    if not told.get("jetstream"):
        message = "the server has no JetStream"
        raise NatsGreetingError(message)
    who = {"user": user, "pass": password, "verbose": False, "pedantic": False, "lang": "kith", "version": "1", "protocol": 1}
    writer.write(f"CONNECT {json.dumps(who)}\r\nPING\r\n".encode())
    answer = await reader.readuntil(b"\r\n")
    while answer.startswith((b"INFO", b"PING")):
        answer = await reader.readuntil(b"\r\n")
    if not answer.startswith(b"PONG"):
        message = answer.decode(errors="replace").strip()
        raise NatsGreetingError(message)
    return str(told["server_name"])
