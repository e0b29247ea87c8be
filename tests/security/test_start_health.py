"""Health says whether a vote can be recorded now: for each fault a reason and a sentence, within 2 s, at /readyz and on the system page."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import pytest

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import identity_pb2 as identity
from libs.host import disk_space
from libs.host.bounded_check import BoundedCheck
from libs.host.health_reasons import SENTENCES
from libs.refusals import Unavailable
from scripts.cli.connection import connect
from services.instance import Instance
from services.web.localisation.catalogue import PLAIN_ENGLISH, load_catalogues
from tests.support.http_probe import HttpAnswer
from tests.support.http_user import HttpUser
from tests.support.kith_up_process import KillTarget, KithUpProcess, running_kith_up
from tests.support.waiting import LIMIT_SECONDS

ANSWER_SECONDS = 12.0
"""Less than a check may hang before another begins, and more than a busy machine needs for a second and a half."""


@contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    """These processes hang, as under a debugger or on a disk that does not answer."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def get_readyz(co_op: KithUpProcess) -> HttpAnswer:
    began = time.monotonic()
    answer = await co_op.get_readyz()
    assert time.monotonic() - began < ANSWER_SECONDS
    return answer


async def wait_for_reason(co_op: KithUpProcess, reason: str, status: int) -> None:
    until = time.monotonic() + LIMIT_SECONDS
    while True:
        answer = await get_readyz(co_op)
        if answer.status == status and all(reason in answer.json["degraded"].get(name, ()) for name in ("governance", "web")):
            assert answer.json["why"][reason] == SENTENCES[reason]
            return
        assert time.monotonic() < until, answer
        await asyncio.sleep(0.1)


@asynccontextmanager
async def operator(co_op: KithUpProcess) -> AsyncIterator[HttpUser]:
    """The first member, signed in."""
    async with connect(co_op.folder) as connection:
        request = identity.IssueSignInCodeRequest(person_id=str(connection.operator_id()), kind=identity.CODE_KIND_LINK)
        code = (await connection.as_secretary(connection.identity.IssueSignInCode, request)).code
    async with HttpUser(co_op.pages) as user:
        await user.get(f"/sign-in/{code}")
        await user.submit("/sign-in/code")
        yield user


async def system_page_says(user: HttpUser, reason: str) -> bool:
    began = time.monotonic()
    response = await user._client.get("/system")
    assert time.monotonic() - began < 2 * ANSWER_SECONDS
    return str(load_catalogues()[PLAIN_ENGLISH].say(f"reason_why.{reason}")) in response.text


async def test_servers_that_hang_and_a_damaged_page_are_told_at_once_and_gone_when_they_are() -> None:
    async with running_kith_up() as co_op:
        async with operator(co_op) as user:
            await co_op.wait_until_well()
            with stopped(co_op.pids(KillTarget.NATS)):
                await wait_for_reason(co_op, "BUS_AWAY", 200)
                assert await system_page_says(user, "BUS_AWAY")
            with stopped(co_op.pids(KillTarget.POSTGRES) + co_op.pids(KillTarget.SESSION)):
                await wait_for_reason(co_op, "DATABASE_AWAY", 503)
                assert await system_page_says(user, "DATABASE_AWAY")
            await co_op.wait_until_well()
        table = await _file_of(co_op, "kith_governance", "decision")
        assert (await co_op.stop())[0] == 0
        _damage(table)
        await co_op.start()
        await co_op.wait_until_ready()
        async with connect(co_op.folder) as connection:
            with pytest.raises(Unavailable, match="DATABASE_DAMAGED"):
                await connection.as_secretary(connection.governance.ListDecisions, governance.ListDecisionsRequest())
        await asyncio.sleep(1.1)
        answer = await get_readyz(co_op)
        assert (answer.status, answer.json["services"]["governance"], answer.json["services"]["identity"]) == (503, False, True)
        assert answer.json["degraded"]["governance"] == ["DATABASE_DAMAGED"]


async def _file_of(co_op: KithUpProcess, database: str, table: str) -> Path:
    """The file of a table, written out."""
    password = Instance(co_op.folder).keys.postgres_password
    sockets = str(co_op.data.postgres_sockets)
    admin = await asyncpg.connect(host=sockets, port=5432, user="kith_admin", password=password, database=database)
    try:
        await admin.execute("checkpoint")
        return co_op.data.postgres / str(await admin.fetchval("select pg_relation_filepath($1)", table))
    finally:
        await admin.close()


def _damage(file: Path) -> None:
    with file.open("r+b") as table:
        table.seek(4000)
        table.write(b"\xa5" * 200)


async def test_a_check_that_hangs_answers_in_time_and_is_run_once_for_all_who_ask() -> None:
    runs, never = 0, asyncio.Event()

    async def hang() -> str:
        nonlocal runs
        runs += 1
        await never.wait()
        return "well"

    check = BoundedCheck(hang, "away")
    async with asyncio.timeout(60):
        assert await asyncio.gather(*(check.result() for _ in range(50))) == ["away"] * 50
    assert runs == 1
    never.set()
    await asyncio.sleep(0)
    assert await check.result() == "well"


async def test_a_check_that_fails_is_no_answer() -> None:
    async def fail() -> str:
        raise OSError

    assert await BoundedCheck(fail, "away").result() == "away"


def test_a_disk_without_room_is_named_before_and_when_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert disk_space.disk_reason((tmp_path / "not there",)) == ""
    free = disk_space.free_bytes((tmp_path, tmp_path / "not there"))
    assert free is not None
    monkeypatch.setattr(disk_space, "LOW_BYTES", free * 2)
    assert disk_space.disk_reason((tmp_path,)) == "DISK_NEARLY_FULL"
    monkeypatch.setattr(disk_space, "FULL_BYTES", free * 2)
    assert disk_space.disk_reason((tmp_path,)) == "DISK_FULL"


def test_every_reason_has_a_sentence_for_the_pages_as_well() -> None:
    words = load_catalogues()[PLAIN_ENGLISH]
    assert [reason for reason in SENTENCES if not words.has(f"reason_why.{reason}")] == []
