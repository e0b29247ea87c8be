"""An operator's own servers, named by URL, are used as they are: nothing is started, nothing is stopped."""

import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from libs.host.backing import (
    BackingServices,
    BackingSettings,
    BackingStartError,
    DataFolder,
    ServerEvent,
    ServerEventKind,
    start_backing_services,
)
from libs.host.backing.external_servers import check_external_nats, check_external_postgres
from libs.host.backing.processes import command_line_of

pytestmark = pytest.mark.asyncio


@pytest.fixture
def place() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="kt-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest_asyncio.fixture
async def operator(place: Path) -> AsyncIterator[BackingServices]:
    backing = await start_backing_services(DataFolder(place / "operator"), BackingSettings("postgres-password", "nats-password-16"))
    yield backing
    await backing.stop()


async def test_named_servers_are_used_and_left_alone(place: Path, operator: BackingServices) -> None:
    settings = BackingSettings(
        postgres_url=operator.postgres.url().render_as_string(hide_password=False),
        nats_url=operator.nats.servers[0].replace("nats://", "nats://kith:nats-password-16@"),
    )
    folder = DataFolder(place / "co-op")
    items: list[ServerEvent] = []

    async def hear(notice: ServerEvent) -> None:
        items.append(notice)

    backing = await start_backing_services(folder, settings, on_event=hear)
    assert (backing.postgres.source, backing.nats.source) == ("url", "url")
    assert (backing.postgres.major, backing.nats.servers) == (operator.postgres.major, operator.nats.servers)
    assert backing.postgres.url() == operator.postgres.url()
    assert (backing.postgres_pid, backing.nats_pid) == (None, None)
    assert list(folder.data.iterdir()) == []
    assert items == []
    await backing.stop()
    for pid in (operator.postgres_pid, operator.nats_pid):
        assert pid is not None
        assert command_line_of(pid) != ()


async def test_a_database_server_that_does_not_answer_is_waited_for_and_then_named() -> None:
    began = time.monotonic()
    with pytest.raises(BackingStartError, match=r"cannot reach the PostgreSQL server at 127\.0\.0\.1, port 9.*Check the URL") as refusal:
        await check_external_postgres("postgresql://kith:hidden-secret@127.0.0.1:9/kith", timeout=0.5)
    assert time.monotonic() - began >= 0.5
    assert "hidden-secret" not in str(refusal.value)


async def test_a_wrong_password_for_the_operators_database_is_not_waited_for(operator: BackingServices) -> None:
    wrong = operator.postgres.url(role="kith_admin", password="guess").render_as_string(hide_password=False)
    with pytest.raises(BackingStartError, match="but was not let in"):
        await check_external_postgres(wrong)


async def test_kith_begins_without_the_operators_nats_and_says_so(place: Path) -> None:
    items: list[ServerEvent] = []

    async def hear(notice: ServerEvent) -> None:
        items.append(notice)

    settings = BackingSettings(postgres_password="postgres-password", nats_url="nats://kith:hidden-secret@127.0.0.1:9")
    backing = await start_backing_services(DataFolder(place / "co-op"), settings, on_event=hear)
    await backing.stop()
    (notice,) = [one for one in items if one.kind is ServerEventKind.UNREACHABLE]
    assert "nats://127.0.0.1:9 does not answer" in notice.sentence
    assert "hidden-secret" not in notice.sentence


@pytest.mark.parametrize("url", ["", "http://host", "nats://", "nats://host:port", "kith"])
async def test_a_nats_url_that_cannot_be_read_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(BackingStartError, match=r"It looks like nats://user:password@host:4222"):
        await check_external_nats(url)


@pytest.mark.parametrize("url", ["", "kith", "postgresql://host:port/name", "mysql://host/name"])
async def test_a_postgresql_url_that_cannot_be_read_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(BackingStartError, match=r"It looks like postgresql://user:password@host:5432/database"):
        await check_external_postgres(url, timeout=0.1)
