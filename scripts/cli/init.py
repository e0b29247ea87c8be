"""`kith init`: creates a new co-op's data folder, from flags or by asking questions."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from libs.rulebook import templates
from scripts.cli.actions import DEFAULT_FOLDER
from scripts.cli.console import CommandError, ExitCode, is_interactive, print_error, print_note, print_result, prompt
from scripts.cli.init_answers import VALIDATORS, InitAnswers, find_problems, normalize, slugify
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli import init_checklist, init_folder

_QUESTIONS = {
    "name": "What is the co-op called?",
    "id": "A short id for it, used among co-ops and never changed",
    "template": "Which rulebook to begin with?",
    "zone": "Its time zone",
    "phone": "A phone number for members (may stay empty)",
    "founder": "The full name of the first member, who will be secretary and operator",
    "founder_email": "Their e-mail address",
    "address": "Where the pages are served on this machine",
    "federation_address": "Where other co-ops reach this one, host:port (may stay empty: then this one calls them)",
}


def init_command(
    folder: Annotated[Path, typer.Argument(help="The folder to make; it must be new or empty.")] = DEFAULT_FOLDER,
    *,
    name: Annotated[str, typer.Option(help="The co-op's name.")] = "",
    id_: Annotated[str, typer.Option("--id", help="3 to 63 small letters, digits, dots, hyphens. Default: made from the name.")] = "",
    template: Annotated[str, typer.Option(help=f"The rulebook to begin with: {', '.join(templates.template_names())}.")] = "",
    zone: Annotated[str, typer.Option(help="Time zone. Default: Europe/London.")] = "",
    phone: Annotated[str, typer.Option(help="A number members may ring.")] = "",
    founder: Annotated[str, typer.Option(help="Full name of the first member.")] = "",
    founder_email: Annotated[str, typer.Option(help="Their e-mail address.")] = "",
    address: Annotated[str, typer.Option(help="Where the pages are served. Default: 127.0.0.1:8400.")] = "",
    federation_address: Annotated[str, typer.Option(help="Where other co-ops reach this one, host:port. Default: nowhere; it calls.")] = "",
    no_input: Annotated[bool, typer.Option("--no-input", help="Ask nothing; what is missing is an error.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be made, and make nothing.")] = False,
) -> None:
    """Make the data folder of a new co-op: settings, rulebook, keys and the first member. Asks for what is not given."""
    init_folder.require_usable_folder(folder)
    flags = InitAnswers(
        *(normalize(value) for value in (name, id_, template, zone, phone, founder, founder_email, address, federation_address))
    )
    interactive = is_interactive() and not no_input
    answers = _prompt_for_missing(flags) if interactive else _with_defaults(flags)
    _refuse_invalid(answers)
    if dry_run:
        print_result(init_checklist.dry_run_text(folder, answers))
        return
    if interactive and prompt(f"Make {answers.name} ({answers.id}) at {folder}? yes or no", "yes").lower() not in ("y", "yes"):
        raise CommandError("Nothing was made.", "You said no.", "Run kith init again when you are ready.")
    init_folder.create_data_folder(folder, answers, datetime.now(UTC))
    print_result(init_checklist.next_steps_text(folder, answers))


def _with_defaults(answers: InitAnswers) -> InitAnswers:
    return replace(
        answers,
        id=answers.id or slugify(answers.name),
        template=answers.template or "single-class",
        zone=answers.zone or "Europe/London",
        address=answers.address or "127.0.0.1:8400",
    )


def _refuse_invalid(answers: InitAnswers) -> None:
    problems = find_problems(answers)
    if not problems:
        return
    print_error("Nothing was made.", *(f"{problem.flag}: {problem.problem} {problem.suggestion}" for problem in problems))
    raise typer.Exit(ExitCode.USAGE)


def _prompt_for_missing(flags: InitAnswers) -> InitAnswers:
    """Asks for every answer not given by a flag, until it is valid."""
    print_note("Kith will ask a few questions. Ctrl-C stops; nothing is made before the end.\n")
    answers = flags
    for key, question in _QUESTIONS.items():
        if getattr(flags, key):
            continue
        if key == "template":
            for template in templates.template_names():
                print_note(f"  {template:<18} {templates.template_summary(template)}")
        default = getattr(_with_defaults(answers), key)
        answers = replace(answers, **{key: _prompt_until_valid(key, question, default)})
    return answers


def _prompt_until_valid(key: str, question: str, default: str) -> str:
    while True:
        answer = normalize(prompt(question, default))
        problem = VALIDATORS[key](answer)
        if problem is None:
            return answer
        print_note(f"  {problem[0]} {problem[1]}")
