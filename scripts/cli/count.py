"""`kith count FILE`: count votes by a stated rule, without a running co-op, so that anyone can check a result.

Formats in and out: docs/formats/count.md.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli import bounded_file, count_file, count_output
    from services.governance.domain import head_count

EXIT_COUNTED = 0
EXIT_REFUSED = 2


def count(file: Path, *, as_json: bool) -> int:
    """Print the result of every case in `file` and return the exit code.

    0 when all were counted, whether they pass or not; 2 when the file cannot be read or one case cannot be counted: then standard output
    stays empty and standard error names case and field.
    """
    try:
        text = bounded_file.read_bounded(file).decode("utf-8-sig")
        cases = count_file.read_cases(text)
        output = _as_json(cases) if as_json else _as_text(cases)
    except (OSError, UnicodeDecodeError) as error:
        typer.echo(f"kith count: cannot read {file}: {_why(error)}", err=True)
        return EXIT_REFUSED
    except count_file.BadCountFileError as error:
        typer.echo(f"kith count: {file}: {error}", err=True)
        return EXIT_REFUSED
    except ValueError as error:
        # Python refuses to print a number of more than 4300 digits, which hundreds of classes with different shares can reach.
        typer.echo(f"kith count: {file}: a result is too long to print: {error}", err=True)
        return EXIT_REFUSED
    typer.echo(output)
    return EXIT_COUNTED


def count_command(
    file: Annotated[Path, typer.Argument(help="Votes and the rule to count them by; see docs/formats/count.md.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list instead of a table.")] = False,
) -> None:
    """Count votes by a stated rule, exactly."""
    raise typer.Exit(count(file, as_json=as_json))


def _as_json(cases: "list[count_file.CountCase]") -> str:
    results = []
    for number, case in enumerate(cases, start=1):
        try:
            results.append(count_output.case_as_json(case))
        except head_count.CannotCountError as error:
            raise _bad_case(number, case, error) from error
    return json.dumps(results, indent=1, ensure_ascii=False)


def _as_text(cases: "list[count_file.CountCase]") -> str:
    blocks = []
    for number, case in enumerate(cases, start=1):
        try:
            blocks.append("\n".join(count_output.format_case(case)))
        except head_count.CannotCountError as error:
            raise _bad_case(number, case, error) from error
    return "\n\n".join(blocks)


def _bad_case(number: int, case: "count_file.CountCase", error: "head_count.CannotCountError") -> "count_file.BadCountFileError":
    return count_file.BadCountFileError(f'case {number} "{case.name}": {_MESSAGES[error.mistake.name].format(about=error.about)}')


def _why(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror or "no reason given") if isinstance(error, OSError) else "it is not UTF-8 text"


_MESSAGES = {
    "NEGATIVE": "{about}: a number is below zero",
    "UNKNOWN_CLASS": "votes.{about}: this class is not in eligible",
    "UNKNOWN_OPTION": "votes: unknown option ({about}); known here: for, against, abstain, voters",
    "UNKNOWN_CO_OP": "weights.{about}: this co-op does not take part",
    "MORE_VOTES_THAN_ELIGIBLE": "votes: more votes than eligible ({about})",
    "MORE_VOTES_THAN_VOTERS": "votes: more votes than voters ({about})",
    "VOTERS_NEEDED": "votes.{about}: needs voters, the number of counted ballots, because one ballot may make several marks",
    "ELIGIBLE_NEEDED": "eligible: is needed by {about}",
    "ELIGIBLE_BY_CLASS_NEEDED": "eligible: is needed for class {about} by itself",
    "FRACTION_OUT_OF_RANGE": "{about}: the fraction must be from 0 to 1",
    "SHARES_DO_NOT_SUM_TO_ONE": "rule.shares: must sum to 1, not {about}",
    "SHARE_NOT_POSITIVE": "rule.shares.{about}: must be more than 0",
    "SHARE_MISSING": "rule.shares: has no share for class {about}",
    "NAMED_TWICE": "{about}: is named twice",
    "WEIGHT_MISSING": "weights: has no weight for co-op {about}",
    "WEIGHT_NOT_POSITIVE": "weights.{about}: must be more than 0",
    "HIGHEST_SCORE_NEEDED": "highest_score: method score needs it, 1 or more",
    "NO_CO_OPS": "co_ops: names no co-op",
}
