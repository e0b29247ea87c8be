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
    """One access token for each session and hat, or person for whom its person acts; and for whom they may act, as identity last said."""

    def __init__(self, services: ServiceClients, sessions: SessionStore, hears_identity: Callable[[], bool] = lambda: True) -> None:
        self._services = services
        self._sessions = sessions
        self._hears_identity = hears_identity
        self._cache: OrderedDict[tuple[str, str, str], tuple[str, datetime]] = OrderedDict()
        self._may_act_for: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    async def get(self, session: Session, hat: str, now: datetime) -> str:
        """A valid access token; while the person acts for somebody it claims no hat.

        Raises NotSignedIn when identity has ended the session, NotAllowed ACTING_ENDED when they may no longer act for that person.
        """
        key = (session.cookie, "" if session.acting_for else hat, session.acting_for)
        token, since = self._cache.get(key, ("", now))
        is_reusable = bool(token) and since <= now < since + REUSE_FOR
        if is_reusable and self._hears_identity():
            return token
        try:
            response = await self._renew(session.identity, key[1], session.acting_for)
        except Unavailable:
            if is_reusable:
                return token
            raise
        identity = session.identity
        if tuple(response.hats) != identity.hats:
            await self._sessions.set_hats(session, tuple(response.hats))
        self._cache[key] = (response.token, now)
        self._cache.move_to_end(key)
        self._may_act_for[session.cookie] = tuple(response.may_act_for)
        self._may_act_for.move_to_end(session.cookie)
        for cache in (self._cache, self._may_act_for):
            if len(cache) > _MAX_CACHED:
                cache.popitem(last=False)
        return str(response.token)

    def may_act_for(self, session: Session) -> tuple[str, ...]:
        """For whom the person may act, as of the latest token."""
        return self._may_act_for.get(session.cookie, ())

    def forget(self, session: Session) -> None:
        """Ask identity anew for the next request: what the person may do has just changed."""
        for key in [key for key in self._cache if key[0] == session.cookie]:
            del self._cache[key]

    async def _renew(self, identity: IdentitySession, hat: str, acting_for: str) -> RenewTokenResponse:
        response: RenewTokenResponse = await self._services.call(
            self._services.identity.RenewToken,
            RenewTokenRequest(session_id=identity.session_id, session_key=identity.session_key, hat=hat, via="page", acting_for=acting_for),
        )
        return response

    async def sign_out(self, session: Session) -> None:
        """Sign out at identity and drop the session's tokens."""
        identity = session.identity
        await self._services.call(
            self._services.identity.SignOut, SignOutRequest(session_id=identity.session_id, session_key=identity.session_key)
        )
        self.forget(session)
