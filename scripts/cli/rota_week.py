"""`kith rota solve FILE --format week`: a co-op's week planned again from its record. Format: docs/formats/week.md."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.cli.console import ExitCode, print_result
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli import progress, recompute_file, week_file
    from services.scheduling.domain import week_record as week_document
    from services.scheduling.engine import week_record

if TYPE_CHECKING:
    from services.scheduling.domain.week_problem import WeekPlan

PAGE = "docs/formats/week.md"


def solve_week(file: Path, *, plain: bool) -> ExitCode:
    """Prints the plan, and whether it is the one in the record; FAILED if it is not."""
    with recompute_file.collection_paused():
        record = recompute_file.read_file(file, PAGE, week_file.read_record)
    with progress.progress_of("moves") as show:

        def report(done: int) -> bool:
            if sys.stderr.isatty():
                show(done, record.made)
            return True

        plan = week_record.recompute(record, report, plain=plain)
    is_same = (plan.comes, plan.points) == (record.comes, record.points) if record.comes else None
    print_result(json.dumps(_answer(plan, week_document.inputs_hash(record.problem), is_same=is_same)))
    return ExitCode.FAILED if is_same is False else ExitCode.OK


def _answer(plan: "WeekPlan", inputs: str, *, is_same: bool | None) -> dict[str, Any]:
    return {
        "plan": {visit: sorted(comes) for visit, comes in sorted(plan.comes.items())},
        "points": dict(plan.points),
        "cost": sum(plan.points.values()),
        "iterations": plan.iterations,
        "inputs": inputs,
        "same_as_recorded": is_same,
    }
