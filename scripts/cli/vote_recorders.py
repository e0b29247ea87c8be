"""`kith vote record`, `waiting` and `confirm`: a vote that came on paper or by phone is taken by two people, the second without the first.

A choice that is not given is asked for. Then it does not stand among the shell's last commands, where the second person would find it.
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
from libs.rpc.client import ask
from scripts.cli import console
from scripts.cli.console import CommandError, ExitCode, result, say
from scripts.cli.door import Door, door
from scripts.cli.how_many import how_many
from scripts.cli.register import members, name_of, person_of
from scripts.cli.vote_ballot import marks_of
from scripts.cli.vote_named import seen, vote_id
from scripts.cli.vote_refusals import sentences

_Vote = Annotated[str, typer.Argument(help="The first 8 or more digits of the vote's id; see kith vote list.", metavar="vote")]
_Folder = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
_Member = Annotated[str, typer.Option("--member", help="The number of the member whose vote it is.")]
_As = Annotated[str, typer.Option("--as", help="Your own member number: you wear the secretary's hat.")]
_Choice = Annotated[
    list[str] | None,
    typer.Option(help="What the paper says; several where the method allows, with =points for a score. Left out, you are asked."),
]
_HERE = Path("kith-data")
_PAGE = 200
_SEVERAL = (APPROVAL, SCORE)


class Taken(StrEnum):
    """How the vote came."""

    PAPER = "paper"
    PHONE = "phone"


def record_command(
    vote: _Vote,
    *,
    member: _Member,
    recorder: _As,
    choice: _Choice = None,
    taken: Annotated[Taken, typer.Option(help="How it came.")] = Taken.PAPER,
    folder: _Folder = _HERE,
    as_json: _Json = False,
) -> None:
    """Write down a vote that came on paper or by phone, as the first of two people. It is not on the board yet."""
    asyncio.run(_record(folder, vote, member, recorder, choice, taken, as_json=as_json))


def waiting_command(vote: _Vote, *, folder: _Folder = _HERE, as_json: _Json = False) -> None:
    """List the votes that wait for the second person. What they say is not shown; that you looked is written down."""
    asyncio.run(_waiting(folder, vote, as_json=as_json))


def confirm_command(
    vote: _Vote, *, member: _Member, recorder: _As, choice: _Choice = None, folder: _Folder = _HERE, as_json: _Json = False
) -> int:
    """Write down the same vote from the same paper, as the second person. If both say the same, it goes on the board."""
    return asyncio.run(_confirm(folder, vote, member, recorder, choice, as_json=as_json))


async def record(door: Door, vote: str, voter: UUID, recorder: UUID, choices: Sequence[str] | None, taken: Taken) -> str:
    """The entry's id. `choices` None: they are asked for."""
    token = door.person(recorder, hats.SECRETARY)
    marks = await _marks(door, vote, choices, token)
    asked = pb.RecordVoteBallotRequest(request_id=str(new_id()), vote_id=vote, person_id=str(voter), marks=marks, taken=taken.value)
    answer: pb.RecordVoteBallotResponse = await ask(door.votes.RecordVoteBallot, asked, token)
    return answer.record_id


async def waiting(door: Door, vote: str, token: str = "") -> AsyncIterator[gov.UnconfirmedBallot]:
    """Every entry of this vote that waits for a second person, oldest first."""
    page = ""
    while True:
        asked = pb.ListUnconfirmedVoteBallotsRequest(vote_id=vote, page_size=_PAGE, page_token=page)
        answer: pb.ListUnconfirmedVoteBallotsResponse = await ask(door.votes.ListUnconfirmedVoteBallots, asked, token or door.secretary())
        for one in answer.ballots:
            yield one
        page = answer.next_page_token
        if not page:
            return


async def confirm(door: Door, vote: str, voter: UUID, recorder: UUID, choices: Sequence[str] | None) -> pb.ConfirmVoteBallotResponse:
    """Raises CommandError where nothing of this member waits."""
    found = await _waiting_of(door, vote, voter, recorder)
    token = door.person(recorder, hats.SECRETARY)
    if not found:
        why = "Nothing of this member waits for a second person."
        fix = "See what waits: kith vote waiting. The first person writes it down with kith vote record."
        raise CommandError("Nothing was confirmed.", why, fix, ExitCode.NOT_FOUND)
    if found[0].recorder == str(recorder):
        raise NotAllowed("SAME_RECORDER")
    marks = await _marks(door, vote, choices, token)
    asked = pb.ConfirmVoteBallotRequest(request_id=str(new_id()), record_id=found[0].record_id, marks=marks)
    answer: pb.ConfirmVoteBallotResponse = await ask(door.votes.ConfirmVoteBallot, asked, token)
    return answer


async def _waiting_of(door: Door, vote: str, voter: UUID, recorder: UUID) -> list[gov.UnconfirmedBallot]:
    """What waits of this member. Raises what would be refused later, before anybody says what the paper says."""
    if voter == recorder:
        raise NotAllowed("RECORDER_IS_VOTER")
    token = door.person(recorder, hats.SECRETARY)
    return [one async for one in waiting(door, vote, token) if one.person_id == str(voter)]


async def _marks(door: Door, vote: str, choices: Sequence[str] | None, token: str) -> list[pb.Mark]:
    found = await seen(door, vote, token)
    return marks_of(found.method, found.options, asked_for(found.method, found.options) if choices is None else choices)


def asked_for(method: str, options: Sequence[str]) -> list[str]:
    """What the paper says, typed at a terminal. Raises CommandError where nobody sits at one."""
    if not console.can_ask():
        raise CommandError("Nothing was written down.", "There is no --choice, and nobody to ask.", "Say --choice.", ExitCode.USAGE)
    say(f"Write one of: {', '.join(dict.fromkeys((*options, *([] if method in _SEVERAL else [ABSTAIN]))))}.")
    if method not in _SEVERAL:
        return [console.ask("What does the paper say")]
    say("One on each line, as =points after it where there are points. An empty line ends.")
    said: list[str] = []
    while one := console.ask("What does the paper say" if not said else "And"):
        said.append(one)
    return said


async def _record(folder: Path, said: str, member: str, recorder: str, choices: list[str] | None, taken: Taken, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        which = await vote_id(open_door, said)
        voter, first = await person_of(open_door, member), await person_of(open_door, recorder)
        with sentences("Nothing was written down."):
            already = await _waiting_of(open_door, which, voter, first)
            record_id = await record(open_door, which, voter, first, choices, taken)
    if as_json:
        result(json.dumps({"schema": "kith.v1", "recordId": record_id}))
    else:
        result(f"The vote of member {member} is written down. It waits for a second person.")
    if already:
        say("One of this member waited already, and is confirmed first: see kith vote waiting. If it is the same paper, one is enough.")
    say(f"Somebody else with the secretary's hat takes the same paper: kith vote confirm {said} --member {member} --as THEIR-NUMBER")


async def _waiting(folder: Path, said: str, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        which = await vote_id(open_door, said)
        found = [one async for one in waiting(open_door, which)]
        if as_json:
            listed = [MessageToDict(one) for one in found]
            result(json.dumps({"schema": "kith.v1", "waiting": listed}, ensure_ascii=False, indent=1))
            return
        numbers = {one.person_id: one.member_number async for one in members(open_door)} if found else {}
        for one in found:
            who, first = [await name_of(open_door, UUID(each)) for each in (one.person_id, one.recorder)]
            at = one.recorded_at.ToDatetime(tzinfo=UTC).astimezone(open_door.instance.co_op.zone)
            number = numbers.get(one.person_id, one.person_id)
            result(f"member {number}, {who}: {one.taken}, written down by {first}, {at:%-d %B %Y %H:%M}")
    say(f"{how_many(len(found), 'waits', 'wait')} for a second person." if found else "Nothing waits for a second person.")


async def _confirm(folder: Path, said: str, member: str, recorder: str, choices: list[str] | None, *, as_json: bool) -> int:
    async with door(folder) as open_door:
        which = await vote_id(open_door, said)
        voter, second = await person_of(open_door, member), await person_of(open_door, recorder)
        with sentences("Nothing was confirmed."):
            answer = await confirm(open_door, which, voter, second, choices)
    if as_json:
        result(json.dumps({"schema": "kith.v1", "differs": answer.differs, "ballot": MessageToDict(answer.ballot)}, ensure_ascii=False))
    if answer.differs:
        say(f"The two of you wrote different things for member {member}. Both are put aside, and nothing counts.")
        say("Look at the paper together, then begin again: kith vote record")
        return ExitCode.CONFLICT
    if not as_json:
        result(f"Both wrote the same. The vote of member {member} is recorded.")
    return ExitCode.OK
