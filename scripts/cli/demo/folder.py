"""The demonstration's data folders: made like any co-op's, from the answers in examples/, with clocks that may be moved."""

import shutil
import socket
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from libs.host.folder import DataFolder
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.init_answers import Answers
from scripts.cli.init_folder import make_folder

EXAMPLES = Path(__file__).parents[3] / "examples"
EXAMPLE = EXAMPLES / "elm-row"
CO_OPS = ("elm-row", "brook-side", "mill-lane")
DIALS_OUT_ONLY = "mill-lane"
"""The smallest has no port that others could reach: it dials them."""
BUNDLE, PINS, CARDS = "vote.kith", "pins.json", "cards"
_HOST, _FIRST_PORT, _LAST_PORT = "127.0.0.1", 8400, 8498
_PORTS_EACH = 3


@dataclass(frozen=True)
class Place:
    """Where one co-op answers: its pages (health is one port further), and other co-ops; empty for none."""

    pages: str
    border: str


def places_for(given: str) -> dict[str, Place]:
    """By co-op: three ports each, from the address given, or else from the first place at 127.0.0.1:8400 or after where all are free."""
    if given:
        host, _, port = given.rpartition(":")
        return _places(host, int(port))
    needed = _PORTS_EACH * len(CO_OPS)
    for first in range(_FIRST_PORT, _LAST_PORT - needed, _PORTS_EACH):
        if all(_free(port) for port in range(first, first + needed)):
            return _places(_HOST, first)
    why = f"There are no {needed} free ports beside each other from {_FIRST_PORT} to {_LAST_PORT}."
    raise CommandError("There is no place for the pages.", why, "Name one: kith demo --address 127.0.0.1:9000", ExitCode.UNAVAILABLE)


def make_all(folder: Path, places: dict[str, Place]) -> None:
    """A data folder for each co-op in `folder`. Raises CommandError for a folder that holds anything but an earlier demonstration."""
    clear(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for co_op, place in places.items():
        make(folder / co_op, EXAMPLES / co_op, place)


def make(folder: Path, example: Path, place: Place) -> None:
    """One co-op's. Replaces an earlier demonstration's. Raises CommandError for any other folder that is not empty."""
    if not example.is_dir():
        raise CommandError("There is nothing to show.", f"{example} is missing.", "Run kith demo in a clone of Kith.", ExitCode.NOT_FOUND)
    clear(folder)
    said = tomllib.loads((example / "settings.toml").read_text(encoding="utf-8"))
    answers = Answers(**(said | {"address": place.pages, "federation_address": place.border}))
    making = folder.absolute().with_name(f".{folder.absolute().name}-making")
    shutil.rmtree(making, ignore_errors=True)
    make_folder(making, answers, datetime.now(UTC))
    settings = making / "kith.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("\ndemo = false\n", "\ndemo = true\n"), encoding="utf-8")
    shutil.copyfile(example / "rulebook.toml", making / "rulebook.toml")
    (making / "clock-offset").write_text("0\n", encoding="ascii")
    making.rename(folder.absolute())


def clear(folder: Path) -> None:
    """Removes an earlier demonstration, of one co-op or of several. Raises CommandError for anything else, and for one that runs."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    what = f"No demonstration was begun at {folder}."
    co_ops = [folder] if _is_demo(folder) else [one for one in folder.iterdir() if one.name in CO_OPS]
    others = {one.name for one in folder.iterdir()} - {*CO_OPS, BUNDLE, PINS, CARDS}
    if not all(map(_is_demo, co_ops)) or (others and co_ops != [folder]) or not co_ops:
        why = "The folder holds something that is no demonstration."
        raise CommandError(what, why, "Name another: kith demo --folder FOLDER", ExitCode.CONFLICT)
    _refuse_running(what, co_ops)
    runs = [DataFolder(one).run for one in co_ops]
    for run in runs:
        if run.parent == Path("/tmp"):  # noqa: S108 - where DataFolder puts sockets of a long path
            shutil.rmtree(run, ignore_errors=True)
    _remove_meanwhile(folder.absolute())


def _remove_meanwhile(folder: Path) -> None:
    """Three databases take a slow disk many seconds to remove: they go while the next ones start."""
    old = folder.with_name(f".{folder.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    folder.rename(old)
    Thread(target=shutil.rmtree, args=(old,), kwargs={"ignore_errors": True}).start()


def _refuse_running(what: str, co_ops: list[Path]) -> None:
    from scripts.cli.holder import holder

    for one in co_ops:
        if holder(one) is not None:
            raise CommandError(what, "One is running there.", f"Stop it first: kith down {one}", ExitCode.CONFLICT)


def _places(host: str, first: int) -> dict[str, Place]:
    ports = {co_op: first + _PORTS_EACH * at for at, co_op in enumerate(CO_OPS)}
    return {co_op: Place(f"{host}:{port}", "" if co_op == DIALS_OUT_ONLY else f"{host}:{port + 2}") for co_op, port in ports.items()}


def _is_demo(folder: Path) -> bool:
    try:
        return tomllib.loads((folder / "kith.toml").read_text(encoding="utf-8")).get("demo") is True
    except (OSError, ValueError):
        return False


def _free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((_HOST, port))
        except OSError:
            return False
    return True
