"""The demonstration replaces an earlier demonstration, and nothing else."""

import socket
import tomllib
from pathlib import Path

import pytest

from scripts.cli.console import CommandError, ExitCode
from scripts.cli.demo.folder import CO_OPS, DIALS_OUT_ONLY, EXAMPLE, Place, make, make_all, places_for
from scripts.cli.down import stop
from scripts.cli.holder import holder
from services.instance import Instance

HERE = Place("127.0.0.1:9000", "127.0.0.1:9002")


def test_the_folder_is_a_demonstration_of_the_example(tmp_path: Path) -> None:
    make(tmp_path / "demo", EXAMPLE, HERE)
    co_op = Instance(tmp_path / "demo").co_op
    assert (co_op.name, co_op.demo, co_op.web_address, co_op.border_address) == ("Elm Row Care", True, HERE.pages, HERE.border)
    assert (tmp_path / "demo" / "rulebook.toml").read_bytes() == (EXAMPLE / "rulebook.toml").read_bytes()
    assert [one.name for one in tmp_path.iterdir()] == ["demo"]


def test_an_earlier_demonstration_is_replaced(tmp_path: Path) -> None:
    make(tmp_path / "demo", EXAMPLE, HERE)
    (tmp_path / "demo" / "clock-offset").write_text("99", encoding="ascii")
    make(tmp_path / "demo", EXAMPLE, Place("127.0.0.1:9002", ""))
    assert (tmp_path / "demo" / "clock-offset").read_text(encoding="ascii") == "0\n"


def test_a_real_co_op_or_anything_else_is_left_alone(tmp_path: Path) -> None:
    make(tmp_path / "co-op", EXAMPLE, HERE)
    settings = tmp_path / "co-op" / "kith.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("demo = true", "demo = false"), encoding="utf-8")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"x")
    for folder in ("co-op", "photos"):
        with pytest.raises(CommandError) as error:
            make(tmp_path / folder, EXAMPLE, HERE)
        assert error.value.code is ExitCode.CONFLICT
    assert tomllib.loads(settings.read_text(encoding="utf-8"))["demo"] is False
    assert (tmp_path / "photos" / "cat.jpg").exists()


def test_a_running_demonstration_is_left_alone_and_its_holder_is_known(tmp_path: Path) -> None:
    make(tmp_path / "demo", EXAMPLE, HERE)
    assert holder(tmp_path / "demo") is None
    with Instance(tmp_path / "demo").folder.lock():
        assert holder(tmp_path / "demo") is not None
        with pytest.raises(CommandError, match="kith down"):
            make(tmp_path / "demo", EXAMPLE, HERE)
    assert holder(tmp_path / "demo") is None
    assert not stop(tmp_path / "demo")


def test_three_co_ops_are_made_beside_each_other_and_replaced_together(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    make_all(demo, places_for("127.0.0.1:9000"))
    (demo / "vote.kith").write_bytes(b"a bundle")
    (demo / "elm-row" / "clock-offset").write_text("99", encoding="ascii")
    make_all(demo, places_for("127.0.0.1:9000"))
    assert {one.name for one in demo.iterdir()} == set(CO_OPS)
    assert {(demo / one / "clock-offset").read_text(encoding="ascii") for one in CO_OPS} == {"0\n"}
    borders = {one: Instance(demo / one).co_op.endpoint for one in CO_OPS}
    assert borders == {"elm-row": "127.0.0.1:9002", "brook-side": "127.0.0.1:9005", DIALS_OUT_ONLY: ""}
    rules = {(demo / one / "rulebook.toml").read_bytes() for one in CO_OPS}
    assert len(rules) == len(CO_OPS)


def test_a_folder_with_a_stranger_among_the_co_ops_is_left_alone(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    make_all(demo, places_for("127.0.0.1:9000"))
    (demo / "letters").mkdir()
    with pytest.raises(CommandError) as error:
        make_all(demo, places_for("127.0.0.1:9000"))
    assert error.value.code is ExitCode.CONFLICT
    assert (demo / "elm-row" / "kith.toml").exists()


def test_pages_find_another_place_when_theirs_is_taken() -> None:
    assert places_for("127.0.0.1:1234")["brook-side"] == Place("127.0.0.1:1237", "127.0.0.1:1239")
    first = places_for("")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(first["mill-lane"].pages.rsplit(":", 1)[1]) + 1))
        taken.listen()
        assert places_for("") != first
