"""The data folder: its lock, its permissions and the place of its sockets."""

import fcntl
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.host.data_folder import DataFolder, FolderInUse, FolderUnusable


@pytest.fixture
def place() -> Iterator[Path]:
    """A path short enough for sockets; pytest's own are not."""
    made = Path(tempfile.mkdtemp(prefix="kt-", dir="/tmp"))
    yield made
    shutil.rmtree(made)


def file_mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_is_for_its_owner_alone(place: Path) -> None:
    folder = DataFolder(place / "co-op")
    folder.create()
    assert {file_mode(path) for path in (folder.path, folder.keys, folder.data, folder.log, folder.run, folder.sockets)} == {0o700}


def test_a_second_lock_is_refused_with_the_holder_named(place: Path) -> None:
    folder = DataFolder(place)
    with folder.lock(), pytest.raises(FolderInUse) as refusal:
        folder.lock()
    assert refusal.value.pid == os.getpid()
    assert str(refusal.value) == (
        f"Another Kith (process {os.getpid()}) is already running on the data folder {place}. Stop it first, or use another folder."
    )


def test_the_last_child_of_a_killed_process_is_waited_for(place: Path) -> None:
    """It holds the lock from its start until it has become a program of its own."""
    folder = DataFolder(place)
    folder.create()
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    with (folder.path / "lock").open("w+") as of_child:
        of_child.write(f"{killed.pid}\n")
        of_child.flush()
        fcntl.flock(of_child, fcntl.LOCK_EX)
        released: list[bool] = []

        def release() -> None:
            released.append(True)
            fcntl.flock(of_child, fcntl.LOCK_UN)

        timer = threading.Timer(0.3, release)
        timer.start()
        with folder.lock():
            assert released
        timer.join()


def test_a_released_lock_can_be_taken_again(place: Path) -> None:
    folder = DataFolder(place)
    lock = folder.lock()
    lock.release()
    lock.release()
    folder.lock().release()


def test_a_stale_process_id_of_a_killed_owner_is_ignored(place: Path) -> None:
    (place / "lock").write_text(f"{os.getppid()}\n")
    with DataFolder(place).lock():
        assert (place / "lock").read_text() == f"{os.getpid()}\n"


@pytest.mark.parametrize("text", ["", "not a number", "\x00\x00"])
def test_a_holder_that_has_not_written_its_number_is_still_a_holder(place: Path, text: str) -> None:
    folder = DataFolder(place)
    with folder.lock():
        (place / "lock").write_text(text)
        with pytest.raises(FolderInUse, match="just starting") as refusal:
            folder.lock()
    assert refusal.value.pid is None


def test_the_same_folder_by_another_spelling_is_the_same_folder(place: Path) -> None:
    (place / "other").symlink_to(place)
    one, other = DataFolder(place), DataFolder(place / "other" / ".." / place.name)
    assert one == other
    with one.lock(), pytest.raises(FolderInUse):
        other.lock()


def test_a_short_plain_path_has_its_sockets_inside() -> None:
    assert DataFolder(Path("/srv/kith/co-op")).run == Path("/srv/kith/co-op/run")


@pytest.mark.parametrize("path", ["/srv/" + "x" * 60, "/srv/our co-op", "/srv/a,b", "/srv/Zoë"])
def test_a_long_or_odd_path_has_a_short_plain_place_for_its_sockets(path: str) -> None:
    folder = DataFolder(Path(path))
    assert (folder.run.name, folder.run.parent.parent) == (f"kith-{folder.path_hash}", Path("/"))
    assert len(str(folder.postgres_sockets / ".s.PGSQL.5432")) < 90


def test_two_folders_never_share_a_place_for_sockets() -> None:
    assert DataFolder(Path("/srv/" + "x" * 60)).run != DataFolder(Path("/srv/" + "x" * 61)).run


def test_a_place_for_sockets_that_is_a_link_is_refused(place: Path) -> None:
    folder = DataFolder(place / ("x" * 80))
    folder.run.symlink_to(place)
    try:
        with pytest.raises(FolderUnusable, match="belongs to somebody else"):
            folder.create()
    finally:
        folder.run.unlink()


def test_a_file_in_the_place_of_the_folder_is_refused_in_a_sentence(place: Path) -> None:
    (place / "co-op").write_text("")
    with pytest.raises(FolderUnusable, match=r"The data folder .* cannot be used"):
        DataFolder(place / "co-op").lock()
