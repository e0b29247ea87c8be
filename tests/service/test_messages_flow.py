"""Events arrive in order and take effect once, despite loss, duplication, reordering and kills on the way."""

import asyncio
import time

import pytest

from libs import callers
from libs.clock import SystemClock
from libs.host import leader_election
from libs.messages import rebuild
from libs.messages.envelope import Event
from libs.messages.relay import OutboxRelay
from libs.refusals import Unavailable
from services.database_setup import ServiceDatabase
from tests.support.event_pipeline import SOURCE, EventPipeline, event_pipeline
from tests.support.running_co_op import Infrastructure
from tests.support.waiting import wait_until


async def test_numbers_have_no_gap_under_200_commits_at_once_and_are_heard_in_order(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        pipeline.relay()
        pipeline.consumer()
        await asyncio.gather(*(pipeline.publish() for _ in range(200)))
        await pipeline.wait_until_caught_up()
        assert await pipeline.received_numbers() == list(range(1, 201))
        rows = await pipeline.fetch_rows(pipeline.source_service, "select number from outbox order by seq")
        assert sorted(row["number"] for row in rows) == list(range(1, 201))


async def test_a_relay_killed_between_publishing_and_marking_publishes_again_and_it_counts_once(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        await pipeline.publish(5)
        await pipeline.bus.wait_connected()
        await pipeline.bus.ensure_stream(SOURCE)
        killed = OutboxRelay(SOURCE, pipeline.source_database, pipeline.bus)
        assert (await killed.assign_numbers()).waiting == 5
        await pipeline.republish(1, 2, 3)
        pipeline.relay()
        pipeline.consumer()
        await pipeline.publish(2)
        await pipeline.wait_until_caught_up()
        assert await pipeline.received_numbers() == [1, 2, 3, 4, 5, 6, 7]
        assert (await pipeline.bus.js.stream_info("KITH_MEMBERSHIP")).state.messages == 10


async def test_facts_out_of_order_doubled_and_missing_are_put_right(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        await pipeline.publish(8)
        pipeline.relay()
        await _wait_until_published(pipeline, 8)
        await pipeline.bus.js.purge_stream("KITH_MEMBERSHIP")
        await pipeline.republish(3, 1, 2, 2, 1, 5, 8, 4)
        pipeline.consumer()
        await pipeline.wait_until_caught_up()
        assert await pipeline.received_numbers() == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_two_processes_that_listen_take_each_fact_in_once(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        pipeline.relay()
        both = [pipeline.consumer(), pipeline.consumer()]
        for _ in range(4):
            await asyncio.gather(*(pipeline.publish() for _ in range(50)))
            await pipeline.wait_until_caught_up(20)
        assert await pipeline.received_numbers() == list(range(1, 201))
        assert [one.progress.stopped_by for one in both] == ["", ""]


async def test_bytes_that_are_not_an_event_are_skipped(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        pipeline.relay()
        pipeline.consumer()
        await pipeline.publish(2)
        await pipeline.wait_until_caught_up()
        await pipeline.bus.js.publish("kith.membership.v1.member_admitted.x", b"\xff\xff\xff not a fact")
        await pipeline.publish(2)
        await pipeline.wait_until_caught_up()
        assert await pipeline.received_numbers() == [1, 2, 3, 4]


async def test_an_event_type_without_reaction_only_moves_the_position(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        pipeline.relay()
        pipeline.consumer()
        await pipeline.publish()
        await pipeline.publish_unknown_event()
        await pipeline.publish()
        await pipeline.wait_until_caught_up()
        assert await pipeline.received_numbers() == [1, 3]


async def test_a_reaction_that_fails_stops_its_source_waits_longer_each_time_and_goes_on_when_mended(
    infrastructure: Infrastructure,
) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        failing = True

        async def meanwhile(fact: Event) -> None:
            if failing and fact.number == 7:
                raise ValueError(fact.number)

        pipeline.reaction_hook = meanwhile
        await pipeline.publish(20)
        pipeline.relay()
        consumer = pipeline.consumer()
        async with asyncio.timeout(60):
            while not consumer.progress.stopped_by:
                await asyncio.sleep(0.02)
        assert await pipeline.received_numbers() == [1, 2, 3, 4, 5, 6]
        assert consumer.progress.stopped_by == "kith.membership.facts.v1.MemberAdmitted"
        tried, began = pipeline.attempts, time.monotonic()
        await wait_until(lambda: pipeline.attempts >= tried + 3, "it is tried again")
        # Each pause is twice as long as the one before: 0.1 s, 0.2 s, 0.4 s. The first of the three may have begun before.
        assert time.monotonic() - began > 0.2
        failing = False
        await pipeline.wait_until_caught_up()
        assert await pipeline.received_numbers() == list(range(1, 21))
        assert consumer.progress.stopped_by == ""


async def test_a_fact_an_operator_ordered_to_be_skipped_is_passed_over_now_and_in_every_rebuild(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        failing = True

        async def meanwhile(fact: Event) -> None:
            if failing and fact.number == 3:
                raise ValueError(fact.number)

        pipeline.reaction_hook = meanwhile
        await pipeline.publish(5)
        pipeline.relay()
        consumer = pipeline.consumer()
        async with asyncio.timeout(60):
            while not consumer.progress.stopped_by:
                await asyncio.sleep(0.02)
        async with pipeline.consumer_database.work(callers.job("operator"), SystemClock().now()) as work:
            await rebuild.skip_event(work, SOURCE, 3, "a date nobody can read")
        await pipeline.wait_until_caught_up()
        lived = await pipeline.received_rows()
        assert [row[0] for row in lived] == [1, 2, 4, 5]
        failing = False
        await _rebuild_projection(pipeline)
        await pipeline.wait_until_caught_up()
        assert await pipeline.received_rows() == lived
        [skip] = await pipeline.fetch_rows(pipeline.consumer_service, "select source, epoch, number, ordered_by, why from position_skip")
        assert tuple(skip.values()) == (SOURCE, 1, 3, "job:operator", "a date nobody can read")


async def test_a_projection_rebuilt_from_fact_1_while_facts_come_in_equals_the_one_that_lived(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        pipeline.relay()
        pipeline.consumer()
        await pipeline.publish(300)
        await pipeline.wait_until_caught_up()
        lived = await pipeline.received_rows()
        assert len(lived) == 300
        stating = asyncio.create_task(pipeline.publish(100))
        for _ in range(3):
            await _rebuild_projection(pipeline)
            await asyncio.sleep(0.1)
        await stating
        await pipeline.wait_until_caught_up()
        rebuilt = await pipeline.received_rows()
        assert rebuilt[:300] == lived
        assert [row[0] for row in rebuilt] == list(range(1, 401))


@pytest.mark.parametrize("kept", [4, 10])
async def test_after_a_restore_of_the_source_the_projection_is_that_of_its_new_life(infrastructure: Infrastructure, kept: int) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        relay = pipeline.relay()
        pipeline.consumer()
        await pipeline.publish(10)
        await pipeline.wait_until_caught_up()
        first = await pipeline.received_rows()
        # The source comes back from a backup: in a new epoch, and perhaps without its last facts.
        async with relay._number_lock:
            await pipeline.fetch_rows(pipeline.source_service, "delete from outbox where number > $1", kept)
            await pipeline.fetch_rows(pipeline.source_service, "update outbox_state set epoch = 2, published = $1", kept)
        # A service that was restored starts anew, and its relay looks first of all.
        pipeline.source_database.wakeups.wake_all()
        async with asyncio.timeout(60):
            while (await pipeline.fetch_rows(pipeline.consumer_service, "select epoch from position"))[0]["epoch"] != 2:
                await asyncio.sleep(0.05)
        await pipeline.wait_until_caught_up()
        assert await pipeline.received_rows() == first[:kept]
        await pipeline.publish(3)
        await pipeline.wait_until_caught_up()
        assert await pipeline.received_numbers() == list(range(1, kept + 4))


async def test_one_relay_of_two_processes_is_active_and_the_other_takes_over_within_seconds(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        active: set[str] = set()
        most = 0

        async def lead_as(name: str) -> None:
            async def work() -> None:
                nonlocal most
                active.add(name)
                most = max(most, len(active))
                try:
                    await OutboxRelay(SOURCE, pipeline.source_database, pipeline.bus).run()
                finally:
                    active.discard(name)

            await leader_election.run_as_leader(SOURCE, pipeline.source_database, work)

        pipeline.consumer()
        for name in ("one", "two"):
            pipeline.spawn(lead_as(name))
        async with asyncio.timeout(60):
            while not active:
                await asyncio.sleep(0.02)
        await pipeline.publish(5)
        await pipeline.wait_until_caught_up()
        [first] = active
        await _execute_as_admin(
            pipeline.source_service,
            "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = "
            "(select oid from pg_database where datname = current_database())",
        )
        async with asyncio.timeout(60):
            while first in active or not active:
                await asyncio.sleep(0.02)
        await pipeline.publish(5)
        await pipeline.wait_until_caught_up()
        assert most == 1
        assert await pipeline.received_numbers() == list(range(1, 11))


async def test_relay_and_consumer_outlive_a_database_that_dropped_every_connection(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        relay, consumer = pipeline.relay(), pipeline.consumer()
        await pipeline.publish(5)
        await pipeline.wait_until_caught_up()
        drop = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename like '%run'"
        for round_ in range(1, 4):
            for wanted in (pipeline.source_service, pipeline.consumer_service):
                await _execute_as_admin(wanted, drop)
            await asyncio.sleep(0.6)
            await _publish_with_retry(pipeline, 5)
            await pipeline.wait_until_caught_up()
            assert await pipeline.received_numbers() == list(range(1, 6 + 5 * round_))
        assert consumer.progress.stopped_by == ""
        assert (await relay.assign_numbers()).waiting == 0


async def test_asking_whether_we_are_up_to_date_waits_and_says_when_it_cannot_be_known(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        pipeline.relay()
        consumer = pipeline.consumer()
        await pipeline.publish(3)
        assert await consumer.catch_up() == 3
        assert await pipeline.received_numbers() == [1, 2, 3]
        async with consumer._apply_lock:
            await pipeline.publish(2)
            began = time.monotonic()
            async with asyncio.timeout(60):
                with pytest.raises(Unavailable) as refused:
                    await consumer.catch_up(0.7)
            assert refused.value.reason == "SOURCE_AWAY"
            assert time.monotonic() - began > 0.6
        assert await consumer.catch_up() == 5
        assert len(await pipeline.received_numbers()) == 5

        async def meanwhile(fact: Event) -> None:
            raise ValueError(fact.number)

        pipeline.reaction_hook = meanwhile
        await pipeline.publish()
        with pytest.raises(Unavailable):
            await consumer.catch_up()
        await pipeline.stop_tasks()
        async with asyncio.timeout(60):
            with pytest.raises(Unavailable):
                await consumer.catch_up(0.5)


async def _wait_until_published(pipeline: EventPipeline, number: int) -> None:
    async with asyncio.timeout(60):
        while (await pipeline.fetch_rows(pipeline.source_service, "select published from outbox_state"))[0]["published"] != number:
            await asyncio.sleep(0.02)


async def _rebuild_projection(pipeline: EventPipeline) -> None:
    async with pipeline.consumer_database.work(callers.job("operator"), SystemClock().now()) as work:
        await rebuild.rebuild_projections(work, [pipeline.reactions()])


async def _publish_with_retry(pipeline: EventPipeline, number: int) -> None:
    """A pooled connection that was dropped is noticed by the first who uses it."""
    for _ in range(number):
        for again in range(10):
            try:
                await pipeline.publish()
            except Unavailable:
                assert again < 9
            else:
                break


async def _execute_as_admin(wanted: ServiceDatabase, sql: str) -> None:
    connection = await leader_election.connect(wanted.admin.set(database=wanted.roles.database_name).render_as_string(hide_password=False))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
