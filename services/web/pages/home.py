"""The home page: what happens today, what needs the person's voice, and what has changed. At most five items."""

import asyncio

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from libs.refusals import Unavailable
from services.web.localisation import dates
from services.web.page_context import PageContext
from services.web.pages import news
from services.web.pages.federated_news import NewsEntry
from services.web.pages.federated_votes import vote_view as federated_votes
from services.web.pages.federated_votes.vote_view import VoteView
from services.web.pages.first_steps import FirstStep, list_first_steps
from services.web.pages.motion_view import MotionView, list_motions
from services.web.pages.visits.today import list_visits_ahead
from services.web.pages.waiting import list_waiting

_MAX_ITEMS = 5
_MAX_NEWS_ITEMS = 3


async def show(ctx: PageContext) -> Response:
    """The home page. It makes few calls, and works when a service is unavailable."""
    if ctx.acting:
        return ctx.redirect("/acting")
    visits = await list_visits_ahead(ctx)
    names = await ctx.person_names([ctx.person_id])
    # One place is kept for a vote, however full the day is.
    room = _MAX_ITEMS - len(visits.today) - (visits.waiting is not None)
    try:
        (motions, more), (votes, more_votes), steps = await asyncio.gather(
            list_motions(ctx, pb.MOTION_FILTER_NEEDS_MY_VOICE, _MAX_ITEMS - 1),
            federated_votes.list_votes(ctx, pb.MOTION_FILTER_NEEDS_MY_VOICE, _MAX_ITEMS - 1),
            list_first_steps(ctx),
        )
        waiting: list[MotionView | VoteView] = sorted([*motions, *votes], key=lambda item: item.closes_at)
        needs_vote = waiting[: max(1, room - 1)]
        more = more or more_votes or ("more" if len(waiting) > len(needs_vote) else "")
        remaining = max(0, min(_MAX_NEWS_ITEMS, room - len(needs_vote)))
        latest = await news.latest_news(ctx, remaining, {motion.id for motion in needs_vote})
        unavailable = False
    except Unavailable:
        needs_vote, more, latest, steps, unavailable = list[MotionView | VoteView](), "", list[NewsEntry](), list[FirstStep](), True
    part = dates.part_of_day(ctx.now, ctx.state.co_op.zone)
    return ctx.render(
        "home",
        greeting=ctx.say(f"home.good_{part}", name=names[ctx.person_id].short),
        day_said=ctx.format_day(ctx.local_day().isoformat()),
        visits=visits,
        questions=await list_waiting(ctx, visits.questions, visits_shown=int(visits.waiting is not None)),
        voice=needs_vote,
        more=bool(more),
        changed=latest,
        away=unavailable,
        steps=steps,
        # On the first evening the steps are the page; later what is left of them stands below what concerns everybody.
        is_new=not all(step.done for step in steps if step.name in {"members", "motion"}),
    )
