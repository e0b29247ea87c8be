"""A vote from the motion to the decision log, with every refusal on the way."""

import pytest

from kith.governance.v1 import governance_pb2 as pb
from libs.refusals import Invalid
from libs.rpc.client import call_service
from tests.support.member_assembly import member_assembly, refused_with
from tests.support.running_co_op import Infrastructure


@pytest.mark.capability("G1")
async def test_a_motion_is_put_voted_on_counted_and_logged(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=3, worker=2, friend=1) as assembly:
        motion = await assembly.open_motion()
        users, workers = assembly.members["user"], assembly.members["worker"]
        for person, choice in zip((*users, *workers), ("for", "for", "against", "for", "abstain"), strict=True):
            ballot = await assembly.cast(person, motion, choice)
            assert (ballot.revision, ballot.choice, ballot.person_id) == (1, choice, str(person))
        await assembly.co_op.move_clock(3 * 3600)
        result = await assembly.wait_for_result(motion)
        assert (result.passes, result.share_for, result.turnout) == (True, "3/4", "1")


@pytest.mark.capability("I5")
async def test_a_vote_by_phone_keeps_who_entered_it_and_that_the_person_asked_them_to(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, worker=3) as assembly:
        kim = assembly.members["worker"][0]
        motion = await assembly.open_motion()
        record = await assembly.record(kim, motion, "for", taken="phone", asked_for=True)
        with refused_with(Invalid, "PHONE_CONSENT_MISSING"):
            await assembly.confirm(record, "for")
        ballot = await assembly.confirm(record, "for", asked_for=True)
        assert (ballot.taken, ballot.asked_for, list(ballot.recorders)) == ("phone", True, [str(assembly.secretary), str(assembly.second)])
        own = await call_service(assembly.stub.GetMyBallot, pb.GetMyBallotRequest(motion_id=motion), assembly.co_op.token(kim))
        assert own.ballot == ballot, "the person reads it on their receipt"
