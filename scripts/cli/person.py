"""`kith person`: sign-in cards and links, hats, holds, and two entries of one person."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from scripts.cli.actions import CommandGroup, TextResult
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.private_file import write_private_file
from scripts.cli.wording import plural

with lazy_imports():
    from kith.governance.v1 import governance_pb2 as governance
    from kith.identity.v1 import data_requests_pb2 as data_requests
    from kith.identity.v1 import identity_pb2 as identity
    from libs.refusals import FailedPrecondition
    from scripts.cli import connection, register_lookup

person_app = CommandGroup("Sign-in cards and links for people, their hats, holds, and two entries of one person.")
hat_app = CommandGroup("Give, take and list hats.", no_args_is_help=True)
person_app.add_typer(hat_app, name="hat")

_PersonArgument = Annotated[str, typer.Argument(help="A member number, or a person's id.")]
_PeopleArgument = Annotated[list[str] | None, typer.Argument(help="Member numbers, or persons' ids.", show_default=False)]
_HatArgument = Annotated[str, typer.Argument(help="secretary, operator, scrutineer, or link where the rulebook has it.")]
_FOR_CARD = "Good for a year. Anyone who has this card can sign in as you: keep it like a door key."
_FOR_LINK = "Good once, within a day."


def _require_people(*, people: Sequence[str] | None, everybody: bool = False, **_others: object) -> None:
    if not people and not everybody:
        raise CommandError("For whom?", "Nobody is named.", "Write member numbers, or --all.", ExitCode.USAGE)


@person_app.action("card", check=_require_people)
async def card(
    co_op: "connection.Connection",
    people: _PeopleArgument = None,
    *,
    everybody: Annotated[bool, typer.Option("--all", help="For every member of today.")] = False,
    output: Annotated[Path | None, typer.Option(help="Write each letter to a file of its own in this folder.")] = None,
) -> TextResult:
    """Make a sign-in card for each person, as a letter to print. The code is shown this one time."""
    person_ids = await _find_people(co_op, people, everybody=everybody)
    if output is None:
        return TextResult(_letters(co_op, person_ids, on_card=True))
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    output.chmod(0o700)
    async for person, letter in _letters_by_person(co_op, person_ids, on_card=True):
        write_private_file(output / f"{person}.txt", letter.encode())
    number = plural(len(person_ids), "letter is", "letters are")
    return TextResult(notes=[f"{number} in {output}. Print them, hand them out, and remove the files."])


@person_app.action("link", check=_require_people)
async def link(co_op: "connection.Connection", people: _PeopleArgument = None) -> TextResult:
    """Make a sign-in link for each person. It is shown this one time."""
    return TextResult(_letters(co_op, await _find_people(co_op, people), on_card=False))


@person_app.action("merge")
async def merge(
    co_op: "connection.Connection",
    kept: Annotated[str, typer.Argument(help="The entry that stays: a member number, or a person's id.")],
    other: Annotated[str, typer.Argument(help="The entry that is not used any more: a member number, or a person's id.")],
    reason: Annotated[str, typer.Option(help="How you know that they are one person. Stored, for secretaries.")],
) -> TextResult:
    """Merge two entries of one person. Both histories stay; it is not taken back."""
    kept_id, other_id = [await register_lookup.find_person(co_op, number_or_id) for number_or_id in (kept, other)]
    check = await co_op.as_secretary(co_op.governance.CheckMerge, governance.CheckMergeRequest(person_id=str(other_id)))
    if check.HasField("open_roll"):
        roll = check.open_roll
        raise FailedPrecondition("ON_OPEN_ROLL", title=roll.title, closes_at=roll.closes_at.ToDatetime(UTC).isoformat())
    request = identity.MergePersonsRequest(kept_person_id=str(kept_id), other_person_id=str(other_id), reason=reason)
    await co_op.as_secretary(co_op.identity.MergePersons, request)
    name = await register_lookup.get_full_name(co_op, kept_id)
    return TextResult(f"One person now: {name}. The entry {kept_id} stays, the entry {other_id} is not used any more.")


@person_app.action("hold")
async def hold(
    co_op: "connection.Connection",
    person: _PersonArgument,
    why: Annotated[str, typer.Option(help="claim, complaint, safeguarding or authority.")],
    reason: Annotated[str, typer.Option(help="In your words. The person can read it, unless the rulebook has such holds not shown.")],
    review: Annotated[str, typer.Option(help="The day to look again, such as 2027-03-31; at most a year from now.")],
) -> TextResult:
    """Order that nothing about a person is erased or disposed of."""
    kind = f"HOLD_KIND_{why.upper()}"
    if kind not in data_requests.HoldKind.keys():  # noqa: SIM118 - the enum is no mapping
        raise CommandError("Why?", f'"{why}" is no kind of hold.', "Write claim, complaint, safeguarding or authority.", ExitCode.USAGE)
    request = data_requests.PlaceHoldRequest(
        person_id=str(await register_lookup.find_person(co_op, person)),
        kind=data_requests.HoldKind.Value(kind),
        reason=reason,
        review_day=review,
    )
    response = await co_op.as_secretary(co_op.data_requests.PlaceHold, request)
    return TextResult(response.hold_id, ["They see it." if response.shown else "They do not see it, as the rulebook says."])


@person_app.action("review")
async def review_hold(
    co_op: "connection.Connection",
    hold_id: Annotated[str, typer.Argument(help="The id of the hold, as kith person holds shows it.")],
    on: Annotated[str, typer.Option(help="The next day to look again, such as 2027-03-31; at most a year from now.")],
) -> TextResult:
    """Say that a hold is still needed, and when to look again."""
    await co_op.as_secretary(co_op.data_requests.ReviewHold, data_requests.ReviewHoldRequest(hold_id=hold_id, review_day=on))
    return TextResult(notes=[f"The secretaries are told on {on}."])


@person_app.action("release")
async def release(
    co_op: "connection.Connection", hold_id: Annotated[str, typer.Argument(help="The id of the hold, as kith person holds shows it.")]
) -> TextResult:
    """End a hold."""
    await co_op.as_secretary(co_op.data_requests.ReleaseHold, data_requests.ReleaseHoldRequest(hold_id=hold_id))
    return TextResult(notes=["The hold has ended."])


@person_app.action("holds")
async def list_holds(co_op: "connection.Connection") -> TextResult:
    """List the holds that are in force, the first to look at first."""
    holds = await co_op.list_as_secretary(co_op.data_requests.ListHolds, data_requests.ListHoldsRequest(), lambda page: page.holds)
    kinds = data_requests.HoldKind
    return TextResult(
        f"{hold.hold_id}  {hold.person_id}  {kinds.Name(hold.kind).removeprefix('HOLD_KIND_').lower()}  look again {hold.review_day}"
        for hold in holds
    )


@hat_app.action("give")
async def give(co_op: "connection.Connection", person: _PersonArgument, hat: _HatArgument) -> TextResult:
    """Give a person a hat."""
    person_id = await register_lookup.find_person(co_op, person)
    await co_op.as_secretary(co_op.identity.GiveHat, identity.GiveHatRequest(person_id=str(person_id), hat=hat))
    return TextResult(f"{await register_lookup.get_full_name(co_op, person_id)} wears the hat {hat} now.")


@hat_app.action("take")
async def take(co_op: "connection.Connection", person: _PersonArgument, hat: _HatArgument) -> TextResult:
    """Take a hat back. The last secretary's stays."""
    person_id = await register_lookup.find_person(co_op, person)
    await co_op.as_secretary(co_op.identity.TakeHat, identity.TakeHatRequest(person_id=str(person_id), hat=hat))
    return TextResult(f"{await register_lookup.get_full_name(co_op, person_id)} no longer wears the hat {hat}.")


@hat_app.action("list")
async def list_hats(co_op: "connection.Connection") -> TextResult:
    """Who wears which hat."""
    hats = await co_op.list_as_secretary(co_op.identity.ListHats, identity.ListHatsRequest(), lambda page: page.hats)
    names = await register_lookup.full_names(co_op, (row.person_id for row in hats))
    return TextResult(
        f"{row.hat:<12} {names.get(row.person_id, row.person_id):<32} since {row.since.ToDatetime().date().isoformat()}" for row in hats
    )


async def _find_people(co_op: "connection.Connection", people: Sequence[str] | None, *, everybody: bool = False) -> list[UUID]:
    if everybody:
        return [UUID(member.person_id) for member in await register_lookup.list_members(co_op)]
    return [await register_lookup.find_person(co_op, number_or_id) for number_or_id in people or ()]


async def _letters(co_op: "connection.Connection", people: Sequence[UUID], *, on_card: bool) -> AsyncIterator[str]:
    async for _, letter in _letters_by_person(co_op, people, on_card=on_card):
        yield letter


async def _letters_by_person(co_op: "connection.Connection", people: Sequence[UUID], *, on_card: bool) -> AsyncIterator[tuple[UUID, str]]:
    """Issues a code for each person and yields it as a letter, one after the other: a code is shown once."""
    names = await register_lookup.full_names(co_op, map(str, people))
    for person in people:
        kind = identity.CODE_KIND_CARD if on_card else identity.CODE_KIND_LINK
        request = identity.IssueSignInCodeRequest(person_id=str(person), kind=kind)
        code = (await co_op.as_secretary(co_op.identity.IssueSignInCode, request)).code
        yield person, _letter(co_op, names.get(str(person), str(person)), code, _FOR_CARD if on_card else _FOR_LINK)


def _letter(co_op: "connection.Connection", name: str, code: str, good: str) -> str:
    settings = co_op.instance.co_op
    spoken = "-".join(code[at : at + 4] for at in range(0, len(code), 4))
    ring = f"\nQuestions? Ring {settings.phone}.\n" if settings.phone else ""
    return (
        f"{settings.name}\n\nFor {name}\n\nOpen this to sign in:\n\n    {settings.public_url}/sign-in/{code}\n\n"
        f"Or open {settings.public_url} and type this code:\n\n    {spoken}\n\n{good}\n{ring}"
    )
