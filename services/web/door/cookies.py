"""Our three cookies: the session, the visitor before sign-in, and how somebody likes to read."""

import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

_DAYS = 86_400
_SECRET_BYTES = 32
_MOST_LETTERS = 100
_COMFORT = "kith-comfort"


@dataclass(frozen=True)
class Comfort:
    """How somebody likes to read."""

    easy: bool = False
    bigger: bool = False


@dataclass(frozen=True)
class Cookies:
    """`https`: people reach us over TLS; only then may names carry the `__Host-` prefix, which plain localhost cannot set."""

    https: bool

    @property
    def session(self) -> str:
        """The session cookie's name."""
        return "__Host-kith" if self.https else "kith"

    @property
    def visitor(self) -> str:
        """The visitor cookie's name."""
        return "__Host-kith-visitor" if self.https else "kith-visitor"

    def read(self, request: Request, name: str) -> str:
        """The cookie's value; nothing for one that could not be ours."""
        value = request.cookies.get(name, "")
        return value if len(value) <= _MOST_LETTERS else ""

    def set(self, response: Response, name: str, value: str, *, days: int) -> None:
        """Keep it for so many days, out of reach of scripts and of other sites' forms."""
        response.set_cookie(name, value, max_age=days * _DAYS, path="/", secure=self.https, httponly=True, samesite="lax")

    def drop(self, response: Response, name: str) -> None:
        """Forget it."""
        response.delete_cookie(name, path="/", secure=self.https, httponly=True, samesite="lax")

    def comfort(self, request: Request) -> Comfort:
        """How this browser's reader likes to read."""
        chosen = self.read(request, _COMFORT).split("-")
        return Comfort("easy" in chosen, "bigger" in chosen)

    def set_comfort(self, response: Response, comfort: Comfort) -> None:
        """Remember it for a year; nothing about the person is in it."""
        chosen = "-".join(word for word, on in (("easy", comfort.easy), ("bigger", comfort.bigger)) if on)
        self.set(response, _COMFORT, chosen or "plain", days=365)


def new_secret() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(_SECRET_BYTES)
