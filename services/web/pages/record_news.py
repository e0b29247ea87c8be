"""News about a person's record: who may act for them, who opened it in an emergency, and requests for their data."""

from services.web.page_context import PageContext
from services.web.pages.federated_news import NewsEntry
from services.web.pages.motion_view import StatusLabel
from services.web.storage.news import NewsItem

_ACTING = ("people.title", "/you/people", "people.link")
_OWN_DATA = ("data.title", "/you/data", "you.data")
_PLACES = {
    "relationship_proposed": _ACTING,
    "relationship_recorded": _ACTING,
    "relationship_started": _ACTING,
    "relationship_ended": _ACTING,
    "emergency_opened": ("readers.emergency", "/you/readers", "readers.title"),
    "data_asked": _OWN_DATA,
    "data_answered": _OWN_DATA,
    "data_waits": ("news.data_waits_status", "/data-requests", "data_requests.title"),
    "erasure_asked": _OWN_DATA,
    "erasure_waits": ("news.erasure_waits_status", "/data-requests", "data_requests.title"),
    "hold_noticed": _OWN_DATA,
    "hold_due": ("news.hold_due_status", "/holds", "holds.title"),
}
"""For each kind: the words of its label, and the page where one goes on with the words of the link to it."""
KINDS = frozenset(_PLACES)


async def record_entry(ctx: PageContext, item: NewsItem) -> NewsEntry:
    """The item in words: `word` is who opened the record, or by which day an answer is due."""
    label, path, link = _PLACES[item.kind]
    values: dict[str, object] = {"phone": ctx.phone}
    if item.kind == "emergency_opened":
        values["name"] = (await ctx.person_names([item.word]))[item.word].full
    elif item.kind in {"data_waits", "erasure_waits", "hold_due"}:
        values["due"] = ctx.format_day(item.word)
    lines = ctx.catalogue.sentences(f"news.{item.kind}_text", **values)
    return NewsEntry(StatusLabel("wait", ctx.say(label)), str(ctx.say(f"news.{item.kind}")), lines, item.at, path, ctx.say(link))
