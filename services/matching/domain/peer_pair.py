"""Two members who are peers: both said yes to meeting, and, having met, to being a pair (`introduction.py`).

- The two ids stand in their own order, so that both directions are one pair.
- A pair forms only while somebody other than the two is the co-op's Link: the Link is told with it, in the same moment. They approve
  nothing. They see who is a pair and since when, and may ask both to talk to them first.
- Either ends it at any time; nobody gives a reason, and nothing says by whose wish.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from libs.refusals import FailedPrecondition, invalid


@dataclass(frozen=True)
class Peers:
    """Two members, in the order of their ids."""

    first: UUID
    second: UUID

    def other(self, one: UUID) -> UUID:
        """The other of the two."""
        return self.second if one == self.first else self.first


@dataclass(frozen=True)
class PeerPair:
    """Peers by their own wish; `talk_asked_by` is the Link who asked both to talk first."""

    id: UUID
    first: UUID
    second: UUID
    paired_at: datetime
    talk_asked_at: datetime | None = None
    talk_asked_by: UUID | None = None

    @property
    def peers(self) -> Peers:
        return Peers(self.first, self.second)


def peers_of(one: UUID, other: UUID) -> Peers:
    """The same for both directions. Raises Invalid SAME_PERSON."""
    if one == other:
        raise invalid("person_id", "SAME_PERSON")
    return Peers(*sorted((one, other)))


def links_to_tell(links: Iterable[UUID], peers: Peers) -> tuple[UUID, ...]:
    """The safe-pair check: who is told as these two become a pair. Raises FailedPrecondition LINK_NEEDED for nobody but the two."""
    others = tuple(sorted(set(links) - {peers.first, peers.second}))
    if not others:
        raise FailedPrecondition("LINK_NEEDED")
    return others


def ask_to_talk(pair: PeerPair, link: UUID, now: datetime) -> PeerPair:
    """Asking again changes nothing: the first one asked is who they talk to."""
    return pair if pair.talk_asked_at else replace(pair, talk_asked_at=now, talk_asked_by=link)
