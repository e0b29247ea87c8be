"""News in words: what happened that this person should see, each with the page to go to."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from starlette.responses import Response

from libs.refusals import NotFound
from services.web.news import Happened
from services.web.pages import news_between as between
from services.web.pages.ballot import TAKEN
from services.web.pages.motion_view import MotionView, Status, fetch, view
from services.web.pages.news_between import Told
from services.web.visit import Visit

_PAGE = 10
_LOOKED_THROUGH = 20


About = TypeVar("About")


async def show(visit: Visit) -> Response:
    """All of it, newest first."""
    happened, token = await visit.front.news.of(visit.person_id, _PAGE, visit.query("page"), _hats(visit))
    return visit.page("news", news=await told(visit, happened), more=f"/news?page={token}" if token else "")


async def newest(visit: Visit, most: int, shown: set[str]) -> list[Told]:
    """For home: the last thing that happened about each motion and the last code, without what the page shows already."""
    happened, _ = await visit.front.news.of(visit.person_id, _LOOKED_THROUGH, hats=_hats(visit))
    last: dict[str, Happened] = {}
    for one in happened:
        last.setdefault(one.about or one.kind, one)
    announced = {"motion_opened", "between_opened"}
    fresh = [one for one in last.values() if not (one.kind in announced and one.about in shown)]
    return await told(visit, fresh[:most])


async def told(visit: Visit, happened: Sequence[Happened]) -> list[Told]:
    """In words. What it is about is asked for once; what nobody knows any more is left out."""
    motions, votes, co_ops = await asyncio.gather(
        _all(visit, happened, "motion", _motion),
        _all(visit, happened, "between", between.about),
        _all(visit, happened, "peer", between.peer),
    )
    said: list[Told | None] = []
    for one in happened:
        if one.kind.startswith("between_"):
            said.append(between.told(visit, one, votes[one.about]) if one.about in votes else None)
        elif one.kind.startswith("peer_"):
            said.append(between.told_of_peer(visit, one, co_ops[one.about]) if one.about in co_ops else None)
        elif not one.about or one.about in motions:
            said.append(_told(visit, one, motions.get(one.about)))
    return [one for one in said if one is not None]


async def _all(
    visit: Visit, happened: Sequence[Happened], what: str, fetch_one: Callable[[Visit, str], Awaitable[About]]
) -> dict[str, About]:
    """What the news of one sort is about, by id; without what is gone or cannot be asked for just now."""
    wanted = sorted({one.about for one in happened if one.about and _sort(one) == what})
    found = await asyncio.gather(*(_or_none(fetch_one, visit, one) for one in wanted))
    return {key: one for key, one in zip(wanted, found, strict=True) if one is not None}


async def _or_none(fetch_one: Callable[[Visit, str], Awaitable[About]], visit: Visit, key: str) -> About | None:
    try:
        return await fetch_one(visit, key)
    except NotFound:
        return None


def _sort(one: Happened) -> str:
    return {"between": "between", "peer": "peer"}.get(one.kind.partition("_")[0], "motion")


def _hats(visit: Visit) -> Sequence[str]:
    return visit.session.who.hats if visit.session else ()


async def _motion(visit: Visit, motion_id: str) -> MotionView:
    return view(visit, await fetch(visit, motion_id))


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
