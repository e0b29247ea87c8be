"""`kith settle FILE`: recompute the money of a week, without a running co-op. Formats in and out: docs/formats/settle.md."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.cli.actions import JsonOption
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli import recompute_file, settle_file
    from services.scheduling.domain import settlement

_PAGE = "docs/formats/settle.md"


def settle_command(
    file: Annotated[Path, typer.Argument(help=f"Visits, workers' rates and who pays which part; see {_PAGE}.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Recompute what each payer owes and each worker gets."""
    week = recompute_file.read_file(file, _PAGE, settle_file.read_settlement)
    result = settlement.settle(week.payer_adds, week.worker_gives, week.workers, week.visits)
    recompute_file.print_answer(_as_json(result), _words(result), as_json=as_json)


def _as_json(result: "settlement.Settlement") -> dict[str, Any]:
    return {
        "payers": {payer: asdict(total) for payer, total in result.payers.items()},
        "workers": {worker: asdict(total) for worker, total in result.workers.items()},
        "co_op": result.co_op,
        "not_confirmed": result.not_confirmed,
    }


def _words(result: "settlement.Settlement") -> Iterator[str]:
    shown = recompute_file.shown
    for payer, owed in result.payers.items():
        yield f"{shown(payer)} pays {_pounds(owed.pence)} (visits: {owed.visits}, minutes: {owed.minutes})."
    for worker, earned in result.workers.items():
        times = f"minutes of care: {earned.care}, travel: {earned.travel}, waiting: {earned.waiting}"
        yield f"{shown(worker)} gets {_pounds(earned.pence)} ({times})."
    yield f"The co-op {'keeps' if result.co_op >= 0 else 'adds'} {_pounds(abs(result.co_op))}."
    if result.not_confirmed:
        yield f"Not confirmed, so not counted: {', '.join(map(shown, result.not_confirmed))}."


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02}"
