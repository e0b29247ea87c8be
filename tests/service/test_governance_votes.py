"""A vote from the motion to the decision log, with every refusal on the way."""

import pytest

from tests.support.member_assembly import member_assembly
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
