"""A person says openly what support they look for; members who would like to meet say yes, and a no of the person stays private."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from kith.matching.v1 import call_outs_pb2 as pb
from kith.matching.v1 import introductions_pb2 as introductions
from kith.matching.v1.call_outs_pb2_grpc import CallOutServiceStub
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.matching_people import MatchingPeople, matching_people
from tests.support.running_co_op import Infrastructure

WORDS = "I look for somebody who signs, on Tuesday mornings."


class CallOuts:
    """Calls in the names of people."""

    def __init__(self, people: MatchingPeople) -> None:
        self.people, self.token = people, people.co_op.token
        self.stub = people.co_op.stub(CallOutServiceStub)

    async def write(self, person: UUID, token: str = "", *, words: str = WORDS, days: int = 7, agreed: bool = False) -> str:
        until = (self.people.co_op.now() + timedelta(days=days)).date().isoformat()
        request = pb.WriteCallOutRequest(
            request_id=str(new_id()), person_id=str(person), words=words, until_day=until, others_agreed=agreed
        )
        written: pb.WriteCallOutResponse = await call_service(self.stub.WriteCallOut, request, token or self.token(person))
        return written.call_out_id

    async def end(self, call_out: str, token: str) -> None:
        await call_service(self.stub.EndCallOut, pb.EndCallOutRequest(request_id=str(new_id()), call_out_id=call_out), token)

    async def own(self, person: UUID, token: str = "") -> list[str]:
        request = pb.GetCallOutsRequest(person_id=str(person))
        return [one.call_out_id for one in (await call_service(self.stub.GetCallOuts, request, token or self.token(person))).call_outs]

    async def seen(self, by: UUID) -> list[tuple[UUID, str, bool]]:
        found = await call_service(self.stub.FindCallOuts, pb.FindCallOutsRequest(), self.token(by))
        return [(UUID(one.person_id), one.words, one.known) for one in found.call_outs]


@pytest.mark.capability("T5")
async def test_a_call_out_is_read_by_members_answered_as_every_introduction_and_tells_of_no_no(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        calls = CallOuts(people)
        ada, sister, wren, fern, stranger = *await people.members(4), new_id()
        await people.offer_support(wren, fern)
        as_ada = await people.let_act(sister, ada)
        with pytest.raises(FailedPrecondition, match="CALL_OUT_NEEDS_PROFILE"):
            await calls.write(ada)
        await people.look_for_support(ada)
        with pytest.raises(Invalid) as refused:
            await calls.write(ada, as_ada, words="My mother has dementia.")
        assert [one.reason for one in refused.value.problems] == ["OTHERS_HEALTH"]

        written = await calls.write(ada, as_ada)
        others = [await calls.write(ada, words="My mother has dementia.", agreed=True), await calls.write(ada)]
        with pytest.raises(FailedPrecondition, match="TOO_MANY_CALL_OUTS"):
            await calls.write(ada)
        for one in others:
            await calls.end(one, calls.token(ada))
        assert await calls.own(ada, as_ada) == [written]
        assert (await calls.seen(ada), await calls.seen(stranger)) == ([], [])
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await calls.own(ada, calls.token(wren))
        for token in (calls.token(wren), calls.token(stranger)):
            with pytest.raises(NotFound, match="CALL_OUT_UNKNOWN"):
                await calls.end(written, token)

        # Ada has said no to Wren in private: Wren reads the same as Fern, and may answer like her.
        await people.no(ada, wren, calls.token(ada), block=True)
        assert await calls.seen(wren) == await calls.seen(fern) == [(ada, WORDS, False)]
        for worker in (wren, fern):
            assert await people.yes(ada, worker, calls.token(worker)) == introductions.INTRODUCTION_STEP_INTEREST
            assert await calls.seen(worker) == [(ada, WORDS, True)]
        assert [one.pair.worker_id for one in (await people.introductions(ada)).introductions] == [str(fern)]
        await people.no(ada, fern, calls.token(fern))
        assert await calls.seen(fern) == [], "whom one does not want to see"

        reads = [row for row in await people.co_op.all_rows("matching", "read_audit") if ada in row]
        assert reads, "who read it is in Ada's list of readers"
        await people.co_op.move_clock(9 * 86_400)
        assert (await calls.own(ada), await calls.seen(wren)) == ([], [])
        async with asyncio.timeout(60):
            while await people.co_op.all_rows("matching", "call_out"):
                await asyncio.sleep(0.05)
