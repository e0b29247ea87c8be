"""Probes a NATS server: the opening handshake of its protocol, to learn whether it is up and accepts our login.

A few lines, and not the client library, because the probe runs every 10 ms while a server starts
(https://docs.nats.io/reference/reference-protocols/nats-protocol).
"""

import asyncio
import json
from contextlib import suppress

TIMEOUT_SECONDS = 5.0


class NatsProbeError(Exception):
    """The server is not a NATS server with JetStream, or rejects our login."""


async def probe_nats(host: str, port: int, user: str, password: str) -> str:
    """Return the name of the server that accepted this login; raises OSError, TimeoutError or NatsProbeError."""
    async with asyncio.timeout(TIMEOUT_SECONDS):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            return await _handshake(reader, writer, user, password)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            message = "the server broke off"
            raise NatsProbeError(message) from error
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _handshake(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, user: str, password: str) -> str:
    verb, _, rest = (await reader.readuntil(b"\r\n")).partition(b" ")
    if verb != b"INFO":
        message = "this is no NATS server"
        raise NatsProbeError(message)
    server_info = json.loads(rest)
    if not server_info.get("jetstream"):
        message = "the server has no JetStream"
        raise NatsProbeError(message)
    login = {"user": user, "pass": password, "verbose": False, "pedantic": False, "lang": "kith", "version": "1", "protocol": 1}
    writer.write(f"CONNECT {json.dumps(login)}\r\nPING\r\n".encode())
    response = await reader.readuntil(b"\r\n")
    while response.startswith((b"INFO", b"PING")):
        response = await reader.readuntil(b"\r\n")
    if not response.startswith(b"PONG"):
        message = response.decode(errors="replace").strip()
        raise NatsProbeError(message)
    return str(server_info["server_name"])
