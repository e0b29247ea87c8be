"""`kith relationship`: who may act for whom, as a secretary sees and changes it. What a person chooses, that person alone gives."""

from typing import Annotated, Any

import typer

from scripts.cli.actions import CommandGroup, TextResult
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.wording import enum_words

with lazy_imports():
    from kith.identity.v1 import relationships_pb2 as pb
    from scripts.cli import connection, register_lookup

relationship_app = CommandGroup("See who may act for whom, record an attorney or deputy, end it.", no_args_is_help=True)

_Person = Annotated[str, typer.Argument(help="A member number, or a person's id.")]
_AnyPerson = Annotated[str, typer.Argument(help="A member number, or a person's id; without it everybody.", show_default=False)]
_Holder = Annotated[str, typer.Argument(help="Who is to act: a member number, or a person's id.")]


@relationship_app.action("list")
async def list_relationships(
    co_op: "connection.Connection",
    person: _AnyPerson = "",
    *,
    ended: Annotated[bool, typer.Option("--ended", help="Those that have ended too.")] = False,
) -> TextResult:
    """Who may act for whom, the latest first. Reading it is audited."""
    person_id = str(await register_lookup.find_person(co_op, person)) if person else ""
    request = pb.ListRelationshipsRequest(person_id=person_id, ended_too=ended)
    rows = await co_op.list_as_secretary(co_op.relationships.ListRelationships, request, lambda page: page.relationships)
    names = await register_lookup.full_names(co_op, (party for row in rows for party in (row.holder_id, row.subject_id)))
    return TextResult(
        f"{row.relationship_id} {_word(pb.RelationshipState, row.state):<9} {names.get(row.holder_id, row.holder_id)} for "
        f"{names.get(row.subject_id, row.subject_id)}, {_word(pb.RelationshipKind, row.kind)}: "
        f"{' '.join(_word(pb.ActingScope, scope) for scope in row.scopes)}, {row.from_day} to {row.until_day or 'no last day'}"
        for row in rows
    )


@relationship_app.action("record")
async def record(
    co_op: "connection.Connection",
    person: _Person,
    holder: _Holder,
    *,
    kind: Annotated[str, typer.Option(help="attorney_for_health, attorney_for_money, deputy_for_health or deputy_for_money.")],
    scope: Annotated[list[str], typer.Option(help="What they may see and change, such as money; give it several times.")],
    evidence: Annotated[str, typer.Option(help="lasting_power, enduring_power or court_order.")],
    reference: Annotated[str, typer.Option(help="The number on the document.")],
    seen: Annotated[str, typer.Option(help="The day on which you saw it, such as 2026-11-24.")],
    until: Annotated[str, typer.Option(help="Its last day, if it has one.")] = "",
) -> TextResult:
    """Record an attorney or deputy, having seen the document. It takes effect once another secretary confirms it on the pages."""
    request = pb.RecordRelationshipRequest(
        subject_id=str(await register_lookup.find_person(co_op, person)),
        holder_id=str(await register_lookup.find_person(co_op, holder)),
        kind=_number(pb.RelationshipKind, "--kind", kind),
        scopes=[_number(pb.ActingScope, "--scope", word) for word in scope],
        evidence=_number(pb.EvidenceKind, "--evidence", evidence),
        evidence_reference=reference,
        evidence_seen_on=seen,
        until_day=until,
    )
    response = await co_op.as_secretary(co_op.relationships.RecordRelationship, request)
    return TextResult(f"{response.relationship_id} is recorded. Another secretary must confirm it on the person's page.")


@relationship_app.action("end")
async def end(
    co_op: "connection.Connection",
    relationship: Annotated[str, typer.Argument(help="Its id, from kith relationship list.")],
    *,
    reason: Annotated[str, typer.Option(help="revoked, replaced, death or mistake.")],
) -> TextResult:
    """End a relationship at once."""
    request = pb.EndRelationshipRequest(relationship_id=relationship, reason=_number(pb.EndReason, "--reason", reason))
    await co_op.as_secretary(co_op.relationships.EndRelationship, request)
    return TextResult("It has ended. They may no longer act.")


def _word(enum: "Any", number: int) -> str:  # a generated enum, whose types mypy does not share
    """The word of a number, as the options are written."""
    return enum_words(enum, number).replace(" ", "_") or "unknown"


def _number(enum: "Any", option: str, word: str) -> "Any":  # a number of an enum, as above
    """Raises CommandError for a word that is none of the enum's."""
    words = {_word(enum, number): number for number in enum.DESCRIPTOR.values_by_number if number}
    if word not in words:
        raise CommandError(
            f"{option} {word} is not known.", "It is none of the words.", f"Write one of: {', '.join(words)}.", ExitCode.USAGE
        )
    return words[word]
