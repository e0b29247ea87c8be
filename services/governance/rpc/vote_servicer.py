"""VoteService: which command or query answers each method.

Four methods are for federation alone, which calls them as itself, without a person (ADR 33). They reveal nothing about any person.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import TypeVarTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.governance.v1 import votes_pb2 as pb
from libs.database.engine import UnitOfWork
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, called_by, command, handler, query, repeatable
from libs.rpc.transactions import Transactions
from services.governance.commands.attest_vote_roll import attest_vote_roll
from services.governance.commands.cast_vote_ballot import cast_vote_ballot
from services.governance.commands.compose_terms import compose_terms
from services.governance.commands.confirm_vote_ballot import confirm_vote_ballot
from services.governance.commands.draft_vote import draft_vote
from services.governance.commands.freeze_vote_roll import freeze_vote_roll
from services.governance.commands.join_vote import join_vote
from services.governance.commands.object_to_vote import object_to_vote
from services.governance.commands.ready_vote import ready_vote
from services.governance.commands.record_vote_ballot import record_vote_ballot
from services.governance.commands.settle_vote import settle_vote
from services.governance.commands.take_terms import take_terms
from services.governance.commands.withdraw_from_vote import withdraw_from_vote
from services.governance.domain.vote_draft import VoteDraftRequest
from services.governance.queries.count_classes import count_classes
from services.governance.queries.count_vote import count_vote
from services.governance.queries.get_ballot import get_my_ballot, list_unconfirmed_ballots
from services.governance.queries.get_vote import get_vote, get_vote_card, list_vote_drafts, list_vote_rows, list_votes
from services.governance.rpc import translate_vote as translate
from services.governance.rpc.roll_sources import catch_up_for_roll
from services.governance.storage.votes import VoteForCaller

Arguments = TypeVarTuple("Arguments")
FEDERATION = "federation"
"""The name on its certificate."""


def vote_service(runtime: Runtime, zone: ZoneInfo, co_op: str) -> BoundService:
    """`co_op` is our own id."""

    def today(work: UnitOfWork) -> date:
        return work.now.astimezone(zone).date()

    async def join(work: UnitOfWork, vote_id: str, number: int) -> None:
        await join_vote(work, vote_id, number, co_op, zone)

    async def freeze_caught_up(work: UnitOfWork, vote_id: str, identities: Mapping[UUID, str]) -> None:
        await freeze_vote_roll(work, vote_id, identities, co_op, today(work), await catch_up_for_roll(runtime))

    async def attest(work: UnitOfWork, vote_id: str, identities: Mapping[UUID, str]) -> tuple[VoteForCaller, list[UUID]]:
        wrong_people = await attest_vote_roll(work, vote_id, identities)
        return await get_vote(work, vote_id), wrong_people

    async def draft(work: UnitOfWork, request: VoteDraftRequest, resolution_type: str) -> str:
        return await draft_vote(work, request, resolution_type, co_op)

    async def take(work: UnitOfWork, terms: bytes) -> str:
        return await take_terms(work, terms, co_op)

    async def count_todays_classes(work: UnitOfWork) -> dict[str, int]:
        return await count_classes(work, today(work))

    return bind(
        pb,
        "VoteService",
        runtime.transactions,
        {
            # Called by federation.
            "ComposeTerms": called_by(
                FEDERATION, repeatable(translate.party_answers, compose_terms, lambda terms: pb.ComposeTermsResponse(terms=terms))
            ),
            "TakeTerms": called_by(FEDERATION, repeatable(translate.terms, take, lambda vote: pb.TakeTermsResponse(vote_id=vote))),
            "CountClasses": called_by(FEDERATION, query(translate.no_fields, count_todays_classes, translate.class_counts_response)),
            "CountVote": called_by(FEDERATION, handler(_count_vote)),
            # Called by the secretary.
            "DraftVote": command(translate.draft_request, draft, lambda draft_id: pb.DraftVoteResponse(draft_id=draft_id)),
            "ListVoteDrafts": query(translate.page, list_vote_drafts, translate.drafts_response),
            "JoinVote": command(translate.decision_on_vote, _then_get_vote(join), lambda vote: pb.JoinVoteResponse(vote=vote)),
            "WithdrawFromVote": command(translate.vote_id, withdraw_from_vote, lambda _: pb.WithdrawFromVoteResponse()),
            "FreezeVoteRoll": command(
                translate.roll_identities, _then_get_vote(freeze_caught_up), lambda vote: pb.FreezeVoteRollResponse(vote=vote)
            ),
            "ReadyVote": command(translate.vote_id, _then_get_vote(ready_vote), lambda vote: pb.ReadyVoteResponse(vote=vote)),
            "RecordVoteBallot": command(
                translate.first_entry, record_vote_ballot, lambda entry: pb.RecordVoteBallotResponse(record_id=str(entry))
            ),
            "ConfirmVoteBallot": command(translate.second_entry, confirm_vote_ballot, translate.confirmed_response),
            "ListUnconfirmedVoteBallots": query(translate.unconfirmed_list, list_unconfirmed_ballots, translate.unconfirmed_response),
            "ObjectToVote": command(translate.decision_on_vote, object_to_vote, lambda _: pb.ObjectToVoteResponse()),
            "SettleVote": command(translate.settlement, settle_vote, lambda _: pb.SettleVoteResponse()),
            # Called by scrutineers.
            "AttestVoteRoll": command(translate.roll_identities, attest, translate.attested_response),
            "ListVoteRows": query(translate.row_list, list_vote_rows, translate.rows_response),
            # Called by everybody.
            "ListVotes": query(translate.vote_list, list_votes, translate.votes_response),
            "GetVote": query(translate.vote_id, get_vote, translate.vote_response),
            "GetVoteCard": query(translate.card_owner, get_vote_card, translate.card_response),
            "CastVoteBallot": command(
                translate.ballot_request,
                cast_vote_ballot,
                lambda ballot: pb.CastVoteBallotResponse(ballot=translate.ballot_message(ballot)),
            ),
            "GetMyVoteBallot": query(translate.ballots_of, get_my_ballot, translate.my_ballot_response),
        },
    )


def _then_get_vote(
    act: Callable[[UnitOfWork, str, *Arguments], Awaitable[None]],
) -> Callable[[UnitOfWork, str, *Arguments], Awaitable[pb.Vote]]:
    """Run the command, then return the vote as the caller sees it afterwards."""

    async def run(work: UnitOfWork, vote_id: str, *arguments: *Arguments) -> pb.Vote:
        await act(work, vote_id, *arguments)
        return translate.vote_message(await get_vote(work, vote_id))

    return run


async def _count_vote(_: Transactions, request: pb.CountVoteRequest) -> pb.CountVoteResponse:
    """It needs no database. It takes milliseconds, and more with many co-ops: in a thread, so that it does not block the event loop."""
    return pb.CountVoteResponse(outcome=await asyncio.to_thread(count_vote, request.terms, translate.parse_evidence(request)))
