"""The demonstration replaces an earlier demonstration, and nothing else."""

import socket
import tomllib
from pathlib import Path

import pytest

from scripts.cli.console import CommandError, ExitCode
from scripts.cli.demo_folder import EXAMPLE, address_for, make
from scripts.cli.down import stop
from scripts.cli.holder import holder
from services.instance import Instance


def test_the_folder_is_a_demonstration_of_the_example(tmp_path: Path) -> None:
    make(tmp_path / "demo", EXAMPLE, "127.0.0.1:9000")
    co_op = Instance(tmp_path / "demo").co_op
    assert (co_op.name, co_op.demo, co_op.web_address) == ("Elm Row Care", True, "127.0.0.1:9000")
    assert (tmp_path / "demo" / "rulebook.toml").read_bytes() == (EXAMPLE / "rulebook.toml").read_bytes()
    assert [one.name for one in tmp_path.iterdir()] == ["demo"]


def test_an_earlier_demonstration_is_replaced(tmp_path: Path) -> None:
    make(tmp_path / "demo", EXAMPLE, "127.0.0.1:9000")
    (tmp_path / "demo" / "clock-offset").write_text("99", encoding="ascii")
    make(tmp_path / "demo", EXAMPLE, "127.0.0.1:9002")
    assert (tmp_path / "demo" / "clock-offset").read_text(encoding="ascii") == "0\n"


def test_a_real_co_op_or_anything_else_is_left_alone(tmp_path: Path) -> None:
    make(tmp_path / "co-op", EXAMPLE, "127.0.0.1:9000")
    settings = tmp_path / "co-op" / "kith.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("demo = true", "demo = false"), encoding="utf-8")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"x")
    for folder in ("co-op", "photos"):
        with pytest.raises(CommandError) as error:
            make(tmp_path / folder, EXAMPLE, "127.0.0.1:9000")
        assert error.value.code is ExitCode.CONFLICT
    assert tomllib.loads(settings.read_text(encoding="utf-8"))["demo"] is False
    assert (tmp_path / "photos" / "cat.jpg").exists()


def test_a_running_demonstration_is_left_alone_and_its_holder_is_known(tmp_path: Path) -> None:
    make(tmp_path / "demo", EXAMPLE, "127.0.0.1:9000")
    assert holder(tmp_path / "demo") is None
    with Instance(tmp_path / "demo").folder.lock():
        assert holder(tmp_path / "demo") is not None
        with pytest.raises(CommandError, match="kith down"):
            make(tmp_path / "demo", EXAMPLE, "127.0.0.1:9000")
    assert holder(tmp_path / "demo") is None
    assert not stop(tmp_path / "demo")


def test_pages_find_another_place_when_theirs_is_taken() -> None:
    assert address_for("127.0.0.1:1234") == "127.0.0.1:1234"
    first = address_for("")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(first.rsplit(":", 1)[1]) + 1))
        taken.listen()
        assert address_for("") != first
