"""What is counted is what was recorded: in a race with the close, after a jump of the clock, on a full disk."""

import asyncio
import os
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from kith.governance.facts.v1.facts_pb2 import BallotCast, MotionClosed
from kith.governance.v1 import governance_pb2 as pb
from kith.status.v1 import status_pb2
from kith.status.v1.status_pb2_grpc import StatusServiceStub
from libs import callers
from libs.database.engine import Database, new_id
from libs.host import leader_election
from libs.refusals import FailedPrecondition, NotSignedIn, Unavailable
from libs.rpc.client import call_service, open_channel
from services.governance.jobs.close_due_motions import close_due_motions
from tests.support.member_assembly import HOUR, MemberAssembly, member_assembly
from tests.support.running_co_op import Infrastructure

CHOICES = ("for", "against", "abstain")


async def count_latest_ballots(assembly: MemberAssembly, motion: str) -> Counter[str]:
    """Counted the slow way, from the ballots themselves."""
    rows = await assembly.co_op.all_rows("governance", "ballot")
    last = {row[1]: row[5] for row in sorted(rows, key=lambda row: int(str(row[2]))) if row[0] == UUID(motion)}
    return Counter(str(choice) for choice in last.values())


def result_counts(result: pb.Result) -> Counter[str]:
    return Counter(
        {
            "for": sum(member_class.votes_for for member_class in result.classes),
            "against": sum(member_class.votes_against for member_class in result.classes),
            "abstain": sum(member_class.abstentions for member_class in result.classes),
        }
    )


@pytest.mark.capability("G1")
async def test_a_ballot_that_races_with_the_close_is_counted_or_refused(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=240) as assembly:
        motion = await assembly.open_motion()
        taken: Counter[str] = Counter()
        late = 0

        async def vote(person: UUID, after: float) -> None:
            nonlocal late
            await asyncio.sleep(after)
            choice = random.choice(CHOICES)  # noqa: S311 - any choice will do
            try:
                try:
                    await assembly.cast(person, motion, choice)
                except NotSignedIn:
                    # The clock moved while the call was on its way, and its token was of five minutes ago: a page asks for the next one.
                    await assembly.cast(person, motion, choice)
            except FailedPrecondition as refusal:
                assert refusal.reason == "BALLOT_CLOSED"
                late += 1
            else:
                taken[choice] += 1

        async def close() -> None:
            await asyncio.sleep(1.0)
            await assembly.co_op.move_clock(3 * HOUR)

        people = assembly.members["user"]
        await asyncio.gather(close(), *(vote(person, 2.0 * number / len(people)) for number, person in enumerate(people)))
        result = await assembly.wait_for_result(motion)
        assert taken.total() > 20
        assert late > 20
        assert taken.total() + late == len(people)
        assert +result_counts(result) == taken == await count_latest_ballots(assembly, motion)
        facts = await assembly.co_op.published_events("governance")
        assert len([event for event in facts if isinstance(event, BallotCast)]) == taken.total()
        assert [event.ballots for event in facts if isinstance(event, MotionClosed)] == [taken.total()]


@pytest.mark.capability("G1")
async def test_the_result_is_that_of_everybodys_last_ballot_whatever_came_before(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=12, worker=8) as assembly:
        motion = await assembly.open_motion()
        people = [*assembly.members["user"], *assembly.members["worker"]]
        turns = [person for person in people for _ in range(3)]
        random.Random(7).shuffle(turns)  # noqa: S311 - the same order each time
        last: dict[UUID, pb.Ballot] = {}
        for person in turns:
            before = last[person].revision if person in last else 0
            last[person] = await assembly.cast(person, motion, random.choice(CHOICES), before)  # noqa: S311 - any choice will do
        await assembly.co_op.move_clock(3 * HOUR)
        result = await assembly.wait_for_result(motion)
        assert +result_counts(result) == Counter(one.choice for one in last.values())
        by_class = Counter((one.member_class, one.choice) for one in last.values())
        assert {
            (member_class.member_class, member_class.votes_for, member_class.votes_against, member_class.abstentions)
            for member_class in result.classes
        } == {(name, by_class[name, "for"], by_class[name, "against"], by_class[name, "abstain"]) for name in ("user", "worker")}


@pytest.mark.capability("G14")
async def test_a_class_that_stays_away_is_named_and_the_motion_does_not_pass(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=4, worker=4) as assembly:
        short, enough = [await assembly.open_motion(assembly.question(kind="heard")) for _ in range(2)]
        for person in assembly.members["user"]:
            await assembly.cast(person, short, "for")
            await assembly.cast(person, enough, "for")
        await assembly.cast(assembly.members["worker"][0], short, "for")
        for person in assembly.members["worker"][:2]:
            await assembly.cast(person, enough, "abstain")
        await assembly.co_op.move_clock(3 * HOUR)
        result = await assembly.wait_for_result(short)
        assert not result.passes
        assert [(reason.code, reason.member_class) for reason in result.reasons] == [("class_quorum", "worker")]
        assert result.turnout == "5/8"
        assert (await assembly.wait_for_result(enough)).passes


async def test_motions_that_end_at_one_moment_get_numbers_without_a_gap(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1) as assembly:
        motions = await asyncio.gather(*(assembly.open_motion(assembly.question()) for _ in range(25)))
        await assembly.co_op.move_clock(3 * HOUR)
        # Another process that counts at the same time finds nothing left to count, and takes no number.
        url = assembly.co_op.databases["governance"].run_url
        others = [asyncio.create_task(_close_due_motions_repeatedly(url, assembly.co_op.now())) for _ in range(3)]
        await asyncio.gather(*(assembly.wait_for_result(motion) for motion in motions), *others)
        page = await call_service(assembly.stub.ListDecisions, pb.ListDecisionsRequest(page_size=200), assembly.secretary_token())
        assert [decision.number for decision in page.decisions] == list(range(26, 0, -1))
        assert {decision.motion_id for decision in page.decisions} == {*motions, ""}


async def _close_due_motions_repeatedly(url: str, now: datetime) -> None:
    database = Database(url, pool_size=1)
    try:
        for _ in range(5):
            async with database.work(callers.job("close_due_motions"), now, "job:close_due_motions") as work:
                await close_due_motions(work)
    finally:
        await database.close()


class JumpedClock:
    """A clock that was set."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def jumped(self) -> timedelta:
        return timedelta(hours=9)

    def offset(self) -> timedelta:
        return timedelta(0)


async def test_a_clock_that_jumped_closes_no_vote_and_says_so(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1) as assembly:
        motion = await assembly.open_motion()
        await assembly.cast(assembly.members["user"][0], motion, "for")
        clock = assembly.co_op.process.clock
        kept, clock._clock = clock._clock, JumpedClock()  # type: ignore[attr-defined]  # the shifted clock's inner one
        await assembly.co_op.move_clock(3 * HOUR)
        await asyncio.sleep(1.5)
        assert await assembly.get_state(motion) == pb.MOTION_STATE_COUNTING
        async with open_channel(assembly.co_op.address("governance")) as line:
            status = await call_service(StatusServiceStub(line).GetStatus, status_pb2.GetStatusRequest())
        assert (status.state, list(status.reasons)) == (status_pb2.STATE_DEGRADED, ["CLOCK_JUMPED"])
        clock._clock = kept  # type: ignore[attr-defined]  # as above
        assert (await assembly.wait_for_result(motion)).passes


async def test_the_database_itself_keeps_choices_to_their_voter_and_takes_nothing_back(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=2) as assembly:
        pat, kim = assembly.members["user"]
        motion = await assembly.open_motion()
        await assembly.cast(pat, motion, "for")
        await assembly.record(kim, motion, "against")
        co_op = assembly.co_op
        for caller in (
            callers.person(kim),
            callers.ANONYMOUS,
            callers.person(assembly.secretary, hat="secretary"),
            callers.job("forget_more"),
        ):
            async with co_op.database_transaction("governance", caller=caller) as rows:
                assert await rows.fetchval("select count(*) from ballot") == 0
                assert await rows.fetchval("select count(*) from answer where position('for'::bytea in answer) > 0") == 0
        async with co_op.database_transaction("governance", caller=callers.person(pat)) as rows:
            assert await rows.fetchval("select choice from ballot") == "for"
            assert await rows.fetchval("select count(*) from answer") == 1
            assert await rows.fetchval("select count(*) from ballot_entry") == 0
        async with co_op.database_transaction("governance", owner=True) as rows:
            assert await rows.fetchval("select count(*) from ballot") == 0
        for statement in (
            "update ballot set choice = 'against'",
            "delete from ballot",
            "truncate ballot",
            "delete from outbox",
            "update outbox set payload = ''",
            "update motion set closes_at = now()",
            "delete from motion",
            "delete from roll",
            "update roll set member_class = 'worker'",
            "update decision set passed = true",
            "delete from decision",
            "update class_count set votes_for = 7",
            "delete from read_audit",
            "update rulebook set text = ''",
            "create table more (one int)",
            "alter table ballot disable row level security",
        ):
            async with co_op.database_transaction("governance", caller=callers.person(pat)) as rows:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await rows.execute(statement)
        forged = "insert into ballot values ($1, $2, 1, $3, 'user', 'for', 'page', now(), $4)"
        for caller in (callers.person(pat), callers.person(assembly.second)):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with co_op.database_transaction("governance", caller=caller) as rows:
                    await rows.execute(forged, UUID(motion), kim, new_id(), [pat, assembly.second])


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A real file system of that size, which PostgreSQL may write to."""
    place = Path(tempfile.mkdtemp(prefix="kt-disk-", dir="/tmp"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", place], check=True, timeout=60)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True, timeout=60)
        place.rmdir()


async def test_on_a_full_disk_a_ballot_is_refused_and_taken_once_there_is_room(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=400) as assembly:
        with small_disk(8) as disk:
            motion = await assembly.open_motion()
            wanted = assembly.co_op.databases["governance"]
            admin = await leader_election.connect(
                wanted.admin.set(database=wanted.roles.database_name).render_as_string(hide_password=False)
            )
            room = disk / "postgres"
            room.mkdir()
            room.chmod(0o777)
            try:
                os.chown(room, await _owner_of(admin), -1)
                await admin.execute(f"create tablespace small_disk location '{room}'")
                for table in ("ballot", "outbox", "answer"):
                    await admin.execute(f"alter table {table} set tablespace small_disk")
                left = os.statvfs(disk)
                with (disk / "filling").open("wb") as filling:
                    os.posix_fallocate(filling.fileno(), 0, left.f_bavail * left.f_frsize)
                full, taken = None, 0
                for person in assembly.members["user"]:
                    try:
                        await assembly.cast(person, motion, "for")
                    except Unavailable as refusal:
                        full = person
                        assert refusal.reason == "DISK_FULL"
                        break
                    taken += 1
                assert full is not None
                rows = await assembly.co_op.all_rows("governance", "ballot")
                cast = [event for event in await assembly.co_op.published_events("governance") if isinstance(event, BallotCast)]
                assert len(rows) == len(cast) == taken
                assert (await assembly.get_motion(motion)).ballots == taken
                (disk / "filling").unlink()
                assert (await assembly.cast(full, motion, "for")).revision == 1
                assert (await assembly.get_motion(motion)).ballots == taken + 1
            finally:
                for table in ("ballot", "outbox", "answer"):
                    await admin.execute(f"alter table {table} set tablespace pg_default")
                await admin.execute("drop tablespace if exists small_disk")
                await admin.close()


async def _owner_of(admin: asyncpg.Connection) -> int:
    """The account the server runs as."""
    return Path(await admin.fetchval("show data_directory")).stat().st_uid
