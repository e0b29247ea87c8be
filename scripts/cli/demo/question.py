"""Questions that co-ops of the demonstration put to their own members: from the notice to a count that is the same as by hand."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kith.governance.v1 import governance_pb2 as pb
from scripts.cli import motion_file
from scripts.cli.demo.ballots import cast_on_motion
from scripts.cli.demo.clock import Clocks, until
from scripts.cli.demo.co_op import CoOp
from scripts.cli.demo.example import Vote, differences, expected
from scripts.cli.motion import put

_COUNTED_SECONDS = 30.0


@dataclass
class Question:
    """One motion of one co-op, and who will vote how on it."""

    co_op: CoOp
    file: Path
    votes: Sequence[Vote]
    motion: pb.Motion
    result: pb.Result
    decision: pb.Decision


async def put_to(co_op: CoOp, file: Path, votes: Sequence[Vote]) -> Question:
    """Puts it as the secretary: notice begins and the roll is frozen."""
    motion_id = await put(co_op.door, motion_file.read(file, co_op.door.instance.co_op.zone))
    motion = await co_op.motion(motion_id)
    co_op.steps.expect(f"people on the roll at {co_op.name}", sum(one.eligible for one in motion.roll), len(co_op.persons))
    return Question(co_op, file, votes, motion, pb.Result(), pb.Decision())


async def open_all(questions: Sequence[Question], clocks: Clocks) -> None:
    """Moves the clocks past every notice."""
    await clocks.to(max((one.motion.opens_at for one in questions), key=lambda at: at.ToNanoseconds()))
    await asyncio.gather(*(until(partial(_open, one)) for one in questions))


async def vote_all(questions: Sequence[Question]) -> int:
    """Everybody's ballots, at all co-ops at once; how many."""
    await asyncio.gather(*(cast_on_motion(one.co_op, one.motion.motion_id, one.votes) for one in questions))
    return sum(len(one.votes) for one in questions)


async def count_all(questions: Sequence[Question], clocks: Clocks) -> None:
    """Moves the clocks past every close, waits for the results, and compares each with what the files say."""
    await clocks.to(max((one.motion.closes_at for one in questions), key=lambda at: at.ToNanoseconds()))
    await asyncio.gather(*map(_counted, questions))


async def _counted(one: Question) -> None:
    co_op, motion = one.co_op, one.motion
    one.result = await until(lambda: co_op.result(motion.motion_id), _COUNTED_SECONDS, "a count")
    one.decision = await co_op.decision(motion.motion_id)
    wanted = expected(co_op.example, motion.resolution_type, one.votes)
    for wrong in differences(one.result, wanted):
        co_op.steps.note(f"{motion.title} ({co_op.name}): {wrong}")


async def _open(one: Question) -> bool | None:
    return (await one.co_op.motion(one.motion.motion_id)).state == pb.MOTION_STATE_OPEN or None
