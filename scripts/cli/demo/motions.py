"""Motions that the demonstration's co-ops put to their own members, from the notice to a result compared with the expected count."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kith.governance.v1 import governance_pb2 as pb
from scripts.cli import motion_file
from scripts.cli.demo.ballots import cast_on_motion
from scripts.cli.demo.clocks import DemoClocks, poll_until
from scripts.cli.demo.co_op import DemoCoOp
from scripts.cli.demo.expected_results import MemberVote, expected_tally, result_differences
from scripts.cli.motion import put_motion

_RESULT_SECONDS = 30.0


@dataclass
class DemoMotion:
    """One motion of one co-op, and how its members will vote."""

    co_op: DemoCoOp
    file: Path
    votes: Sequence[MemberVote]
    motion: pb.Motion
    result: pb.Result
    decision: pb.Decision


async def put_demo_motion(co_op: DemoCoOp, file: Path, votes: Sequence[MemberVote]) -> DemoMotion:
    """Puts the motion as the secretary: notice begins and the roll is frozen."""
    motion_id = await put_motion(co_op.connection, motion_file.read_motion_file(file, co_op.connection.instance.co_op.zone))
    motion = await co_op.get_motion(motion_id)
    co_op.steps.expect(f"people on the roll at {co_op.name}", sum(group.eligible for group in motion.roll), len(co_op.persons))
    return DemoMotion(co_op, file, votes, motion, pb.Result(), pb.Decision())


async def open_voting(motions: Sequence[DemoMotion], clocks: DemoClocks) -> None:
    """Moves the clocks past the end of every notice period."""
    await clocks.advance_past(max((motion.motion.opens_at for motion in motions), key=lambda at: at.ToNanoseconds()))
    await asyncio.gather(*(poll_until(partial(_open, motion)) for motion in motions))


async def cast_all_votes(motions: Sequence[DemoMotion]) -> int:
    """Casts all ballots at all co-ops concurrently; returns their number."""
    await asyncio.gather(*(cast_on_motion(motion.co_op, motion.motion.motion_id, motion.votes) for motion in motions))
    return sum(len(motion.votes) for motion in motions)


async def await_results(motions: Sequence[DemoMotion], clocks: DemoClocks) -> None:
    """Moves the clocks past every close, waits for the results, and compares each with the expected one."""
    await clocks.advance_past(max((motion.motion.closes_at for motion in motions), key=lambda at: at.ToNanoseconds()))
    await asyncio.gather(*map(_await_result, motions))


async def _await_result(demo_motion: DemoMotion) -> None:
    co_op, motion = demo_motion.co_op, demo_motion.motion
    demo_motion.result = await poll_until(lambda: co_op.get_result(motion.motion_id), _RESULT_SECONDS, "a count")
    demo_motion.decision = await co_op.get_decision(motion.motion_id)
    expected = expected_tally(co_op.example, motion.resolution_type, demo_motion.votes)
    for difference in result_differences(demo_motion.result, expected):
        co_op.steps.note(f"{motion.title} ({co_op.name}): {difference}")


async def _open(motion: DemoMotion) -> bool | None:
    return (await motion.co_op.get_motion(motion.motion.motion_id)).state == pb.MOTION_STATE_OPEN or None
