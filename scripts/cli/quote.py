"""`kith quote FILE`: recompute what support will cost, without a running co-op. Formats in and out: docs/formats/quote.md."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import JsonOption
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli import quote_file, recompute_file
    from services.matching.domain import quote

_PAGE = "docs/formats/quote.md"
_WORDS = {
    "pay": "for the worker",
    "wages": "for the worker's wages and what they cost",
    "worker_gives": "for the co-op, from the worker's rate",
    "payer_adds": "for the co-op, on top of the worker's rate",
    "travel": "for the worker's travel",
}


def quote_command(
    file: Annotated[Path, typer.Argument(help=f"The rules, the worker's rate and the visits of a week; see {_PAGE}.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Recompute what a week of support will cost, and who gets which part."""
    asked = recompute_file.read_file(file, _PAGE, quote_file.read_quote)
    result = quote.quote_week(asked.rules, asked.works_as, asked.rate, asked.visits)
    answer = {"price": result.price, "lines": {line.value: pence for line, pence in result.lines}}
    recompute_file.print_answer(answer, _words(result), as_json=as_json)


def _words(result: "quote.Quote") -> Iterator[str]:
    yield f"The week costs {_pounds(result.price)}."
    for line, pence in result.lines:
        yield f"{_pounds(pence)} {_WORDS[line.value]}."


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02}"
