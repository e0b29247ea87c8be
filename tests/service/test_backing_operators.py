"""An operator's own servers, named by URL, are used as they are: nothing is started, nothing is stopped."""

import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from libs.host.backing import Backing, BackingSettings, CannotStart, DataFolder, Event, Notice, start
from libs.host.backing.operators import operators_nats, operators_postgres
from libs.host.backing.running import command_of

pytestmark = pytest.mark.asyncio


@pytest.fixture
def place() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="kt-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest_asyncio.fixture
async def operator(place: Path) -> AsyncIterator[Backing]:
    backing = await start(DataFolder(place / "operator"), BackingSettings("postgres-password", "nats-password-16"))
    yield backing
    await backing.stop()


async def test_named_servers_are_used_and_left_alone(place: Path, operator: Backing) -> None:
    settings = BackingSettings(
        postgres_url=operator.postgres.url().render_as_string(hide_password=False),
        nats_url=operator.nats.servers[0].replace("nats://", "nats://kith:nats-password-16@"),
    )
    folder = DataFolder(place / "co-op")
    told: list[Notice] = []

    async def hear(notice: Notice) -> None:
        told.append(notice)

    backing = await start(folder, settings, told=hear)
    assert (backing.postgres.source, backing.nats.source) == ("url", "url")
    assert (backing.postgres.major, backing.nats.servers) == (operator.postgres.major, operator.nats.servers)
    assert backing.postgres.url() == operator.postgres.url()
    assert (backing.postgres_pid, backing.nats_pid) == (None, None)
    assert list(folder.data.iterdir()) == []
    assert told == []
    await backing.stop()
    for pid in (operator.postgres_pid, operator.nats_pid):
        assert pid is not None
        assert command_of(pid) != ()


async def test_a_database_server_that_does_not_answer_is_waited_for_and_then_named() -> None:
    began = time.monotonic()
    with pytest.raises(CannotStart, match=r"cannot reach the PostgreSQL server at 127\.0\.0\.1, port 9.*Check the URL") as refusal:
        await operators_postgres("postgresql://kith:hidden-secret@127.0.0.1:9/kith", within=0.5)
    assert 0.5 <= time.monotonic() - began < 5
    assert "hidden-secret" not in str(refusal.value)


async def test_a_wrong_password_for_the_operators_database_is_not_waited_for(operator: Backing) -> None:
    wrong = operator.postgres.url(role="kith_admin", password="guess").render_as_string(hide_password=False)
    with pytest.raises(CannotStart, match="but was not let in"):
        await operators_postgres(wrong)


async def test_kith_begins_without_the_operators_nats_and_says_so(place: Path) -> None:
    told: list[Notice] = []

    async def hear(notice: Notice) -> None:
        told.append(notice)

    settings = BackingSettings(postgres_password="postgres-password", nats_url="nats://kith:hidden-secret@127.0.0.1:9")
    backing = await start(DataFolder(place / "co-op"), settings, told=hear)
    await backing.stop()
    (notice,) = [one for one in told if one.event is Event.UNREACHABLE]
    assert "nats://127.0.0.1:9 does not answer" in notice.sentence
    assert "hidden-secret" not in notice.sentence


@pytest.mark.parametrize("url", ["", "http://host", "nats://", "nats://host:port", "kith"])
async def test_a_nats_url_that_cannot_be_read_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(CannotStart, match=r"It looks like nats://user:password@host:4222"):
        await operators_nats(url)


@pytest.mark.parametrize("url", ["", "kith", "postgresql://host:port/name", "mysql://host/name"])
async def test_a_postgresql_url_that_cannot_be_read_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(CannotStart, match=r"It looks like postgresql://user:password@host:5432/database"):
        await operators_postgres(url, within=0.1)
