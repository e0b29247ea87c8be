"""What federation states, in the words of the wire: co-op ids, vote ids, hashes, pseudonyms. Never a person."""

from collections.abc import Sequence

from kith.federation.facts.v1 import facts_pb2 as facts
from libs.database.engine import Work
from libs.messages import outbox


async def peer_paired(work: Work, peer: str) -> None:
    await outbox.state(work, (facts.PeerPaired(peer=peer), _named(peer)))


async def peer_suspended(work: Work, peer: str) -> None:
    await outbox.state(work, (facts.PeerSuspended(peer=peer), _named(peer)))


async def peer_resumed(work: Work, peer: str) -> None:
    await outbox.state(work, (facts.PeerResumed(peer=peer), _named(peer)))


async def peer_severed(work: Work, peer: str, *, by_us: bool) -> None:
    await outbox.state(work, (facts.PeerSevered(peer=peer, by_us=by_us), _named(peer)))


async def peer_unreachable(work: Work, peer: str) -> None:
    await outbox.state(work, (facts.PeerUnreachable(peer=peer), _named(peer)))


async def peer_reachable(work: Work, peer: str) -> None:
    await outbox.state(work, (facts.PeerReachable(peer=peer), _named(peer)))


async def vote_proposed(work: Work, vote: str, convener: str, *, observer: bool) -> None:
    await outbox.state(work, (facts.VoteProposed(vote_id=vote, convener=convener, observer=observer), vote))


async def vote_opened(work: Work, vote: str) -> None:
    await outbox.state(work, (facts.VoteOpened(vote_id=vote), vote))


async def vote_ballots_lost(work: Work, vote: str, pseudonyms: Sequence[str]) -> None:
    await outbox.state(work, (facts.VoteBallotsLost(vote_id=vote, pseudonyms=pseudonyms), vote))


async def vote_final(work: Work, vote: str, revision: int, outcome_hash: str, *, passes: bool, contested: bool) -> None:
    said = facts.VoteFinal(vote_id=vote, revision=revision, outcome_hash=outcome_hash, passes=passes, contested=contested)
    await outbox.state(work, (said, vote))


async def vote_contested(work: Work, vote: str) -> None:
    await outbox.state(work, (facts.VoteContested(vote_id=vote), vote))


async def vote_disputed(work: Work, vote: str, why: str) -> None:
    await outbox.state(work, (facts.VoteDisputed(vote_id=vote, why=why), vote))


async def vote_void(work: Work, vote: str) -> None:
    await outbox.state(work, (facts.VoteVoid(vote_id=vote), vote))


async def vote_annulled(work: Work, vote: str) -> None:
    await outbox.state(work, (facts.VoteAnnulled(vote_id=vote), vote))


def _named(peer: str) -> str:
    """A dot would be two words of a subject."""
    return peer.replace(".", "_")
