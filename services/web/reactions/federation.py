"""What federation states: how a vote with other co-ops goes on, and where we stand with another co-op."""

from collections.abc import Callable
from typing import Protocol

from kith.federation.facts.v1 import facts_pb2 as facts
from libs.database.engine import Work
from libs.messages.consumer import Handler, Reactions
from libs.messages.envelope import Fact, type_of
from services.web.storage import news

_SECRETARY = "secretary"


class _OfPeer(Protocol):
    """A fact about another co-op."""

    @property
    def peer(self) -> str: ...


async def _opened(work: Work, fact: Fact) -> None:
    await news.note(work, fact, "between_opened", about=facts.VoteOpened.FromString(fact.payload).vote_id)


async def _proposed(work: Work, fact: Fact) -> None:
    # For everybody: from here on members can read the question, and the notice that our rules want begins.
    said = facts.VoteProposed.FromString(fact.payload)
    await news.note(work, fact, "between_proposed", about=said.vote_id, word=said.convener)


async def _lost(work: Work, fact: Fact) -> None:
    # Whose pseudonyms they are web does not know: each reader is told whether it was theirs.
    await news.note(work, fact, "between_lost", about=facts.VoteBallotsLost.FromString(fact.payload).vote_id)


async def _final(work: Work, fact: Fact) -> None:
    await news.note(work, fact, "between_final", about=facts.VoteFinal.FromString(fact.payload).vote_id)


async def _contested(work: Work, fact: Fact) -> None:
    await news.note(work, fact, "between_contested", about=facts.VoteContested.FromString(fact.payload).vote_id)


async def _disputed(work: Work, fact: Fact) -> None:
    said = facts.VoteDisputed.FromString(fact.payload)
    await news.note(work, fact, "between_disputed", about=said.vote_id, word=said.why)


async def _void(work: Work, fact: Fact) -> None:
    await news.note(work, fact, "between_void", about=facts.VoteVoid.FromString(fact.payload).vote_id)


async def _annulled(work: Work, fact: Fact) -> None:
    await news.note(work, fact, "between_annulled", about=facts.VoteAnnulled.FromString(fact.payload).vote_id)


def _peer(kind: str, read: Callable[[bytes], _OfPeer]) -> Handler:
    async def handle(work: Work, fact: Fact) -> None:
        await news.note(work, fact, kind, about=read(fact.payload).peer, hat=_SECRETARY)

    return handle


REACTIONS = Reactions(
    "federation",
    {
        type_of(facts.VoteProposed): _proposed,
        type_of(facts.VoteOpened): _opened,
        type_of(facts.VoteBallotsLost): _lost,
        type_of(facts.VoteFinal): _final,
        type_of(facts.VoteContested): _contested,
        type_of(facts.VoteDisputed): _disputed,
        type_of(facts.VoteVoid): _void,
        type_of(facts.VoteAnnulled): _annulled,
        type_of(facts.PeerPaired): _peer("peer_paired", facts.PeerPaired.FromString),
        type_of(facts.PeerSuspended): _peer("peer_suspended", facts.PeerSuspended.FromString),
        type_of(facts.PeerResumed): _peer("peer_resumed", facts.PeerResumed.FromString),
        type_of(facts.PeerSevered): _peer("peer_severed", facts.PeerSevered.FromString),
        type_of(facts.PeerUnreachable): _peer("peer_unreachable", facts.PeerUnreachable.FromString),
        type_of(facts.PeerReachable): _peer("peer_reachable", facts.PeerReachable.FromString),
    },
    ("news_of_federation",),
)
