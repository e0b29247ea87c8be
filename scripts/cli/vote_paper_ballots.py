"""`kith vote record`, `waiting` and `confirm`: a ballot on paper or by phone is recorded by two people independently.

A choice that is not given is asked for. This keeps it out of the shell history, where the second person could see it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from google.protobuf.json_format import MessageToDict

from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1 import votes_pb2 as pb
from libs.access import hats
from libs.boards.ballots import APPROVAL, SCORE
from libs.boards.terms import ABSTAIN
from libs.database.engine import new_id
from libs.refusals import NotAllowed
from libs.rpc.client import call_service
from scripts.cli import console
from scripts.cli.connection import Connection, connect
from scripts.cli.console import CommandError, ExitCode, print_note, print_result
from scripts.cli.plural import plural
from scripts.cli.refusal_messages import refusals_as_errors
from scripts.cli.register_lookup import find_person, get_full_name, list_members
from scripts.cli.vote_ballot import parse_marks
from scripts.cli.vote_lookup import find_vote_id, get_vote

_VoteArgument = Annotated[str, typer.Argument(help="The first 8 or more digits of the vote's id; see kith vote list.", metavar="vote")]
_FolderOption = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
_MemberOption = Annotated[str, typer.Option("--member", help="The number of the member whose vote it is.")]
_RecorderOption = Annotated[str, typer.Option("--as", help="Your own member number: you wear the secretary's hat.")]
_ChoiceOption = Annotated[
    list[str] | None,
    typer.Option(help="What the paper says; several where the method allows, with =points for a score. Left out, you are asked."),
]
_DEFAULT_FOLDER = Path("kith-data")
_PAGE_SIZE = 200
_SEVERAL = (APPROVAL, SCORE)


class BallotSource(StrEnum):
    """How the ballot reached us."""

    PAPER = "paper"
    PHONE = "phone"


def record_command(
    vote: _VoteArgument,
    *,
    member: _MemberOption,
    recorder: _RecorderOption,
    choice: _ChoiceOption = None,
    taken: Annotated[BallotSource, typer.Option(help="How it came.")] = BallotSource.PAPER,
    folder: _FolderOption = _DEFAULT_FOLDER,
    as_json: _JsonOption = False,
) -> None:
    """Write down a vote that came on paper or by phone, as the first of two people. It is not on the board yet."""
    asyncio.run(_record(folder, vote, member, recorder, choice, taken, as_json=as_json))


def waiting_command(vote: _VoteArgument, *, folder: _FolderOption = _DEFAULT_FOLDER, as_json: _JsonOption = False) -> None:
    """List the votes that wait for the second person. What they say is not shown; that you looked is written down."""
    asyncio.run(_waiting(folder, vote, as_json=as_json))


def confirm_command(
    vote: _VoteArgument,
    *,
    member: _MemberOption,
    recorder: _RecorderOption,
    choice: _ChoiceOption = None,
    folder: _FolderOption = _DEFAULT_FOLDER,
    as_json: _JsonOption = False,
) -> int:
    """Write down the same vote from the same paper, as the second person. If both say the same, it goes on the board."""
    return asyncio.run(_confirm(folder, vote, member, recorder, choice, as_json=as_json))


async def record_ballot(
    connection: Connection, vote: str, voter: UUID, recorder: UUID, choices: Sequence[str] | None, taken: BallotSource
) -> str:
    """Records a ballot as the first person and returns its id. If `choices` is None, asks for them."""
    token = connection.person_token(recorder, hats.SECRETARY)
    marks = await _marks(connection, vote, choices, token)
    request = pb.RecordVoteBallotRequest(request_id=str(new_id()), vote_id=vote, person_id=str(voter), marks=marks, taken=taken.value)
    response: pb.RecordVoteBallotResponse = await call_service(connection.votes.RecordVoteBallot, request, token)
    return response.record_id


async def list_unconfirmed(connection: Connection, vote: str, token: str = "") -> AsyncIterator[gov.UnconfirmedBallot]:
    """Yields every ballot of this vote that waits for a second person, oldest first."""
    page_token = ""
    while True:
        request = pb.ListUnconfirmedVoteBallotsRequest(vote_id=vote, page_size=_PAGE_SIZE, page_token=page_token)
        response: pb.ListUnconfirmedVoteBallotsResponse = await call_service(
            connection.votes.ListUnconfirmedVoteBallots, request, token or connection.secretary_token()
        )
        for ballot in response.ballots:
            yield ballot
        page_token = response.next_page_token
        if not page_token:
            return


async def confirm_ballot(
    connection: Connection, vote: str, voter: UUID, recorder: UUID, choices: Sequence[str] | None
) -> pb.ConfirmVoteBallotResponse:
    """Confirms a ballot as the second person. Raises CommandError if none of this member's is waiting."""
    waiting = await _unconfirmed_of_member(connection, vote, voter, recorder)
    token = connection.person_token(recorder, hats.SECRETARY)
    if not waiting:
        why = "Nothing of this member waits for a second person."
        fix = "See what waits: kith vote waiting. The first person writes it down with kith vote record."
        raise CommandError("Nothing was confirmed.", why, fix, ExitCode.NOT_FOUND)
    if waiting[0].recorder == str(recorder):
        raise NotAllowed("SAME_RECORDER")
    marks = await _marks(connection, vote, choices, token)
    request = pb.ConfirmVoteBallotRequest(request_id=str(new_id()), record_id=waiting[0].record_id, marks=marks)
    response: pb.ConfirmVoteBallotResponse = await call_service(connection.votes.ConfirmVoteBallot, request, token)
    return response


async def _unconfirmed_of_member(connection: Connection, vote: str, voter: UUID, recorder: UUID) -> list[gov.UnconfirmedBallot]:
    """This member's unconfirmed ballots. Raises now what the service would refuse later, before anybody reads out the paper."""
    if voter == recorder:
        raise NotAllowed("RECORDER_IS_VOTER")
    token = connection.person_token(recorder, hats.SECRETARY)
    return [ballot async for ballot in list_unconfirmed(connection, vote, token) if ballot.person_id == str(voter)]


async def _marks(connection: Connection, vote: str, choices: Sequence[str] | None, token: str) -> list[pb.Mark]:
    shown = await get_vote(connection, vote, token)
    return parse_marks(shown.method, shown.options, prompt_for_choices(shown.method, shown.options) if choices is None else choices)


def prompt_for_choices(method: str, options: Sequence[str]) -> list[str]:
    """Asks for the choices on the paper. Raises CommandError without a terminal."""
    if not console.is_interactive():
        raise CommandError("Nothing was written down.", "There is no --choice, and nobody to ask.", "Say --choice.", ExitCode.USAGE)
    print_note(f"Write one of: {', '.join(dict.fromkeys((*options, *([] if method in _SEVERAL else [ABSTAIN]))))}.")
    if method not in _SEVERAL:
        return [console.prompt("What does the paper say")]
    print_note("One on each line, as =points after it where there are points. An empty line ends.")
    choices: list[str] = []
    while line := console.prompt("What does the paper say" if not choices else "And"):
        choices.append(line)
    return choices


async def _record(
    folder: Path, id_prefix: str, member: str, recorder: str, choices: list[str] | None, taken: BallotSource, *, as_json: bool
) -> None:
    async with connect(folder) as connection:
        vote_id = await find_vote_id(connection, id_prefix)
        voter, first = await find_person(connection, member), await find_person(connection, recorder)
        with refusals_as_errors("Nothing was written down."):
            already = await _unconfirmed_of_member(connection, vote_id, voter, first)
            record_id = await record_ballot(connection, vote_id, voter, first, choices, taken)
    if as_json:
        print_result(json.dumps({"schema": "kith.v1", "recordId": record_id}))
    else:
        print_result(f"The vote of member {member} is written down. It waits for a second person.")
    if already:
        print_note(
            "One of this member waited already, and is confirmed first: see kith vote waiting. If it is the same paper, one is enough."
        )
    print_note(
        f"Somebody else with the secretary's hat takes the same paper: kith vote confirm {id_prefix} --member {member} --as THEIR-NUMBER"
    )


async def _waiting(folder: Path, id_prefix: str, *, as_json: bool) -> None:
    async with connect(folder) as connection:
        vote_id = await find_vote_id(connection, id_prefix)
        ballots = [ballot async for ballot in list_unconfirmed(connection, vote_id)]
        if as_json:
            listed = [MessageToDict(ballot) for ballot in ballots]
            print_result(json.dumps({"schema": "kith.v1", "waiting": listed}, ensure_ascii=False, indent=1))
            return
        numbers = {member.person_id: member.member_number async for member in list_members(connection)} if ballots else {}
        for ballot in ballots:
            voter, first = [await get_full_name(connection, UUID(person_id)) for person_id in (ballot.person_id, ballot.recorder)]
            at = ballot.recorded_at.ToDatetime(tzinfo=UTC).astimezone(connection.instance.co_op.zone)
            number = numbers.get(ballot.person_id, ballot.person_id)
            print_result(f"member {number}, {voter}: {ballot.taken}, written down by {first}, {at:%-d %B %Y %H:%M}")
    print_note(f"{plural(len(ballots), 'waits', 'wait')} for a second person." if ballots else "Nothing waits for a second person.")


async def _confirm(folder: Path, id_prefix: str, member: str, recorder: str, choices: list[str] | None, *, as_json: bool) -> int:
    async with connect(folder) as connection:
        vote_id = await find_vote_id(connection, id_prefix)
        voter, second = await find_person(connection, member), await find_person(connection, recorder)
        with refusals_as_errors("Nothing was confirmed."):
            response = await confirm_ballot(connection, vote_id, voter, second, choices)
    if as_json:
        print_result(
            json.dumps({"schema": "kith.v1", "differs": response.differs, "ballot": MessageToDict(response.ballot)}, ensure_ascii=False)
        )
    if response.differs:
        print_note(f"The two of you wrote different things for member {member}. Both are put aside, and nothing counts.")
        print_note("Look at the paper together, then begin again: kith vote record")
        return ExitCode.CONFLICT
    if not as_json:
        print_result(f"Both wrote the same. The vote of member {member} is recorded.")
    return ExitCode.OK
