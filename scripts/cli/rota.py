"""`kith rota solve INSTANCE`: plan a day's visits, or a co-op's week again, without a running co-op.

Formats in and out: docs/formats/rota.md, docs/formats/week.md.
"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from scripts.cli.actions import CommandGroup
from scripts.cli.console import CommandError, ExitCode, print_result
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli import progress, recompute_file, rota_file, rota_job, rota_week
    from services.scheduling.engine import annealing, cooling, timetable

if TYPE_CHECKING:
    from scripts.cli.rota_job import Effort, JobResult
    from scripts.cli.strict_json import JsonNode

rota_app = CommandGroup("Plan a day's visits, without a running co-op.", no_args_is_help=True)
_PAGE = "docs/formats/rota.md"
_DEFAULT_ITERATIONS = 1_000_000
_USAGE = ExitCode.USAGE


@rota_app.callback()
def rota() -> None:
    """Plan a day's visits, without a running co-op."""


@rota_app.command()
def solve(
    instance: Annotated[Path, typer.Argument(help=f"Visits, workers and travel, JSON or JSON.gz; see {_PAGE}.")],
    *,
    output: Annotated[Path | None, typer.Option(help="Where the plan of a day is written.")] = None,
    file_format: Annotated[Literal["hhcrsp", "week"], typer.Option("--format", help="A day, or the record of a week.")] = "hhcrsp",
    seconds: Annotated[float | None, typer.Option(min=0.01, max=86_400, help="Search so long, once the engine is ready.")] = None,
    iterations: Annotated[int | None, typer.Option(min=1, max=10**12, help="Search with so many moves: the same plan each time.")] = None,
    repeat: Annotated[Path | None, typer.Option(help="What an earlier run printed: search exactly as it did.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**53 - 1, help="Other seeds find other plans; 1, if not given.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=256, help="Search with so many seeds at once, a process each; keep the best.")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Search without compiled code: the same plan, slowly.")] = False,
) -> int:
    """Find a cheap plan of a day, write it, and print its cost and parts as JSON. Ctrl-C writes the best plan so far.

    With --format week, make a week's plan again from its record, and say whether it is the one recorded.
    """
    if file_format == "week":
        if any(given is not None for given in (output, seconds, iterations, repeat, seed, jobs)):
            raise CommandError("Nothing was planned.", "A week's record says how it is planned.", "Leave the other options out.", _USAGE)
        return rota_week.solve_week(instance, plain=plain)
    if output is None:
        raise CommandError("Nothing was planned.", "--output is missing.", "Name a file for the plan.", _USAGE)
    if sum(given is not None for given in (seconds, iterations, repeat)) > 1:
        raise CommandError("Nothing was planned.", "--seconds, --iterations and --repeat exclude each other.", "Use one.", _USAGE)
    _check_output(output, instance, repeat)
    with recompute_file.collection_paused():
        read, inputs = recompute_file.read_hashed_file(instance, _PAGE, rota_file.read_instance)
    first_seed = 1 if seed is None else seed
    if repeat is not None:
        first_seed, levels = recompute_file.read_file(repeat, _PAGE, _read_record)
        effort = rota_job.Effort(levels=levels, is_plain=plain)
    elif seconds is not None:
        effort = rota_job.Effort(seconds=seconds, is_plain=plain)
    else:
        effort = rota_job.Effort(iterations=iterations or _DEFAULT_ITERATIONS, is_plain=plain)
    results = _search(read, first_seed, effort, jobs or 1)
    best, table = min(((result, _timetable(read, result)) for result in results), key=lambda pair: (pair[1].cost.total, pair[0].found.seed))
    plan = best.found.plan
    _write(output, rota_file.solution(read, plan.order, plan.workers, table))
    print_result(json.dumps(_answer(read, table, best, results, inputs)))
    return ExitCode.INTERRUPTED if any(result.found.was_stopped for result in results) else ExitCode.OK


def _check_output(output: Path, *inputs: Path | None) -> None:
    """Before the search, which may take a day: a plan can be written there, and takes the place of nothing that it was made from."""
    if not output.resolve().parent.is_dir():
        raise CommandError("Nothing was planned.", f"{output.parent} is no folder.", "Name a file in a folder.", ExitCode.NOT_FOUND)
    if output.is_dir():
        raise CommandError("Nothing was planned.", f"{output} is a folder.", "Name a file in it.", ExitCode.USAGE)
    if any(file is not None and file.resolve() == output.resolve() for file in inputs):
        why = f"The plan would take the place of {output}, from which it is made."
        raise CommandError("Nothing was planned.", why, "Name another file for the plan.", ExitCode.USAGE)


def _search(read: "rota_file.Instance", seed: int, effort: "Effort", jobs: int) -> "list[JobResult]":
    """The first search runs here, the others in processes of their own: each seed is one more than the one before."""
    with progress.progress_of("temperatures") as show:

        def report(level: int, _total: int) -> None:
            if sys.stderr.isatty():
                show(level, cooling.LEVELS)

        if jobs == 1:
            return [rota_job.run_job(read.problem, seed, effort, report)]
        import multiprocessing
        from concurrent import futures
        from concurrent.futures.process import BrokenProcessPool

        with futures.ProcessPoolExecutor(jobs - 1, mp_context=multiprocessing.get_context("spawn")) as pool:
            others = [pool.submit(rota_job.run_job, read.problem, seed + number, effort) for number in range(1, jobs)]
            results = [rota_job.run_job(read.problem, seed, effort, report)]
            try:
                results += [other.result() for other in others]
            except BrokenProcessPool:
                # Ctrl-C ends a process that has not begun to search; what this one found still counts.
                if not results[0].found.was_stopped:
                    raise
            return results


def _timetable(read: "rota_file.Instance", result: "JobResult") -> "timetable.Timetable":
    """The plan computed from nothing, by other code than found it."""
    plan = result.found.plan
    table = timetable.timetable(read.problem, plan.order, plan.workers)
    if table is None:
        raise AssertionError("the search found a plan that cannot be kept")
    return table


def _answer(
    read: "rota_file.Instance", table: "timetable.Timetable", best: "JobResult", results: "list[JobResult]", inputs: str
) -> dict[str, Any]:
    cost = table.cost
    return {
        "cost": cost.total / (3 * read.scale),
        "parts": {
            "distance": read.in_units(cost.travel),
            "total_tardiness": read.in_units(cost.lateness),
            "max_tardiness": read.in_units(cost.most_late),
        },
        "warm_up_seconds": round(max(result.warm_up_seconds for result in results), 3),
        "search_seconds": round(max(result.search_seconds for result in results), 3),
        "iterations": sum(best.found.levels),
        "complete": not best.found.was_stopped,
        "inputs": inputs,
        "engine": annealing.ENGINE_VERSION,
        "seed": best.found.seed,
        "levels": best.found.levels,
    }


def _read_record(node: "JsonNode") -> tuple[int, tuple[int, ...]]:
    """Seed and levels of an answer; its other fields are not asked for."""
    fields = node.fields()
    for name in ("seed", "levels", "engine"):
        if name not in fields:
            node.fail(f"has no {name}; it must be what kith rota solve printed")
    if recompute_file.whole_number(fields["engine"]) != annealing.ENGINE_VERSION:
        fields["engine"].fail(f"must be {annealing.ENGINE_VERSION}, the version of this engine, not {fields['engine'].excerpt()}")
    levels = recompute_file.sequence(fields["levels"], cooling.LEVELS, f"a list of {cooling.LEVELS} whole numbers")
    return recompute_file.whole_number(fields["seed"]), tuple(map(recompute_file.whole_number, levels))


def _write(output: Path, plan: dict[str, Any]) -> None:
    """In one step: whatever happens, the file holds a whole plan or what it held before."""
    try:
        draft = output.with_name(f".{output.name}.draft")
        draft.write_text(json.dumps(plan, indent=1) + "\n", encoding="utf-8")
        draft.replace(output)
    except OSError as error:
        why = f"{output}: {error.strerror or 'it cannot be written'}."
        raise CommandError("The plan could not be written.", why, "Name another file.") from error
