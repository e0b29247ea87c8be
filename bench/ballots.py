"""How many ballots a running co-op records in a second, on the whole path: call, transaction, facts, relay.

Run with `python -m bench.ballots`. The co-op is a `kith up` of its own; the members who vote are in this process. Every ballot is a
member's own, signed in by a token nobody has seen before, and in the end as many are counted as were acknowledged.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from bench.tables import grid, quick, share, show
from kith.governance.v1 import governance_pb2 as pb
from libs.database.engine import new_id
from libs.rpc.client import ask
from scripts.cli.door import Door, door
from tests.support.kith_up import a_co_op, a_place
from tests.support.voters import a_poll

IN_FLIGHT = (1, 16, 64)
ROUNDS = 1 if quick() else 5
BALLOTS = {1: 30, 16: 120, 64: 240} if quick() else {1: 100, 16: 400, 64: 600}
"""In a round."""
MEMBERS = 60 if quick() else 300


async def cast(door_: Door, motion: str, ballots: Iterator[tuple[UUID, int]]) -> list[float]:
    """One after the other; how many milliseconds each took."""
    taken = []
    for person, revision in ballots:
        asked = pb.CastBallotRequest(request_id=str(new_id()), motion_id=motion, choice="for", revision=revision)
        token = door_.person(person)
        began = time.perf_counter()
        await ask(door_.governance.CastBallot, asked, token)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def everybody(people: list[UUID]) -> Iterator[tuple[UUID, int]]:
    """Each member votes; then each changes their mind, and so on: whom, and which revision they were shown."""
    revision = 0
    while True:
        yield from ((person, revision) for person in people)
        revision += 1


def some(ballots: Iterator[tuple[UUID, int]], number: int) -> Iterator[tuple[UUID, int]]:
    for _ in range(number):
        yield next(ballots)


async def measure(folder: Path) -> dict[int, list[tuple[float, list[float]]]]:
    """By ballots in flight: of each round the ballots a second, and the milliseconds of each."""
    async with door(folder) as open_door:
        poll = await a_poll(open_door, MEMBERS)
        ballots = everybody([one.person for one in poll.voters])
        found: dict[int, list[tuple[float, list[float]]]] = {number: [] for number in IN_FLIGHT}
        for round_ in range(-1, ROUNDS):
            for number in IN_FLIGHT:
                waiting = some(ballots, BALLOTS[number])
                began = time.perf_counter()
                taken = await asyncio.gather(*(cast(open_door, poll.motion, waiting) for _ in range(number)))
                rate = BALLOTS[number] / (time.perf_counter() - began)
                if round_ >= 0:
                    found[number].append((rate, [one for part in taken for one in part]))
        await _all_there(open_door, poll.motion, len(poll.voters))
        return found


async def _all_there(open_door: Door, motion: str, voters: int) -> None:
    seen = (await ask(open_door.governance.GetMotion, pb.GetMotionRequest(motion_id=motion), open_door.secretary())).motion
    if seen.ballots != voters:
        message = f"{seen.ballots} ballots of {voters} members are there"
        raise RuntimeError(message)


async def main() -> int:
    async with a_place() as place, a_co_op(place) as co_op:
        await co_op.start()
        await co_op.ready()
        found = await measure(co_op.folder)
    rows = []
    for number, rounds in found.items():
        each = [one for _, taken in rounds for one in taken]
        rate = statistics.median(rate for rate, _ in rounds)
        rows.append([str(number), f"{rate:.0f}", f"{share(each, 0.5):.1f}", f"{share(each, 0.99):.1f}", f"{max(each):.1f}"])
    about = f"{MEMBERS + 1} members of a co-op under `kith up`; {ROUNDS} rounds, the median of their rates, and the times of all ballots."
    show("ballots", "Ballots recorded", about, grid(["in flight", "ballots a second", "p50 ms", "p99 ms", "slowest ms"], rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
