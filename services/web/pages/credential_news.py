"""News about credentials: to the person what became of theirs, to the secretary that one is to be looked at."""

from collections.abc import Mapping, Sequence

from services.web.page_context import PageContext
from services.web.pages.federated_news import NewsEntry
from services.web.pages.motion_view import StatusLabel
from services.web.pages.rulebook_lookup import fetch_rulebook
from services.web.storage.news import NewsItem

_STATUS = {
    "credential_added": "wait",
    "credential_verified": "yes",
    "credential_rejected": "no",
    "credential_revoked": "no",
    "credential_due": "wait",
    "credential_expired": "no",
}
KINDS = frozenset(_STATUS)


async def kind_names(ctx: PageContext, items: Sequence[NewsItem]) -> Mapping[str, str]:
    """The names of the rulebook's credentials by key; empty when no item needs them."""
    if not any(item.kind in KINDS for item in items):
        return {}
    return {kind.key: kind.name for kind in (await fetch_rulebook(ctx)).credentials}


def credential_entry(ctx: PageContext, item: NewsItem, names: Mapping[str, str]) -> NewsEntry:
    """The item in words. A kind that the rulebook no longer has is shown by its key."""
    name = names.get(item.word, item.word.replace("_", " "))
    path = f"/qualifications/{item.about}" if item.kind == "credential_added" else "/you/qualifications"
    link = "news.credential_look" if item.kind == "credential_added" else "qualifications.see"
    status = StatusLabel(_STATUS[item.kind], ctx.say(f"news.{item.kind}_status"))
    return NewsEntry(status, name, ctx.catalogue.sentences(f"news.{item.kind}"), item.at, path, ctx.say(link))
