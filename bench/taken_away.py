"""Measures how soon a right that is taken away is gone: in identity itself, and where it has to be told.

Run with `python -m bench.taken_away`. Each time is from before the call, or the commit, that takes it away until a reader who asks again
and again gets nothing more; it takes turns with publishing one message to a waiting pull consumer, with the NATS client alone.

- what somebody shares with one person: a call to identity, which keeps the rights itself;
- what somebody shares with their team: a member leaves it in matching, and identity hears;
- a visit somebody took: identity says that a credential ended, and scheduling opens the visit again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from bench.facts import make_message, pull_subscription, raw_stream, time_raw_message
from bench.open_vote import bench_environment
from bench.report import is_quick_run, markdown_table, median_ratio, percentile, save_report, verdict
from kith.identity.facts.v1.facts_pb2 import CredentialRevoked
from kith.matching.v1 import teams_pb2 as teams
from kith.matching.v1.teams_pb2_grpc import TeamServiceStub
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.person_records import TEAM, PersonRecords, person_audience
from tests.support.running_co_op import Infrastructure, event_publisher, running_co_op
from tests.support.teams_of_people import accept_invitation, invite_to_team
from tests.support.visit_people import BEFORE_A_VISIT, visit_people

TIMES = 3 if is_quick_run() else 60
AIM_MS = 1_000.0
FIELD = "home.key_safe"
_LONGEST_SECONDS = 30.0
TakeAway = Callable[[], Awaitable[Callable[[], Awaitable[bool]]]]
"""Takes a right away; returns what says whether it is gone."""


async def time_until_gone(prepare: Callable[[], Awaitable[TakeAway]]) -> float:
    """Milliseconds."""
    take_away = await prepare()
    began = time.perf_counter()
    is_gone = await take_away()
    async with asyncio.timeout(_LONGEST_SECONDS):
        while not await is_gone():
            pass
    return (time.perf_counter() - began) * 1000


async def measure(infrastructure: Infrastructure, prepare: Callable[[], Awaitable[TakeAway]]) -> list[tuple[float, float]]:
    """Pairs (Kith, raw) in milliseconds."""
    async with raw_stream(infrastructure) as js:
        subscription, body = await pull_subscription(js), make_message()
        await time_until_gone(prepare)
        return [(await time_until_gone(prepare), await time_raw_message(js, subscription, body)) for _ in range(TIMES)]


async def measure_reads(infrastructure: Infrastructure) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Of what is shared with one person, and with a team."""
    async with running_co_op(infrastructure, "identity", "matching") as co_op, event_publisher(co_op, "membership") as membership:
        _, ada, bo = await co_op.register_people("Ash Example", "Ada Ample", "Bo Brook")
        await membership.publish(
            *((MemberAdmitted(person_id=str(one), member_class="worker", may_vote=True), str(one)) for one in (ada, bo))
        )
        for consumer in ("identity", "matching"):
            await co_op.wait_until_consumed(consumer, "membership")
        records = PersonRecords(co_op)
        await records.fill_in(ada, home__key_safe="4711")

        async def is_gone() -> bool:
            return await records.read(bo, ada, FIELD) == {}

        async def share_with_bo() -> TakeAway:
            [grant] = await records.share(ada, person_audience(bo), FIELD)

            async def stop() -> Callable[[], Awaitable[bool]]:
                await records.stop(ada, grant)
                return is_gone

            return stop

        async def share_with_team() -> TakeAway:
            if not await records.grants(ada, only_open=True):
                await records.share(ada, TEAM, FIELD)
            team = await invite_to_team(co_op, ada, bo)
            await accept_invitation(co_op, team, bo)

            async def leave() -> Callable[[], Awaitable[bool]]:
                request = teams.EndTeamMembershipRequest(request_id=str(new_id()), team_id=team, person_id=str(bo))
                await call_service(co_op.stub(TeamServiceStub).EndTeamMembership, request, co_op.token(bo))
                return is_gone

            return leave

        return await measure(infrastructure, share_with_bo), await measure(infrastructure, share_with_team)


async def measure_visits(infrastructure: Infrastructure) -> list[tuple[float, float]]:
    async with visit_people(infrastructure) as people:
        ada, wren = new_id(), new_id()
        await people.form_team(ada, worker=[wren], unchecked=[wren])
        *checked, renewed = BEFORE_A_VISIT
        for kind in checked:
            await people.verify(wren, kind=kind)
        visit = await people.propose(ada, ada, people.at(3))

        async def is_open() -> bool:
            return not (await people.get(visit, ada)).worker_ids

        async def take() -> TakeAway:
            await people.verify(wren, kind=renewed)
            await people.take(visit, wren)
            credential = people.verified[wren][-1].credential_id

            async def revoke() -> Callable[[], Awaitable[bool]]:
                revoked = CredentialRevoked(credential_id=credential, person_id=str(wren), kind=renewed)
                await people.identity.publish((revoked, str(wren)))
                return is_open

            return revoke

        return await measure(infrastructure, take)


async def main() -> int:
    with bench_environment() as infrastructure:
        shared, in_team = await measure_reads(infrastructure)
        taken = await measure_visits(infrastructure)
    rows = [
        [
            name,
            f"{percentile(times := [ours for ours, _ in pairs], 0.5):.1f}",
            f"{percentile(times, 0.99):.1f}",
            f"{percentile([raw for _, raw in pairs], 0.5):.1f}",
            f"{median_ratio(pairs):.1f}",
            f"{AIM_MS:.0f}",
            verdict(percentile(times, 0.99), AIM_MS),
        ]
        for name, pairs in (
            ("a field shared with one person, in identity", shared),
            ("a field shared with a team, that matching says somebody left", in_team),
            ("a visit, whose worker lost a credential", taken),
        )
    ]
    head = ["until it is gone", "p50 ms", "p99 ms", "raw publish to pull ms", "ratio", "aim of p99 ms", ""]
    save_report("taken_away", "Rights that are taken away", f"{TIMES} times each, on an idle system.", markdown_table(head, rows))
    return int(any(row[-1] != verdict(0, 1) for row in rows) and not is_quick_run())


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
