"""Our own rules on notice and opening hours apply in federated votes: on drafting, joining and declaring ready."""

from datetime import timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from libs.refusals import FailedPrecondition, Invalid
from tests.support.member_assembly import HOUR, refused_with, to_timestamp
from tests.support.running_co_op import Infrastructure
from tests.support.simulated_vote import SimulatedVote, simulated_vote

DAY = 24 * HOUR
ANNOUNCED = "announced"
"""A week's notice, open for a day at least and four weeks at most; workers only."""


async def move_clock_ahead(voting: SimulatedVote, seconds: int) -> None:
    co_op = voting.assembly.co_op
    await co_op.move_clock(co_op.shifted + seconds)


def timestamp_after(voting: SimulatedVote, seconds: int) -> Timestamp:
    return to_timestamp(voting.assembly.co_op.now() + timedelta(seconds=seconds))


async def decide_with_notice(voting: SimulatedVote) -> int:
    """A motion of our own that passed after a week's notice and a day; gives its number in the log."""
    assembly = voting.assembly
    motion = await assembly.open_motion(assembly.question(kind=ANNOUNCED, hours=24, opens_in=7 * DAY + 60))
    await move_clock_ahead(voting, 7 * DAY + 120)
    await assembly.cast(assembly.members["worker"][0], motion, "for")
    await move_clock_ahead(voting, DAY)
    await assembly.wait_for_result(motion)
    return max(int(str(row[0])) for row in await assembly.co_op.all_rows("governance", "decision"))


async def test_a_draft_gives_the_notice_and_the_hours_of_its_kind_of_resolution(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:

        async def draft(opens: int, closes: int) -> None:
            asked = voting.question(
                resolution_type=ANNOUNCED, open_latest=timestamp_after(voting, opens), closes_at=timestamp_after(voting, closes)
            )
            await voting.draft(asked)

        with refused_with(Invalid, "VOTE_NOTICE_TOO_SHORT"):
            await draft(7 * DAY, 9 * DAY)
        with refused_with(Invalid, "VOTE_OPEN_TOO_SHORT"):
            await draft(9 * DAY, 9 * DAY + 23 * HOUR)
        with refused_with(Invalid, "VOTE_OPEN_TOO_LONG"):
            await draft(9 * DAY, 38 * DAY)
        await draft(9 * DAY, 10 * DAY + HOUR)


async def test_a_co_op_that_decided_with_notice_joins_nothing_that_gives_less(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        number = await decide_with_notice(voting)
        for opens, closes, reason in (
            (6 * DAY, 9 * DAY, "JOIN_NOTICE_TOO_SHORT"),
            (8 * DAY, 8 * DAY + 23 * HOUR, "JOIN_OPEN_TOO_SHORT"),
        ):
            # Drafted elsewhere, by other rules: ours are looked at when we join.
            await voting.propose(open_latest=timestamp_after(voting, opens), closes_at=timestamp_after(voting, closes))
            with refused_with(FailedPrecondition, reason):
                await voting.join(number)
        await voting.propose(open_latest=timestamp_after(voting, 8 * DAY), closes_at=timestamp_after(voting, 10 * DAY))
        await voting.join(number)


async def test_nobody_says_ready_before_the_members_had_their_notice(infrastructure: Infrastructure) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        number = await decide_with_notice(voting)
        await voting.propose(open_latest=timestamp_after(voting, 8 * DAY), closes_at=timestamp_after(voting, 10 * DAY))
        assert not (await voting.get_vote()).HasField("ready_from")
        joined = await voting.join(number)
        assert 0 < joined.ready_from.ToSeconds() - voting.assembly.co_op.now().timestamp() <= 7 * DAY
        await voting.freeze()
        for one in range(2):
            await voting.attest(voting.scrutineer(one))
        with refused_with(FailedPrecondition, "READY_BEFORE_NOTICE"):
            await voting.ready()
        await move_clock_ahead(voting, 7 * DAY)
        assert not (await voting.ready()).HasField("ready_from")
