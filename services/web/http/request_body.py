"""Reading of request bodies up to a limit, which is enforced while the bytes arrive, so that 100 MB are never held."""

from starlette.requests import ClientDisconnect, Request

MAX_BYTES = 64 * 1024


class BodyTooLarge(Exception):
    """The request body is larger than any of our forms."""


async def read_body(request: Request, max_bytes: int = MAX_BYTES) -> bytes:
    """The whole body. Raises BodyTooLarge as soon as the limit is passed."""
    content_length = request.headers.get("content-length", "0")
    if not content_length.isdecimal() or int(content_length) > max_bytes:
        raise BodyTooLarge
    body = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > max_bytes:
            raise BodyTooLarge
        if not message.get("more_body", False):
            return bytes(body)
