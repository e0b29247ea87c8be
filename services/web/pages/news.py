"""News in words: what happened that this person should see, each with the page to go to."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from starlette.responses import Response

from libs.refusals import NotFound
from services.web.news import Happened
from services.web.pages.ballot import TAKEN
from services.web.pages.motion_view import MotionView, Status, fetch, view
from services.web.visit import Visit
from services.web.words.catalogue import Line

_PAGE = 10
_LOOKED_THROUGH = 20


@dataclass(frozen=True)
class Told:
    """One piece of news as a page shows it."""

    status: Status
    title: str
    lines: list[Line]
    at: datetime
    path: str
    link: Markup


async def show(visit: Visit) -> Response:
    """All of it, newest first."""
    happened, token = await visit.front.news.of(visit.person_id, _PAGE, visit.query("page"))
    return visit.page("news", news=await told(visit, happened), more=f"/news?page={token}" if token else "")


async def newest(visit: Visit, most: int, shown: set[str]) -> list[Told]:
    """For home: the last thing that happened about each motion and the last code, without what the page shows already."""
    happened, _ = await visit.front.news.of(visit.person_id, _LOOKED_THROUGH)
    last: dict[str, Happened] = {}
    for one in happened:
        last.setdefault(one.about or one.kind, one)
    fresh = [one for one in last.values() if not (one.kind == "motion_opened" and one.about in shown)]
    return await told(visit, fresh[:most])


async def told(visit: Visit, happened: Sequence[Happened]) -> list[Told]:
    """In words. A motion is asked for once; what is about one that nobody knows any more is left out."""
    wanted = sorted({one.about for one in happened if one.about})
    found = await asyncio.gather(*(_motion(visit, one) for one in wanted))
    motions = {motion.id: motion for motion in found if motion}
    return [_told(visit, one, motions.get(one.about)) for one in happened if not one.about or one.about in motions]


async def _motion(visit: Visit, motion_id: str) -> MotionView | None:
    try:
        return view(visit, await fetch(visit, motion_id))
    except NotFound:
        return None


def _told(visit: Visit, one: Happened, motion: MotionView | None) -> Told:
    words = visit.words
    if motion is None:
        how = "card" if one.word == "card" else "once"
        lines = [*words.lines(f"news.code_{how}"), *words.lines("news.code_not_asked", phone=visit.phone)]
        return Told(
            Status("wait", visit.say("news.code_status")), str(visit.say("news.code")), lines, one.at, "/you", visit.say("news.code_link")
        )
    if one.kind == "vote_recorded":
        lines = words.lines(f"news.vote_{one.word if one.word in TAKEN else 'page'}")
        status = Status("yes", visit.say("news.vote_status"))
        return Told(status, motion.title, lines, one.at, f"/motions/{motion.id}/receipt", visit.say("news.vote_link"))
    if one.kind == "motion_closed":
        return Told(
            motion.status, motion.title, words.lines("news.closed"), one.at, f"/motions/{motion.id}/result", visit.say("home.see_result")
        )
    opens, closes = visit.moment(motion.opens_at), visit.moment(motion.closes_at)
    lines = words.lines("news.opened", opens=opens, closes=closes)
    return Told(motion.status, motion.title, lines, one.at, f"/motions/{motion.id}", visit.say("news.opened_link"))
