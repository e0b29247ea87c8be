"""`kith motion`: put a question to the members, and look at motions and results."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import CommandGroup, JsonResult, MemberOption, TextResult
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.wording import enum_words, plural

with lazy_imports():
    from kith.governance.v1 import governance_pb2 as pb
    from scripts.cli import connection, motion_file, register_lookup, result_text

motion_app = CommandGroup("Put a question to the members, and look at motions and results.")
MotionArgument = Annotated[str, typer.Argument(help="The motion's id, as kith motion list shows it.", metavar="MOTION")]


class MotionChoice(StrEnum):
    """The choices on a motion."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


@motion_app.action("open", failed="The question was not put.")
async def open_command(
    co_op: "connection.Connection", file: Annotated[Path, typer.Argument(help="A motion file; see examples/elm-row/motion.toml.")]
) -> TextResult:
    """Put a question to the members: notice begins, and the roll is frozen."""
    motion_id = await put_motion(co_op, motion_file.read_motion_file(file, co_op.instance.co_op.zone))
    motion = await get_motion(co_op, motion_id)
    return TextResult(
        motion_id,
        [
            f"Notice is given to {plural(sum(group.eligible for group in motion.roll), 'member', 'members')} who may vote.",
            f"Voting is open from {co_op.format_time(motion.opens_at)} to {co_op.format_time(motion.closes_at)}.",
        ],
    )


@motion_app.action("list")
async def list_command(co_op: "connection.Connection") -> JsonResult:
    """List motions, newest first."""
    motions = await co_op.list_as_secretary(co_op.governance.ListMotions, pb.ListMotionsRequest(), lambda page: page.motions)
    lines = (f"{row.motion_id}  {_state(row):<14} {co_op.format_time(row.closes_at)}  {row.title}" for row in motions)
    return JsonResult(lines, data={"motions": motions})


@motion_app.action("show")
async def show_command(co_op: "connection.Connection", motion_id: MotionArgument) -> JsonResult:
    """Show a motion: the question, its dates, its roll."""
    motion = await get_motion(co_op, motion_id)
    lines = [
        f"{motion.title}\n\n{motion.text.strip()}\n",
        f"{motion.resolution_type_name}: {_state(motion)}",
        f"Voting from {co_op.format_time(motion.opens_at)} to {co_op.format_time(motion.closes_at)}.",
        f"For means: {motion.for_means}\nAgainst means: {motion.against_means}",
        f"On the roll: {', '.join(f'{group.eligible} {group.name or group.member_class}' for group in motion.roll)}.",
        f"{plural(motion.ballots, 'person has', 'people have')} voted.",
    ]
    return JsonResult(lines, data=motion)


@motion_app.action("result")
async def result_command(co_op: "connection.Connection", motion_id: MotionArgument) -> JsonResult:
    """Show how a motion was decided, by class."""
    motion = await get_motion(co_op, motion_id)
    result = (await co_op.as_secretary(co_op.governance.GetResult, pb.GetResultRequest(motion_id=motion_id))).result
    return JsonResult(result_text.result_lines(result, motion.title), data=[{"title": motion.title}, result])


@motion_app.action("cast")
async def cast_command(
    co_op: "connection.Connection",
    motion_id: MotionArgument,
    *,
    member: MemberOption,
    choice: Annotated[MotionChoice, typer.Option(help="What they say.")],
) -> TextResult:
    """Cast a member's ballot, at their wish. Casting again replaces it, until the close."""
    token = co_op.person_token(await register_lookup.find_person(co_op, member))
    current = await co_op.call(co_op.governance.GetMyBallot, pb.GetMyBallotRequest(motion_id=motion_id), token)
    request = pb.CastBallotRequest(motion_id=motion_id, choice=choice.value, revision=current.ballot.revision)
    ballot = (await co_op.call(co_op.governance.CastBallot, request, token)).ballot
    return TextResult(f"Member {member} said {ballot.choice}. It is recorded.")


@motion_app.action("log")
async def log_command(co_op: "connection.Connection") -> JsonResult:
    """Show the decision log, newest first: other commands ask for a decision by its number."""
    decisions = await co_op.list_as_secretary(co_op.governance.ListDecisions, pb.ListDecisionsRequest(), lambda page: page.decisions)
    return JsonResult((_decision_line(co_op, decision) for decision in decisions), data={"decisions": decisions})


async def put_motion(co_op: "connection.Connection", file: "motion_file.MotionFile") -> str:
    """Opens the motion as the secretary and returns its id."""
    rulebook = await co_op.as_secretary(co_op.governance.GetRulebook, pb.GetRulebookRequest(), retried=True)
    notice = {resolution_type.key: resolution_type.notice_days for resolution_type in rulebook.resolution_types}
    request = file.request(notice.get(file.resolution_type, 0), co_op.now())
    response: pb.OpenMotionResponse = await co_op.as_secretary(co_op.governance.OpenMotion, request, retried=True)
    return response.motion_id


async def get_motion(co_op: "connection.Connection", motion_id: str) -> "pb.Motion":
    request = pb.GetMotionRequest(motion_id=motion_id)
    response: pb.GetMotionResponse = await co_op.as_secretary(co_op.governance.GetMotion, request)
    return response.motion


def _decision_line(co_op: "connection.Connection", decision: "pb.Decision") -> str:
    word = "passed" if decision.passed else "not passed"
    title = decision.title or decision.kind.replace("_", " ")
    return f"{decision.number:>5}  {co_op.format_time(decision.decided_at):<24} {word:<11} {title}"


def _state(motion: "pb.Motion") -> str:
    words = enum_words(pb.MotionState, motion.state)
    return "being counted" if words == "counting" else words
