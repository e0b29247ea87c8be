"""The demonstration replaces an earlier demonstration, and nothing else."""

import socket
import tomllib
from pathlib import Path

import pytest

from scripts.cli.console import CommandError, ExitCode
from scripts.cli.demo.folders import (
    CO_OPS,
    EXAMPLE,
    OUTBOUND_ONLY_CO_OP,
    CoOpAddresses,
    choose_addresses,
    make_demo_folder,
    make_demo_folders,
)
from scripts.cli.down import stop_co_op
from scripts.cli.lock_owner import lock_owner
from services.instance import Instance

HERE = CoOpAddresses("127.0.0.1:9000", "127.0.0.1:9002")


def test_the_folder_is_a_demonstration_of_the_example(tmp_path: Path) -> None:
    make_demo_folder(tmp_path / "demo", EXAMPLE, HERE)
    co_op = Instance(tmp_path / "demo").co_op
    assert (co_op.name, co_op.demo, co_op.web_address, co_op.border_address) == ("Elm Row Care", True, HERE.pages, HERE.border)
    assert (tmp_path / "demo" / "rulebook.toml").read_bytes() == (EXAMPLE / "rulebook.toml").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_an_earlier_demonstration_is_replaced(tmp_path: Path) -> None:
    make_demo_folder(tmp_path / "demo", EXAMPLE, HERE)
    (tmp_path / "demo" / "clock-offset").write_text("99", encoding="ascii")
    make_demo_folder(tmp_path / "demo", EXAMPLE, CoOpAddresses("127.0.0.1:9002", ""))
    assert (tmp_path / "demo" / "clock-offset").read_text(encoding="ascii") == "0\n"


def test_a_real_co_op_or_anything_else_is_left_alone(tmp_path: Path) -> None:
    make_demo_folder(tmp_path / "co-op", EXAMPLE, HERE)
    settings = tmp_path / "co-op" / "kith.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("demo = true", "demo = false"), encoding="utf-8")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"x")
    for folder in ("co-op", "photos"):
        with pytest.raises(CommandError) as error:
            make_demo_folder(tmp_path / folder, EXAMPLE, HERE)
        assert error.value.code is ExitCode.CONFLICT
    assert tomllib.loads(settings.read_text(encoding="utf-8"))["demo"] is False
    assert (tmp_path / "photos" / "cat.jpg").exists()


def test_a_running_demonstration_is_left_alone_and_its_holder_is_known(tmp_path: Path) -> None:
    make_demo_folder(tmp_path / "demo", EXAMPLE, HERE)
    assert lock_owner(tmp_path / "demo") is None
    with Instance(tmp_path / "demo").folder.lock():
        assert lock_owner(tmp_path / "demo") is not None
        with pytest.raises(CommandError, match="kith down"):
            make_demo_folder(tmp_path / "demo", EXAMPLE, HERE)
    assert lock_owner(tmp_path / "demo") is None
    assert not stop_co_op(tmp_path / "demo")


def test_three_co_ops_are_made_beside_each_other_and_replaced_together(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    make_demo_folders(demo, choose_addresses("127.0.0.1:9000"))
    (demo / "vote.kith").write_bytes(b"a bundle")
    (demo / "elm-row" / "clock-offset").write_text("99", encoding="ascii")
    make_demo_folders(demo, choose_addresses("127.0.0.1:9000"))
    assert {path.name for path in demo.iterdir()} == set(CO_OPS)
    assert {(demo / co_op / "clock-offset").read_text(encoding="ascii") for co_op in CO_OPS} == {"0\n"}
    borders = {co_op: Instance(demo / co_op).co_op.endpoint for co_op in CO_OPS}
    assert borders == {"elm-row": "127.0.0.1:9002", "brook-side": "127.0.0.1:9005", OUTBOUND_ONLY_CO_OP: ""}
    rules = {(demo / co_op / "rulebook.toml").read_bytes() for co_op in CO_OPS}
    assert len(rules) == len(CO_OPS)


def test_a_folder_with_a_stranger_among_the_co_ops_is_left_alone(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    make_demo_folders(demo, choose_addresses("127.0.0.1:9000"))
    (demo / "letters").mkdir()
    with pytest.raises(CommandError) as error:
        make_demo_folders(demo, choose_addresses("127.0.0.1:9000"))
    assert error.value.code is ExitCode.CONFLICT
    assert (demo / "elm-row" / "kith.toml").exists()


def test_pages_find_another_place_when_theirs_is_taken() -> None:
    assert choose_addresses("127.0.0.1:1234")["brook-side"] == CoOpAddresses("127.0.0.1:1237", "127.0.0.1:1239")
    first = choose_addresses("")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(first["mill-lane"].pages.rsplit(":", 1)[1]) + 1))
        taken.listen()
        assert choose_addresses("") != first
