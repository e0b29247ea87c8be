"""A few people who together could cover the week of somebody who looks for support: drawn, in words, and why each."""

from string import ascii_uppercase

from markupsafe import Markup
from starlette.responses import Response

from kith.matching.v1 import suggestions_pb2 as pb
from kith.matching.v1 import support_profiles_pb2 as profiles
from services.web.drawings.week_lanes import LaneBox, week_lanes
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.support.getting import fetch_getting
from services.web.pages.support.profile_form import times_in_words
from services.web.pages.support.suggested import PATH, suggestion_view
from services.web.pages.visits.series_words import length_words

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


async def show(ctx: PageContext) -> Response:
    """Of the person, or of whom they act for."""
    request = pb.GetTeamCoverRequest(person_id=ctx.subject_id)
    found: pb.GetTeamCoverResponse = await ctx.call(ctx.state.services.suggestions.GetTeamCover, request)
    getting = await fetch_getting(ctx)
    names = await ctx.person_names([one.person_id for one in found.team])
    letters = dict(zip((one.person_id for one in found.team), ascii_uppercase, strict=False))
    missing = sum(map(_minutes, found.uncovered))
    left = found.wanted_minutes - found.minutes_of_own_team
    said = _said(ctx, len(found.team), left - missing, left) if found.team else Markup()
    return ctx.render(
        "support/team_cover",
        looks=found.open,
        team=[
            (
                letters[one.person_id],
                suggestion_view(ctx, one, names[one.person_id].full, getting),
                times_in_words(ctx, [coming.time for coming in found.comes if coming.person_id == one.person_id]),
            )
            for one in found.team
        ],
        uncovered=times_in_words(ctx, found.uncovered),
        said=said,
        own_team=ctx.say("team_cover.own_team", length=length_words(ctx, found.minutes_of_own_team)) if found.minutes_of_own_team else "",
        covered_already=found.open and left == 0,
        drawing=_drawing(ctx, found, letters, str(said)) if found.team else "",
        held_back=found.held_back,
        subject=ctx.subject_id,
    )


def _said(ctx: PageContext, people: int, covered: int, wanted: int) -> Markup:
    if covered == wanted:
        return ctx.say("team_cover.all", people, wanted=length_words(ctx, wanted))
    return ctx.say("team_cover.some", people, covered=length_words(ctx, covered), wanted=length_words(ctx, wanted))


def _drawing(ctx: PageContext, found: pb.GetTeamCoverResponse, letters: dict[str, str], said: str) -> Markup:
    boxes = [(one.time, letters[one.person_id]) for one in found.comes] + [(time, "") for time in found.uncovered]
    lanes = [
        (
            str(ctx.say(f"data.value.day.{day}")),
            sorted(LaneBox(_clock(time.begins), _clock(time.ends), letter) for time, letter in boxes if time.day == day),
        )
        for day in _DAYS
    ]
    key = [("for", str(ctx.say("team_cover.key_comes"))), ("abstained", str(ctx.say("team_cover.key_nobody")))]
    title = ctx.say("team_cover.title_of", name=ctx.acting.name) if ctx.acting else ctx.say("team_cover.title")
    return week_lanes(str(title), said, [lane for lane in lanes if lane[1]], key if found.uncovered else key[:1])


def _minutes(time: profiles.WeeklyTime) -> int:
    return _clock(time.ends) - _clock(time.begins)


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


PAGE = Page(f"{PATH}/team", show, acting=True)
