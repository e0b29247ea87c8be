"""A worker process answers in lines of JSON, fails aloud, and never outlives the block that started it."""

import os

import pytest

from libs.host.worker_process import WorkerFailedError, worker_process

ENGINE = "services.scheduling.engine.week_process"
RECORD = (
    '{"week":{"monday":"2026-12-07","visits":[],"workers":[],"places":[],"travel":[]},"weights":{},"engine":1,"seed":1,'
    '"iterations":10,"made":0}'
)


async def test_it_writes_its_result_and_can_be_told_things() -> None:
    async with worker_process(ENGINE, RECORD) as worker:
        await worker.tell("stop")
        messages = [message async for message in worker.messages()]
    assert messages[-1]["plan"] == {}


@pytest.mark.parametrize(("module", "why"), [(ENGINE, "exit status 1"), ("this", "no JSON")])
async def test_what_is_no_result_is_a_failure(module: str, why: str) -> None:
    with pytest.raises(WorkerFailedError, match=why):
        async with worker_process(module, "nonsense") as worker:
            await worker.tell("stop")
            assert [message async for message in worker.messages()] == []


async def test_it_ends_with_the_block() -> None:
    async with worker_process("json.tool", "{}") as worker:
        os.kill(worker.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)
