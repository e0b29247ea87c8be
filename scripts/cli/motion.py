"""`kith motion`: put a question to the members, and look at motions and results."""

import asyncio
import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.timestamp_pb2 import Timestamp

from kith.governance.v1 import governance_pb2 as pb
from libs.database.engine import new_id
from libs.rpc.client import ask
from scripts.cli import motion_file, result_words
from scripts.cli.console import result, say
from scripts.cli.door import Door, door
from scripts.cli.how_many import how_many
from scripts.cli.motion_file import MotionFile
from scripts.cli.patience import patiently
from scripts.cli.register import person_of
from scripts.cli.vote_refusals import sentences

motion_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Put a question to the members, and look at motions and results.",
)
_Folder = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_Motion = Annotated[str, typer.Argument(help="The motion's id, as kith motion list shows it.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
STATES = {
    pb.MOTION_STATE_ANNOUNCED: "announced",
    pb.MOTION_STATE_OPEN: "open",
    pb.MOTION_STATE_COUNTING: "being counted",
    pb.MOTION_STATE_PASSED: "passed",
    pb.MOTION_STATE_NOT_PASSED: "not passed",
}


class Choice(StrEnum):
    """What a member can say to a motion."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


@motion_app.command("open")
def open_command(
    file: Annotated[Path, typer.Argument(help="A motion file; see examples/elm-row/motion.toml.")], *, folder: _Folder = Path("kith-data")
) -> None:
    """Put a question to the members: notice begins, and the roll is frozen."""
    asyncio.run(_open(folder, file))


@motion_app.command("list")
def list_command(*, folder: _Folder = Path("kith-data"), as_json: _Json = False) -> None:
    """List motions, newest first."""
    asyncio.run(_list(folder, as_json=as_json))


@motion_app.command("show")
def show_command(motion: _Motion, *, folder: _Folder = Path("kith-data"), as_json: _Json = False) -> None:
    """Show a motion: the question, its dates, its roll."""
    asyncio.run(_show(folder, motion, as_json=as_json))


@motion_app.command("result")
def result_command(motion: _Motion, *, folder: _Folder = Path("kith-data"), as_json: _Json = False) -> None:
    """Show how a motion was decided, by class."""
    asyncio.run(_result(folder, motion, as_json=as_json))


@motion_app.command("cast")
def cast_command(
    motion: _Motion,
    *,
    member: Annotated[str, typer.Option("--as", help="The member's number.")],
    choice: Annotated[Choice, typer.Option(help="What they say.")],
    folder: _Folder = Path("kith-data"),
) -> None:
    """Cast a member's ballot, at their wish. Casting again replaces it, until the close."""
    asyncio.run(_cast(folder, motion, member, choice))


@motion_app.command("log")
def log_command(*, folder: _Folder = Path("kith-data"), as_json: _Json = False) -> None:
    """Show the decision log, newest first: other commands ask for a decision by its number."""
    asyncio.run(_log(folder, as_json=as_json))


async def put(open_door: Door, file: MotionFile) -> str:
    """Puts it as the secretary; the motion's id."""
    rulebook = await patiently(lambda: ask(open_door.governance.GetRulebook, pb.GetRulebookRequest(), open_door.secretary()))
    notice = {one.key: one.notice_days for one in rulebook.resolution_types}
    asked = file.request(notice.get(file.texts["resolution_type"], 0), open_door.now())
    asked.request_id = str(new_id())
    answer: pb.OpenMotionResponse = await patiently(lambda: ask(open_door.governance.OpenMotion, asked, open_door.secretary()))
    return answer.motion_id


async def _open(folder: Path, path: Path) -> None:
    async with door(folder) as open_door:
        file = motion_file.read(path, open_door.instance.co_op.zone)
        with sentences("The question was not put."):
            motion_id = await put(open_door, file)
        motion = (await ask(open_door.governance.GetMotion, pb.GetMotionRequest(motion_id=motion_id), open_door.secretary())).motion
        result(motion_id)
        say(f"Notice is given to {how_many(sum(one.eligible for one in motion.roll), 'member', 'members')} who may vote.")
        say(f"Voting is open from {_when(open_door, motion.opens_at)} to {_when(open_door, motion.closes_at)}.")


async def _list(folder: Path, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        found, token = [], ""
        while True:
            asked = pb.ListMotionsRequest(page_size=200, page_token=token)
            answer = await ask(open_door.governance.ListMotions, asked, open_door.secretary())
            found += answer.motions
            token = answer.next_page_token
            if not token:
                break
        if as_json:
            result(json.dumps({"schema": "kith.v1", "motions": [MessageToDict(one) for one in found]}, ensure_ascii=False, indent=1))
            return
        for one in found:
            result(f"{one.motion_id}  {STATES.get(one.state, ''):<14} {_when(open_door, one.closes_at)}  {one.title}")


async def _show(folder: Path, motion_id: str, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        motion = (await ask(open_door.governance.GetMotion, pb.GetMotionRequest(motion_id=motion_id), open_door.secretary())).motion
        if as_json:
            result(json.dumps({"schema": "kith.v1", **MessageToDict(motion)}, ensure_ascii=False, indent=1))
            return
        result(f"{motion.title}\n\n{motion.text.strip()}\n")
        result(f"{motion.resolution_type_name}: {STATES.get(motion.state, '')}")
        result(f"Voting from {_when(open_door, motion.opens_at)} to {_when(open_door, motion.closes_at)}.")
        result(f"For means: {motion.for_means}\nAgainst means: {motion.against_means}")
        result(f"On the roll: {', '.join(f'{one.eligible} {one.name or one.member_class}' for one in motion.roll)}.")
        result(f"{how_many(motion.ballots, 'person has', 'people have')} voted.")


async def _result(folder: Path, motion_id: str, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        motion = (await ask(open_door.governance.GetMotion, pb.GetMotionRequest(motion_id=motion_id), open_door.secretary())).motion
        counted = (await ask(open_door.governance.GetResult, pb.GetResultRequest(motion_id=motion_id), open_door.secretary())).result
    if as_json:
        result(json.dumps({"schema": "kith.v1", "title": motion.title, **MessageToDict(counted)}, ensure_ascii=False, indent=1))
    else:
        result("\n".join(result_words.in_words(counted, motion.title)))


async def _cast(folder: Path, motion_id: str, member: str, choice: Choice) -> None:
    async with door(folder) as open_door:
        token = open_door.person(await person_of(open_door, member))
        mine = await ask(open_door.governance.GetMyBallot, pb.GetMyBallotRequest(motion_id=motion_id), token)
        asked = pb.CastBallotRequest(request_id=str(new_id()), motion_id=motion_id, choice=choice.value, revision=mine.ballot.revision)
        ballot = (await ask(open_door.governance.CastBallot, asked, token)).ballot
    result(f"Member {member} said {ballot.choice}. It is recorded.")


async def _log(folder: Path, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        found, token = [], ""
        while True:
            asked = pb.ListDecisionsRequest(page_size=200, page_token=token)
            answer = await ask(open_door.governance.ListDecisions, asked, open_door.secretary())
            found += answer.decisions
            token = answer.next_page_token
            if not token:
                break
        if as_json:
            result(json.dumps({"schema": "kith.v1", "decisions": [MessageToDict(one) for one in found]}, ensure_ascii=False, indent=1))
            return
        for one in found:
            word = "passed" if one.passed else "not passed"
            result(f"{one.number:>5}  {_when(open_door, one.decided_at):<24} {word:<11} {one.title or one.kind.replace('_', ' ')}")


def _when(open_door: Door, at: Timestamp) -> str:
    moment: datetime = at.ToDatetime(tzinfo=UTC)
    return moment.astimezone(open_door.instance.co_op.zone).strftime("%-d %B %Y %H:%M")
