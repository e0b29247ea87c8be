"""News about the person's own account: each change to how they sign in, whoever made it."""

from services.web.page_context import PageContext
from services.web.pages.federated_news import NewsEntry
from services.web.pages.motion_view import StatusLabel
from services.web.storage.news import NewsItem

KINDS = frozenset(
    {
        *("code_issued", "codes_revoked", "password_set", "sessions_ended", "details_corrected", "persons_merged"),
        *("data_asked", "data_answered", "data_waits"),
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


def account_entry(ctx: PageContext, item: NewsItem) -> NewsEntry:
    """The item in words, with what to do if it was somebody else."""
    if item.kind == "data_waits":
        due = ctx.catalogue.sentences("news.data_waits_text", due=ctx.format_day(item.word))
        title, status = str(ctx.say("news.data_waits")), StatusLabel("wait", ctx.say("news.data_waits_status"))
        return NewsEntry(status, title, due, item.at, "/data-requests", ctx.say("data_requests.title"))
    title = "code" if item.kind == "code_issued" else item.kind
    text = _TEXTS.get((item.kind, item.word), item.kind)
    lines = [*ctx.catalogue.sentences(f"news.{text}"), *ctx.catalogue.sentences("news.code_not_asked", phone=ctx.phone)]
    path = _PATHS.get(item.kind, "/you")
    links = {"sessions_ended": "you.sessions", "data_asked": "you.data", "data_answered": "you.data"}
    link = ctx.say(links.get(item.kind, "news.code_link"))
    return NewsEntry(StatusLabel("wait", ctx.say("news.code_status")), str(ctx.say(f"news.{title}")), lines, item.at, path, link)
