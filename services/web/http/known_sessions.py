"""The session cookies that were true lately: whose request goes first is known before the database is asked."""

import hashlib
from collections import OrderedDict

_MOST = 10_000


class KnownSessions:
    """In memory, by the hash of the cookie; one instance per process.

    It decides about precedence only. Whether a session still holds, the store says for each request.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._hashes: OrderedDict[bytes, None] = OrderedDict()

    def __contains__(self, cookie: object) -> bool:
        return isinstance(cookie, str) and _hash(cookie) in self._hashes

    def record(self, cookie: str, *, is_true: bool) -> None:
        """What the store said about this cookie. The one that was used longest ago makes room for a new one."""
        key = _hash(cookie)
        self._hashes.pop(key, None)
        if is_true:
            self._hashes[key] = None
        if len(self._hashes) > self._most:
            self._hashes.popitem(last=False)


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "surrogateescape")).digest()
