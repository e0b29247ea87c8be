"""Refuses requests for hosts that are not the co-op's."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from libs.host.trusted_proxies import VIA_TRUSTED_PROXY
from services.web.http.public_address import PublicAddress


class PublicHostOnly:
    """An ASGI middleware: `wrong_address` responds to requests for hosts that are not ours."""

    def __init__(self, app: ASGIApp, address: PublicAddress, wrong_address: ASGIApp) -> None:
        self._app = app
        self._address = address
        self._wrong_address = wrong_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            via_proxy = bool(scope.get(VIA_TRUSTED_PROXY, False))
            if not self._address.serves(Headers(scope=scope).get("host", ""), via_trusted_proxy=via_proxy):
                await self._wrong_address(scope, receive, send)
                return
        await self._app(scope, receive, send)
