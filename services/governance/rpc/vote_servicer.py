"""The gRPC servicer of VoteService.

Federation calls the four open methods. It is an edge without a person's token: over TCP its certificate authorises it, over a Unix socket
the permissions of the data folder do. These methods reveal nothing about any person.
"""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from kith.governance.v1 import votes_pb2 as pb
from kith.governance.v1 import votes_pb2_grpc
from libs.database.engine import UnitOfWork
from libs.messages.consumer import Consumer
from libs.rpc.call import CURRENT_CALL
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
from services.governance.domain import vote_roll
from services.governance.queries.count_classes import count_classes
from services.governance.queries.count_vote import count_vote
from services.governance.queries.get_vote import get_vote, get_vote_card, list_vote_drafts, list_vote_rows, list_votes
from services.governance.queries.get_vote_ballots import get_my_vote_ballot, list_unconfirmed_vote_ballots
from services.governance.rpc import translate, translate_vote

Context = Any
"""grpc has no type for it."""

OPEN_METHODS = frozenset({"VoteService/ComposeTerms", "VoteService/TakeTerms", "VoteService/CountClasses", "VoteService/CountVote"})


class VoteServicer(votes_pb2_grpc.VoteServiceServicer):
    """Translates each request, opens a unit of work, calls one command or query, and translates the result. `co_op` is our own id."""

    def __init__(self, transactions: Transactions, consumers: Mapping[str, Consumer], zone: ZoneInfo, co_op: str) -> None:
        self._transactions = transactions
        self._consumers = consumers
        self._zone = zone
        self._co_op = co_op

    # --- called by federation

    async def ComposeTerms(self, request: pb.ComposeTermsRequest, _: Context) -> pb.ComposeTermsResponse:
        party_answers = [
            (party.party, {member_class.member_class: member_class.people for member_class in party.classes}) for party in request.parties
        ]
        call = CURRENT_CALL.get()
        async with self._transactions.database.work(call.caller, self._transactions.clock.now(), request.draft_id) as work:
            return pb.ComposeTermsResponse(terms=await compose_terms(work, request.draft_id, party_answers))

    async def TakeTerms(self, request: pb.TakeTermsRequest, _: Context) -> pb.TakeTermsResponse:
        call = CURRENT_CALL.get()
        async with self._transactions.database.work(call.caller, self._transactions.clock.now()) as work:
            return pb.TakeTermsResponse(vote_id=await take_terms(work, request.terms, self._co_op))

    async def CountClasses(self, _request: pb.CountClassesRequest, _: Context) -> pb.CountClassesResponse:
        async with self._transactions.query() as work:
            counts = await count_classes(work, self._today(work))
            return pb.CountClassesResponse(classes=[pb.ClassCount(member_class=name, people=counts[name]) for name in sorted(counts)])

    async def CountVote(self, request: pb.CountVoteRequest, _: Context) -> pb.CountVoteResponse:
        # Takes milliseconds, and more with many co-ops: in a thread, so that it does not block the event loop.
        return pb.CountVoteResponse(outcome=await asyncio.to_thread(count_vote, request.terms, translate_vote.parse_evidence(request)))

    # --- called by the secretary

    async def DraftVote(self, request: pb.DraftVoteRequest, _: Context) -> pb.DraftVoteResponse:
        draft_request = translate_vote.vote_draft_request(request)

        async def run(work: UnitOfWork) -> pb.DraftVoteResponse:
            return pb.DraftVoteResponse(draft_id=await draft_vote(work, draft_request, request.resolution_type, self._co_op))

        return await self._transactions.command(request, pb.DraftVoteResponse, run)

    async def ListVoteDrafts(self, request: pb.ListVoteDraftsRequest, _: Context) -> pb.ListVoteDraftsResponse:
        async with self._transactions.query() as work:
            drafts, token = await list_vote_drafts(work, request.page_size, request.page_token)
            return pb.ListVoteDraftsResponse(drafts=[translate_vote.vote_draft_message(draft) for draft in drafts], next_page_token=token)

    async def JoinVote(self, request: pb.JoinVoteRequest, _: Context) -> pb.JoinVoteResponse:
        vote_id = translate_vote.parse_vote_id(request.vote_id)

        async def run(work: UnitOfWork) -> pb.JoinVoteResponse:
            await join_vote(work, vote_id, request.decision_number, self._co_op, self._zone)
            return pb.JoinVoteResponse(vote=await self._vote(work, vote_id))

        return await self._transactions.command(request, pb.JoinVoteResponse, run)

    async def WithdrawFromVote(self, request: pb.WithdrawFromVoteRequest, _: Context) -> pb.WithdrawFromVoteResponse:
        vote_id = translate_vote.parse_vote_id(request.vote_id)

        async def run(work: UnitOfWork) -> pb.WithdrawFromVoteResponse:
            await withdraw_from_vote(work, vote_id)
            return pb.WithdrawFromVoteResponse()

        return await self._transactions.command(request, pb.WithdrawFromVoteResponse, run)

    async def FreezeVoteRoll(self, request: pb.FreezeVoteRollRequest, _: Context) -> pb.FreezeVoteRollResponse:
        vote_id, identities = (
            translate_vote.parse_vote_id(request.vote_id),
            vote_roll.parse_identities(translate_vote.parse_row_identities(request.people)),
        )

        async def run(work: UnitOfWork) -> pb.FreezeVoteRollResponse:
            # The roll may only be frozen when everything membership has published by now is in our own tables.
            number = await self._consumers["membership"].catch_up()
            await freeze_vote_roll(work, vote_id, identities, self._co_op, self._today(work), number)
            return pb.FreezeVoteRollResponse(vote=await self._vote(work, vote_id))

        return await self._transactions.command(request, pb.FreezeVoteRollResponse, run)

    async def ReadyVote(self, request: pb.ReadyVoteRequest, _: Context) -> pb.ReadyVoteResponse:
        vote_id = translate_vote.parse_vote_id(request.vote_id)

        async def run(work: UnitOfWork) -> pb.ReadyVoteResponse:
            await ready_vote(work, vote_id)
            return pb.ReadyVoteResponse(vote=await self._vote(work, vote_id))

        return await self._transactions.command(request, pb.ReadyVoteResponse, run)

    async def RecordVoteBallot(self, request: pb.RecordVoteBallotRequest, _: Context) -> pb.RecordVoteBallotResponse:
        vote_id, person = translate_vote.parse_vote_id(request.vote_id), translate.parse_id("person_id", request.person_id)
        marks, taken = translate_vote.parse_marks(request.marks), translate.parse_ballot_channel(request.taken)

        async def run(work: UnitOfWork) -> pb.RecordVoteBallotResponse:
            return pb.RecordVoteBallotResponse(record_id=str(await record_vote_ballot(work, vote_id, person, marks, taken)))

        return await self._transactions.command(request, pb.RecordVoteBallotResponse, run)

    async def ConfirmVoteBallot(self, request: pb.ConfirmVoteBallotRequest, _: Context) -> pb.ConfirmVoteBallotResponse:
        entry_id = translate.parse_id("record_id", request.record_id)

        async def run(work: UnitOfWork) -> pb.ConfirmVoteBallotResponse:
            ballot = await confirm_vote_ballot(work, entry_id, translate_vote.parse_marks(request.marks))
            return pb.ConfirmVoteBallotResponse(
                ballot=translate_vote.confirmed_vote_ballot_message(ballot) if ballot else None, differs=ballot is None
            )

        return await self._transactions.command(request, pb.ConfirmVoteBallotResponse, run)

    async def ListUnconfirmedVoteBallots(
        self, request: pb.ListUnconfirmedVoteBallotsRequest, _: Context
    ) -> pb.ListUnconfirmedVoteBallotsResponse:
        vote_id = translate_vote.parse_vote_id(request.vote_id) if request.vote_id else None
        async with self._transactions.query() as work:
            entries, token = await list_unconfirmed_vote_ballots(work, vote_id, request.page_size, request.page_token)
            messages = [translate_vote.unconfirmed_vote_ballot_message(entry) for entry in entries]
            return pb.ListUnconfirmedVoteBallotsResponse(ballots=messages, next_page_token=token)

    async def ObjectToVote(self, request: pb.ObjectToVoteRequest, _: Context) -> pb.ObjectToVoteResponse:
        vote_id = translate_vote.parse_vote_id(request.vote_id)

        async def run(work: UnitOfWork) -> pb.ObjectToVoteResponse:
            await object_to_vote(work, vote_id, request.decision_number)
            return pb.ObjectToVoteResponse()

        return await self._transactions.command(request, pb.ObjectToVoteResponse, run)

    async def SettleVote(self, request: pb.SettleVoteRequest, _: Context) -> pb.SettleVoteResponse:
        vote_id = translate_vote.parse_vote_id(request.vote_id)

        async def run(work: UnitOfWork) -> pb.SettleVoteResponse:
            await settle_vote(work, vote_id, request.decision_number, request.settlement)
            return pb.SettleVoteResponse()

        return await self._transactions.command(request, pb.SettleVoteResponse, run)

    # --- called by scrutineers

    async def AttestVoteRoll(self, request: pb.AttestVoteRollRequest, _: Context) -> pb.AttestVoteRollResponse:
        vote_id, identities = (
            translate_vote.parse_vote_id(request.vote_id),
            vote_roll.parse_identities(translate_vote.parse_row_identities(request.people)),
        )

        async def run(work: UnitOfWork) -> pb.AttestVoteRollResponse:
            wrong_people = await attest_vote_roll(work, vote_id, identities)
            return pb.AttestVoteRollResponse(
                vote=await self._vote(work, vote_id), wrong_person_ids=[str(person) for person in wrong_people]
            )

        return await self._transactions.command(request, pb.AttestVoteRollResponse, run)

    async def ListVoteRows(self, request: pb.ListVoteRowsRequest, _: Context) -> pb.ListVoteRowsResponse:
        vote_id = translate_vote.parse_vote_id(request.vote_id)
        async with self._transactions.query() as work:
            rows, token = await list_vote_rows(work, vote_id, request.page_size, request.page_token)
            return pb.ListVoteRowsResponse(rows=[translate_vote.vote_row_message(row) for row in rows], next_page_token=token)

    # --- called by everybody

    async def ListVotes(self, request: pb.ListVotesRequest, _: Context) -> pb.ListVotesResponse:
        list_filter = translate.parse_list_filter(request.filter)
        async with self._transactions.query() as work:
            votes, token = await list_votes(work, list_filter, request.page_size, request.page_token)
            messages = [translate_vote.vote_message(vote, work.now, with_text=False) for vote in votes]
            return pb.ListVotesResponse(votes=messages, next_page_token=token)

    async def GetVote(self, request: pb.GetVoteRequest, _: Context) -> pb.GetVoteResponse:
        vote_id = translate_vote.parse_vote_id(request.vote_id)
        async with self._transactions.query() as work:
            return pb.GetVoteResponse(vote=translate_vote.vote_message(await get_vote(work, vote_id), work.now, with_text=True))

    async def GetVoteCard(self, request: pb.GetVoteCardRequest, _: Context) -> pb.GetVoteCardResponse:
        vote_id = translate_vote.parse_vote_id(request.vote_id)
        person = translate.parse_id("person_id", request.person_id) if request.person_id else None
        async with self._transactions.query() as work:
            return translate_vote.vote_card_response(await get_vote_card(work, vote_id, person))

    async def CastVoteBallot(self, request: pb.CastVoteBallotRequest, _: Context) -> pb.CastVoteBallotResponse:
        vote_id, marks = translate_vote.parse_vote_id(request.vote_id), translate_vote.parse_marks(request.marks)

        async def run(work: UnitOfWork) -> pb.CastVoteBallotResponse:
            ballot = await cast_vote_ballot(work, vote_id, marks, request.revision, withdraw=request.withdraw)
            return pb.CastVoteBallotResponse(ballot=translate_vote.vote_ballot_message(ballot))

        return await self._transactions.command(request, pb.CastVoteBallotResponse, run)

    async def GetMyVoteBallot(self, request: pb.GetMyVoteBallotRequest, _: Context) -> pb.GetMyVoteBallotResponse:
        vote_id = translate_vote.parse_vote_id(request.vote_id)
        async with self._transactions.query() as work:
            ballot = await get_my_vote_ballot(work, vote_id)
            return pb.GetMyVoteBallotResponse(ballot=translate_vote.vote_ballot_message(ballot) if ballot else None)

    # --- shared by the methods above

    async def _vote(self, work: UnitOfWork, vote_id: str) -> pb.Vote:
        """Return the vote as the caller sees it after the command."""
        return translate_vote.vote_message(await get_vote(work, vote_id), work.now, with_text=False)

    def _today(self, work: UnitOfWork) -> date:
        return work.now.astimezone(self._zone).date()
