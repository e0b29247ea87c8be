"""Whom a member is getting to know as a peer, whom they do not want to see, and with whom they are a pair: as they see it."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.matching.domain.introduction import Introduction
from services.matching.domain.peer_pair import PeerPair
from services.matching.storage import introductions, peer_noes, peer_pairs
from services.matching.storage.peer_noes import PeerNo


@dataclass(frozen=True)
class OwnPeers:
    """All of `person`."""

    person: UUID
    live: list[Introduction]
    not_now: list[PeerNo]
    pairs: list[PeerPair]


async def get_peers(work: UnitOfWork) -> OwnPeers:
    """Whom they do not want to see is not among those they get to know. Raises NotAllowed PERSON_NEEDED."""
    person = await hats.require_person(work)
    hidden = await peer_noes.hidden_from(work, person)
    waiting = [live for live in await introductions.list_live_peers(work, person) if live.is_live(work.now)]
    live = [one for one in waiting if one.other(person) not in hidden]
    return OwnPeers(person, live, await peer_noes.list_of(work, person), await peer_pairs.list_of(work, person))
