"""The demonstration's data folder: made like any co-op's, from the answers in examples/, with a clock that may be moved."""

import shutil
import socket
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from libs.host.folder import DataFolder
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.init_answers import Answers
from scripts.cli.init_folder import make_folder

EXAMPLE = Path(__file__).parents[2] / "examples" / "elm-row"
_HOST, _FIRST_PORT, _LAST_PORT = "127.0.0.1", 8400, 8498


def address_for(given: str) -> str:
    """The address asked for, or the first of 127.0.0.1:8400, 8402 ... where neither the pages' port nor the health port is taken."""
    if given:
        return given
    for port in range(_FIRST_PORT, _LAST_PORT, 2):
        if _free(port) and _free(port + 1):
            return f"{_HOST}:{port}"
    why = f"Every port from {_FIRST_PORT} to {_LAST_PORT} is taken."
    raise CommandError("There is no place for the pages.", why, "Name one: kith demo --address 127.0.0.1:9000", ExitCode.UNAVAILABLE)


def make(folder: Path, example: Path, address: str) -> None:
    """Replaces an earlier demonstration's folder. Raises CommandError for any other folder that is not empty."""
    if not example.is_dir():
        raise CommandError("There is nothing to show.", f"{example} is missing.", "Run kith demo in a clone of Kith.", ExitCode.NOT_FOUND)
    _clear(folder)
    said = tomllib.loads((example / "settings.toml").read_text(encoding="utf-8"))
    answers = Answers(**(said | {"address": address}))
    making = folder.absolute().with_name(f".{folder.absolute().name}-making")
    shutil.rmtree(making, ignore_errors=True)
    make_folder(making, answers, datetime.now(UTC))
    settings = making / "kith.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("\ndemo = false\n", "\ndemo = true\n"), encoding="utf-8")
    shutil.copyfile(example / "rulebook.toml", making / "rulebook.toml")
    (making / "clock-offset").write_text("0\n", encoding="ascii")
    making.rename(folder.absolute())


def _clear(folder: Path) -> None:
    from scripts.cli.holder import holder

    if not folder.exists() or not any(folder.iterdir()):
        return
    what = f"No demonstration was begun at {folder}."
    if not _is_demo(folder):
        why = "The folder holds something that is no demonstration."
        raise CommandError(what, why, "Name another: kith demo --folder FOLDER", ExitCode.CONFLICT)
    if holder(folder) is not None:
        raise CommandError(what, "One is running there.", f"Stop it first: kith down {folder}", ExitCode.CONFLICT)
    run = DataFolder(folder).run
    shutil.rmtree(folder)
    if run.parent == Path("/tmp"):  # noqa: S108 - where DataFolder puts sockets of a long path
        shutil.rmtree(run, ignore_errors=True)


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
