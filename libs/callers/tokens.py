"""Tokens: what identity says about a caller, signed, for five minutes.

Form: `base64url(canonical JSON) "." base64url(Ed25519 signature)`, signed as a Kith statement of kind `caller`. Every service holds the
public key and checks without asking anybody.
"""

import base64
import binascii
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from libs.callers import Caller, Strength, Via
from libs.refusals import NotSignedIn
from libs.signing import canonical, statement

LIFETIME = timedelta(minutes=5)
EARLY = timedelta(seconds=30)
"""A token from a clock a little ahead of ours is still good."""
_LONGEST = 2048
_REMEMBERED = 4096


def mint(key: Ed25519PrivateKey, caller: Caller, now: datetime) -> str:
    """A token for a person, good from `now` for `LIFETIME`."""
    said: dict[str, canonical.Json] = {
        "person": str(caller.person),
        "hat": caller.hat,
        "via": caller.via.value,
        "strength": caller.strength.value,
        "from": int(now.timestamp()),
        "to": int((now + LIFETIME).timestamp()),
    }
    if caller.session:
        said["session"] = str(caller.session)
    if caller.acting_for:
        said["acting_for"] = str(caller.acting_for)
    body = canonical.encode(said)
    return f"{_text(body)}.{_text(statement.sign(key, 'caller', body))}"


class TokenCheck:
    """Reads tokens against one public key. The last few thousand good ones are remembered, so that a busy page costs one signature."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self._good: OrderedDict[str, tuple[Caller, datetime, datetime]] = OrderedDict()

    def read(self, token: str, now: datetime) -> Caller:
        """The caller, or NotSignedIn TOKEN_FORGED or TOKEN_EXPIRED."""
        known = self._good.get(token)
        if known is None:
            known = self._verify(token)
            self._good[token] = known
            if len(self._good) > _REMEMBERED:
                self._good.popitem(last=False)
        caller, begins, ends = known
        if not begins - EARLY <= now < ends:
            raise NotSignedIn("TOKEN_EXPIRED")
        return caller

    def _verify(self, token: str) -> tuple[Caller, datetime, datetime]:
        try:
            if len(token) > _LONGEST:
                raise ValueError(len(token))
            first, second = token.split(".")
            body = _bytes(first)
            statement.verify(self._key, "caller", body, _bytes(second))
            said = canonical.decode(body)
            if not isinstance(said, dict):
                raise TypeError(said)
            texts = {name: value for name, value in said.items() if isinstance(value, str)}
            begins, ends = said["from"], said["to"]
            if not isinstance(begins, int) or not isinstance(ends, int):
                raise TypeError(said)
            caller = Caller(
                id=texts["person"],
                person=UUID(texts["person"]),
                session=UUID(texts["session"]) if "session" in texts else None,
                hat=texts["hat"],
                acting_for=UUID(texts["acting_for"]) if "acting_for" in texts else None,
                via=Via(texts["via"]),
                strength=Strength(texts["strength"]),
            )
            return caller, datetime.fromtimestamp(begins, UTC), datetime.fromtimestamp(ends, UTC)
        except (ValueError, KeyError, TypeError, OverflowError, binascii.Error) as error:
            raise NotSignedIn("TOKEN_FORGED") from error


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(data) != text:
        # Padding and spare bits: one token has one spelling.
        raise ValueError(len(text))
    return data
