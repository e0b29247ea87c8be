"""News about visits and what goes with them: what a notice says, also to those who read it only on the pages."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from kith.identity.v1.enums import NoticeTopic
from kith.scheduling.v1 import visits_pb2 as pb
from libs.refusals import NotFound, Unavailable
from services.web.notices.kinds import KINDS as NOTICES
from services.web.page_context import PageContext
from services.web.pages.federated_news import NewsEntry
from services.web.pages.motion_view import StatusLabel
from services.web.storage.news import NOT_NEWS, NewsItem

KINDS = frozenset(name for name, kind in NOTICES.items() if kind.topic is NoticeTopic.VISITS) - NOT_NEWS
_OF_VISIT = "/visits/{about}"


def is_over(item: NewsItem, now: datetime) -> bool:
    """Whether nobody has use for it any more, such as for who comes to a visit that has begun."""
    return item.kind in KINDS and datetime.fromisoformat(item.word) <= now


async def fetch_visits(ctx: PageContext, items: Sequence[NewsItem]) -> Mapping[str, pb.Visit | None]:
    """The visits to which the items lead, each fetched once: without those that this person does not see any more, and None for all of
    them while scheduling is away.
    """
    ids = sorted({item.about for item in items if item.kind in KINDS and NOTICES[item.kind].path == _OF_VISIT})
    try:
        visits = await asyncio.gather(*(_find_visit(ctx, visit_id) for visit_id in ids))
    except Unavailable:
        return dict.fromkeys(ids)
    found = {visit.visit_id: visit for visit in visits if visit is not None}
    await ctx.person_names(visit.person_id for visit in found.values())
    return found


async def visit_entry(ctx: PageContext, item: NewsItem, visits: Mapping[str, pb.Visit | None]) -> NewsEntry:
    """The item in the words of its notice: `word` is the day and time that it names, as it was when it happened."""
    values = {"co_op": ctx.state.co_op.name, "until": ctx.format_moment(datetime.fromisoformat(item.word))}
    lines = ctx.catalogue.sentences(f"notice.{item.kind}.text", **values)
    path, link = NOTICES[item.kind].path.format(about=item.about), ctx.say("news.visit_more")
    if NOTICES[item.kind].path == _OF_VISIT:
        link = ctx.say("home.see_visit")
        visit = visits.get(item.about)
        if visit is not None and visit.person_id != ctx.person_id:
            names = await ctx.person_names([visit.person_id])
            lines = [*lines, *ctx.catalogue.sentences("news.visit_whose", name=names[visit.person_id].full)]
        if item.about not in visits:
            path, link = "/week", ctx.say("home.week")
    status = StatusLabel("wait", ctx.say("news.visit_status"))
    return NewsEntry(status, str(ctx.say(f"notice.{item.kind}.subject", **values)), lines, item.at, path, link)


async def _find_visit(ctx: PageContext, visit_id: str) -> pb.Visit | None:
    """Without a hat: it is about what they see as themselves."""
    try:
        response: pb.GetVisitResponse = await ctx.call(ctx.state.services.visits.GetVisit, pb.GetVisitRequest(visit_id=visit_id), "")
    except NotFound:
        return None
    return response.visit
