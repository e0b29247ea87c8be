"""The form with which somebody proposes to share one visit, or visits that repeat."""

from collections.abc import Mapping

from kith.matching.v1 import peers_pb2 as peers
from kith.matching.v1 import teams_pb2 as teams
from kith.scheduling.v1 import sharings_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from services.web.page import Access
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.form_page import Fields, FormPage, choices, form_page, require
from services.web.pages.sharing.sharing_words import PATH
from services.web.pages.visits.visit_forms import typed_length
from services.web.pages.visits.visit_words import times_words

_SPLITS = {"half": (1, 1), "most": (2, 1), "least": (1, 2)}
"""What the person to whom the visits are pays, and what the other one does."""
_BY_MINUTES = "minutes"


async def _values(ctx: PageContext, _: Fields) -> Mapping[str, object]:
    others = await known_people(ctx)
    names = await ctx.person_names(others)
    return {
        "people": [{"value": person, "text": names[person].full, "hint": ""} for person in others],
        "splits": choices(ctx, "sharing_split", (*_SPLITS, _BY_MINUTES)),
        "back": ctx.request_path.rpartition("/")[0],
        "when": await _when(ctx),
        "repeats": _is_series(ctx),
    }


def _is_series(ctx: PageContext) -> bool:
    return "series" in ctx.request.path_params


async def _when(ctx: PageContext) -> str:
    """The one visit in words; of a series nothing, as its page says when it is."""
    if _is_series(ctx):
        return ""
    request = visits.GetVisitRequest(visit_id=ctx.path_param("visit"))
    visit = (await ctx.call(ctx.state.services.visits.GetVisit, request)).visit
    day = ctx.format_day(ctx.local_day(utc_datetime(visit.starts_at)).isoformat())
    return f"{day}, {times_words(ctx, visit.starts_at, visit.ends_at)}"


async def known_people(ctx: PageContext) -> list[str]:
    """Neighbours of this person, and who is in their team; nobody acts for them towards neighbours."""
    known: list[str] = []
    if not ctx.acting:
        found: peers.GetPeersResponse = await ctx.call(ctx.state.services.peers.GetPeers, peers.GetPeersRequest())
        known += [pair.person_id for pair in found.pairs]
    own: teams.GetTeamsResponse = await ctx.call(ctx.state.services.teams.GetTeams, teams.GetTeamsRequest(person_id=ctx.subject_id))
    for place in own.teams:
        if place.owner_id == ctx.subject_id:
            team: teams.GetTeamResponse = await ctx.call(ctx.state.services.teams.GetTeam, teams.GetTeamRequest(team_id=place.team_id))
            # Who works for them is nobody to share with.
            with_them = (teams.TEAM_MEMBER_KIND_FAMILY, teams.TEAM_MEMBER_KIND_FRIEND, teams.TEAM_MEMBER_KIND_PEER)
            known += [member.person_id for member in team.members if member.HasField("joined_at") and member.kind in with_them]
        elif not place.invited:
            known.append(place.owner_id)
    return list(dict.fromkeys(known))


async def _propose(ctx: PageContext, fields: Fields, request_id: str) -> str:
    missing = [] if fields["who"] else [ctx.form_problem("who", "sharing.who_missing")]
    is_split = fields["split"] in (*_SPLITS, _BY_MINUTES)
    require(missing + ([] if is_split else [ctx.form_problem("split", "sharing.split_missing")]))
    by_minutes = fields["split"] == _BY_MINUTES
    parts = (typed_length(fields["mine"]), typed_length(fields["theirs"])) if by_minutes else _SPLITS[fields["split"]]
    request = pb.ProposeSharingRequest(
        request_id=request_id,
        person_id=ctx.subject_id,
        sharer_id=fields["who"],
        visit_id="" if _is_series(ctx) else ctx.path_param("visit"),
        series_id=ctx.path_param("series") if _is_series(ctx) else "",
        person_part=parts[0],
        sharer_part=parts[1],
        by_minutes=by_minutes,
        last_day=fields["last_day"],
    )
    proposed: pb.ProposeSharingResponse = await ctx.call(ctx.state.services.sharings.ProposeSharing, request)
    return f"{PATH}/{proposed.sharing_id}?done=proposed"


_FORM = FormPage(
    "sharing-new",
    "sharing/new",
    _values,
    _propose,
    fields=("who", "split", "mine", "theirs", "last_day"),
    input_by_field={"sharer_id": "who", "person_part": "mine", "last_day": "last_day"},
)
PAGES = (
    form_page("/visits/{visit:uuid}/share", _FORM, Access.MEMBER, acting=True),
    form_page("/visits/series/{series:uuid}/share", _FORM, Access.MEMBER, acting=True),
)
