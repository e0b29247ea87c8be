"""How much a form may send. The limit holds while the bytes arrive, so that 100 MB are never kept."""

from starlette.requests import ClientDisconnect, Request

MOST_BYTES = 64 * 1024


class BodyTooBig(Exception):
    """More than a form of ours can be."""


async def read(request: Request, most: int = MOST_BYTES) -> bytes:
    """The whole body, or BodyTooBig as soon as that is known."""
    said = request.headers.get("content-length", "0")
    if not said.isdecimal() or int(said) > most:
        raise BodyTooBig
    body = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > most:
            raise BodyTooBig
        if not message.get("more_body", False):
            return bytes(body)
