"""`kith vote record`, `waiting` and `confirm`: a ballot on paper or by phone is recorded by two people independently.

A choice that is not given is asked for. This keeps it out of the shell history, where the second person could see it.
"""

from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from scripts.cli import console
from scripts.cli.actions import JsonResult, VoteArgument
from scripts.cli.console import CommandError, ExitCode, print_note
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.vote import vote_app
from scripts.cli.wording import plural

with lazy_imports():
    from kith.governance.v1 import governance_pb2 as gov
    from kith.governance.v1 import votes_pb2 as pb
    from libs import refusals
    from libs.access import hat_names
    from libs.boards import ballots, vote_terms
    from libs.rpc import client
    from scripts.cli import connection, register_lookup, vote_ballot, vote_lookup

_MemberOption = Annotated[str, typer.Option("--member", help="The number of the member whose vote it is.")]
_RecorderOption = Annotated[str, typer.Option("--as", help="Your own member number: you wear the secretary's hat.")]
_ChoiceOption = Annotated[
    list[str] | None,
    typer.Option(help="What the paper says; several where the method allows, with =points for a score. Left out, you are asked."),
]


_AskedForOption = Annotated[
    bool, typer.Option("--asked-for", help="By phone: they told you what to enter, and asked you to. A vote by phone needs it, twice.")
]


class BallotSource(StrEnum):
    """How the ballot reached us."""

    PAPER = "paper"
    PHONE = "phone"


@vote_app.action("record", failed="Nothing was written down.")
async def record_command(
    co_op: "connection.Connection",
    vote: VoteArgument,
    *,
    member: _MemberOption,
    recorder: _RecorderOption,
    choice: _ChoiceOption = None,
    taken: Annotated[BallotSource, typer.Option(help="How it came.")] = BallotSource.PAPER,
    asked_for: _AskedForOption = False,
) -> JsonResult:
    """Write down a vote that came on paper or by phone, as the first of two people. It is not on the board yet."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    voter, first = await register_lookup.find_person(co_op, member), await register_lookup.find_person(co_op, recorder)
    already = await _unconfirmed_of_member(co_op, vote_id, voter, first)
    record_id = await record_ballot(co_op, vote_id, voter, first, choice, taken, asked_for=asked_for)
    notes = [f"Somebody else with the secretary's hat takes the same paper: kith vote confirm {vote} --member {member} --as THEIR-NUMBER"]
    if already:
        waiting = (
            "One of this member waited already, and is confirmed first: see kith vote waiting. If it is the same paper, one is enough."
        )
        notes.insert(0, waiting)
    return JsonResult(f"The vote of member {member} is written down. It waits for a second person.", notes, data={"recordId": record_id})


@vote_app.action("waiting")
async def waiting_command(co_op: "connection.Connection", vote: VoteArgument) -> JsonResult:
    """List the votes that wait for the second person. What they say is not shown; that you looked is written down."""
    waiting = await list_unconfirmed(co_op, await vote_lookup.find_vote_id(co_op, vote))
    number = f"{plural(len(waiting), 'waits', 'wait')} for a second person." if waiting else "Nothing waits for a second person."
    return JsonResult(_waiting_lines(co_op, waiting), [number], data={"waiting": waiting})


@vote_app.action("confirm", failed="Nothing was confirmed.")
async def confirm_command(
    co_op: "connection.Connection",
    vote: VoteArgument,
    *,
    member: _MemberOption,
    recorder: _RecorderOption,
    choice: _ChoiceOption = None,
    asked_for: _AskedForOption = False,
) -> JsonResult:
    """Write down the same vote from the same paper, as the second person. If both say the same, it goes on the board."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    voter, second = await register_lookup.find_person(co_op, member), await register_lookup.find_person(co_op, recorder)
    response = await confirm_ballot(co_op, vote_id, voter, second, choice, asked_for=asked_for)
    data = {"differs": response.differs, "ballot": response.ballot}
    if response.differs:
        differs = f"The two of you wrote different things for member {member}. Both are put aside, and nothing counts."
        return JsonResult((), [differs, "Look at the paper together, then begin again: kith vote record"], ExitCode.CONFLICT, data=data)
    return JsonResult(f"Both wrote the same. The vote of member {member} is recorded.", data=data)


async def record_ballot(
    co_op: "connection.Connection",
    vote: str,
    voter: UUID,
    recorder: UUID,
    choices: Sequence[str] | None,
    taken: BallotSource,
    *,
    asked_for: bool = False,
) -> str:
    """Records a ballot as the first person and returns its id. If `choices` is None, asks for them."""
    token = co_op.person_token(recorder, hat_names.SECRETARY)
    marks = await _marks(co_op, vote, choices, token)
    request = pb.RecordVoteBallotRequest(vote_id=vote, person_id=str(voter), marks=marks, taken=taken.value, asked_for=asked_for)
    response: pb.RecordVoteBallotResponse = await co_op.call(co_op.votes.RecordVoteBallot, request, token)
    return response.record_id


async def list_unconfirmed(co_op: "connection.Connection", vote: str, token: str = "") -> "list[gov.UnconfirmedBallot]":
    """Every ballot of this vote that waits for a second person, oldest first."""
    token = token or co_op.secretary_token()
    request = pb.ListUnconfirmedVoteBallotsRequest(vote_id=vote)
    return await client.fetch_all(
        lambda page: co_op.call(co_op.votes.ListUnconfirmedVoteBallots, page, token), request, lambda page: page.ballots
    )


async def confirm_ballot(
    co_op: "connection.Connection", vote: str, voter: UUID, recorder: UUID, choices: Sequence[str] | None, *, asked_for: bool = False
) -> "pb.ConfirmVoteBallotResponse":
    """Confirms a ballot as the second person. Raises CommandError if none of this member's is waiting."""
    waiting = await _unconfirmed_of_member(co_op, vote, voter, recorder)
    token = co_op.person_token(recorder, hat_names.SECRETARY)
    if not waiting:
        why = "Nothing of this member waits for a second person."
        fix = "See what waits: kith vote waiting. The first person writes it down with kith vote record."
        raise CommandError("Nothing was confirmed.", why, fix, ExitCode.NOT_FOUND)
    if waiting[0].recorder == str(recorder):
        raise refusals.NotAllowed("SAME_RECORDER")
    marks = await _marks(co_op, vote, choices, token)
    request = pb.ConfirmVoteBallotRequest(record_id=waiting[0].record_id, marks=marks, asked_for=asked_for)
    return await co_op.call(co_op.votes.ConfirmVoteBallot, request, token)


async def _unconfirmed_of_member(co_op: "connection.Connection", vote: str, voter: UUID, recorder: UUID) -> "list[gov.UnconfirmedBallot]":
    """This member's unconfirmed ballots. Raises now what the service would refuse later, before anybody reads out the paper."""
    if voter == recorder:
        raise refusals.NotAllowed("RECORDER_IS_VOTER")
    token = co_op.person_token(recorder, hat_names.SECRETARY)
    return [ballot for ballot in await list_unconfirmed(co_op, vote, token) if ballot.person_id == str(voter)]


async def _marks(co_op: "connection.Connection", vote: str, choices: Sequence[str] | None, token: str) -> "list[pb.Mark]":
    shown = await vote_lookup.get_vote(co_op, vote, token)
    typed = prompt_for_choices(shown.method, shown.options) if choices is None else choices
    return vote_ballot.parse_marks(shown.method, shown.options, typed)


def prompt_for_choices(method: str, options: Sequence[str]) -> list[str]:
    """Asks for the choices on the paper. Raises CommandError without a terminal."""
    if not console.is_interactive():
        raise CommandError("Nothing was written down.", "There is no --choice, and nobody to ask.", "Say --choice.", ExitCode.USAGE)
    several = method in (ballots.APPROVAL, ballots.SCORE)
    print_note(f"Write one of: {', '.join(dict.fromkeys((*options, *([] if several else [vote_terms.ABSTAIN]))))}.")
    if not several:
        return [console.prompt("What does the paper say")]
    print_note("One on each line, as =points after it where there are points. An empty line ends.")
    choices: list[str] = []
    while line := console.prompt("What does the paper say" if not choices else "And"):
        choices.append(line)
    return choices


async def _waiting_lines(co_op: "connection.Connection", waiting: "Sequence[gov.UnconfirmedBallot]") -> AsyncIterator[str]:
    members = await register_lookup.list_members(co_op) if waiting else []
    numbers = {member.person_id: member.member_number for member in members}
    names = await register_lookup.full_names(co_op, (person for ballot in waiting for person in (ballot.person_id, ballot.recorder)))
    for ballot in waiting:
        voter, first = names.get(ballot.person_id, ballot.person_id), names.get(ballot.recorder, ballot.recorder)
        number = numbers.get(ballot.person_id, ballot.person_id)
        yield f"member {number}, {voter}: {ballot.taken}, written down by {first}, {co_op.format_time(ballot.recorded_at)}"
