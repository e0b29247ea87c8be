"""Publishes federation's events: co-op ids, vote ids, hashes, pseudonyms. Never a person."""

from collections.abc import Sequence

from kith.federation.facts.v1 import facts_pb2 as facts
from libs.asks.documents import AskReply
from libs.database.engine import UnitOfWork
from libs.messages import outbox


async def peer_paired(work: UnitOfWork, peer: str) -> None:
    await outbox.publish(work, (facts.PeerPaired(peer=peer), _named(peer)))


async def peer_suspended(work: UnitOfWork, peer: str) -> None:
    await outbox.publish(work, (facts.PeerSuspended(peer=peer), _named(peer)))


async def peer_resumed(work: UnitOfWork, peer: str) -> None:
    await outbox.publish(work, (facts.PeerResumed(peer=peer), _named(peer)))


async def peer_severed(work: UnitOfWork, peer: str, *, by_us: bool) -> None:
    await outbox.publish(work, (facts.PeerSevered(peer=peer, by_us=by_us), _named(peer)))


async def peer_unreachable(work: UnitOfWork, peer: str) -> None:
    await outbox.publish(work, (facts.PeerUnreachable(peer=peer), _named(peer)))


async def peer_reachable(work: UnitOfWork, peer: str) -> None:
    await outbox.publish(work, (facts.PeerReachable(peer=peer), _named(peer)))


async def vote_proposed(work: UnitOfWork, vote: str, convener: str, *, observer: bool) -> None:
    await outbox.publish(work, (facts.VoteProposed(vote_id=vote, convener=convener, observer=observer), vote))


async def vote_opened(work: UnitOfWork, vote: str) -> None:
    await outbox.publish(work, (facts.VoteOpened(vote_id=vote), vote))


async def vote_ballots_lost(work: UnitOfWork, vote: str, pseudonyms: Sequence[str]) -> None:
    await outbox.publish(work, (facts.VoteBallotsLost(vote_id=vote, pseudonyms=pseudonyms), vote))


async def vote_final(work: UnitOfWork, vote: str, revision: int, outcome_hash: str, *, passes: bool, contested: bool) -> None:
    event = facts.VoteFinal(vote_id=vote, revision=revision, outcome_hash=outcome_hash, passes=passes, contested=contested)
    await outbox.publish(work, (event, vote))


async def vote_contested(work: UnitOfWork, vote: str) -> None:
    await outbox.publish(work, (facts.VoteContested(vote_id=vote), vote))


async def vote_disputed(work: UnitOfWork, vote: str, why: str) -> None:
    await outbox.publish(work, (facts.VoteDisputed(vote_id=vote, why=why), vote))


async def vote_void(work: UnitOfWork, vote: str) -> None:
    await outbox.publish(work, (facts.VoteVoid(vote_id=vote), vote))


async def vote_annulled(work: UnitOfWork, vote: str) -> None:
    await outbox.publish(work, (facts.VoteAnnulled(vote_id=vote), vote))


async def ask_ended(work: UnitOfWork, peer: str, ask: str) -> None:
    await outbox.publish(work, (facts.AskEnded(peer=peer, ask_id=ask), ask))


async def ask_counted(work: UnitOfWork, peer: str, ask: str, at_least: int) -> None:
    await outbox.publish(work, (facts.AskCounted(peer=peer, ask_id=ask, at_least=at_least), ask))


async def ask_reply_received(work: UnitOfWork, peer: str, reply: AskReply) -> None:
    await outbox.publish(work, (facts.AskReplyReceived(peer=peer, ask_id=reply.ask, reply_id=reply.reply), reply.ask))


async def ask_reply_ended(work: UnitOfWork, peer: str, reply: AskReply) -> None:
    await outbox.publish(work, (facts.AskReplyEnded(peer=peer, ask_id=reply.ask, reply_id=reply.reply), reply.ask))


async def ask_reply_agreed(work: UnitOfWork, peer: str, reply: AskReply, reference: str) -> None:
    event = facts.AskReplyAgreed(peer=peer, ask_id=reply.ask, reply_id=reply.reply, reference=reference)
    await outbox.publish(work, (event, reply.ask))


def _named(peer: str) -> str:
    """The co-op id as one token of a NATS subject: a dot would separate two."""
    return peer.replace(".", "_")
