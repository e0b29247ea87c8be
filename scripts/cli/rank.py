"""`kith rank FILE`: suggestions of workers for one person, without a running co-op, so that anybody can check a page of them.

Format of file and answer, and the formula with its reasons: docs/formats/rank.md.
"""

from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import JsonOption
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli import rank_file, rank_output, recompute_file
    from services.matching.domain import ranking

_PAGE = "docs/formats/rank.md"


def rank_command(
    file: Annotated[Path, typer.Argument(help=f"A person, their team and workers; see {_PAGE}.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Rank workers for one person, with all points and reasons."""
    # Places are binary fractions on the page too; as exact ones they would have no exponents.
    question = recompute_file.read_file(file, _PAGE, rank_file.read_ranking_input, parse_float=float)
    result = ranking.rank(question)
    lines = rank_output.format_ranking(question, result)
    recompute_file.print_answer(rank_output.ranking_as_json(result), lines, as_json=as_json)
