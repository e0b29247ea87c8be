"""News about the person's own account: each change to how they sign in and to who may act for them, whoever made it."""

from services.web.page_context import PageContext
from services.web.pages.federated_news import NewsEntry
from services.web.pages.motion_view import StatusLabel
from services.web.storage.news import NewsItem

_RELATIONSHIPS = frozenset({"relationship_proposed", "relationship_recorded", "relationship_started", "relationship_ended"})
KINDS = frozenset({"code_issued", "codes_revoked", "password_set", "sessions_ended", "details_corrected"}) | _RELATIONSHIPS
_PATHS = {"sessions_ended": "/you/sessions"}
_TEXTS = {
    ("code_issued", "card"): "code_card",
    ("code_issued", "link"): "code_once",
    ("sessions_ended", "chosen"): "session_ended",
    ("sessions_ended", "membership"): "membership_sessions_ended",
}


def account_entry(ctx: PageContext, item: NewsItem) -> NewsEntry:
    """The item in words, with what to do if it was somebody else."""
    if item.kind in _RELATIONSHIPS:
        lines = [*ctx.catalogue.sentences(f"news.{item.kind}_text", phone=ctx.phone)]
        status = StatusLabel("wait", ctx.say("people.title"))
        return NewsEntry(status, str(ctx.say(f"news.{item.kind}")), lines, item.at, "/you/people", ctx.say("people.link"))
    title = "code" if item.kind == "code_issued" else item.kind
    text = _TEXTS.get((item.kind, item.word), item.kind)
    lines = [*ctx.catalogue.sentences(f"news.{text}"), *ctx.catalogue.sentences("news.code_not_asked", phone=ctx.phone)]
    path = _PATHS.get(item.kind, "/you")
    link = ctx.say("you.sessions" if item.kind == "sessions_ended" else "news.code_link")
    return NewsEntry(StatusLabel("wait", ctx.say("news.code_status")), str(ctx.say(f"news.{title}")), lines, item.at, path, link)
