"""Security headers of every response: no scripts, nothing from other sites, no frames, no caching.

The pages with passkeys have one script, "My day" has another, and neither may run any other (`policy_with_script`).
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
POLICY = "content-security-policy"
SECURITY_HEADERS = {
    POLICY: CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not "no-referrer": browsers then send "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_YEAR = 31_536_000


def policy_with_script(origin: str, path: str, worker: str = "") -> str:
    """The policy of a page that may run this script of ours and no other, and may ask this site alone for data.

    `worker` is the path of a service worker that it may install.
    """
    policy = f"{CONTENT_SECURITY_POLICY}; script-src {origin}{path}; connect-src {origin}"
    return f"{policy}; worker-src {origin}{worker}" if worker else policy


class SecurityHeadersMiddleware:
    """Adds the security headers to every response. `https`: members reach the pages over TLS, so browsers may insist on it."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = SECURITY_HEADERS | ({"strict-transport-security": f"max-age={_YEAR}"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    if name != POLICY or POLICY not in headers:
                        headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_safely)
