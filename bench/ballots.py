"""Measures how many ballots a running co-op records per second on the whole path: call, transaction, events, relay.

Run with `python -m bench.ballots`. The co-op is a `kith up` of its own; its voting members are simulated in this process. Every ballot
belongs to another member, with a token the services have not motion before. At the end as many ballots are counted as were acknowledged.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from bench.report import is_quick_run, markdown_table, percentile, save_report
from kith.governance.v1 import governance_pb2 as pb
from libs.database.engine import new_id
from libs.rpc.client import call_service
from scripts.cli.connection import Connection, connect
from tests.support.kith_up_process import kith_up_in, service_readable_folder
from tests.support.motion_voters import open_poll

IN_FLIGHT = (1, 16, 64)
ROUNDS = 1 if is_quick_run() else 5
BALLOTS = {1: 30, 16: 120, 64: 240} if is_quick_run() else {1: 100, 16: 400, 64: 600}
"""Per round."""
MEMBERS = 60 if is_quick_run() else 300


async def cast_ballots(connection: Connection, motion_id: str, ballots: Iterator[tuple[UUID, int]]) -> list[float]:
    """Casts the ballots one after the other and returns the milliseconds each took."""
    durations = []
    for person, revision in ballots:
        request = pb.CastBallotRequest(request_id=str(new_id()), motion_id=motion_id, choice="for", revision=revision)
        token = connection.person_token(person)
        began = time.perf_counter()
        await call_service(connection.governance.CastBallot, request, token)
        durations.append((time.perf_counter() - began) * 1000)
    return durations


def endless_ballots(people: list[UUID]) -> Iterator[tuple[UUID, int]]:
    """Yields a ballot for each member, then a changed one for each, and so on: the person and the revision they were shown."""
    revision = 0
    while True:
        yield from ((person, revision) for person in people)
        revision += 1


def take(ballots: Iterator[tuple[UUID, int]], number: int) -> Iterator[tuple[UUID, int]]:
    for _ in range(number):
        yield next(ballots)


async def measure_rates(folder: Path) -> dict[int, list[tuple[float, list[float]]]]:
    """Returns, by number of ballots in flight, each round's ballots per second and the milliseconds of each ballot."""
    async with connect(folder) as connection:
        poll = await open_poll(connection, MEMBERS)
        ballots = endless_ballots([voter.person for voter in poll.voters])
        rounds_by_concurrency: dict[int, list[tuple[float, list[float]]]] = {number: [] for number in IN_FLIGHT}
        for round_ in range(-1, ROUNDS):
            for number in IN_FLIGHT:
                next_ballots = take(ballots, BALLOTS[number])
                began = time.perf_counter()
                durations_by_client = await asyncio.gather(*(cast_ballots(connection, poll.motion, next_ballots) for _ in range(number)))
                rate = BALLOTS[number] / (time.perf_counter() - began)
                if round_ >= 0:
                    rounds_by_concurrency[number].append((rate, [duration for durations in durations_by_client for duration in durations]))
        await _require_all_recorded(connection, poll.motion, len(poll.voters))
        return rounds_by_concurrency


async def _require_all_recorded(connection: Connection, motion_id: str, voters: int) -> None:
    motion = (
        await call_service(connection.governance.GetMotion, pb.GetMotionRequest(motion_id=motion_id), connection.secretary_token())
    ).motion
    if motion.ballots != voters:
        message = f"{motion.ballots} ballots of {voters} members are there"
        raise RuntimeError(message)


async def main() -> int:
    async with service_readable_folder() as place, kith_up_in(place) as co_op:
        await co_op.start()
        await co_op.wait_until_ready()
        rounds_by_concurrency = await measure_rates(co_op.folder)
    rows = []
    for number, rounds in rounds_by_concurrency.items():
        durations = [duration for _, round_durations in rounds for duration in round_durations]
        rate = statistics.median(rate for rate, _ in rounds)
        rows.append(
            [str(number), f"{rate:.0f}", f"{percentile(durations, 0.5):.1f}", f"{percentile(durations, 0.99):.1f}", f"{max(durations):.1f}"]
        )
    about = f"{MEMBERS + 1} members of a co-op under `kith up`; {ROUNDS} rounds, the median of their rates, and the times of all ballots."
    save_report(
        "ballots", "Ballots recorded", about, markdown_table(["in flight", "ballots a second", "p50 ms", "p99 ms", "slowest ms"], rows)
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
