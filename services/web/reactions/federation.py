"""News from federation's events: the progress of federated votes and the state of peers."""

from collections.abc import Callable
from typing import Protocol

from kith.federation.facts.v1 import facts_pb2 as facts
from libs.database.engine import UnitOfWork
from libs.messages.consumer import EventHandler, Reactions
from libs.messages.envelope import Event, type_of
from services.web.storage import news

_SECRETARY = "secretary"


class _PeerEvent(Protocol):
    """An event about a peer."""

    @property
    def peer(self) -> str: ...


async def _on_vote_opened(work: UnitOfWork, event: Event) -> None:
    await news.add_news(work, event, "between_opened", about=facts.VoteOpened.FromString(event.payload).vote_id)


async def _on_vote_proposed(work: UnitOfWork, event: Event) -> None:
    # For everybody: from now on members can read the question, and the notice that our rules require begins.
    payload = facts.VoteProposed.FromString(event.payload)
    await news.add_news(work, event, "between_proposed", about=payload.vote_id, word=payload.convener)


async def _on_ballots_lost(work: UnitOfWork, event: Event) -> None:
    # Web does not know whose pseudonyms these are; the page tells each reader whether theirs is among them.
    await news.add_news(work, event, "between_lost", about=facts.VoteBallotsLost.FromString(event.payload).vote_id)


async def _on_vote_final(work: UnitOfWork, event: Event) -> None:
    await news.add_news(work, event, "between_final", about=facts.VoteFinal.FromString(event.payload).vote_id)


async def _on_vote_contested(work: UnitOfWork, event: Event) -> None:
    await news.add_news(work, event, "between_contested", about=facts.VoteContested.FromString(event.payload).vote_id)


async def _on_vote_disputed(work: UnitOfWork, event: Event) -> None:
    payload = facts.VoteDisputed.FromString(event.payload)
    await news.add_news(work, event, "between_disputed", about=payload.vote_id, word=payload.why)


async def _on_vote_void(work: UnitOfWork, event: Event) -> None:
    await news.add_news(work, event, "between_void", about=facts.VoteVoid.FromString(event.payload).vote_id)


async def _on_vote_annulled(work: UnitOfWork, event: Event) -> None:
    await news.add_news(work, event, "between_annulled", about=facts.VoteAnnulled.FromString(event.payload).vote_id)


def _peer_news(kind: str, read: Callable[[bytes], _PeerEvent]) -> EventHandler:
    async def handle(work: UnitOfWork, event: Event) -> None:
        await news.add_news(work, event, kind, about=read(event.payload).peer, hat=_SECRETARY)

    return handle


REACTIONS = Reactions(
    "federation",
    {
        type_of(facts.VoteProposed): _on_vote_proposed,
        type_of(facts.VoteOpened): _on_vote_opened,
        type_of(facts.VoteBallotsLost): _on_ballots_lost,
        type_of(facts.VoteFinal): _on_vote_final,
        type_of(facts.VoteContested): _on_vote_contested,
        type_of(facts.VoteDisputed): _on_vote_disputed,
        type_of(facts.VoteVoid): _on_vote_void,
        type_of(facts.VoteAnnulled): _on_vote_annulled,
        type_of(facts.PeerPaired): _peer_news("peer_paired", facts.PeerPaired.FromString),
        type_of(facts.PeerSuspended): _peer_news("peer_suspended", facts.PeerSuspended.FromString),
        type_of(facts.PeerResumed): _peer_news("peer_resumed", facts.PeerResumed.FromString),
        type_of(facts.PeerSevered): _peer_news("peer_severed", facts.PeerSevered.FromString),
        type_of(facts.PeerUnreachable): _peer_news("peer_unreachable", facts.PeerUnreachable.FromString),
        type_of(facts.PeerReachable): _peer_news("peer_reachable", facts.PeerReachable.FromString),
    },
    ("news_of_federation",),
)
