"""NATS away, or come back without its memory: commands go on, and everything catches up."""

import asyncio
import signal

import pytest

from libs.clock import System
from libs.messages.consumer import Consumer
from tests.support.line import LISTENER, SOURCE, a_line
from tests.support.own_nats import own_nats
from tests.support.running import Kith


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_while_nats_is_stopped_facts_are_stated_and_are_heard_when_it_is_back(kith: Kith, how: int) -> None:
    async with own_nats() as server, a_line(kith, server) as line:
        relay, consumer = line.relay(), line.consumer()
        await line.state(20)
        await line.caught_up()
        await server.stop(how)
        await asyncio.gather(*(line.state() for _ in range(50)))
        async with asyncio.timeout(5):
            while line.bus.connected:
                await asyncio.sleep(0.02)
        assert (await relay.number()).waiting == 50
        assert await line.position() == 20
        await server.start()
        await line.caught_up(20)
        assert await line.heard() == list(range(1, 71))
        assert consumer.standing.stopped_by == ""


@pytest.mark.capability("X3")
async def test_when_the_store_is_lost_while_running_everything_catches_up_the_tail_included(kith: Kith) -> None:
    async with own_nats() as server, a_line(kith, server) as line:
        line.relay()
        line.consumer()
        await line.state(50)
        await line.caught_up()
        await server.stop(signal.SIGKILL)
        server.lose_the_store()
        await line.state(30)
        await server.start()
        await line.caught_up(25)
        assert await line.heard() == list(range(1, 81))
        await line.state(5)
        await line.caught_up()
        assert await line.heard() == list(range(1, 86))


async def test_a_tail_that_was_published_and_then_lost_is_fetched_from_the_source(kith: Kith) -> None:
    async with own_nats() as server, a_line(kith, server) as line:
        relay = line.relay()
        await line.state(10)
        async with asyncio.timeout(5):
            while (await relay.number()).waiting:
                await asyncio.sleep(0.02)
        # Acknowledged by the server, marked as published, and gone before anybody listened.
        await server.stop(signal.SIGKILL)
        server.lose_the_store()
        await server.start()
        follower = Consumer(LISTENER, line.reactions(), line.listener, line.bus, System())
        line.spawn(follower.run())
        await line.caught_up(25)
        assert await line.heard() == list(range(1, 11))


async def test_a_relay_that_failed_many_times_still_has_places_for_acknowledgements(kith: Kith) -> None:
    async with own_nats() as server, a_line(kith, server) as line:
        relay = line.relay()
        line.consumer()
        await line.state(5)
        await line.caught_up()
        js = line.bus.js
        await js.delete_stream(f"KITH_{SOURCE.upper()}")
        await line.state(5)
        await line.caught_up(15)
        assert await line.heard() == list(range(1, 11))
        assert js.publish_async_pending() == 0
        assert (await relay.number()).waiting == 0
