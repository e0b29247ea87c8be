"""What a call costs against the least it can: a bare gRPC echo whose handler sends the same statements over asyncpg (see `raw.py`).

Run with `python -m bench.calls`. Both servers and the caller share one process and one PostgreSQL; rounds of ours and of the reference
take turns, and what counts is the median of the ratios of the pairs.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from bench.co_op import Vote, a_kith, a_vote
from bench.raw import Call, Echo, beside, heard
from bench.tables import grid, quick, ratio, show, verdict
from kith.governance.v1 import governance_pb2 as governance
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.membership.v1 import membership_pb2 as membership
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.access import hats
from libs.database.engine import Database, new_id
from libs.rpc.client import ask

ROUNDS = 2 if quick() else 21
CALLS = {1: 20, 16: 96}
"""In a round, by how many callers ask at once."""
ALONE = "command, its facts waiting"
"""The relay and whoever follows stand still: what the call costs by itself."""
AIMS = {"own read": 1.5, "audited read": 2.0, "command": 2.0, ALONE: 2.0}
"""At one caller."""
SETTLE_SECONDS = 0.02

Act = Callable[[UUID], Awaitable[object]]
Found = dict[tuple[str, int], tuple[int, list[tuple[float, float]]]]
"""By call and number of callers: the statements it sends, and of each round the milliseconds of ours and of the reference."""


@dataclass(frozen=True)
class Measured:
    """One kind of call: ours, how it was done raw, and the statements both send."""

    name: str
    ours: Act
    raw: Act
    statements: int


class Caller:
    """Makes the three calls as the people of a vote."""

    def __init__(self, vote: Vote) -> None:
        self._vote = vote
        self._governance = vote.co_op.stub(GovernanceServiceStub)
        self._membership = vote.co_op.stub(MembershipServiceStub)
        self._secretary = vote.co_op.token(vote.secretary, hats.SECRETARY)
        self._tokens: dict[UUID, str] = {}

    def prepare(self, people: Sequence[UUID]) -> None:
        """Tokens are identity's work, not the call's."""
        self._secretary = self._vote.co_op.token(self._vote.secretary, hats.SECRETARY)
        self._tokens = {one: self._vote.co_op.token(one) for one in people}

    async def own_read(self, person: UUID) -> governance.GetMyBallotResponse:
        return await ask(self._governance.GetMyBallot, governance.GetMyBallotRequest(motion_id=self._vote.motion), self._tokens[person])

    async def audited_read(self, person: UUID) -> membership.GetMemberResponse:
        return await ask(self._membership.GetMember, membership.GetMemberRequest(person_id=str(person)), self._secretary)

    async def command(self, person: UUID, request_id: str = "") -> governance.CastBallotResponse:
        asked = governance.CastBallotRequest(request_id=request_id or str(new_id()), motion_id=self._vote.motion, choice="for")
        return await ask(self._governance.CastBallot, asked, self._tokens[person])


async def recorded(vote: Vote, caller: Caller, person: UUID) -> dict[str, tuple[Call, str]]:
    """What each of the three sends, from one real call of `person`."""
    kept = frozenset({UUID(vote.motion), vote.secretary})
    found: dict[str, tuple[Call, str]] = {}
    for name, service, act in (
        ("command", "governance", lambda: caller.command(person, "request-1")),
        ("own read", "governance", lambda: caller.own_read(person)),
        ("audited read", "membership", lambda: caller.audited_read(person)),
    ):
        await asyncio.sleep(0.3)  # what the command stated is published by then, and is not taken for part of the next call
        with heard(_database(vote, service)) as statements:
            answer = await act()
            mine = [one for one in statements if not _of_the_house(one[0])]
        call = Call(mine, person, kept, "request-1", answer.SerializeToString())
        found[name] = (call, vote.co_op.databases[service].run_url)
    return found


def _database(vote: Vote, service: str) -> Database:
    return next(one.database for one in vote.co_op.process._running if one.component.name == service)  # noqa: SLF001 - looked at, not used


def _of_the_house(statement: str) -> bool:
    """Sent by jobs, relay and consumers, which go on meanwhile."""
    words = (
        "closes_at <=",
        "outbox_state",
        "from outbox",
        "update outbox",
        "from position",
        "into position",
        "update position",
        "answer where at",
    )
    return any(one in statement for one in words) or statement.strip() in ("select 1", "SELECT 1")


async def milliseconds(people: Sequence[UUID], act: Act, at_once: int) -> float:
    """For one call of each, `at_once` at a time: time taken by all, divided by their number."""
    waiting = iter(people)

    async def one_caller() -> None:
        for person in waiting:
            await act(person)

    await asyncio.sleep(SETTLE_SECONDS)
    began = time.perf_counter()
    await asyncio.gather(*(one_caller() for _ in range(at_once)))
    return (time.perf_counter() - began) * 1000 / len(people)


async def measure(vote: Vote) -> Found:
    caller = Caller(vote)
    first, *people = vote.people
    caller.prepare([first])
    calls = await recorded(vote, caller, first)
    async with beside(f"unix:{vote.co_op.folder}/raw.sock", calls) as echo:
        kinds = [Measured(name, act, _raw(echo, name), len(calls[name][0].statements)) for name, act in _ours(caller).items()]
        found = await _rounds(caller, kinds, people)
        for one in vote.co_op.process._running:  # noqa: SLF001 - stopped for the rest of the measurement
            for task in one.tasks:
                task.cancel()
        alone = Measured(ALONE, caller.command, _raw(echo, "command"), len(calls["command"][0].statements))
        return found | await _rounds(caller, [alone], people)


async def _rounds(caller: Caller, kinds: Sequence[Measured], people: list[UUID]) -> Found:
    found: Found = {(kind.name, at_once): (kind.statements, []) for at_once in CALLS for kind in kinds}
    for round_ in range(-1, ROUNDS):
        for at_once, size in CALLS.items():
            ours, reference = [people.pop() for _ in range(size)], [people.pop() for _ in range(size)]
            caller.prepare(ours)
            for kind in kinds:
                pair = [await milliseconds(ours, kind.ours, at_once), await milliseconds(reference, kind.raw, at_once)]
                if round_ >= 0:  # the first one only warms up
                    found[kind.name, at_once][1].append((pair[0], pair[1]))
    return found


def _ours(caller: Caller) -> dict[str, Act]:
    """The command first: then there is a ballot to read."""
    return {"command": caller.command, "own read": caller.own_read, "audited read": caller.audited_read}


def _raw(echo: Echo, name: str) -> Act:
    return lambda person: echo.call(name, person)


async def main() -> int:
    with a_kith() as kith:
        async with a_vote(kith, 1 + 4 * (ROUNDS + 1) * sum(CALLS.values())) as vote:
            found = await measure(vote)
    rows, missed = [], False
    for (name, at_once), (statements, pairs) in sorted(found.items(), key=lambda one: (one[0][1], list(AIMS).index(one[0][0]))):
        middle = ratio(pairs)
        aim = AIMS[name] if at_once == 1 else 0.0
        missed |= bool(aim) and middle > aim
        medians = [f"{statistics.median(column):.2f}" for column in zip(*pairs, strict=True)]
        judged = [f"{aim:.1f}", verdict(middle, aim)] if aim else ["none", ""]
        rows.append([name, str(at_once), str(statements), *medians, f"{middle:.2f}", *judged])
    head = ["call", "callers", "statements", "ours ms", "raw ms", "ratio", "aim", ""]
    about = f"{ROUNDS} interleaved rounds of {CALLS[1]} calls one after the other and {CALLS[16]} by 16 callers; medians."
    show("calls", "Calls against a bare echo with the same statements", about, grid(head, rows))
    return int(missed and not quick())


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
