"""Tokens for the services: identity gives one for five minutes, for one hat; we ask for the next one in time.

They are kept in memory only. A process that does not have one asks identity, so any number of web processes can share the sessions.
"""

from collections import OrderedDict
from datetime import datetime, timedelta

from kith.identity.v1.identity_pb2 import RenewTokenRequest, RenewTokenResponse, SignOutRequest
from services.web.asking import Services
from services.web.door.sessions import Session, Sessions

GOOD_FOR = timedelta(minutes=4)
"""A token is signed for five minutes; one is left for the work itself and for clocks."""
_REMEMBERED = 10_000


class Tokens:
    """One for each session and hat."""

    def __init__(self, services: Services, sessions: Sessions) -> None:
        self._services = services
        self._sessions = sessions
        self._kept: OrderedDict[tuple[str, str], tuple[str, datetime]] = OrderedDict()

    async def of(self, session: Session, hat: str, now: datetime) -> str:
        """The token to ask with. NotSignedIn when identity has ended the session."""
        token, since = self._kept.get((session.cookie, hat), ("", now))
        if token and since <= now < since + GOOD_FOR:
            return token
        who = session.who
        answer: RenewTokenResponse = await self._services.ask(
            self._services.identity.RenewToken,
            RenewTokenRequest(session_id=who.session_id, session_key=who.session_key, hat=hat, via="page"),
        )
        if tuple(answer.hats) != who.hats:
            await self._sessions.hats(session, tuple(answer.hats))
        self._kept[session.cookie, hat] = (answer.token, now)
        self._kept.move_to_end((session.cookie, hat))
        if len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)
        return str(answer.token)

    async def end(self, session: Session) -> None:
        """Sign out at identity, and forget the tokens."""
        who = session.who
        await self._services.ask(self._services.identity.SignOut, SignOutRequest(session_id=who.session_id, session_key=who.session_key))
        for key in [key for key in self._kept if key[0] == session.cookie]:
            del self._kept[key]
