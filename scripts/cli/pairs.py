"""`kith pairs FILE`: recompute a matching day, without a running co-op. Formats in and out: docs/formats/pairs.md."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.cli.actions import JsonOption
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli import pairs_file, recompute_file
    from services.matching.domain import pairing

_PAGE = "docs/formats/pairs.md"


def pairs_command(
    file: Annotated[Path, typer.Argument(help=f"What everybody asked for, and the seed of the draw; see {_PAGE}.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Recompute who was paired with whom on a matching day."""
    with recompute_file.collection_paused():
        day = recompute_file.read_file(file, _PAGE, pairs_file.read_matching_day)
        result = pairing.pair(day.seed, day.persons, day.workers)
    recompute_file.print_answer(_as_json(result), _words(day, result), as_json=as_json)


def _as_json(result: "pairing.Pairing") -> dict[str, Any]:
    unmatched = {"persons": result.unmatched_persons, "workers_with_places": result.workers_with_places}
    return {"pairs": result.pairs, "unmatched": unmatched, "draw": result.draw}


def _words(day: "pairs_file.MatchingDay", result: "pairing.Pairing") -> Iterator[str]:
    shown = recompute_file.shown
    workers_of: dict[str, list[str]] = {}
    persons_of: dict[str, list[str]] = {}
    for person_id, worker_id in result.pairs:
        workers_of.setdefault(person_id, []).append(worker_id)
        persons_of.setdefault(worker_id, []).append(person_id)
    for person in sorted(day.persons, key=lambda chooser: chooser.id):
        found = workers_of.get(person.id, [])
        names = ", ".join(map(shown, found)) or "nobody"
        yield f"{shown(person.id)}: {names}" + (f" ({len(found)} of {person.room})" if len(found) < person.room else "")
    for worker in sorted(day.workers, key=lambda chooser: chooser.id):
        left = worker.room - len(persons_of.get(worker.id, []))
        if left:
            yield f"{shown(worker.id)} has room for {left} more."
    yield f"Ties were broken by the draw {result.draw}."
