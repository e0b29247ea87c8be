"""Caller tokens: a caller's identity, signed by the identity service and valid for five minutes.

Form: `base64url(canonical JSON) "." base64url(Ed25519 signature)`, signed as a Kith statement of kind `caller`. Every service holds the
public key and checks tokens without calling another service.
"""

import binascii
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from libs.callers import AuthenticationStrength, Caller, CallerChannel, base64url, service_tokens
from libs.refusals import NotSignedIn
from libs.signing import canonical, statement

LIFETIME = timedelta(minutes=5)
CLOCK_TOLERANCE = timedelta(seconds=30)
"""A token from a clock slightly ahead of ours is still valid."""
_REMEMBER_SECONDS = (LIFETIME + 2 * CLOCK_TOLERANCE).total_seconds()
_MAX_LENGTH = 2048
_CACHE_SIZE = 4096


def issue_token(key: Ed25519PrivateKey, caller: Caller, now: datetime) -> str:
    """Issues a token for a person, valid from `now` for `LIFETIME`."""
    claims: dict[str, canonical.Json] = {
        "person": str(caller.person),
        "hat": caller.hat,
        "via": caller.via.value,
        "strength": caller.strength.value,
        "from": int(now.timestamp()),
        "to": int((now + LIFETIME).timestamp()),
    }
    if caller.session:
        claims["session"] = str(caller.session)
    if caller.acting_for:
        claims["acting_for"] = str(caller.acting_for)
    if caller.helped_by:
        claims["helped_by"] = str(caller.helped_by)
    body = canonical.encode(claims)
    return f"{base64url.encode(body)}.{base64url.encode(statement.sign(key, 'caller', body))}"


class TokenVerifier:
    """Verifies tokens with one public key. It caches the last few thousand valid ones, so that a busy page costs one signature check.

    A token is also refused when it hears (`libs/access/ended_sessions.py`) that its session has ended.
    """

    def __init__(
        self,
        key: Ed25519PublicKey,
        authority: x509.Certificate | None = None,
        machine_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`authority` has signed the certificates of services that call as themselves; without it none may.

        `machine_clock` tells whether certificates are valid now.
        """
        self._key = key
        self._machine_clock = machine_clock
        self._authority = authority
        self._valid_tokens: OrderedDict[str, tuple[Caller, datetime, datetime]] = OrderedDict()
        self._ended_sessions: OrderedDict[UUID, float] = OrderedDict()

    def end_session(self, session: UUID) -> None:
        """Refuses the session's tokens from now on. Forgotten once the last of them has expired: a session never begins again."""
        now = time.monotonic()
        self._ended_sessions[session] = now
        while self._ended_sessions and next(iter(self._ended_sessions.values())) < now - _REMEMBER_SECONDS:
            self._ended_sessions.popitem(last=False)

    def read(self, token: str, now: datetime) -> Caller:
        """Returns the token's caller. Raises NotSignedIn TOKEN_FORGED, TOKEN_EXPIRED or SESSION_ENDED."""
        cached = self._valid_tokens.get(token)
        if cached is None:
            cached = self._verify(token)
            self._valid_tokens[token] = cached
            if len(self._valid_tokens) > _CACHE_SIZE:
                self._valid_tokens.popitem(last=False)
        caller, begins, ends = cached
        if not begins - CLOCK_TOLERANCE <= now < ends:
            raise NotSignedIn("TOKEN_EXPIRED")
        if caller.session in self._ended_sessions:
            raise NotSignedIn("SESSION_ENDED")
        return caller

    def _verify(self, token: str) -> tuple[Caller, datetime, datetime]:
        if len(token) > _MAX_LENGTH:
            raise NotSignedIn("TOKEN_FORGED")
        if self._authority is not None and token.startswith(service_tokens.PREFIX):
            return service_tokens.read_service_token(token, self._authority, self._machine_clock())
        try:
            first, second = token.split(".")
            body = base64url.decode(first)
            statement.verify(self._key, "caller", body, base64url.decode(second))
            claims = canonical.decode(body)
            if not isinstance(claims, dict):
                raise TypeError(claims)
            texts = {name: value for name, value in claims.items() if isinstance(value, str)}
            begins, ends = claims["from"], claims["to"]
            if not isinstance(begins, int) or not isinstance(ends, int):
                raise TypeError(claims)
            caller = Caller(
                id=texts["person"],
                person=UUID(texts["person"]),
                session=UUID(texts["session"]) if "session" in texts else None,
                hat=texts["hat"],
                acting_for=UUID(texts["acting_for"]) if "acting_for" in texts else None,
                via=CallerChannel(texts["via"]),
                strength=AuthenticationStrength(texts["strength"]),
                helped_by=UUID(texts["helped_by"]) if "helped_by" in texts else None,
            )
            return caller, datetime.fromtimestamp(begins, UTC), datetime.fromtimestamp(ends, UTC)
        except (ValueError, KeyError, TypeError, OverflowError, binascii.Error) as error:
            raise NotSignedIn("TOKEN_FORGED") from error
