"""The source is offered to anybody, so it costs next to nothing: packed once, the same bytes for all, nothing for those who have them."""

import asyncio
import threading
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from services.web.app import create_app
from services.web.http import source_archive
from services.web.http.shared_rate import SharedRate
from services.web.http.source_archive import PackedSource, SourceArchive
from tests.unit.web.fake_services import FakeServices

PATH = "/source/kith.tar.gz"


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the threads in which the source was packed."""
    threads: list[str] = []
    pack = source_archive.pack

    def count(root: Path, name: str) -> PackedSource:
        threads.append(threading.current_thread().name)
        return pack(root, name)

    monkeypatch.setattr(source_archive, "pack", count)
    return threads


def test_the_second_request_packs_nothing_and_one_that_has_the_bytes_gets_none(packed: list[str]) -> None:
    http = TestClient(create_app(FakeServices().app_state(), https=False), base_url="http://localhost")
    first, second = http.get(PATH), http.get(PATH)
    assert first.content == second.content
    assert int(first.headers["content-length"]) == len(first.content)
    assert len(packed) == 1
    etag = first.headers["etag"]
    for tags in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        third = http.get(PATH, headers={"if-none-match": tags})
        assert (third.status_code, third.content, third.headers["etag"]) == (304, b"", etag)
    assert http.get(PATH, headers={"if-none-match": '"other"'}).status_code == 200


def test_sixty_who_ask_at_once_wait_for_one_archive_in_a_thread_of_its_own(packed: list[str], tmp_path: Path) -> None:
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "page.py").write_text("x", encoding="utf-8")
    archive = SourceArchive(tmp_path)

    async def ask() -> list[PackedSource]:
        gone = asyncio.create_task(archive.get("kith-1"))
        await asyncio.sleep(0)
        gone.cancel()
        return await asyncio.gather(*(archive.get("kith-1") for _ in range(60)))

    assert len(set(asyncio.run(ask()))) == 1
    assert packed == ["source_0"]


def test_the_same_files_have_the_same_tag(tmp_path: Path) -> None:
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "page.py").write_text("x", encoding="utf-8")
    first = source_archive.pack(tmp_path, "kith-1")
    assert source_archive.pack(tmp_path, "kith-1") == first
    (tmp_path / "services" / "page.py").write_text("y", encoding="utf-8")
    assert source_archive.pack(tmp_path, "kith-1").etag != first.etag


def test_a_failure_is_not_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    archive = SourceArchive(tmp_path)

    def fail(*_: object) -> PackedSource:
        raise OSError(24, "Too many open files")

    async def ask() -> PackedSource:
        with monkeypatch.context() as broken, pytest.raises(OSError, match="Too many"):
            broken.setattr(source_archive, "pack", fail)
            await archive.get("kith-1")
        return await archive.get("kith-1")

    assert asyncio.run(ask()).data


async def test_all_downloads_share_one_rate_and_go_on_in_the_order_in_which_they_came() -> None:
    rate = SharedRate(bytes_a_second=1000.0)
    came: list[int] = []

    async def send(number: int, size: int) -> None:
        await rate.wait_for(size)
        came.append(number)

    pieces = [asyncio.create_task(send(number, size)) for number, size in enumerate((50, 50, 3_600_000, 1))]
    await asyncio.wait(pieces[:3])
    assert came == [0, 1, 2]
    assert not pieces[3].done(), "it waits until the large piece has gone, an hour"
    pieces[3].cancel()


def test_a_download_that_comes_when_a_hundred_wait_is_refused_at_once() -> None:
    state = FakeServices().app_state()
    http = TestClient(create_app(state, https=False), base_url="http://localhost")
    etag = http.get(PATH).headers["etag"]

    async def wait_behind_a_large_piece() -> None:
        waiting = [asyncio.create_task(state.source_rate.wait_for(10**12)) for _ in range(101)]
        await asyncio.sleep(0)
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=create_app(state, https=False)), base_url="http://localhost")
        refused = await client.get(PATH)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
        assert (await client.get(PATH, headers={"if-none-match": etag})).status_code == 304
        for task in waiting:
            task.cancel()

    asyncio.run(wait_behind_a_large_piece())
