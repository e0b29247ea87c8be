"""Forms of a team: invite somebody, offer a hat, hand one back, write the agreement."""

from collections.abc import Mapping

from kith.matching.v1 import teams_pb2 as pb
from kith.matching.v1.enums import TeamHat, TeamMemberKind
from libs.refusals import NotFound
from libs.rpc import enums
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, require, version_of
from services.web.pages.people_search import find_members
from services.web.pages.teams.team_words import fetch_team

_LONG_BODY = 128 * 1024
"""10,000 letters, nine bytes each once they are in a form."""


async def _invite_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    typed = ctx.query_param("q") or fields["q"]
    matches, problem = await find_members(ctx, typed)
    return {
        "typed": typed,
        "found": matches,
        "search_problem": problem,
        "kinds": choices(ctx, "team_kind", [kind.value for kind in TeamMemberKind]),
    }


async def _invite(ctx: PageContext, fields: Fields, request_id: str) -> str:
    missing = [] if fields["who"] else [ctx.form_problem("who", "team.who_missing")]
    require(missing + ([] if fields["kind"] in list(TeamMemberKind) else [ctx.form_problem("kind", "team.kind_missing")]))
    request = pb.InviteToTeamRequest(
        request_id=request_id,
        owner_id=ctx.subject_id,
        person_id=fields["who"],
        kind=enums.to_wire(pb.TeamMemberKind, TeamMemberKind(fields["kind"])),
    )
    await ctx.call(ctx.state.services.teams.InviteToTeam, request)
    return "/team?done=invited"


async def _offer_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    names = await ctx.person_names([ctx.path_param("person")])
    return {"name": names[ctx.path_param("person")].full, "hats": choices(ctx, "team_hat", [hat.value for hat in TeamHat])}


async def _offer(ctx: PageContext, fields: Fields, request_id: str) -> str:
    require([] if fields["hat"] in list(TeamHat) else [ctx.form_problem("hat", "team.hat_missing")])
    request = pb.OfferTeamHatRequest(
        request_id=request_id,
        team_id=ctx.path_param("team"),
        person_id=ctx.path_param("person"),
        hat=enums.to_wire(pb.TeamHat, TeamHat(fields["hat"])),
        until_day=fields["until_day"],
    )
    await ctx.call(ctx.state.services.teams.OfferTeamHat, request)
    return "/team?done=offered"


def _hat_of_path(ctx: PageContext) -> TeamHat:
    if ctx.path_param("hat") not in list(TeamHat):
        raise NotFound("TEAM_HAT_NOT_WORN")
    return TeamHat(ctx.path_param("hat"))


async def _hand_back_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    return {"hat": ctx.say(f"team_hat.{_hat_of_path(ctx).value}")}


async def _hand_back(ctx: PageContext, fields: Fields, request_id: str) -> str:
    hat = enums.to_wire(pb.TeamHat, _hat_of_path(ctx))
    request = pb.EndTeamHatRequest(request_id=request_id, team_id=ctx.path_param("team"), hat=hat, handover=fields["handover"])
    await ctx.call(ctx.state.services.teams.EndTeamHat, request)
    return "/team?done=handed_back"


async def _agreement_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    team = await fetch_team(ctx, ctx.path_param("team"))
    entered = bool(fields["version"])
    return {
        "agreement": fields["agreement"] if entered else team.agreement,
        "version": fields["version"] if entered else str(team.version),
    }


async def _write_agreement(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.SetTeamAgreementRequest(
        request_id=request_id, team_id=ctx.path_param("team"), agreement=fields["agreement"], version=version_of(fields)
    )
    await ctx.call(ctx.state.services.teams.SetTeamAgreement, request)
    return "/team?done=agreed"


INVITE = FormPage(
    "team-invite",
    "teams/invite",
    _invite_values,
    _invite,
    fields=("who", "kind", "q"),
    input_by_field={"person_id": "who", "kind": "kind"},
)
OFFER = FormPage(
    "team-hat-offer",
    "teams/offer_hat",
    _offer_values,
    _offer,
    fields=("hat", "until_day"),
    input_by_field={"hat": "hat", "until_day": "until_day"},
)
HAND_BACK = FormPage(
    "team-hat-back",
    "teams/hand_back",
    _hand_back_values,
    _hand_back,
    fields=("handover",),
    input_by_field={"handover": "handover"},
    max_body=_LONG_BODY,
)
AGREEMENT = FormPage(
    "team-agreement",
    "teams/agreement",
    _agreement_values,
    _write_agreement,
    fields=("agreement", "version"),
    input_by_field={"agreement": "agreement"},
    max_body=_LONG_BODY,
)
