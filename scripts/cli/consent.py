"""`kith consent`: what somebody agreed to. Each look is written into the person's audit."""

from typing import Annotated

import typer

from scripts.cli.actions import CommandGroup, JsonResult
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.wording import enum_words

with lazy_imports():
    from kith.identity.v1 import consent_pb2 as pb
    from scripts.cli import connection, register_lookup

consent_app = CommandGroup("See what somebody agreed to.", no_args_is_help=True)


@consent_app.callback()
def _group() -> None:
    """With one command alone, typer would leave its verb out."""


@consent_app.action("list")
async def list_command(
    co_op: "connection.Connection", person: Annotated[str, typer.Argument(help="A member number, or a person's id.")]
) -> JsonResult:
    """List what somebody agreed to, the latest first, and whether it counts. The words stay on the pages."""
    request = pb.GetConsentsRequest(person_id=str(await register_lookup.find_person(co_op, person)))
    response = await co_op.as_secretary(co_op.consents.GetConsents, request)
    lines = [
        f"{enum_words(pb.ConsentDecision, entry.decision):<16} {enum_words(pb.ConsentAnswer, entry.answer):<12} "
        f"{enum_words(pb.ConsentState, entry.state):<10} since {co_op.format_time(entry.valid_from)}"
        + (f", last day {entry.until_day}" if entry.until_day else "")
        for entry in response.entries
    ]
    return JsonResult(lines or "Nothing is written down.", data=response)
