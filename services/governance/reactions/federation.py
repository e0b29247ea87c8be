"""What federation's evidence says of votes with other co-ops."""

from kith.federation.facts.v1.facts_pb2 import (
    VoteAnnulled,
    VoteBallotsLost,
    VoteContested,
    VoteDisputed,
    VoteFinal,
    VoteOpened,
    VoteVoid,
)
from libs.database.engine import Work
from libs.messages.consumer import Reactions
from libs.messages.envelope import Fact, type_of
from services.governance.commands import conclude_vote
from services.governance.storage import vote_rolls


async def _opened(work: Work, fact: Fact) -> None:
    await conclude_vote.open_vote(work, VoteOpened.FromString(fact.payload).vote_id)


async def _ballots_lost(work: Work, fact: Fact) -> None:
    said = VoteBallotsLost.FromString(fact.payload)
    # By the time of the fact: whoever has voted again since is not asked once more, however late or often this is heard.
    await vote_rolls.lost(work, said.vote_id, said.pseudonyms, fact.at)


async def _final(work: Work, fact: Fact) -> None:
    said = VoteFinal.FromString(fact.payload)
    await conclude_vote.conclude_vote(work, said.vote_id, said.revision, said.outcome_hash, passes=said.passes, contested=said.contested)


async def _contested(work: Work, fact: Fact) -> None:
    await conclude_vote.contest_vote(work, VoteContested.FromString(fact.payload).vote_id)


async def _disputed(work: Work, fact: Fact) -> None:
    said = VoteDisputed.FromString(fact.payload)
    await conclude_vote.dispute_vote(work, said.vote_id, said.why)


async def _void(work: Work, fact: Fact) -> None:
    await conclude_vote.void_vote(work, VoteVoid.FromString(fact.payload).vote_id)


async def _annulled(work: Work, fact: Fact) -> None:
    await conclude_vote.annul_vote(work, VoteAnnulled.FromString(fact.payload).vote_id)


REACTIONS = Reactions(
    "federation",
    {
        type_of(VoteOpened): _opened,
        type_of(VoteBallotsLost): _ballots_lost,
        type_of(VoteFinal): _final,
        type_of(VoteContested): _contested,
        type_of(VoteDisputed): _disputed,
        type_of(VoteVoid): _void,
        type_of(VoteAnnulled): _annulled,
    },
    (),
)
