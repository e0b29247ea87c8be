"""NATS is away or comes back without its store: commands go on, and everything catches up."""

import asyncio
import signal

import pytest

from libs.clock import SystemClock
from libs.messages.consumer import Consumer
from tests.support.disposable_nats import disposable_nats
from tests.support.event_pipeline import CONSUMER, SOURCE, event_pipeline
from tests.support.running_co_op import Infrastructure


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_while_nats_is_stopped_facts_are_stated_and_are_heard_when_it_is_back(infrastructure: Infrastructure, how: int) -> None:
    async with disposable_nats() as server, event_pipeline(infrastructure, server) as pipeline:
        relay, consumer = pipeline.relay(), pipeline.consumer()
        await pipeline.publish(20)
        await pipeline.wait_until_caught_up()
        await server.stop(how)
        await asyncio.gather(*(pipeline.publish() for _ in range(50)))
        async with asyncio.timeout(60):
            while pipeline.bus.connected:
                await asyncio.sleep(0.02)
        assert (await relay.assign_numbers()).waiting == 50
        assert await pipeline.position() == 20
        await server.start()
        await pipeline.wait_until_caught_up(20)
        assert await pipeline.received_numbers() == list(range(1, 71))
        assert consumer.progress.stopped_by == ""


@pytest.mark.capability("X3")
async def test_when_the_store_is_lost_while_running_everything_catches_up_the_tail_included(infrastructure: Infrastructure) -> None:
    async with disposable_nats() as server, event_pipeline(infrastructure, server) as pipeline:
        pipeline.relay()
        pipeline.consumer()
        await pipeline.publish(50)
        await pipeline.wait_until_caught_up()
        await server.stop(signal.SIGKILL)
        server.delete_store()
        await pipeline.publish(30)
        await server.start()
        await pipeline.wait_until_caught_up(25)
        assert await pipeline.received_numbers() == list(range(1, 81))
        await pipeline.publish(5)
        await pipeline.wait_until_caught_up()
        assert await pipeline.received_numbers() == list(range(1, 86))


async def test_a_tail_that_was_published_and_then_lost_is_fetched_from_the_source(infrastructure: Infrastructure) -> None:
    async with disposable_nats() as server, event_pipeline(infrastructure, server) as pipeline:
        relay = pipeline.relay()
        await pipeline.publish(10)
        async with asyncio.timeout(60):
            while (await relay.assign_numbers()).waiting:
                await asyncio.sleep(0.02)
        # Acknowledged by the server, marked as published, and gone before anybody listened.
        await server.stop(signal.SIGKILL)
        server.delete_store()
        await server.start()
        follower = Consumer(CONSUMER, pipeline.reactions(), pipeline.consumer_database, pipeline.bus, SystemClock())
        pipeline.spawn(follower.run())
        await pipeline.wait_until_caught_up(25)
        assert await pipeline.received_numbers() == list(range(1, 11))


async def test_a_relay_that_failed_many_times_still_has_places_for_acknowledgements(infrastructure: Infrastructure) -> None:
    async with disposable_nats() as server, event_pipeline(infrastructure, server) as pipeline:
        relay = pipeline.relay()
        pipeline.consumer()
        await pipeline.publish(5)
        await pipeline.wait_until_caught_up()
        js = pipeline.bus.js
        await js.delete_stream(f"KITH_{SOURCE.upper()}")
        await pipeline.publish(5)
        await pipeline.wait_until_caught_up(15)
        assert await pipeline.received_numbers() == list(range(1, 11))
        assert js.publish_async_pending() == 0
        assert (await relay.assign_numbers()).waiting == 0
