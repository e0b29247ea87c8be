"""The news page: events that this person should see, in words, each with a link."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from starlette.responses import Response

from libs.refusals import NotFound
from services.web.page_context import PageContext
from services.web.pages import account_news, credential_news, federated_news, record_news, recovery_news, visit_news
from services.web.pages.ballots.carrier import CHANNELS
from services.web.pages.federated_news import NewsEntry
from services.web.pages.motion_view import MotionView, StatusLabel, fetch_motion, motion_view
from services.web.storage.news import OLDER_COPY, NewsItem

_PAGE_SIZE = 10
_ITEMS_CONSIDERED = 20
_MOTION_KINDS = frozenset({"vote_recorded", "motion_opened", "motion_closed"})


Subject = TypeVar("Subject")


async def show(ctx: PageContext) -> Response:
    """All news, newest first."""
    page = await ctx.state.news.list_for(ctx.person_id, _PAGE_SIZE, ctx.query_param("page"), _hats(ctx))
    return ctx.render("news", news=await news_entries(ctx, page.items), more=ctx.next_page(page.next_token))


async def latest_news(ctx: PageContext, limit: int, shown: set[str]) -> list[NewsEntry]:
    """For the home page: the latest item about each motion or visit and the latest code, without what the page shows already and what is
    of no use any more.
    """
    page = await ctx.state.news.list_for(ctx.person_id, _ITEMS_CONSIDERED, hats=_hats(ctx))
    latest: dict[str, NewsItem] = {}
    for item in page.items:
        latest.setdefault(item.about or item.kind, item)
    current = [item for item in latest.values() if not visit_news.is_over(item, ctx.now)]
    announced = {"motion_opened", "between_opened"}
    unseen = [item for item in current if not (item.kind in announced and item.about in shown)]
    return await news_entries(ctx, unseen[:limit])


async def news_entries(ctx: PageContext, items: Sequence[NewsItem]) -> list[NewsEntry]:
    """The items in words. Each subject is fetched once; items whose subject no longer exists are left out."""
    motions, votes, co_ops, visits = await asyncio.gather(
        _fetch_subjects(ctx, items, "motion", _fetch_motion_view),
        _fetch_subjects(ctx, items, "between", federated_news.fetch_vote_view),
        _fetch_subjects(ctx, items, "peer", federated_news.fetch_peer),
        visit_news.fetch_visits(ctx, items),
    )
    credential_kinds = await credential_news.kind_names(ctx, items)
    entries: list[NewsEntry | None] = []
    for item in items:
        if item.kind.startswith("between_"):
            entries.append(federated_news.vote_entry(ctx, item, votes[item.about]) if item.about in votes else None)
        elif item.kind.startswith("peer_"):
            entries.append(federated_news.peer_entry(ctx, item, co_ops[item.about]) if item.about in co_ops else None)
        elif item.kind == OLDER_COPY:
            entries.append(_older_copy_entry(ctx, item))
        elif item.kind in visit_news.KINDS:
            entries.append(await visit_news.visit_entry(ctx, item, visits))
        elif item.about in motions:
            entries.append(_motion_entry(ctx, item, motions[item.about]))
        else:
            entries.append(await _personal_entry(ctx, item, credential_kinds))
    return [entry for entry in entries if entry is not None]


def _older_copy_entry(ctx: PageContext, item: NewsItem) -> NewsEntry:
    lines = ctx.catalogue.sentences("news.older_copy_text", phone=ctx.phone)
    title, status = str(ctx.say("news.older_copy")), StatusLabel("wait", ctx.say("news.older_copy_status"))
    return NewsEntry(status, title, lines, item.at, "/motions", ctx.say("news.older_copy_link"))


async def _personal_entry(ctx: PageContext, item: NewsItem, credential_kinds: Mapping[str, str]) -> NewsEntry | None:
    """About the person's own papers, account or record."""
    if item.kind in credential_news.KINDS:
        return credential_news.credential_entry(ctx, item, credential_kinds)
    if item.kind in account_news.KINDS:
        return account_news.account_entry(ctx, item)
    if item.kind in record_news.KINDS:
        return await record_news.record_entry(ctx, item)
    return await recovery_news.recovery_entry(ctx, item) if item.kind in recovery_news.KINDS else None


async def _fetch_subjects(
    ctx: PageContext, items: Sequence[NewsItem], kind: str, fetch_one: Callable[[PageContext, str], Awaitable[Subject]]
) -> dict[str, Subject]:
    """The subjects of the items of one kind, by id, without those that no longer exist."""
    ids = sorted({item.about for item in items if item.about and _subject_kind(item) == kind})
    subjects = await asyncio.gather(*(_fetch_or_none(fetch_one, ctx, key) for key in ids))
    return {key: subject for key, subject in zip(ids, subjects, strict=True) if subject is not None}


async def _fetch_or_none(fetch_one: Callable[[PageContext, str], Awaitable[Subject]], ctx: PageContext, key: str) -> Subject | None:
    try:
        return await fetch_one(ctx, key)
    except NotFound:
        return None


def _subject_kind(item: NewsItem) -> str:
    prefix = item.kind.partition("_")[0]
    return "motion" if item.kind in _MOTION_KINDS else prefix


def _hats(ctx: PageContext) -> Sequence[str]:
    return ctx.session.identity.hats if ctx.session else ()


async def _fetch_motion_view(ctx: PageContext, motion_id: str) -> MotionView:
    return motion_view(ctx, await fetch_motion(ctx, motion_id))


def _motion_entry(ctx: PageContext, item: NewsItem, motion: MotionView) -> NewsEntry:
    catalogue = ctx.catalogue
    if item.kind == "vote_recorded":
        lines = catalogue.sentences(f"news.vote_{item.word if item.word in CHANNELS else 'page'}")
        status = StatusLabel("yes", ctx.say("news.vote_status"))
        return NewsEntry(status, motion.title, lines, item.at, f"/motions/{motion.id}/receipt", ctx.say("news.vote_link"))
    if item.kind == "motion_closed":
        return NewsEntry(
            motion.status,
            motion.title,
            catalogue.sentences("news.closed"),
            item.at,
            f"/motions/{motion.id}/result",
            ctx.say("home.see_result"),
        )
    opens, closes = ctx.format_moment(motion.opens_at), ctx.format_moment(motion.closes_at)
    lines = catalogue.sentences("news.opened", opens=opens, closes=closes)
    return NewsEntry(motion.status, motion.title, lines, item.at, f"/motions/{motion.id}", ctx.say("news.opened_link"))
