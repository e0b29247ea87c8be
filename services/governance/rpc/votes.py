"""VoteService over gRPC: translate, open the work, one command or query, translate.

Federation asks the four open methods. It is an edge without a person's token: over TCP its certificate lets it in, over a Unix socket the
data folder does. They tell nothing about anybody.
"""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from kith.governance.v1 import votes_pb2 as pb
from kith.governance.v1 import votes_pb2_grpc
from libs.database.engine import Work
from libs.messages.consumer import Consumer
from libs.rpc.call import CURRENT
from libs.rpc.desk import Desk
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
from services.governance.queries.see_vote import list_vote_drafts, list_vote_rows, list_votes, see_vote, see_vote_card
from services.governance.queries.see_vote_ballots import my_vote_ballot, unconfirmed_vote_ballots
from services.governance.rpc import translate
from services.governance.rpc import translate_votes as words

Context = Any
"""grpc carries no types."""

OPEN_METHODS = frozenset({"VoteService/ComposeTerms", "VoteService/TakeTerms", "VoteService/CountClasses", "VoteService/CountVote"})


class VoteServicer(votes_pb2_grpc.VoteServiceServicer):
    """One RPC, one intention. `co_op` is our own id, as other co-ops know us."""

    def __init__(self, desk: Desk, consumers: Mapping[str, Consumer], zone: ZoneInfo, co_op: str) -> None:
        self._desk = desk
        self._consumers = consumers
        self._zone = zone
        self._co_op = co_op

    # --- by federation

    async def ComposeTerms(self, request: pb.ComposeTermsRequest, _: Context) -> pb.ComposeTermsResponse:
        given = [(one.party, {each.member_class: each.people for each in one.classes}) for one in request.parties]
        call = CURRENT.get()
        async with self._desk.database.work(call.caller, self._desk.clock.now(), request.draft_id) as work:
            return pb.ComposeTermsResponse(terms=await compose_terms(work, request.draft_id, given))

    async def TakeTerms(self, request: pb.TakeTermsRequest, _: Context) -> pb.TakeTermsResponse:
        call = CURRENT.get()
        async with self._desk.database.work(call.caller, self._desk.clock.now()) as work:
            return pb.TakeTermsResponse(vote_id=await take_terms(work, request.terms, self._co_op))

    async def CountClasses(self, _request: pb.CountClassesRequest, _: Context) -> pb.CountClassesResponse:
        async with self._desk.query() as work:
            found = await count_classes(work, self._today(work))
            return pb.CountClassesResponse(classes=[pb.ClassCount(member_class=name, people=found[name]) for name in sorted(found)])

    async def CountVote(self, request: pb.CountVoteRequest, _: Context) -> pb.CountVoteResponse:
        # Milliseconds, and more with many co-ops: in a thread, so that whoever else asks need not wait.
        return pb.CountVoteResponse(outcome=await asyncio.to_thread(count_vote, request.terms, words.evidence(request)))

    # --- by the secretary

    async def DraftVote(self, request: pb.DraftVoteRequest, _: Context) -> pb.DraftVoteResponse:
        asked = words.vote_asked(request)

        async def do(work: Work) -> pb.DraftVoteResponse:
            return pb.DraftVoteResponse(draft_id=await draft_vote(work, asked, request.resolution_type, self._co_op))

        return await self._desk.command(request, pb.DraftVoteResponse, do)

    async def ListVoteDrafts(self, request: pb.ListVoteDraftsRequest, _: Context) -> pb.ListVoteDraftsResponse:
        async with self._desk.query() as work:
            found, token = await list_vote_drafts(work, request.page_size, request.page_token)
            return pb.ListVoteDraftsResponse(drafts=[words.vote_draft(one) for one in found], next_page_token=token)

    async def JoinVote(self, request: pb.JoinVoteRequest, _: Context) -> pb.JoinVoteResponse:
        vote_id = words.vote_id_of(request.vote_id)

        async def do(work: Work) -> pb.JoinVoteResponse:
            await join_vote(work, vote_id, request.decision_number, self._co_op, self._zone)
            return pb.JoinVoteResponse(vote=await self._vote(work, vote_id))

        return await self._desk.command(request, pb.JoinVoteResponse, do)

    async def WithdrawFromVote(self, request: pb.WithdrawFromVoteRequest, _: Context) -> pb.WithdrawFromVoteResponse:
        vote_id = words.vote_id_of(request.vote_id)

        async def do(work: Work) -> pb.WithdrawFromVoteResponse:
            await withdraw_from_vote(work, vote_id)
            return pb.WithdrawFromVoteResponse()

        return await self._desk.command(request, pb.WithdrawFromVoteResponse, do)

    async def FreezeVoteRoll(self, request: pb.FreezeVoteRollRequest, _: Context) -> pb.FreezeVoteRollResponse:
        vote_id, given = words.vote_id_of(request.vote_id), vote_roll.identities(words.identities(request.people))

        async def do(work: Work) -> pb.FreezeVoteRollResponse:
            # The roll may only be frozen when everything membership had stated by now is in our own tables.
            number = await self._consumers["membership"].up_to_date()
            await freeze_vote_roll(work, vote_id, given, self._co_op, self._today(work), number)
            return pb.FreezeVoteRollResponse(vote=await self._vote(work, vote_id))

        return await self._desk.command(request, pb.FreezeVoteRollResponse, do)

    async def ReadyVote(self, request: pb.ReadyVoteRequest, _: Context) -> pb.ReadyVoteResponse:
        vote_id = words.vote_id_of(request.vote_id)

        async def do(work: Work) -> pb.ReadyVoteResponse:
            await ready_vote(work, vote_id)
            return pb.ReadyVoteResponse(vote=await self._vote(work, vote_id))

        return await self._desk.command(request, pb.ReadyVoteResponse, do)

    async def RecordVoteBallot(self, request: pb.RecordVoteBallotRequest, _: Context) -> pb.RecordVoteBallotResponse:
        vote_id, person = words.vote_id_of(request.vote_id), translate.id_of("person_id", request.person_id)
        marks, taken = words.marks_of(request.marks), translate.taken_of(request.taken)

        async def do(work: Work) -> pb.RecordVoteBallotResponse:
            return pb.RecordVoteBallotResponse(record_id=str(await record_vote_ballot(work, vote_id, person, marks, taken)))

        return await self._desk.command(request, pb.RecordVoteBallotResponse, do)

    async def ConfirmVoteBallot(self, request: pb.ConfirmVoteBallotRequest, _: Context) -> pb.ConfirmVoteBallotResponse:
        entry_id = translate.id_of("record_id", request.record_id)

        async def do(work: Work) -> pb.ConfirmVoteBallotResponse:
            found = await confirm_vote_ballot(work, entry_id, words.marks_of(request.marks))
            return pb.ConfirmVoteBallotResponse(ballot=words.confirmed(found) if found else None, differs=found is None)

        return await self._desk.command(request, pb.ConfirmVoteBallotResponse, do)

    async def ListUnconfirmedVoteBallots(
        self, request: pb.ListUnconfirmedVoteBallotsRequest, _: Context
    ) -> pb.ListUnconfirmedVoteBallotsResponse:
        vote_id = words.vote_id_of(request.vote_id) if request.vote_id else None
        async with self._desk.query() as work:
            found, token = await unconfirmed_vote_ballots(work, vote_id, request.page_size, request.page_token)
            waiting = [words.unconfirmed_vote_ballot(one) for one in found]
            return pb.ListUnconfirmedVoteBallotsResponse(ballots=waiting, next_page_token=token)

    async def ObjectToVote(self, request: pb.ObjectToVoteRequest, _: Context) -> pb.ObjectToVoteResponse:
        vote_id = words.vote_id_of(request.vote_id)

        async def do(work: Work) -> pb.ObjectToVoteResponse:
            await object_to_vote(work, vote_id, request.decision_number)
            return pb.ObjectToVoteResponse()

        return await self._desk.command(request, pb.ObjectToVoteResponse, do)

    async def SettleVote(self, request: pb.SettleVoteRequest, _: Context) -> pb.SettleVoteResponse:
        vote_id = words.vote_id_of(request.vote_id)

        async def do(work: Work) -> pb.SettleVoteResponse:
            await settle_vote(work, vote_id, request.decision_number, request.settlement)
            return pb.SettleVoteResponse()

        return await self._desk.command(request, pb.SettleVoteResponse, do)

    # --- by scrutineers

    async def AttestVoteRoll(self, request: pb.AttestVoteRollRequest, _: Context) -> pb.AttestVoteRollResponse:
        vote_id, given = words.vote_id_of(request.vote_id), vote_roll.identities(words.identities(request.people))

        async def do(work: Work) -> pb.AttestVoteRollResponse:
            wrong = await attest_vote_roll(work, vote_id, given)
            return pb.AttestVoteRollResponse(vote=await self._vote(work, vote_id), wrong_person_ids=[str(one) for one in wrong])

        return await self._desk.command(request, pb.AttestVoteRollResponse, do)

    async def ListVoteRows(self, request: pb.ListVoteRowsRequest, _: Context) -> pb.ListVoteRowsResponse:
        vote_id = words.vote_id_of(request.vote_id)
        async with self._desk.query() as work:
            found, token = await list_vote_rows(work, vote_id, request.page_size, request.page_token)
            return pb.ListVoteRowsResponse(rows=[words.vote_row(one) for one in found], next_page_token=token)

    # --- by everybody

    async def ListVotes(self, request: pb.ListVotesRequest, _: Context) -> pb.ListVotesResponse:
        by = translate.filter_of(request.filter)
        async with self._desk.query() as work:
            found, token = await list_votes(work, by, request.page_size, request.page_token)
            seen = [words.vote(one, work.now, with_text=False) for one in found]
            return pb.ListVotesResponse(votes=seen, next_page_token=token)

    async def GetVote(self, request: pb.GetVoteRequest, _: Context) -> pb.GetVoteResponse:
        vote_id = words.vote_id_of(request.vote_id)
        async with self._desk.query() as work:
            return pb.GetVoteResponse(vote=words.vote(await see_vote(work, vote_id), work.now, with_text=True))

    async def GetVoteCard(self, request: pb.GetVoteCardRequest, _: Context) -> pb.GetVoteCardResponse:
        vote_id = words.vote_id_of(request.vote_id)
        person = translate.id_of("person_id", request.person_id) if request.person_id else None
        async with self._desk.query() as work:
            return words.vote_card(await see_vote_card(work, vote_id, person))

    async def CastVoteBallot(self, request: pb.CastVoteBallotRequest, _: Context) -> pb.CastVoteBallotResponse:
        vote_id, marks = words.vote_id_of(request.vote_id), words.marks_of(request.marks)

        async def do(work: Work) -> pb.CastVoteBallotResponse:
            ballot = await cast_vote_ballot(work, vote_id, marks, request.revision, withdraw=request.withdraw)
            return pb.CastVoteBallotResponse(ballot=words.vote_ballot(ballot))

        return await self._desk.command(request, pb.CastVoteBallotResponse, do)

    async def GetMyVoteBallot(self, request: pb.GetMyVoteBallotRequest, _: Context) -> pb.GetMyVoteBallotResponse:
        vote_id = words.vote_id_of(request.vote_id)
        async with self._desk.query() as work:
            found = await my_vote_ballot(work, vote_id)
            return pb.GetMyVoteBallotResponse(ballot=words.vote_ballot(found) if found else None)

    # --- what they share

    async def _vote(self, work: Work, vote_id: str) -> pb.Vote:
        """As the caller sees it after the deed."""
        return words.vote(await see_vote(work, vote_id), work.now, with_text=False)

    def _today(self, work: Work) -> date:
        return work.now.astimezone(self._zone).date()
