"""One HTTP request, for probes: what came back, or status 0 when nobody answered."""

import asyncio
import http.client
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """A status and a body."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:  # JSON of any shape
        return json.loads(self.body)


async def get(address: str, path: str) -> Answer:
    """From `<host>:<port>`."""
    return await asyncio.to_thread(_get, address, path)


def _get(address: str, path: str) -> Answer:
    host, port = address.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read())
    except (OSError, http.client.HTTPException):
        return Answer(0, b"")
    finally:
        connection.close()
