"""GovernanceService over gRPC: translate, open the work, one command or query, translate."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from kith.governance.v1 import governance_pb2 as pb
from kith.governance.v1 import governance_pb2_grpc
from libs.database.engine import Work
from libs.messages.consumer import Consumer
from libs.rpc.desk import Desk
from services.governance.commands.adopt_rulebook import adopt_rulebook
from services.governance.commands.cast_ballot import cast_ballot
from services.governance.commands.confirm_ballot import confirm_ballot
from services.governance.commands.open_motion import open_motion
from services.governance.commands.record_ballot import record_ballot
from services.governance.queries.see_ballots import my_ballot, unconfirmed
from services.governance.queries.see_decisions import list_decisions, see_rulebook
from services.governance.queries.see_motion import list_motions, see_motion
from services.governance.queries.see_result import see_result
from services.governance.rpc import translate

Context = Any
"""grpc carries no types."""


class GovernanceServicer(governance_pb2_grpc.GovernanceServiceServicer):
    """One RPC, one intention."""

    def __init__(self, desk: Desk, consumers: Mapping[str, Consumer], zone: ZoneInfo) -> None:
        self._desk = desk
        self._consumers = consumers
        self._zone = zone

    async def AdoptRulebook(self, request: pb.AdoptRulebookRequest, _: Context) -> pb.AdoptRulebookResponse:
        async def do(work: Work) -> pb.AdoptRulebookResponse:
            rulebook, decision = await adopt_rulebook(work, request.text)
            return pb.AdoptRulebookResponse(rulebook_hash=rulebook.hash, decision_id=str(decision))

        return await self._desk.command(request, pb.AdoptRulebookResponse, do)

    async def GetRulebook(self, request: pb.GetRulebookRequest, _: Context) -> pb.GetRulebookResponse:
        async with self._desk.query() as work:
            return translate.rulebook(await see_rulebook(work, request.rulebook_hash))

    async def OpenMotion(self, request: pb.OpenMotionRequest, _: Context) -> pb.OpenMotionResponse:
        asked = translate.motion_asked(request)

        async def do(work: Work) -> pb.OpenMotionResponse:
            # The roll may only be frozen when everything membership had stated by now is in our own tables.
            membership_number = await self._consumers["membership"].up_to_date()
            today = work.now.astimezone(self._zone).date()
            return pb.OpenMotionResponse(motion_id=str(await open_motion(work, asked, today, membership_number)))

        return await self._desk.command(request, pb.OpenMotionResponse, do)

    async def GetMotion(self, request: pb.GetMotionRequest, _: Context) -> pb.GetMotionResponse:
        motion_id = translate.id_of("motion_id", request.motion_id)
        async with self._desk.query() as work:
            return pb.GetMotionResponse(motion=translate.motion(await see_motion(work, motion_id), work.now, with_text=True))

    async def ListMotions(self, request: pb.ListMotionsRequest, _: Context) -> pb.ListMotionsResponse:
        by = translate.filter_of(request.filter)
        async with self._desk.query() as work:
            found, token = await list_motions(work, by, request.page_size, request.page_token)
            motions = [translate.motion(one, work.now, with_text=False) for one in found]
            return pb.ListMotionsResponse(motions=motions, next_page_token=token)

    async def CastBallot(self, request: pb.CastBallotRequest, _: Context) -> pb.CastBallotResponse:
        motion_id = translate.id_of("motion_id", request.motion_id)

        async def do(work: Work) -> pb.CastBallotResponse:
            return pb.CastBallotResponse(ballot=translate.ballot(await cast_ballot(work, motion_id, request.choice, request.revision)))

        return await self._desk.command(request, pb.CastBallotResponse, do)

    async def GetMyBallot(self, request: pb.GetMyBallotRequest, _: Context) -> pb.GetMyBallotResponse:
        motion_id = translate.id_of("motion_id", request.motion_id)
        async with self._desk.query() as work:
            found = await my_ballot(work, motion_id)
            return pb.GetMyBallotResponse(ballot=translate.ballot(found) if found else None)

    async def RecordBallot(self, request: pb.RecordBallotRequest, _: Context) -> pb.RecordBallotResponse:
        motion_id, person = translate.id_of("motion_id", request.motion_id), translate.id_of("person_id", request.person_id)
        taken = translate.taken_of(request.taken)

        async def do(work: Work) -> pb.RecordBallotResponse:
            return pb.RecordBallotResponse(record_id=str(await record_ballot(work, motion_id, person, request.choice, taken)))

        return await self._desk.command(request, pb.RecordBallotResponse, do)

    async def ConfirmBallot(self, request: pb.ConfirmBallotRequest, _: Context) -> pb.ConfirmBallotResponse:
        entry_id = translate.id_of("record_id", request.record_id)

        async def do(work: Work) -> pb.ConfirmBallotResponse:
            found = await confirm_ballot(work, entry_id, request.choice)
            return pb.ConfirmBallotResponse(ballot=translate.ballot(found) if found else None, differs=found is None)

        return await self._desk.command(request, pb.ConfirmBallotResponse, do)

    async def ListUnconfirmedBallots(self, request: pb.ListUnconfirmedBallotsRequest, _: Context) -> pb.ListUnconfirmedBallotsResponse:
        motion_id = translate.id_of("motion_id", request.motion_id) if request.motion_id else None
        async with self._desk.query() as work:
            found, token = await unconfirmed(work, motion_id, request.page_size, request.page_token)
            return pb.ListUnconfirmedBallotsResponse(ballots=[translate.unconfirmed(one) for one in found], next_page_token=token)

    async def GetResult(self, request: pb.GetResultRequest, _: Context) -> pb.GetResultResponse:
        motion_id = translate.id_of("motion_id", request.motion_id)
        async with self._desk.query() as work:
            return pb.GetResultResponse(result=translate.result(await see_result(work, motion_id)))

    async def ListDecisions(self, request: pb.ListDecisionsRequest, _: Context) -> pb.ListDecisionsResponse:
        async with self._desk.query() as work:
            found, token = await list_decisions(work, request.page_size, request.page_token)
            return pb.ListDecisionsResponse(decisions=[translate.decision(one) for one in found], next_page_token=token)
