"""News about the person's own account: each change to how they sign in, no matter who made it."""

from services.web.page_context import PageContext
from services.web.pages.federated_news import NewsEntry
from services.web.pages.motion_view import StatusLabel
from services.web.storage.news import NewsItem

_OF_SESSIONS = frozenset({"sessions_ended", "new_device", "help_began"})
_PASSKEYS = frozenset({"passkey_added", "passkey_removed", "passkey_copy"})
KINDS = _OF_SESSIONS | _PASSKEYS | {"code_issued", "codes_revoked", "password_set", "details_corrected", "persons_merged"}
_TEXTS = {
    ("code_issued", "card"): "code_card",
    ("code_issued", "link"): "code_once",
    ("sessions_ended", "chosen"): "session_ended",
    ("sessions_ended", "membership"): "membership_sessions_ended",
    ("sessions_ended", "merged"): "merged_sessions_ended",
}


def account_entry(ctx: PageContext, item: NewsItem) -> NewsEntry:
    """The item in words, with what to do if it was somebody else."""
    title = "code" if item.kind == "code_issued" else item.kind
    key = _TEXTS.get((item.kind, item.word), item.kind)
    lines = [*ctx.catalogue.sentences(f"news.{key}"), *ctx.catalogue.sentences("news.code_not_asked", phone=ctx.phone)]
    if item.kind in _OF_SESSIONS:
        path, link = "/you/sessions", "you.sessions"
    else:
        path, link = "/you/sign-in" if item.kind in _PASSKEYS and not ctx.helped else "/you", "news.code_link"
    return NewsEntry(StatusLabel("wait", ctx.say("news.code_status")), str(ctx.say(f"news.{title}")), lines, item.at, path, ctx.say(link))
