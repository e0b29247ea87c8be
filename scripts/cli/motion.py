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
from libs.rpc.client import call_service
from scripts.cli import motion_file, result_text
from scripts.cli.connection import Connection, connect
from scripts.cli.console import print_note, print_result
from scripts.cli.motion_file import MotionFile
from scripts.cli.plural import plural
from scripts.cli.refusal_messages import refusals_as_errors
from scripts.cli.register_lookup import find_person
from scripts.cli.retry import retry

motion_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Put a question to the members, and look at motions and results.",
)
_FolderOption = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_MotionArgument = Annotated[str, typer.Argument(help="The motion's id, as kith motion list shows it.")]
_JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
STATE_LABELS = {
    pb.MOTION_STATE_ANNOUNCED: "announced",
    pb.MOTION_STATE_OPEN: "open",
    pb.MOTION_STATE_COUNTING: "being counted",
    pb.MOTION_STATE_PASSED: "passed",
    pb.MOTION_STATE_NOT_PASSED: "not passed",
}


class MotionChoice(StrEnum):
    """The choices on a motion."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


@motion_app.command("open")
def open_command(
    file: Annotated[Path, typer.Argument(help="A motion file; see examples/elm-row/motion.toml.")],
    *,
    folder: _FolderOption = Path("kith-data"),
) -> None:
    """Put a question to the members: notice begins, and the roll is frozen."""
    asyncio.run(_open(folder, file))


@motion_app.command("list")
def list_command(*, folder: _FolderOption = Path("kith-data"), as_json: _JsonOption = False) -> None:
    """List motions, newest first."""
    asyncio.run(_list(folder, as_json=as_json))


@motion_app.command("show")
def show_command(motion: _MotionArgument, *, folder: _FolderOption = Path("kith-data"), as_json: _JsonOption = False) -> None:
    """Show a motion: the question, its dates, its roll."""
    asyncio.run(_show(folder, motion, as_json=as_json))


@motion_app.command("result")
def result_command(motion: _MotionArgument, *, folder: _FolderOption = Path("kith-data"), as_json: _JsonOption = False) -> None:
    """Show how a motion was decided, by class."""
    asyncio.run(_result(folder, motion, as_json=as_json))


@motion_app.command("cast")
def cast_command(
    motion: _MotionArgument,
    *,
    member: Annotated[str, typer.Option("--as", help="The member's number.")],
    choice: Annotated[MotionChoice, typer.Option(help="What they say.")],
    folder: _FolderOption = Path("kith-data"),
) -> None:
    """Cast a member's ballot, at their wish. Casting again replaces it, until the close."""
    asyncio.run(_cast(folder, motion, member, choice))


@motion_app.command("log")
def log_command(*, folder: _FolderOption = Path("kith-data"), as_json: _JsonOption = False) -> None:
    """Show the decision log, newest first: other commands ask for a decision by its number."""
    asyncio.run(_log(folder, as_json=as_json))


async def put_motion(connection: Connection, file: MotionFile) -> str:
    """Opens the motion as the secretary and returns its id."""
    rulebook = await retry(lambda: call_service(connection.governance.GetRulebook, pb.GetRulebookRequest(), connection.secretary_token()))
    notice = {resolution_type.key: resolution_type.notice_days for resolution_type in rulebook.resolution_types}
    request = file.request(notice.get(file.texts["resolution_type"], 0), connection.now())
    request.request_id = str(new_id())
    response: pb.OpenMotionResponse = await retry(
        lambda: call_service(connection.governance.OpenMotion, request, connection.secretary_token())
    )
    return response.motion_id


async def _open(folder: Path, path: Path) -> None:
    async with connect(folder) as connection:
        file = motion_file.read_motion_file(path, connection.instance.co_op.zone)
        with refusals_as_errors("The question was not put."):
            motion_id = await put_motion(connection, file)
        motion = (
            await call_service(connection.governance.GetMotion, pb.GetMotionRequest(motion_id=motion_id), connection.secretary_token())
        ).motion
        print_result(motion_id)
        print_note(f"Notice is given to {plural(sum(group.eligible for group in motion.roll), 'member', 'members')} who may vote.")
        print_note(f"Voting is open from {_time(connection, motion.opens_at)} to {_time(connection, motion.closes_at)}.")


async def _list(folder: Path, *, as_json: bool) -> None:
    async with connect(folder) as connection:
        motions, token = [], ""
        while True:
            request = pb.ListMotionsRequest(page_size=200, page_token=token)
            response = await call_service(connection.governance.ListMotions, request, connection.secretary_token())
            motions += response.motions
            token = response.next_page_token
            if not token:
                break
        if as_json:
            print_result(
                json.dumps({"schema": "kith.v1", "motions": [MessageToDict(motion) for motion in motions]}, ensure_ascii=False, indent=1)
            )
            return
        for motion in motions:
            print_result(
                f"{motion.motion_id}  {STATE_LABELS.get(motion.state, ''):<14} {_time(connection, motion.closes_at)}  {motion.title}"
            )


async def _show(folder: Path, motion_id: str, *, as_json: bool) -> None:
    async with connect(folder) as connection:
        motion = (
            await call_service(connection.governance.GetMotion, pb.GetMotionRequest(motion_id=motion_id), connection.secretary_token())
        ).motion
        if as_json:
            print_result(json.dumps({"schema": "kith.v1", **MessageToDict(motion)}, ensure_ascii=False, indent=1))
            return
        print_result(f"{motion.title}\n\n{motion.text.strip()}\n")
        print_result(f"{motion.resolution_type_name}: {STATE_LABELS.get(motion.state, '')}")
        print_result(f"Voting from {_time(connection, motion.opens_at)} to {_time(connection, motion.closes_at)}.")
        print_result(f"For means: {motion.for_means}\nAgainst means: {motion.against_means}")
        print_result(f"On the roll: {', '.join(f'{group.eligible} {group.name or group.member_class}' for group in motion.roll)}.")
        print_result(f"{plural(motion.ballots, 'person has', 'people have')} voted.")


async def _result(folder: Path, motion_id: str, *, as_json: bool) -> None:
    async with connect(folder) as connection:
        motion = (
            await call_service(connection.governance.GetMotion, pb.GetMotionRequest(motion_id=motion_id), connection.secretary_token())
        ).motion
        counted = (
            await call_service(connection.governance.GetResult, pb.GetResultRequest(motion_id=motion_id), connection.secretary_token())
        ).result
    if as_json:
        print_result(json.dumps({"schema": "kith.v1", "title": motion.title, **MessageToDict(counted)}, ensure_ascii=False, indent=1))
    else:
        print_result("\n".join(result_text.result_lines(counted, motion.title)))


async def _cast(folder: Path, motion_id: str, member: str, choice: MotionChoice) -> None:
    async with connect(folder) as connection:
        token = connection.person_token(await find_person(connection, member))
        current = await call_service(connection.governance.GetMyBallot, pb.GetMyBallotRequest(motion_id=motion_id), token)
        request = pb.CastBallotRequest(request_id=str(new_id()), motion_id=motion_id, choice=choice.value, revision=current.ballot.revision)
        ballot = (await call_service(connection.governance.CastBallot, request, token)).ballot
    print_result(f"Member {member} said {ballot.choice}. It is recorded.")


async def _log(folder: Path, *, as_json: bool) -> None:
    async with connect(folder) as connection:
        decisions, token = [], ""
        while True:
            request = pb.ListDecisionsRequest(page_size=200, page_token=token)
            response = await call_service(connection.governance.ListDecisions, request, connection.secretary_token())
            decisions += response.decisions
            token = response.next_page_token
            if not token:
                break
        if as_json:
            print_result(
                json.dumps({"schema": "kith.v1", "decisions": [MessageToDict(entry) for entry in decisions]}, ensure_ascii=False, indent=1)
            )
            return
        for entry in decisions:
            word = "passed" if entry.passed else "not passed"
            print_result(
                f"{entry.number:>5}  {_time(connection, entry.decided_at):<24} {word:<11} {entry.title or entry.kind.replace('_', ' ')}"
            )


def _time(connection: Connection, at: Timestamp) -> str:
    moment: datetime = at.ToDatetime(tzinfo=UTC)
    return moment.astimezone(connection.instance.co_op.zone).strftime("%-d %B %Y %H:%M")
