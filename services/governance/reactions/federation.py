"""Reactions to federation's events about federated votes."""

from kith.federation.facts.v1.facts_pb2 import (
    VoteAnnulled,
    VoteBallotsLost,
    VoteContested,
    VoteDisputed,
    VoteFinal,
    VoteOpened,
    VoteVoid,
)
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.governance.commands.apply_vote_event import apply_vote_event
from services.governance.domain import vote_lifecycle
from services.governance.storage import vote_rolls


async def _opened(work: UnitOfWork, event: Event) -> None:
    await apply_vote_event(work, VoteOpened.FromString(event.payload).vote_id, vote_lifecycle.open_vote)


async def _ballots_lost(work: UnitOfWork, event: Event) -> None:
    message = VoteBallotsLost.FromString(event.payload)
    # Uses the event's time: members who have voted again since are not asked once more, however late or often this event arrives.
    await vote_rolls.mark_ballots_lost(work, message.vote_id, message.pseudonyms, event.at)


async def _final(work: UnitOfWork, event: Event) -> None:
    message = VoteFinal.FromString(event.payload)
    await apply_vote_event(
        work,
        message.vote_id,
        lambda vote: vote_lifecycle.conclude(
            vote, message.revision, message.outcome_hash, work.now, passes=message.passes, contested=message.contested
        ),
    )


async def _contested(work: UnitOfWork, event: Event) -> None:
    await apply_vote_event(work, VoteContested.FromString(event.payload).vote_id, vote_lifecycle.contest)


async def _disputed(work: UnitOfWork, event: Event) -> None:
    message = VoteDisputed.FromString(event.payload)
    await apply_vote_event(work, message.vote_id, lambda vote: vote_lifecycle.dispute(vote, message.why, work.now))


async def _void(work: UnitOfWork, event: Event) -> None:
    await apply_vote_event(work, VoteVoid.FromString(event.payload).vote_id, lambda vote: vote_lifecycle.void(vote, work.now))


async def _annulled(work: UnitOfWork, event: Event) -> None:
    await apply_vote_event(work, VoteAnnulled.FromString(event.payload).vote_id, lambda vote: vote_lifecycle.annul(vote, work.now))


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
