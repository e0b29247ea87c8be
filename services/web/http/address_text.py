"""Addresses with characters that no page, file or table can have: as unknown as any other address that does not exist."""

from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

from libs import texts

_NO_SUCH_PAGE = "/no-such-page"


class AddressTextMiddleware:
    """Sends a request whose path or query is no usable text where the page "there is nothing at this address" is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_usable(scope["path"], scope["query_string"]):
            scope = {**scope, "path": _NO_SUCH_PAGE, "raw_path": _NO_SUCH_PAGE.encode(), "query_string": b""}
        await self._app(scope, receive, send)


def _is_usable(path: str, query: bytes) -> bool:
    return texts.is_usable(path) and texts.is_usable(unquote(query.decode("latin-1")))
