"""News about signing in again with the help of two people: for the person, and for their helpers."""

from services.web.page_context import PageContext
from services.web.pages.federated_news import NewsEntry
from services.web.pages.motion_view import StatusLabel
from services.web.storage.news import NewsItem

KINDS = frozenset(
    {
        "recovery_helper_named",
        "recovery_helper_accepted",
        "recovery_help_removed",
        "recovery_help_declined",
        "recovery_help_left",
        "recovery_help_merged",
        "recovery_requested",
        "recovery_vouch_wanted",
        "recovery_vouched",
        "recovery_stopped",
        "person_recovered",
    }
)


async def recovery_entry(ctx: PageContext, item: NewsItem) -> NewsEntry:
    """The item in words; `word` has the ids of the others whom it names."""
    ids = item.word.split()
    names = await ctx.person_names(ids)
    others = f" {ctx.say('news.recovery_and')} ".join(names[person].full for person in ids)
    lines = ctx.catalogue.sentences(f"news.{item.kind}_text", names=others, phone=ctx.phone)
    path = f"/you/recovery/{ids[0]}" if item.kind == "recovery_vouch_wanted" else "/you/recovery"
    title = str(ctx.say(f"news.{item.kind}", names=others))
    return NewsEntry(StatusLabel("wait", ctx.say("news.code_status")), title, list(lines), item.at, path, ctx.say("news.recovery_link"))
