"""The gRPC servicer of GovernanceService."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from kith.governance.v1 import governance_pb2 as pb
from kith.governance.v1 import governance_pb2_grpc
from libs.database.engine import UnitOfWork
from libs.messages.consumer import Consumer
from libs.rpc.transactions import Transactions
from services.governance.commands.adopt_rulebook import adopt_rulebook
from services.governance.commands.cast_ballot import cast_ballot
from services.governance.commands.confirm_ballot import confirm_ballot
from services.governance.commands.open_motion import open_motion
from services.governance.commands.record_ballot import record_ballot
from services.governance.queries.get_ballots import get_my_ballot, list_unconfirmed_ballots
from services.governance.queries.get_motion import get_motion, list_motions
from services.governance.queries.get_result import get_result
from services.governance.queries.list_decisions import get_rulebook, list_decisions
from services.governance.rpc import translate

Context = Any
"""grpc has no type for it."""


class GovernanceServicer(governance_pb2_grpc.GovernanceServiceServicer):
    """Translates each request, opens a unit of work, calls one command or query, and translates the result."""

    def __init__(self, transactions: Transactions, consumers: Mapping[str, Consumer], zone: ZoneInfo) -> None:
        self._transactions = transactions
        self._consumers = consumers
        self._zone = zone

    async def AdoptRulebook(self, request: pb.AdoptRulebookRequest, _: Context) -> pb.AdoptRulebookResponse:
        async def run(work: UnitOfWork) -> pb.AdoptRulebookResponse:
            rulebook, decision = await adopt_rulebook(work, request.text)
            return pb.AdoptRulebookResponse(rulebook_hash=rulebook.hash, decision_id=str(decision))

        return await self._transactions.command(request, pb.AdoptRulebookResponse, run)

    async def GetRulebook(self, request: pb.GetRulebookRequest, _: Context) -> pb.GetRulebookResponse:
        async with self._transactions.query() as work:
            return translate.rulebook_response(await get_rulebook(work, request.rulebook_hash))

    async def OpenMotion(self, request: pb.OpenMotionRequest, _: Context) -> pb.OpenMotionResponse:
        motion_request = translate.motion_request(request)

        async def run(work: UnitOfWork) -> pb.OpenMotionResponse:
            # The roll may only be frozen when everything membership has published by now is in our own tables.
            membership_number = await self._consumers["membership"].catch_up()
            today = work.now.astimezone(self._zone).date()
            return pb.OpenMotionResponse(motion_id=str(await open_motion(work, motion_request, today, membership_number)))

        return await self._transactions.command(request, pb.OpenMotionResponse, run)

    async def GetMotion(self, request: pb.GetMotionRequest, _: Context) -> pb.GetMotionResponse:
        motion_id = translate.parse_id("motion_id", request.motion_id)
        async with self._transactions.query() as work:
            return pb.GetMotionResponse(motion=translate.motion_message(await get_motion(work, motion_id), work.now, with_text=True))

    async def ListMotions(self, request: pb.ListMotionsRequest, _: Context) -> pb.ListMotionsResponse:
        list_filter = translate.parse_list_filter(request.filter)
        async with self._transactions.query() as work:
            views, token = await list_motions(work, list_filter, request.page_size, request.page_token)
            motions = [translate.motion_message(view, work.now, with_text=False) for view in views]
            return pb.ListMotionsResponse(motions=motions, next_page_token=token)

    async def CastBallot(self, request: pb.CastBallotRequest, _: Context) -> pb.CastBallotResponse:
        motion_id = translate.parse_id("motion_id", request.motion_id)

        async def run(work: UnitOfWork) -> pb.CastBallotResponse:
            return pb.CastBallotResponse(
                ballot=translate.ballot_message(await cast_ballot(work, motion_id, request.choice, request.revision))
            )

        return await self._transactions.command(request, pb.CastBallotResponse, run)

    async def GetMyBallot(self, request: pb.GetMyBallotRequest, _: Context) -> pb.GetMyBallotResponse:
        motion_id = translate.parse_id("motion_id", request.motion_id)
        async with self._transactions.query() as work:
            ballot = await get_my_ballot(work, motion_id)
            return pb.GetMyBallotResponse(ballot=translate.ballot_message(ballot) if ballot else None)

    async def RecordBallot(self, request: pb.RecordBallotRequest, _: Context) -> pb.RecordBallotResponse:
        motion_id, person = translate.parse_id("motion_id", request.motion_id), translate.parse_id("person_id", request.person_id)
        taken = translate.parse_ballot_channel(request.taken)

        async def run(work: UnitOfWork) -> pb.RecordBallotResponse:
            return pb.RecordBallotResponse(record_id=str(await record_ballot(work, motion_id, person, request.choice, taken)))

        return await self._transactions.command(request, pb.RecordBallotResponse, run)

    async def ConfirmBallot(self, request: pb.ConfirmBallotRequest, _: Context) -> pb.ConfirmBallotResponse:
        entry_id = translate.parse_id("record_id", request.record_id)

        async def run(work: UnitOfWork) -> pb.ConfirmBallotResponse:
            ballot = await confirm_ballot(work, entry_id, request.choice)
            return pb.ConfirmBallotResponse(ballot=translate.ballot_message(ballot) if ballot else None, differs=ballot is None)

        return await self._transactions.command(request, pb.ConfirmBallotResponse, run)

    async def ListUnconfirmedBallots(self, request: pb.ListUnconfirmedBallotsRequest, _: Context) -> pb.ListUnconfirmedBallotsResponse:
        motion_id = translate.parse_id("motion_id", request.motion_id) if request.motion_id else None
        async with self._transactions.query() as work:
            entries, token = await list_unconfirmed_ballots(work, motion_id, request.page_size, request.page_token)
            return pb.ListUnconfirmedBallotsResponse(
                ballots=[translate.unconfirmed_ballot_message(entry) for entry in entries], next_page_token=token
            )

    async def GetResult(self, request: pb.GetResultRequest, _: Context) -> pb.GetResultResponse:
        motion_id = translate.parse_id("motion_id", request.motion_id)
        async with self._transactions.query() as work:
            return pb.GetResultResponse(result=translate.result_message(await get_result(work, motion_id)))

    async def ListDecisions(self, request: pb.ListDecisionsRequest, _: Context) -> pb.ListDecisionsResponse:
        async with self._transactions.query() as work:
            decisions, token = await list_decisions(work, request.page_size, request.page_token)
            return pb.ListDecisionsResponse(
                decisions=[translate.decision_message(decision) for decision in decisions], next_page_token=token
            )
