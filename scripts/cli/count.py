"""`kith count FILE`: count votes by a stated rule, without a running co-op, so that anyone can check a result.

Formats in and out: docs/formats/count.md.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.count_answer import answer, in_words
from scripts.cli.count_file import BadCountFileError, Case, read_cases
from services.governance.domain.head_count import CannotCountError, Mistake

COUNTED = 0
REFUSED = 2


def count(file: Path, *, as_json: bool) -> int:
    """Print the result of every case in `file` and return the exit code.

    0 when all were counted, whether they pass or not; 2 when the file cannot be read or one case cannot be counted: then standard output
    stays empty and standard error names case and field.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        cases = read_cases(text)
        said = _as_json(cases) if as_json else _as_words(cases)
    except (OSError, UnicodeDecodeError) as wrong:
        typer.echo(f"kith count: cannot read {file}: {_why(wrong)}", err=True)
        return REFUSED
    except BadCountFileError as wrong:
        typer.echo(f"kith count: {file}: {wrong}", err=True)
        return REFUSED
    except ValueError as wrong:
        # Python prints no number of more than 4300 digits, which hundreds of classes with unlike shares can add up to.
        typer.echo(f"kith count: {file}: a result is too long to print: {wrong}", err=True)
        return REFUSED
    typer.echo(said)
    return COUNTED


def count_command(
    file: Annotated[Path, typer.Argument(help="Votes and the rule to count them by; see docs/formats/count.md.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list instead of a table.")] = False,  # noqa: FBT002 - typer's way
) -> None:
    """Count votes by a stated rule, exactly."""
    raise typer.Exit(count(file, as_json=as_json))


def _as_json(cases: list[Case]) -> str:
    answers = []
    for number, case in enumerate(cases, start=1):
        try:
            answers.append(answer(case))
        except CannotCountError as wrong:
            raise _refused(number, case, wrong) from wrong
    return json.dumps(answers, indent=1, ensure_ascii=False)


def _as_words(cases: list[Case]) -> str:
    blocks = []
    for number, case in enumerate(cases, start=1):
        try:
            blocks.append("\n".join(in_words(case)))
        except CannotCountError as wrong:
            raise _refused(number, case, wrong) from wrong
    return "\n\n".join(blocks)


def _refused(number: int, case: Case, wrong: CannotCountError) -> BadCountFileError:
    return BadCountFileError(f'case {number} "{case.name}": {_IN_WORDS[wrong.mistake].format(about=wrong.about)}')


def _why(wrong: OSError | UnicodeDecodeError) -> str:
    return (wrong.strerror or "no reason given") if isinstance(wrong, OSError) else "it is not UTF-8 text"


_IN_WORDS = {
    Mistake.NEGATIVE: "{about}: a number is below zero",
    Mistake.UNKNOWN_CLASS: "votes.{about}: this class is not in eligible",
    Mistake.UNKNOWN_OPTION: "votes: unknown option ({about}); known here: for, against, abstain, voters",
    Mistake.UNKNOWN_CO_OP: "weights.{about}: this co-op does not take part",
    Mistake.MORE_VOTES_THAN_ELIGIBLE: "votes: more votes than eligible ({about})",
    Mistake.MORE_VOTES_THAN_VOTERS: "votes: more votes than voters ({about})",
    Mistake.VOTERS_NEEDED: "votes.{about}: needs voters, the number of counted ballots, because one ballot may make several marks",
    Mistake.ELIGIBLE_NEEDED: "eligible: is needed by {about}",
    Mistake.ELIGIBLE_BY_CLASS_NEEDED: "eligible: is needed for class {about} by itself",
    Mistake.FRACTION_OUT_OF_RANGE: "{about}: the fraction must be from 0 to 1",
    Mistake.SHARES_DO_NOT_SUM_TO_ONE: "rule.shares: must sum to 1, not {about}",
    Mistake.SHARE_NOT_POSITIVE: "rule.shares.{about}: must be more than 0",
    Mistake.SHARE_MISSING: "rule.shares: has no share for class {about}",
    Mistake.NAMED_TWICE: "{about}: is named twice",
    Mistake.WEIGHT_MISSING: "weights: has no weight for co-op {about}",
    Mistake.WEIGHT_NOT_POSITIVE: "weights.{about}: must be more than 0",
    Mistake.HIGHEST_SCORE_NEEDED: "highest_score: method score needs it, 1 or more",
    Mistake.NO_CO_OPS: "co_ops: names no co-op",
}
