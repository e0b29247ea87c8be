"""Access tokens for the services. Identity issues each for five minutes and one hat; the cache renews it in time.

Tokens are kept in memory only. A process that has none asks identity, so any number of web processes can share the sessions.

A token is used again only while this process hears identity's events, which delete a session as soon as identity ends it. Otherwise
identity is asked each time. If identity itself cannot be reached, nobody can end a session either, and the token lives out its minutes.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from kith.identity.v1.identity_pb2 import RenewTokenRequest, RenewTokenResponse, SignOutRequest
from libs.refusals import Unavailable
from services.clients import ServiceClients
from services.web.http.sessions import IdentitySession, Session, SessionStore

REUSE_FOR = timedelta(minutes=4)
"""A token is valid for five minutes; one minute is left for the request itself and for clock differences."""
_MAX_CACHED = 10_000


class AccessTokenCache:
    """One access token for each session and hat."""

    def __init__(self, services: ServiceClients, sessions: SessionStore, hears_identity: Callable[[], bool] = lambda: True) -> None:
        self._services = services
        self._sessions = sessions
        self._hears_identity = hears_identity
        self._cache: OrderedDict[tuple[str, str], tuple[str, datetime]] = OrderedDict()

    async def get(self, session: Session, hat: str, now: datetime) -> str:
        """A valid access token. Raises NotSignedIn when identity has ended the session."""
        token, since = self._cache.get((session.cookie, hat), ("", now))
        is_reusable = bool(token) and since <= now < since + REUSE_FOR
        if is_reusable and self._hears_identity():
            return token
        try:
            response = await self._renew(session.identity, hat)
        except Unavailable:
            if is_reusable:
                return token
            raise
        identity = session.identity
        if tuple(response.hats) != identity.hats:
            await self._sessions.set_hats(session, tuple(response.hats))
        self._cache[session.cookie, hat] = (response.token, now)
        self._cache.move_to_end((session.cookie, hat))
        if len(self._cache) > _MAX_CACHED:
            self._cache.popitem(last=False)
        return str(response.token)

    async def _renew(self, identity: IdentitySession, hat: str) -> RenewTokenResponse:
        response: RenewTokenResponse = await self._services.call(
            self._services.identity.RenewToken,
            RenewTokenRequest(session_id=identity.session_id, session_key=identity.session_key, hat=hat, via="page"),
        )
        return response

    async def sign_out(self, session: Session) -> None:
        """Sign out at identity and drop the session's tokens."""
        identity = session.identity
        await self._services.call(
            self._services.identity.SignOut, SignOutRequest(session_id=identity.session_id, session_key=identity.session_key)
        )
        for key in [key for key in self._cache if key[0] == session.cookie]:
            del self._cache[key]
