"""Measures what a call costs against a lower bound: a bare gRPC stub whose handler sends the same statements over asyncpg (`raw_grpc.py`).

Run with `python -m bench.calls`. Both servers and the client share one process and one PostgreSQL. Rounds of Kith and of the reference
alternate, and the result is the median of the ratios of the pairs.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from bench.open_vote import OpenVote, bench_environment, open_vote
from bench.raw_grpc import RawStub, RecordedCall, raw_server, record_statements
from bench.report import is_quick_run, markdown_table, median_ratio, save_report, verdict
from kith.governance.v1 import governance_pb2 as governance
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.membership.v1 import membership_pb2 as membership
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.access import hats
from libs.database.engine import Database, new_id
from libs.rpc.client import call_service

ROUNDS = 2 if is_quick_run() else 21
CALLS = {1: 20, 16: 96}
"""Calls per round, by number of concurrent clients."""
COMMAND_ALONE = "command, its facts waiting"
"""The relay and all consumers are stopped: what the call costs by itself."""
AIMS = {"own read": 1.5, "audited read": 2.0, "command": 2.0, COMMAND_ALONE: 2.0}
"""With one client."""
SETTLE_SECONDS = 0.02

CallFunction = Callable[[UUID], Awaitable[object]]
Measurements = dict[tuple[str, int], tuple[int, list[tuple[float, float]]]]
"""By call and number of clients: how many statements it sends, and for each round the milliseconds of Kith and of the reference."""


@dataclass(frozen=True)
class MeasuredCall:
    """One kind of call: through Kith, over the raw server, and the number of statements both send."""

    name: str
    kith: CallFunction
    raw: CallFunction
    statements: int


class VoteClient:
    """Makes the three kinds of call as the people of a vote."""

    def __init__(self, vote: OpenVote) -> None:
        self._vote = vote
        self._governance = vote.co_op.stub(GovernanceServiceStub)
        self._membership = vote.co_op.stub(MembershipServiceStub)
        self._secretary = vote.co_op.token(vote.secretary, hats.SECRETARY)
        self._tokens: dict[UUID, str] = {}

    def prepare(self, people: Sequence[UUID]) -> None:
        """Creates the tokens in advance: they are identity's work, not part of the call."""
        self._secretary = self._vote.co_op.token(self._vote.secretary, hats.SECRETARY)
        self._tokens = {person: self._vote.co_op.token(person) for person in people}

    async def own_read(self, person: UUID) -> governance.GetMyBallotResponse:
        return await call_service(
            self._governance.GetMyBallot, governance.GetMyBallotRequest(motion_id=self._vote.motion), self._tokens[person]
        )

    async def audited_read(self, person: UUID) -> membership.GetMemberResponse:
        return await call_service(self._membership.GetMember, membership.GetMemberRequest(person_id=str(person)), self._secretary)

    async def command(self, person: UUID, request_id: str = "") -> governance.CastBallotResponse:
        request = governance.CastBallotRequest(request_id=request_id or str(new_id()), motion_id=self._vote.motion, choice="for")
        return await call_service(self._governance.CastBallot, request, self._tokens[person])


async def record_calls(vote: OpenVote, client: VoteClient, person: UUID) -> dict[str, tuple[RecordedCall, str]]:
    """Records the statements that each of the three calls sends, from one real call of `person`."""
    fixed_ids = frozenset({UUID(vote.motion), vote.secretary})
    results: dict[str, tuple[RecordedCall, str]] = {}
    for name, service, call_function in (
        ("command", "governance", lambda: client.command(person, "request-1")),
        ("own read", "governance", lambda: client.own_read(person)),
        ("audited read", "membership", lambda: client.audited_read(person)),
    ):
        await asyncio.sleep(0.3)  # by then the call's events are published, and their statements do not count as part of the next call
        with record_statements(_database_of(vote, service)) as statements:
            response = await call_function()
            own_statements = [statement for statement in statements if not _is_background_statement(statement[0])]
        call = RecordedCall(own_statements, person, fixed_ids, "request-1", response.SerializeToString())
        results[name] = (call, vote.co_op.databases[service].run_url)
    return results


def _database_of(vote: OpenVote, service: str) -> Database:
    return next(running.database for running in vote.co_op.process._running if running.component.name == service)  # noqa: SLF001 - only read, not used


def _is_background_statement(statement: str) -> bool:
    """Whether jobs, the relay or consumers sent the statement; they go on during the measurement."""
    fragments = (
        "closes_at <=",
        "outbox_state",
        "from outbox",
        "update outbox",
        "from position",
        "into position",
        "update position",
        "answer where at",
        "answer where answer.at",
    )
    plain = " ".join(statement.lower().split())
    return plain == "select 1" or any(fragment in plain for fragment in fragments)


async def time_calls(people: Sequence[UUID], call_function: CallFunction, concurrency: int) -> float:
    """Calls `call_function` once per person, `concurrency` concurrently, and returns the milliseconds all took, divided by their number."""
    remaining = iter(people)

    async def run_client() -> None:
        for person in remaining:
            await call_function(person)

    await asyncio.sleep(SETTLE_SECONDS)
    began = time.perf_counter()
    await asyncio.gather(*(run_client() for _ in range(concurrency)))
    return (time.perf_counter() - began) * 1000 / len(people)


async def measure(vote: OpenVote) -> Measurements:
    client = VoteClient(vote)
    first, *people = vote.people
    client.prepare([first])
    recorded = await record_calls(vote, client, first)
    async with raw_server(f"unix:{vote.co_op.folder}/raw.sock", recorded) as stub:
        calls = [
            MeasuredCall(name, call_function, _raw_call(stub, name), len(recorded[name][0].statements))
            for name, call_function in _kith_calls(client).items()
        ]
        results = await _measure_rounds(client, calls, people)
        for running in vote.co_op.process._running:  # noqa: SLF001 - stopped for the rest of the measurement
            for task in running.tasks:
                task.cancel()
        alone = MeasuredCall(COMMAND_ALONE, client.command, _raw_call(stub, "command"), len(recorded["command"][0].statements))
        return results | await _measure_rounds(client, [alone], people)


async def _measure_rounds(client: VoteClient, calls: Sequence[MeasuredCall], people: list[UUID]) -> Measurements:
    results: Measurements = {(call.name, concurrency): (call.statements, []) for concurrency in CALLS for call in calls}
    for round_ in range(-1, ROUNDS):
        for concurrency, size in CALLS.items():
            ours, reference = [people.pop() for _ in range(size)], [people.pop() for _ in range(size)]
            client.prepare(ours)
            for call in calls:
                pair = [await time_calls(ours, call.kith, concurrency), await time_calls(reference, call.raw, concurrency)]
                if round_ >= 0:  # the first one only warms up
                    results[call.name, concurrency][1].append((pair[0], pair[1]))
    return results


def _kith_calls(client: VoteClient) -> dict[str, CallFunction]:
    """The command comes first, so that there is a ballot to read."""
    return {"command": client.command, "own read": client.own_read, "audited read": client.audited_read}


def _raw_call(stub: RawStub, name: str) -> CallFunction:
    return lambda person: stub.call(name, person)


async def main() -> int:
    with bench_environment() as kith:
        async with open_vote(kith, 1 + 4 * (ROUNDS + 1) * sum(CALLS.values())) as vote:
            results = await measure(vote)
    rows, missed = [], False
    for (name, concurrency), (statements, pairs) in sorted(results.items(), key=lambda item: (item[0][1], list(AIMS).index(item[0][0]))):
        median = median_ratio(pairs)
        aim = AIMS[name] if concurrency == 1 else 0.0
        missed |= bool(aim) and median > aim
        medians = [f"{statistics.median(column):.2f}" for column in zip(*pairs, strict=True)]
        aim_columns = [f"{aim:.1f}", verdict(median, aim)] if aim else ["none", ""]
        rows.append([name, str(concurrency), str(statements), *medians, f"{median:.2f}", *aim_columns])
    head = ["call", "callers", "statements", "ours ms", "raw ms", "ratio", "aim", ""]
    about = f"{ROUNDS} interleaved rounds of {CALLS[1]} calls one after the other and {CALLS[16]} by 16 callers; medians."
    save_report("calls", "Calls against a bare echo with the same statements", about, markdown_table(head, rows))
    return int(missed and not is_quick_run())


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
