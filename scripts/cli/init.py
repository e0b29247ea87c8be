"""`kith init`: a new co-op's data folder, by questions or by flags."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from libs.rulebook import templates
from scripts.cli.console import CommandError, ExitCode, ask, can_ask, result, say, say_error
from scripts.cli.init_answers import CHECKS, Answers, problems_of, slug, tidy
from scripts.cli.init_checklist import checklist, plan
from scripts.cli.init_folder import make_folder, refuse_unusable

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
    folder: Annotated[Path, typer.Argument(help="The folder to make; it must be new or empty.")] = Path("kith-data"),
    *,
    name: Annotated[str, typer.Option(help="The co-op's name.")] = "",
    id_: Annotated[str, typer.Option("--id", help="3 to 63 small letters, digits, dots, hyphens. Default: made from the name.")] = "",
    template: Annotated[str, typer.Option(help=f"The rulebook to begin with: {', '.join(templates.names())}.")] = "",
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
    refuse_unusable(folder)
    given = Answers(*(tidy(one) for one in (name, id_, template, zone, phone, founder, founder_email, address, federation_address)))
    asking = can_ask() and not no_input
    answers = _ask_for_the_rest(given) if asking else _with_defaults(given)
    _refuse_wrong(answers)
    if dry_run:
        result(plan(folder, answers))
        return
    if asking and ask(f"Make {answers.name} ({answers.id}) at {folder}? yes or no", "yes").lower() not in ("y", "yes"):
        raise CommandError("Nothing was made.", "You said no.", "Run kith init again when you are ready.")
    make_folder(folder, answers, datetime.now(UTC))
    result(checklist(folder, answers))


def _with_defaults(given: Answers) -> Answers:
    return replace(
        given,
        id=given.id or slug(given.name),
        template=given.template or "single-class",
        zone=given.zone or "Europe/London",
        address=given.address or "127.0.0.1:8400",
    )


def _refuse_wrong(answers: Answers) -> None:
    wrong = problems_of(answers)
    if not wrong:
        return
    say_error("Nothing was made.", *(f"{one.flag}: {one.problem} {one.suggestion}" for one in wrong))
    raise typer.Exit(ExitCode.USAGE)


def _ask_for_the_rest(given: Answers) -> Answers:
    """Asks for every answer not given by a flag, again and again until it is right."""
    say("Kith will ask a few questions. Ctrl-C stops; nothing is made before the end.\n")
    answers = given
    for key, question in _QUESTIONS.items():
        if getattr(given, key):
            continue
        if key == "template":
            for known in templates.names():
                say(f"  {known:<18} {templates.summary(known)}")
        default = getattr(_with_defaults(answers), key)
        answers = replace(answers, **{key: _ask_until_right(key, question, default)})
    return answers


def _ask_until_right(key: str, question: str, default: str) -> str:
    while True:
        answer = tidy(ask(question, default))
        wrong = CHECKS[key](answer)
        if wrong is None:
            return answer
        say(f"  {wrong[0]} {wrong[1]}")
