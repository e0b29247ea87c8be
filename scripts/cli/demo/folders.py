"""Creates the demonstration's data folders as for any co-op, from the answers in examples/, but with clocks that can be shifted."""

import shutil
import socket
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from libs.host.data_folder import DataFolder
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.demo.clocks import CLOCK_FILE
from scripts.cli.init_answers import InitAnswers
from scripts.cli.init_folder import create_data_folder

EXAMPLES = Path(__file__).parents[3] / "examples"
EXAMPLE = EXAMPLES / "elm-row"
CO_OPS = ("elm-row", "brook-side", "mill-lane")
OUTBOUND_ONLY_CO_OP = "mill-lane"
"""The smallest co-op has no inbound port: it calls the others."""
BUNDLE, PINS, CARDS = "vote.kith", "pins.json", "cards"
_HOST, _FIRST_PORT, _LAST_PORT = "127.0.0.1", 8400, 8498
_PORTS_EACH = 3


@dataclass(frozen=True)
class CoOpAddresses:
    """Addresses of one co-op: its pages (health is on the next port), and its border for other co-ops; empty for none."""

    pages: str
    border: str


def choose_addresses(address: str) -> dict[str, CoOpAddresses]:
    """Three ports per co-op, from the address given, or else from the first free range at or after 127.0.0.1:8400."""
    if address:
        host, _, port = address.rpartition(":")
        return _addresses_from(host, int(port))
    needed = _PORTS_EACH * len(CO_OPS)
    for first in range(_FIRST_PORT, _LAST_PORT - needed, _PORTS_EACH):
        if all(_is_port_free(port) for port in range(first, first + needed)):
            return _addresses_from(_HOST, first)
    why = f"There are no {needed} free ports beside each other from {_FIRST_PORT} to {_LAST_PORT}."
    raise CommandError("There is no place for the pages.", why, "Name one: kith demo --address 127.0.0.1:9000", ExitCode.UNAVAILABLE)


def make_demo_folders(folder: Path, addresses: dict[str, CoOpAddresses]) -> None:
    """Creates a data folder for each co-op in `folder`. Raises CommandError if it holds anything but an earlier demonstration."""
    remove_demo(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for co_op, co_op_addresses in addresses.items():
        make_demo_folder(folder / co_op, EXAMPLES / co_op, co_op_addresses)


def make_demo_folder(folder: Path, example: Path, addresses: CoOpAddresses) -> None:
    """Creates the folder of one co-op, replacing an earlier demonstration. Raises CommandError for any other folder that is not empty."""
    if not example.is_dir():
        raise CommandError("There is nothing to show.", f"{example} is missing.", "Run kith demo in a clone of Kith.", ExitCode.NOT_FOUND)
    remove_demo(folder)
    settings_values = tomllib.loads((example / "settings.toml").read_text(encoding="utf-8"))
    answers = InitAnswers(**(settings_values | {"address": addresses.pages, "federation_address": addresses.border}))
    temporary = folder.absolute().with_name(f".{folder.absolute().name}-making")
    shutil.rmtree(temporary, ignore_errors=True)
    create_data_folder(temporary, answers, datetime.now(UTC))
    settings = temporary / "kith.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("\ndemo = false\n", "\ndemo = true\n"), encoding="utf-8")
    shutil.copyfile(example / "rulebook.toml", temporary / "rulebook.toml")
    shutil.copytree(EXAMPLES / "places", temporary / "places")
    (temporary / CLOCK_FILE).write_text("0\n", encoding="ascii")
    temporary.rename(folder.absolute())


def remove_demo(folder: Path) -> None:
    """Removes an earlier demonstration of one co-op or several. Raises CommandError for anything else, and if one is running."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    what = f"No demonstration was begun at {folder}."
    co_ops = [folder] if _is_demo(folder) else [path for path in folder.iterdir() if path.name in CO_OPS]
    others = {path.name for path in folder.iterdir()} - {*CO_OPS, BUNDLE, PINS, CARDS}
    if not all(map(_is_demo, co_ops)) or (others and co_ops != [folder]) or not co_ops:
        why = "The folder holds something that is no demonstration."
        raise CommandError(what, why, "Name another: kith demo --folder FOLDER", ExitCode.CONFLICT)
    _refuse_running(what, co_ops)
    runs = [DataFolder(path).run for path in co_ops]
    for run in runs:
        if run.parent == Path("/tmp"):  # noqa: S108 - where DataFolder puts sockets of a long path
            shutil.rmtree(run, ignore_errors=True)
    _remove_in_background(folder.absolute())


def _remove_in_background(folder: Path) -> None:
    """Removes the old databases while the new ones start: on a slow disk it takes many seconds."""
    old = folder.with_name(f".{folder.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    folder.rename(old)
    Thread(target=shutil.rmtree, args=(old,), kwargs={"ignore_errors": True}).start()


def _refuse_running(what: str, co_ops: list[Path]) -> None:
    from scripts.cli.lock_owner import lock_owner

    for path in co_ops:
        if lock_owner(path) is not None:
            raise CommandError(what, "One is running there.", f"Stop it first: kith down {path}", ExitCode.CONFLICT)


def _addresses_from(host: str, first: int) -> dict[str, CoOpAddresses]:
    ports = {co_op: first + _PORTS_EACH * index for index, co_op in enumerate(CO_OPS)}
    return {
        co_op: CoOpAddresses(f"{host}:{port}", "" if co_op == OUTBOUND_ONLY_CO_OP else f"{host}:{port + 2}")
        for co_op, port in ports.items()
    }


def _is_demo(folder: Path) -> bool:
    try:
        return tomllib.loads((folder / "kith.toml").read_text(encoding="utf-8")).get("demo") is True
    except (OSError, ValueError):
        return False


def _is_port_free(port: int) -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((_HOST, port))
        except OSError:
            return False
    return True
