"""A founded co-op whose folder lost a part does not start as a new one: it says what is missing and what to do."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from libs.host.data_folder import DataFolder
from libs.host.founded_folder import FolderIncomplete, FolderPart, FoundedFolder
from services.instance import Instance
from tests.support.co_op_journey import make_co_op_folder
from tests.support.demo_process import run_kith
from tests.support.kith_up_process import KithUpProcess, running_kith_up

SERVICES = ("identity", "governance")


def founded(path: Path) -> DataFolder:
    """A data folder as a complete start leaves it, with the places of the servers' data and not the servers."""
    folder = DataFolder(path)
    (folder.postgres / "base").mkdir(parents=True)
    (folder.postgres / "PG_VERSION").write_text("18\n")
    (folder.nats / "jetstream" / "$G").mkdir(parents=True)
    folder.keys.mkdir()
    (folder.keys / "token.pem").write_text("a key")
    folder.operator.write_text("a person")
    folder.anchor.write_text("")
    FoundedFolder(folder, SERVICES).record(SERVICES)
    return folder


def refuse_if_incomplete(folder: DataFolder, *replaced: FolderPart, servers: bool = True) -> None:
    FoundedFolder(folder, SERVICES).refuse_if_incomplete(own_postgres=servers, own_nats=servers, replaced=replaced)


def _empty(directory: Path) -> None:
    shutil.rmtree(directory)
    directory.mkdir()


LOSSES: dict[str, tuple[FolderPart, Callable[[DataFolder], object]]] = {
    "the disk of the database": (FolderPart.DATABASE, lambda folder: shutil.rmtree(folder.postgres)),
    "all that is in the directory of the database": (FolderPart.DATABASE, lambda folder: _empty(folder.postgres)),
    "PG_VERSION": (FolderPart.DATABASE, lambda folder: (folder.postgres / "PG_VERSION").unlink()),
    "the stream": (FolderPart.STREAM, lambda folder: shutil.rmtree(folder.nats / "jetstream")),
    "an empty stream": (FolderPart.STREAM, lambda folder: shutil.rmtree(folder.nats / "jetstream" / "$G")),
    "the keys": (FolderPart.KEYS, lambda folder: shutil.rmtree(folder.keys)),
    "the steward": (FolderPart.OPERATOR, lambda folder: folder.operator.unlink()),
    "the anchor": (FolderPart.ANCHOR, lambda folder: folder.anchor.unlink()),
}


def test_a_complete_folder_and_one_that_was_never_founded_start(tmp_path: Path) -> None:
    refuse_if_incomplete(founded(tmp_path / "complete"))
    new = DataFolder(tmp_path / "new")
    new.path.mkdir()
    new.founding.write_text("name = 'Ash'")
    refuse_if_incomplete(new)
    assert FoundedFolder(new, SERVICES).databases == frozenset()


@pytest.mark.parametrize("loss", LOSSES)
def test_each_lost_part_is_named_with_its_path_and_the_way_on(tmp_path: Path, loss: str) -> None:
    folder = founded(tmp_path)
    part, lose = LOSSES[loss]
    lose(folder)
    with pytest.raises(FolderIncomplete) as refused:
        refuse_if_incomplete(folder)
    text = str(refused.value)
    assert f"Its {part} is missing: {folder.path}/" in text
    assert "backup" in text
    assert (f"--replace-lost {part}" in text) == (part is not FolderPart.KEYS)
    refuse_if_incomplete(folder, part)


def test_all_that_is_missing_is_named_at_once_and_no_word_for_one_part_passes_another(tmp_path: Path) -> None:
    folder = founded(tmp_path)
    shutil.rmtree(folder.data)
    with pytest.raises(FolderIncomplete, match=r"Its database .* Its stream .*--replace-lost database --replace-lost stream"):
        refuse_if_incomplete(folder)
    with pytest.raises(FolderIncomplete, match="Its database"):
        refuse_if_incomplete(folder, FolderPart.STREAM)
    # The operator's own servers keep their data elsewhere.
    refuse_if_incomplete(folder, servers=False)


def test_a_folder_of_the_release_before_has_no_record_and_is_held_to_everything_but_the_anchor(tmp_path: Path) -> None:
    folder = founded(tmp_path)
    folder.founded.unlink()
    folder.anchor.unlink()
    refuse_if_incomplete(folder)
    shutil.rmtree(folder.postgres)
    with pytest.raises(FolderIncomplete, match="Its database"):
        refuse_if_incomplete(folder)


def test_an_interrupted_founding_goes_on_but_not_without_the_database_it_already_has(tmp_path: Path) -> None:
    folder = founded(tmp_path)
    folder.founded.unlink()
    folder.founding.write_text("name = 'Ash'")
    refuse_if_incomplete(folder)
    shutil.rmtree(folder.postgres)
    with pytest.raises(FolderIncomplete, match="Its database"):
        refuse_if_incomplete(folder)
    folder.operator.unlink()
    refuse_if_incomplete(folder)


def test_a_service_of_a_later_version_may_lack_its_database_and_no_other_may(tmp_path: Path) -> None:
    folder = founded(tmp_path)
    assert FoundedFolder(folder, (*SERVICES, "scheduling")).databases == {*SERVICES}


def test_a_folder_that_lost_its_settings_is_not_offered_a_new_co_op(tmp_path: Path) -> None:
    folder = make_co_op_folder(tmp_path / "co-op")
    (folder / "kith.toml").unlink()
    refused = run_kith("up", folder)
    assert refused.returncode == 4
    assert "Put it back from the backup" in refused.stderr
    assert "kith init" not in refused.stderr


async def test_a_real_co_op_refuses_the_mount_point_and_the_emptied_server_and_goes_on_by_an_explicit_word() -> None:
    async with running_kith_up() as co_op:
        operator = co_op.data.operator.read_text(encoding="ascii")
        assert co_op.data.anchor.exists()
        sockets, password = co_op.data.postgres_sockets, Instance(co_op.folder).keys.postgres_password
        await _drop_database(str(sockets), password, "kith_governance")
        assert (await co_op.stop())[0] == 0
        # The disk with the database is not mounted: nothing may be written where it belongs.
        disk = co_op.data.postgres.rename(co_op.folder / "disk")
        co_op.data.postgres.mkdir()
        assert "Its database is missing" in await _refusal(co_op)
        assert list(co_op.data.postgres.iterdir()) == []
        co_op.data.postgres.rmdir()
        disk.rename(co_op.data.postgres)
        # The rest is lost, and the words for it are given. Then the server runs, and lacks one service's database.
        for lost in (co_op.data.operator, co_op.data.anchor):
            lost.unlink()
        shutil.rmtree(co_op.data.nats)
        words = ["--replace-lost", "stream", "--replace-lost", "steward", "--replace-lost", "anchor"]
        assert "Its database is missing: kith_governance" in await _refusal(co_op, *words)
        await co_op.start(*words, "--replace-lost", "database")
        await co_op.wait_until_ready()
        await _wait_for_operator(Instance(co_op.folder))
        assert co_op.data.operator.read_text(encoding="ascii") == operator


async def _refusal(co_op: KithUpProcess, *options: str) -> str:
    """What `kith up` said; it must exit by itself, without a restart by systemd (docs/how-to/run-with-systemd.md)."""
    before = co_op.output_file.stat().st_size
    await co_op.start(*options)
    assert await co_op.wait_for_exit(30) == 4, co_op.log_tail
    return co_op.output_file.read_bytes()[before:].decode()


async def _wait_for_operator(instance: Instance) -> None:
    async with asyncio.timeout(60):
        while not instance.operator_file.exists():
            await asyncio.sleep(0.05)


async def _drop_database(sockets: str, password: str, name: str) -> None:
    admin = await asyncpg.connect(host=sockets, port=5432, user="kith_admin", password=password, database="postgres")
    try:
        await admin.execute(f"drop database {name} with (force)")
    finally:
        await admin.close()
