"""`kith matching-day FILE`: check one's own part of a matching day, without a running co-op. The format: docs/formats/matching-day.md."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import JsonOption
from scripts.cli.console import ExitCode
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.strict_json import JsonNode

with lazy_imports():
    from scripts.cli import recompute_file
    from services.matching.domain import own_entry_check

_PAGE = "docs/formats/matching-day.md"


def matching_day_command(
    file: Annotated[Path, typer.Argument(help=f"What you got on the page of the matching day; see {_PAGE}.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Check that your own choice was used on a matching day, and that its draw is the one that was promised."""
    check = own_entry_check.check_own_entry(recompute_file.read_file(file, _PAGE, _read))
    recompute_file.print_answer({"holds": check.holds, **asdict(check)}, _words(check), as_json=as_json)
    if not check.holds:
        raise typer.Exit(ExitCode.FAILED)


def _read(node: JsonNode) -> "own_entry_check.OwnFile":
    fields = recompute_file.record(node, "commitment", "seed", "entry_hashes", "own")
    own = recompute_file.record(fields["own"], "line", "salt")
    line = recompute_file.identifier(own["line"])
    try:
        has_id = isinstance(json.loads(line)["id"], str)
    except (ValueError, TypeError, KeyError, RecursionError):
        has_id = False
    if not has_id:
        own["line"].fail(f"must be a line of a matching day as JSON, with an id, not {own['line'].excerpt()}")
    hashes = [recompute_file.identifier(item) for item in fields["entry_hashes"].items()]
    commitment, seed, salt = map(recompute_file.identifier, (fields["commitment"], fields["seed"], own["salt"]))
    return own_entry_check.OwnFile(commitment, seed, hashes, line, salt)


def _words(check: "own_entry_check.OwnEntryCheck") -> Iterator[str]:
    yield "The draw is the one that was promised." if check.seed_as_promised else "THE DRAW IS NOT THE ONE THAT WAS PROMISED."
    yield "Your number is part of the draw." if check.number_in_seed else "YOUR NUMBER IS NOT PART OF THE DRAW."
    yield (
        "What you chose was used, as it stands in the file." if check.line_used else "WHAT YOU CHOSE WAS NOT USED AS IT STANDS IN THE FILE."
    )
    if not check.as_many_lines_as_numbers:
        yield "THERE ARE NOT AS MANY CHOICES AS NUMBERS IN THE DRAW."
    yield f"The draw is {check.draw}. Everybody who took part must have the same one."
