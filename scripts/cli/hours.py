"""`kith hours FILE`: recompute whether work keeps the working-time rules, without a running co-op. Formats: docs/formats/hours.md."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import JsonOption
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli import hours_file, recompute_file
    from services.scheduling.domain import working_time

_PAGE = "docs/formats/hours.md"
_AT = "%Y-%m-%dT%H:%M"
_WORDS = {
    "DAILY_REST": "too little rest within 24 hours of this start",
    "WEEKLY_REST": "too little rest in this week",
    "AVERAGE_WEEK": "too many hours a week on average",
    "BREAK": "no break that is long enough",
    "NIGHT_AVERAGE": "too many hours a day on average for night work",
    "YOUNG_DAY": "too many hours on one day, under 18",
    "YOUNG_WEEK": "too many hours in one week, under 18",
    "YOUNG_NIGHT": "work at night, under 18",
}


def hours_command(
    file: Annotated[Path, typer.Argument(help=f"Everybody's work, and the rules to judge it by; see {_PAGE}.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Recompute whether everybody's work keeps the working-time rules."""
    work = recompute_file.read_file(file, _PAGE, hours_file.read_work)
    results = {
        person.id: (working_time.minutes_in(work.window, person), working_time.breaches(work.rules, work.window, person))
        for person in work.people
    }
    people = {
        id_: {"minutes": minutes, "breaches": [{"rule": breach.rule.value, "at": breach.at.strftime(_AT)} for breach in breaches]}
        for id_, (minutes, breaches) in results.items()
    }
    recompute_file.print_answer({"people": people}, _words(results), as_json=as_json)


def _words(results: "dict[str, tuple[int, list[working_time.Breach]]]") -> Iterator[str]:
    for id_, (minutes, breaches) in results.items():
        yield f"{recompute_file.shown(id_)}: {minutes // 60} h {minutes % 60:02} min, {'breaches:' if breaches else 'no breach'}"
        for breach in breaches:
            yield f"  {breach.at.strftime(_AT)} {breach.rule}: {_WORDS[breach.rule]}"
