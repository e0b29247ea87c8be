"""A single HTTP GET request; the status is 0 if there is no response."""

import asyncio
import http.client
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HttpAnswer:
    """An HTTP status and body."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:  # JSON of any shape
        return json.loads(self.body)


async def http_get(address: str, path: str) -> HttpAnswer:
    """Requests a path from `<host>:<port>`."""
    return await asyncio.to_thread(_http_get, address, path)


def _http_get(address: str, path: str) -> HttpAnswer:
    host, port = address.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=60)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return HttpAnswer(response.status, response.read())
    except (OSError, http.client.HTTPException):
        return HttpAnswer(0, b"")
    finally:
        connection.close()
