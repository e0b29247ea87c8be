"""Facts arrive in order and take effect once, whatever is lost, doubled, reordered or killed on the way."""

import asyncio
import time

import pytest

from libs import callers
from libs.clock import System
from libs.host import leader
from libs.messages import rebuild
from libs.messages.envelope import Fact
from libs.messages.relay import Relay
from libs.refusals import Elsewhere
from services.prepare import Wanted
from tests.support.line import SOURCE, Line, a_line
from tests.support.running import Kith


async def test_numbers_have_no_gap_under_200_commits_at_once_and_are_heard_in_order(kith: Kith) -> None:
    async with a_line(kith) as line:
        line.relay()
        line.consumer()
        await asyncio.gather(*(line.state() for _ in range(200)))
        await line.caught_up()
        assert await line.heard() == list(range(1, 201))
        rows = await line.rows_of(line.at_source, "select number from outbox order by seq")
        assert sorted(row["number"] for row in rows) == list(range(1, 201))


async def test_a_relay_killed_between_publishing_and_marking_publishes_again_and_it_counts_once(kith: Kith) -> None:
    async with a_line(kith) as line:
        await line.state(5)
        await line.bus.ready()
        await line.bus.ensure_stream(SOURCE)
        killed = Relay(SOURCE, line.source, line.bus)
        assert (await killed.number()).waiting == 5
        await line.publish(1, 2, 3)
        line.relay()
        line.consumer()
        await line.state(2)
        await line.caught_up()
        assert await line.heard() == [1, 2, 3, 4, 5, 6, 7]
        assert (await line.bus.js.stream_info("KITH_MEMBERSHIP")).state.messages == 10


async def test_facts_out_of_order_doubled_and_missing_are_put_right(kith: Kith) -> None:
    async with a_line(kith) as line:
        await line.state(8)
        line.relay()
        await _published(line, 8)
        await line.bus.js.purge_stream("KITH_MEMBERSHIP")
        await line.publish(3, 1, 2, 2, 1, 5, 8, 4)
        line.consumer()
        await line.caught_up()
        assert await line.heard() == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_two_processes_that_listen_take_each_fact_in_once(kith: Kith) -> None:
    async with a_line(kith) as line:
        line.relay()
        both = [line.consumer(), line.consumer()]
        for _ in range(4):
            await asyncio.gather(*(line.state() for _ in range(50)))
            await line.caught_up(20)
        assert await line.heard() == list(range(1, 201))
        assert [one.standing.stopped_by for one in both] == ["", ""]


async def test_what_is_no_fact_at_all_is_passed_by(kith: Kith) -> None:
    async with a_line(kith) as line:
        line.relay()
        line.consumer()
        await line.state(2)
        await line.caught_up()
        await line.bus.js.publish("kith.membership.v1.member_admitted.x", b"\xff\xff\xff not a fact")
        await line.state(2)
        await line.caught_up()
        assert await line.heard() == [1, 2, 3, 4]


async def test_a_type_nobody_reacts_to_only_moves_the_position(kith: Kith) -> None:
    async with a_line(kith) as line:
        line.relay()
        line.consumer()
        await line.state()
        await line.state_something_unknown()
        await line.state()
        await line.caught_up()
        assert await line.heard() == [1, 3]


async def test_a_reaction_that_fails_stops_its_source_waits_longer_each_time_and_goes_on_when_mended(kith: Kith) -> None:
    async with a_line(kith) as line:
        failing = True

        async def meanwhile(fact: Fact) -> None:
            if failing and fact.number == 7:
                raise ValueError(fact.number)

        line.meanwhile = meanwhile
        await line.state(20)
        line.relay()
        consumer = line.consumer()
        async with asyncio.timeout(5):
            while not consumer.standing.stopped_by:
                await asyncio.sleep(0.02)
        assert await line.heard() == [1, 2, 3, 4, 5, 6]
        assert consumer.standing.stopped_by == "kith.membership.facts.v1.MemberAdmitted"
        tried = line.tries
        await asyncio.sleep(1.6)
        assert 1 <= line.tries - tried <= 5
        failing = False
        await line.caught_up()
        assert await line.heard() == list(range(1, 21))
        assert consumer.standing.stopped_by == ""


async def test_a_fact_an_operator_ordered_to_be_skipped_is_passed_over_now_and_in_every_rebuild(kith: Kith) -> None:
    async with a_line(kith) as line:
        failing = True

        async def meanwhile(fact: Fact) -> None:
            if failing and fact.number == 3:
                raise ValueError(fact.number)

        line.meanwhile = meanwhile
        await line.state(5)
        line.relay()
        consumer = line.consumer()
        async with asyncio.timeout(5):
            while not consumer.standing.stopped_by:
                await asyncio.sleep(0.02)
        async with line.listener.work(callers.job("operator"), System().now()) as work:
            await rebuild.skip(work, SOURCE, 3, "a date nobody can read")
        await line.caught_up()
        lived = await line.contents()
        assert [row[0] for row in lived] == [1, 2, 4, 5]
        failing = False
        await _rebuild(line)
        await line.caught_up()
        assert await line.contents() == lived
        [skip] = await line.rows_of(line.at_listener, "select source, epoch, number, ordered_by, why from position_skip")
        assert tuple(skip.values()) == (SOURCE, 1, 3, "job:operator", "a date nobody can read")


async def test_a_projection_rebuilt_from_fact_1_while_facts_come_in_equals_the_one_that_lived(kith: Kith) -> None:
    async with a_line(kith) as line:
        line.relay()
        line.consumer()
        await line.state(300)
        await line.caught_up()
        lived = await line.contents()
        assert len(lived) == 300
        stating = asyncio.create_task(line.state(100))
        for _ in range(3):
            await _rebuild(line)
            await asyncio.sleep(0.1)
        await stating
        await line.caught_up()
        rebuilt = await line.contents()
        assert rebuilt[:300] == lived
        assert [row[0] for row in rebuilt] == list(range(1, 401))


@pytest.mark.parametrize("kept", [4, 10])
async def test_after_a_restore_of_the_source_the_projection_is_that_of_its_new_life(kith: Kith, kept: int) -> None:
    async with a_line(kith) as line:
        relay = line.relay()
        line.consumer()
        await line.state(10)
        await line.caught_up()
        first = await line.contents()
        # The source comes back from a backup: in a new epoch, and perhaps without its last facts.
        async with relay._numbering:
            await line.rows_of(line.at_source, "delete from outbox where number > $1", kept)
            await line.rows_of(line.at_source, "update outbox_state set epoch = 2, published = $1", kept)
        # A service that was restored starts anew, and its relay looks first of all.
        line.source.wakeups.wake_all()
        async with asyncio.timeout(12):
            while (await line.rows_of(line.at_listener, "select epoch from position"))[0]["epoch"] != 2:
                await asyncio.sleep(0.05)
        await line.caught_up()
        assert await line.contents() == first[:kept]
        await line.state(3)
        await line.caught_up()
        assert await line.heard() == list(range(1, kept + 4))


async def test_one_relay_of_two_processes_is_active_and_the_other_takes_over_within_seconds(kith: Kith) -> None:
    async with a_line(kith) as line:
        active: set[str] = set()
        most = 0

        async def lead_as(name: str) -> None:
            async def work() -> None:
                nonlocal most
                active.add(name)
                most = max(most, len(active))
                try:
                    await Relay(SOURCE, line.source, line.bus).run()
                finally:
                    active.discard(name)

            await leader.lead(SOURCE, line.source, work)

        line.consumer()
        for name in ("one", "two"):
            line.spawn(lead_as(name))
        async with asyncio.timeout(5):
            while not active:
                await asyncio.sleep(0.02)
        await line.state(5)
        await line.caught_up()
        [first] = active
        began = time.monotonic()
        await _as_admin(
            line.at_source,
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = "
            "(select oid from pg_database where datname = current_database())",
        )
        async with asyncio.timeout(8):
            while first in active or not active:
                await asyncio.sleep(0.02)
        await line.state(5)
        await line.caught_up()
        assert time.monotonic() - began < 8
        assert most == 1
        assert await line.heard() == list(range(1, 11))


async def test_relay_and_consumer_outlive_a_database_that_dropped_every_connection(kith: Kith) -> None:
    async with a_line(kith) as line:
        relay, consumer = line.relay(), line.consumer()
        await line.state(5)
        await line.caught_up()
        drop = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename like '%run'"
        for round_ in range(1, 4):
            for wanted in (line.at_source, line.at_listener):
                await _as_admin(wanted, drop)
            await asyncio.sleep(0.6)
            await _patiently(line, 5)
            await line.caught_up()
            assert await line.heard() == list(range(1, 6 + 5 * round_))
        assert consumer.standing.stopped_by == ""
        assert (await relay.number()).waiting == 0


async def test_asking_whether_we_are_up_to_date_waits_and_says_when_it_cannot_be_known(kith: Kith) -> None:
    async with a_line(kith) as line:
        line.relay()
        consumer = line.consumer()
        await line.state(3)
        assert await consumer.up_to_date() == 3
        assert await line.heard() == [1, 2, 3]
        async with consumer._applying:
            await line.state(2)
            began = time.monotonic()
            with pytest.raises(Elsewhere) as refused:
                await consumer.up_to_date(0.7)
            assert refused.value.reason == "SOURCE_AWAY"
            assert 0.6 < time.monotonic() - began < 2.0
        assert await consumer.up_to_date() == 5
        assert len(await line.heard()) == 5

        async def meanwhile(fact: Fact) -> None:
            raise ValueError(fact.number)

        line.meanwhile = meanwhile
        await line.state()
        with pytest.raises(Elsewhere):
            await consumer.up_to_date()
        await line.hang_up()
        began = time.monotonic()
        with pytest.raises(Elsewhere):
            await consumer.up_to_date(0.5)
        assert time.monotonic() - began < 1.5


async def _published(line: Line, number: int) -> None:
    async with asyncio.timeout(5):
        while (await line.rows_of(line.at_source, "select published from outbox_state"))[0]["published"] != number:
            await asyncio.sleep(0.02)


async def _rebuild(line: Line) -> None:
    async with line.listener.work(callers.job("operator"), System().now()) as work:
        await rebuild.rebuild(work, [line.reactions()])


async def _patiently(line: Line, number: int) -> None:
    """A pooled connection that was dropped is noticed by the first who uses it."""
    for _ in range(number):
        for again in range(10):
            try:
                await line.state()
            except Elsewhere:
                assert again < 9
            else:
                break


async def _as_admin(wanted: Wanted, sql: str) -> None:
    connection = await leader.connect(wanted.admin.set(database=wanted.roles.database_name).render_as_string(hide_password=False))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
