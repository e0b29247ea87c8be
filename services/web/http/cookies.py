"""The cookies: the session, the visitor's, the reading preferences, and the key of a request to sign in again (`pages/recovery.py`).

On a device that other people use too, all that say who was here end with the browser; one says that a device is somebody's own.

The visitor's cookie binds the forms before sign-in. After signing in it stays, so that identity knows the browser again: it gets the same
session when an answer was lost, and is not slowed down when others guess this person's password.

Browsers ignore ports when they choose cookies, so two co-ops on one machine would read and replace each other's. The co-op's id is in
each name.
"""

import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

_DAYS = 86_400
_SECRET_BYTES = 32
_MAX_LENGTH = 100
PREFERENCES_DAYS = 365
BROWSER_DAYS = 400
"""As long as browsers keep a cookie."""


@dataclass(frozen=True)
class ReadingPreferences:
    """How a person likes to read: in Easy Read, in bigger text."""

    easy: bool = False
    bigger: bool = False


@dataclass(frozen=True)
class Cookies:
    """Reads and sets the cookies. `https`: members reach the pages over TLS; only then may names have the `__Host-` prefix."""

    https: bool
    co_op: str = ""
    """The co-op's id."""

    @property
    def session(self) -> str:
        """The session cookie's name."""
        return self._secure_name("kith")

    @property
    def visitor(self) -> str:
        """The visitor cookie's name."""
        return self._secure_name("kith-visitor")

    @property
    def recovery(self) -> str:
        """The name of the cookie with the key of a request to sign in again."""
        return self._secure_name("kith-recovery")

    @property
    def own_device(self) -> str:
        """The name of the cookie that says that somebody called this device their own; it names nobody."""
        return self._secure_name("kith-own")

    @property
    def helper(self) -> str:
        """The name of the cookie that keeps a helper's own session while they help somebody in this browser."""
        return self._secure_name("kith-helper")

    @property
    def preferences(self) -> str:
        """The name of the cookie with the reading preferences."""
        return self._name("kith-comfort")

    def read(self, request: Request, name: str) -> str:
        """The cookie's value; empty for a value too long to be ours."""
        value = request.cookies.get(name, "")
        return value if len(value) <= _MAX_LENGTH else ""

    def set(self, response: Response, name: str, value: str, *, days: int | None) -> None:
        """Set a cookie for so many days, or None until the browser is closed; unavailable to scripts and to other sites' forms."""
        response.set_cookie(
            name, value, max_age=None if days is None else days * _DAYS, path="/", secure=self.https, httponly=True, samesite="lax"
        )

    def drop(self, response: Response, name: str) -> None:
        """Delete a cookie."""
        response.delete_cookie(name, path="/", secure=self.https, httponly=True, samesite="lax")

    def reading_preferences(self, request: Request) -> ReadingPreferences:
        """The reading preferences stored in this browser."""
        chosen = self.read(request, self.preferences).split("-")
        return ReadingPreferences("easy" in chosen, "bigger" in chosen)

    def set_reading_preferences(self, response: Response, preferences: ReadingPreferences, *, days: int | None = PREFERENCES_DAYS) -> None:
        """Store the preferences, usually for a year; they say nothing about the person."""
        chosen = "-".join(word for word, on in (("easy", preferences.easy), ("bigger", preferences.bigger)) if on)
        self.set(response, self.preferences, chosen or "plain", days=days)

    def _secure_name(self, kind: str) -> str:
        return f"__Host-{self._name(kind)}" if self.https else self._name(kind)

    def _name(self, kind: str) -> str:
        return f"{kind}.{quote(self.co_op, safe='')}" if self.co_op else kind


def browser_id(visitor_secret: str) -> str:
    """What identity knows the browser by; the secret itself stays between the browser and us."""
    return hashlib.sha256(b"kith browser\n" + visitor_secret.encode()).hexdigest()


def new_secret() -> str:
    """256 random bits for a cookie."""
    return secrets.token_urlsafe(_SECRET_BYTES)
