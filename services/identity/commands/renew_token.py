"""Renews a session's token for five minutes, optionally with a hat."""

from dataclasses import dataclass
from uuid import UUID

from libs import callers
from libs.callers import AuthenticationStrength, Caller, CallerChannel
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed, NotSignedIn
from services.identity.commands.sign_in import SESSION_KEY_PURPOSE
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.session import Session
from services.identity.storage import acting_rights, sessions, worn_hats

RENEW_TOKEN_CALLER = callers.job("renew_token")


@dataclass(frozen=True)
class TokenRenewal:
    """The caller to put into the new token, and every hat the person has now."""

    caller: Caller
    hats: tuple[str, ...]
    may_act_for: tuple[UUID, ...] = ()
    """The persons for whom they may act now."""


@dataclass(frozen=True)
class TokenRequest:
    """What the new token is to claim. `acting_for` is the person in whose place to act, if any; no hat goes with it."""

    hat: str
    via: CallerChannel
    acting_for: UUID | None = None


async def renew_token(work: UnitOfWork, session: UUID, key: str, wanted: TokenRequest, keyed_hasher: KeyedHasher) -> TokenRenewal:
    """Raises NotSignedIn SESSION_ENDED; NotAllowed HAT_NEEDED for a hat the person does not have, or ACTING_ENDED."""
    current = await require_live_session(work, session, key, keyed_hasher)
    if current.helped_by is not None:
        return _with_help(current, current.helped_by, wanted)
    worn = await worn_hats.hats_of(work, current.person)
    hat = "" if wanted.acting_for else wanted.hat
    if hat and hat not in worn:
        raise NotAllowed("HAT_NEEDED", hat=hat)
    may_act_for = tuple(right.subject for right in await acting_rights.live_rights(work, current.person))
    if wanted.acting_for and wanted.acting_for not in may_act_for:
        raise NotAllowed("ACTING_ENDED")
    strength = AuthenticationStrength(current.strength)
    caller = callers.person(current.person, session=current.id, hat=hat, acting_for=wanted.acting_for, via=wanted.via, strength=strength)
    return TokenRenewal(caller, worn, may_act_for)


def _with_help(current: Session, helper: UUID, wanted: TokenRequest) -> TokenRenewal:
    """Never more than the person may, and less: neither their hats, nor others in whose place they could act."""
    if wanted.hat:
        raise NotAllowed("HAT_NEEDED", hat=wanted.hat)
    if wanted.acting_for:
        raise NotAllowed("ACTING_ENDED")
    strength = AuthenticationStrength(current.strength)
    caller = callers.person(current.person, session=current.id, via=CallerChannel.HELPER, strength=strength, helped_by=helper)
    return TokenRenewal(caller, ())


async def require_live_session(work: UnitOfWork, session: UUID, key: str, keyed_hasher: KeyedHasher) -> Session:
    """Returns the session that belongs to this key. Raises NotSignedIn SESSION_ENDED whatever the reason."""
    stored = await sessions.find(work, session)
    if stored is None or not keyed_hasher.matches(SESSION_KEY_PURPOSE, key, stored.key_mark) or not stored.is_live(work.now):
        raise NotSignedIn("SESSION_ENDED")
    return stored
