"""Tasks end when they are cancelled, also those that swallow it."""

import asyncio

import pytest

from libs.messages.cancellation import cancel_until_done, raise_if_cancelled

WITHIN_SECONDS = 20.0


async def test_what_waits_for_more_events_ends_although_one_came_together_with_the_cancellation() -> None:
    events: asyncio.Queue[int] = asyncio.Queue()

    async def fetch() -> list[int]:
        # As the client of NATS does it: it waits with a deadline for each event, until it has them all.
        return [await asyncio.wait_for(events.get(), 10 * WITHIN_SECONDS) for _ in range(2)]

    fetching = asyncio.create_task(fetch())
    await asyncio.sleep(0.01)
    events.put_nowait(1)
    await asyncio.sleep(0)
    async with asyncio.timeout(WITHIN_SECONDS):
        await cancel_until_done(fetching)
    assert fetching.cancelled()


async def test_all_are_cancelled_at_once_and_what_they_have_to_say_is_kept() -> None:
    async def fail() -> None:
        raise RuntimeError

    async def wait() -> None:
        await asyncio.sleep(10 * WITHIN_SECONDS)

    tasks = [asyncio.create_task(work()) for work in (fail, wait, wait)]
    await asyncio.sleep(0)
    async with asyncio.timeout(WITHIN_SECONDS):
        await cancel_until_done(*tasks)
    assert isinstance(tasks[0].exception(), RuntimeError)
    assert [task.cancelled() for task in tasks[1:]] == [True, True]


async def test_a_loop_that_goes_on_after_every_failure_ends_when_it_is_cancelled() -> None:
    rounds = 0

    async def loop() -> None:
        nonlocal rounds
        while True:
            raise_if_cancelled()
            rounds += 1
            try:
                await asyncio.sleep(10 * WITHIN_SECONDS)
            except asyncio.CancelledError:
                # As a driver that reports it as an error of its own.
                continue

    task = asyncio.create_task(loop())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, WITHIN_SECONDS)
    assert rounds == 1
