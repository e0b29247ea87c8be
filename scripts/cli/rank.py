"""`kith rank FILE`: suggestions of workers for one person, without a running co-op, so that anybody can check a page of them.

Format of file and answer, and the formula with its reasons: docs/formats/rank.md.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import JsonOption
from scripts.cli.console import CommandError, ExitCode, print_result
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli import rank_file, rank_output, strict_json
    from services.matching.domain import ranking


def rank_command(
    file: Annotated[Path, typer.Argument(help="A person, their team and workers; see docs/formats/rank.md.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Rank workers for one person, with all points and reasons."""
    try:
        question = rank_file.read_rank_file(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _not_ranked(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise _not_ranked(f"{file} is not UTF-8 text.") from error
    except strict_json.JsonNodeError as error:
        raise _not_ranked(f"{file}: {error}.") from error
    found = ranking.rank(question)
    if as_json:
        print_result(json.dumps(rank_output.ranking_as_json(found), indent=1, ensure_ascii=False))
    else:
        print_result("\n".join(rank_output.format_ranking(question, found)))


def _not_ranked(why: str) -> CommandError:
    return CommandError("Nobody was ranked.", why, "Write the file as docs/formats/rank.md says.", ExitCode.USAGE)
