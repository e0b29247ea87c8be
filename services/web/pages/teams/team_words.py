"""A team in words: who is in it, as what, and which hats they wear until when."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kith.matching.v1 import tasks_pb2 as tasks
from kith.matching.v1 import teams_pb2 as pb
from kith.matching.v1.enums import TaskKind, TeamHat, TeamMemberKind
from libs.rpc.enums import known_word
from services.web.page_context import PageContext, utc_datetime


@dataclass(frozen=True)
class HatView:
    """One hat of somebody, with what this person may do about it."""

    hat: str
    name: Markup
    says: Markup
    handover: str
    can_accept: bool
    can_end: bool


@dataclass(frozen=True)
class TaskView:
    """A kind of task that somebody does, for which the rulebook asks for papers."""

    kind: str
    name: Markup
    until: str
    can_end: bool


@dataclass(frozen=True)
class MemberView:
    """Somebody in a team, or invited."""

    person_id: str
    name: str
    kind: Markup
    says: Markup
    has_joined: bool
    is_me: bool
    hats: Sequence[HatView]
    tasks: Sequence[TaskView]
    can_raise: bool
    """Whether the reader can say here that something is wrong between them."""


@dataclass(frozen=True)
class TeamView:
    """One team as somebody in it sees it."""

    id: str
    owner: str
    owner_id: str
    is_own: bool
    members: Sequence[MemberView]
    agreement: str
    version: int


async def fetch_team(ctx: PageContext, team_id: str) -> TeamView:
    """Raises NotFound TEAM_UNKNOWN, as for a team that somebody is not in."""
    team, assigned = await asyncio.gather(
        ctx.call(ctx.state.services.teams.GetTeam, pb.GetTeamRequest(team_id=team_id)),
        ctx.call(ctx.state.services.tasks.GetTeamTasks, tasks.GetTeamTasksRequest(team_id=team_id)),
    )
    return await team_view(ctx, team, assigned)


async def team_view(ctx: PageContext, team: pb.GetTeamResponse, assigned: tasks.GetTeamTasksResponse) -> TeamView:
    """With `assigned`, who does what in it."""
    fetched = await ctx.person_names([team.owner_id, *(member.person_id for member in team.members)])
    names = {person: name.full for person, name in fetched.items()}
    is_own, me = team.owner_id == ctx.subject_id, ctx.subject_id
    return TeamView(
        team.team_id,
        names[team.owner_id],
        team.owner_id,
        is_own,
        [
            _member(
                ctx,
                team,
                member,
                names[member.person_id],
                _tasks(ctx, assigned, member.person_id, me=me, is_own=is_own),
                me=me,
                is_own=is_own,
            )
            for member in team.members
        ],
        team.agreement,
        team.version,
    )


def kind_word(ctx: PageContext, kind: "pb.TeamMemberKind.ValueType") -> Markup:
    """As what somebody is in a team; empty for what only a newer version knows."""
    known = known_word(pb.TeamMemberKind, TeamMemberKind, kind, None)
    return ctx.say(f"team_kind.{known.value}") if known else Markup()


def _member(
    ctx: PageContext, team: pb.GetTeamResponse, row: pb.TeamMember, name: str, does: Sequence[TaskView], *, me: str, is_own: bool
) -> MemberView:
    joined = row.HasField("joined_at")
    at = utc_datetime(row.joined_at if joined else row.invited_at)
    return MemberView(
        row.person_id,
        name,
        kind_word(ctx, row.kind),
        ctx.say("team.since" if joined else "team.invited", when=ctx.format_moment(at)),
        joined,
        row.person_id == me,
        [view for hat in team.hats if hat.person_id == row.person_id for view in _hat(ctx, hat, me=me, is_own=is_own)],
        does,
        can_raise=joined and row.person_id not in {me, ctx.person_id},
    )


def _tasks(ctx: PageContext, assigned: tasks.GetTeamTasksResponse, person: str, *, me: str, is_own: bool) -> list[TaskView]:
    """What this member does today, without kinds that only a newer version knows."""
    known = [(known_word(tasks.TaskKind, TaskKind, task.kind, None), task.until_day) for task in assigned.tasks if task.person_id == person]
    return [
        TaskView(kind.value, ctx.say(f"team_task.{kind.value}"), ctx.format_day(until) if until else "", can_end=is_own or person == me)
        for kind, until in known
        if kind is not None
    ]


def _hat(ctx: PageContext, row: pb.WornTeamHat, *, me: str, is_own: bool) -> list[HatView]:
    """Nothing for a hat whose last day is over."""
    hat = known_word(pb.TeamHat, TeamHat, row.hat, None)
    if hat is None or row.until_day < ctx.local_day().isoformat():
        return []
    worn, mine = row.HasField("accepted_at"), row.person_id == me
    return [
        HatView(
            hat.value,
            ctx.say(f"team_hat.{hat.value}"),
            ctx.say("team.hat_until" if worn else "team.hat_offered", until=ctx.format_day(row.until_day)),
            row.handover,
            can_accept=mine and not worn and ctx.acting is None,
            can_end=is_own or (mine and worn),
        )
    ]
