"""News about the person's own account: changes of how they sign in and of who may act for them, and openings of their record."""

from collections.abc import Mapping

from services.web.page_context import PageContext, PersonName
from services.web.pages.federated_news import NewsEntry
from services.web.pages.motion_view import StatusLabel
from services.web.storage.news import NewsItem

_RELATIONSHIPS = frozenset({"relationship_proposed", "relationship_recorded", "relationship_started", "relationship_ended"})
KINDS = frozenset(
    {
        *("code_issued", "codes_revoked", "password_set", "sessions_ended", "details_corrected", "persons_merged", "emergency_opened"),
        *("data_asked", "data_answered", "data_waits"),
        *_RELATIONSHIPS,
    }
)
_PATHS = {"sessions_ended": "/you/sessions", "data_asked": "/you/data", "data_answered": "/you/data"}
_TEXTS = {
    ("data_asked", ""): "data_asked_text",
    ("data_answered", ""): "data_answered_text",
    ("code_issued", "card"): "code_card",
    ("code_issued", "link"): "code_once",
    ("sessions_ended", "chosen"): "session_ended",
    ("sessions_ended", "membership"): "membership_sessions_ended",
    ("sessions_ended", "merged"): "merged_sessions_ended",
}


def people_in(item: NewsItem) -> list[str]:
    """The ids of the people whom the item names."""
    return [item.word] if item.kind == "emergency_opened" else []


def account_entry(ctx: PageContext, item: NewsItem, names: Mapping[str, PersonName]) -> NewsEntry:
    """The item in words, with what to do if it was somebody else."""
    if item.kind == "data_waits":
        due = ctx.catalogue.sentences("news.data_waits_text", due=ctx.format_day(item.word))
        title, status = str(ctx.say("news.data_waits")), StatusLabel("wait", ctx.say("news.data_waits_status"))
        return NewsEntry(status, title, due, item.at, "/data-requests", ctx.say("data_requests.title"))
    if item.kind == "emergency_opened":
        text = ctx.catalogue.sentences("news.emergency_opened_text", name=names[item.word].full, phone=ctx.phone)
        status = StatusLabel("wait", ctx.say("readers.emergency"))
        return NewsEntry(status, str(ctx.say("news.emergency_opened")), text, item.at, "/you/readers", ctx.say("readers.title"))
    if item.kind in _RELATIONSHIPS:
        lines = [*ctx.catalogue.sentences(f"news.{item.kind}_text", phone=ctx.phone)]
        status = StatusLabel("wait", ctx.say("people.title"))
        return NewsEntry(status, str(ctx.say(f"news.{item.kind}")), lines, item.at, "/you/people", ctx.say("people.link"))
    title = "code" if item.kind == "code_issued" else item.kind
    key = _TEXTS.get((item.kind, item.word), item.kind)
    lines = [*ctx.catalogue.sentences(f"news.{key}"), *ctx.catalogue.sentences("news.code_not_asked", phone=ctx.phone)]
    path = _PATHS.get(item.kind, "/you")
    links = {"sessions_ended": "you.sessions", "data_asked": "you.data", "data_answered": "you.data"}
    link = ctx.say(links.get(item.kind, "news.code_link"))
    return NewsEntry(StatusLabel("wait", ctx.say("news.code_status")), str(ctx.say(f"news.{title}")), lines, item.at, path, link)
