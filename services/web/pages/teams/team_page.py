"""A person's own team and those they are in: answer an invitation, accept a hat, leave, or end somebody's place."""

from collections.abc import Iterable

from starlette.responses import Response

from kith.matching.v1 import tasks_pb2 as tasks
from kith.matching.v1 import teams_pb2 as pb
from kith.matching.v1.enums import TaskKind, TeamHat
from libs.rpc import enums
from services.web.http.forms import Form
from services.web.page import Access
from services.web.page_context import PageContext
from services.web.pages.confirmed_actions import ActionSubject, ConfirmedAction, PassedDecision
from services.web.pages.teams.question_views import questions_of
from services.web.pages.teams.team_words import fetch_team, kind_word, team_view

CHANGE = "team"
_DONE = ("joined", "declined", "accepted", "left", "ended", "invited", "offered", "handed_back", "agreed", "assigned", "task_ended")


async def show(ctx: PageContext) -> Response:
    """Invitations first, then one's own team, then the others. Who acts reads what is asked in the person's own team alone."""
    request = pb.GetWholeTeamsRequest(person_id=ctx.subject_id)
    found: pb.GetWholeTeamsResponse = await ctx.call(ctx.state.services.teams.GetWholeTeams, request)
    names = await ctx.person_names(_people(found))
    teams = [await team_view(ctx, one.team, one.tasks) for one in found.teams]
    read = [one for one in found.teams if ctx.acting is None or one.team.owner_id == ctx.subject_id]
    questions = {one.team.team_id: await questions_of(ctx, one.questions) for one in read}
    return ctx.render(
        "teams/teams",
        invitations=[
            {"id": place.team_id, "owner": names[place.owner_id].full, "kind": kind_word(ctx, place.kind)} for place in found.invitations
        ],
        own=next((team for team in teams if team.is_own), None),
        others=[team for team in teams if not team.is_own],
        questions_of=questions,
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


def _people(found: pb.GetWholeTeamsResponse) -> Iterable[str]:
    """Everybody whom the page names, to be looked up at once."""
    yield from (place.owner_id for place in found.invitations)
    for one in found.teams:
        yield one.team.owner_id
        yield from (member.person_id for member in one.team.members)
        for question in one.questions.questions:
            yield from (question.asker_id, question.asked_by_id)


async def change(ctx: PageContext, form: Form) -> Response:
    """Answer an invitation, accept a hat, or end a task."""
    services, team, did = ctx.state.services.teams, form.text("team"), form.text("do")
    if did in {"joined", "declined"}:
        answer = pb.AnswerTeamInvitationRequest(request_id=form.request_id, team_id=team, accepted=did == "joined")
        await ctx.call(services.AnswerTeamInvitation, answer)
        return ctx.redirect(f"/team?done={did}")
    if did in list(TeamHat):
        hat = enums.to_wire(pb.TeamHat, TeamHat(did))
        await ctx.call(services.AcceptTeamHat, pb.AcceptTeamHatRequest(request_id=form.request_id, team_id=team, hat=hat))
        return ctx.redirect("/team?done=accepted")
    if did in list(TaskKind):
        kind = enums.to_wire(tasks.TaskKind, TaskKind(did))
        ended = tasks.EndTaskRequest(request_id=form.request_id, team_id=team, person_id=form.text("person"), kind=kind)
        await ctx.call(ctx.state.services.tasks.EndTask, ended)
        return ctx.redirect("/team?done=task_ended")
    return ctx.redirect("/team")


async def _own_place(ctx: PageContext) -> ActionSubject:
    team = await fetch_team(ctx, ctx.path_param("team"))
    return ActionSubject(str(ctx.say("team.title_of", name=team.owner)), "/team")


async def _place(ctx: PageContext) -> ActionSubject:
    names = await ctx.person_names([ctx.path_param("person")])
    return ActionSubject(names[ctx.path_param("person")].full, "/team")


async def _leave(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    return await _end_place(ctx, form, ctx.subject_id, "left")


async def _end(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    return await _end_place(ctx, form, ctx.path_param("person"), "ended")


async def _end_place(ctx: PageContext, form: Form, person: str, done: str) -> Response:
    request = pb.EndTeamMembershipRequest(request_id=form.request_id, team_id=ctx.path_param("team"), person_id=person)
    await ctx.call(ctx.state.services.teams.EndTeamMembership, request)
    return ctx.redirect(f"/team?done={done}")


LEAVE = ConfirmedAction("leave_team", _own_place, _leave, Access.MEMBER, needs_decision=False)
END = ConfirmedAction("end_team_place", _place, _end, Access.MEMBER, needs_decision=False, acting=True)
