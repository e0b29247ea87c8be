"""The saved draft of a vote: the fields of all its pages, stored until it is sent, and how their texts are read."""

from collections.abc import Mapping

from services.web.page_context import PageContext
from services.web.pages.co_ops.peer_view import PeerView, list_peers, peer_view
from services.web.pages.form_page import FormDraft

QUESTION_FIELDS = ("question", "text", "resolution_type", "method")
ANSWER_FIELDS = ("options", "candidates", "highest_score")
TIME_FIELDS = ("close_on", "close_time", "open_on", "settlers")
MORE_FIELDS = ("basis", "below_quorum", "k", "groups", "small", "settle_minutes", "grace_hours", "window_days", "audience")
PARTICIPANT, OBSERVER = "part", "watch"
DRAFT = FormDraft("vote-draft", (*QUESTION_FIELDS, *ANSWER_FIELDS, *TIME_FIELDS, *MORE_FIELDS))


async def list_active_peers(ctx: PageContext) -> list[PeerView]:
    """The active peers, which can be invited."""
    return [view for view in (peer_view(ctx, peer) for peer in await list_peers(ctx)) if view.state == "active"]


def co_ops_with_role(fields: Mapping[str, str], role: str) -> list[str]:
    """The co-ops with this role: participant or observer."""
    return sorted(name.removeprefix("part-") for name, value in fields.items() if name.startswith("part-") and value == role)


def non_empty_lines(text: str) -> list[str]:
    """The lines that are not blank, stripped."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def is_small_integer(text: str) -> bool:
    """Whether the text is a whole number of at most six digits."""
    return text.isascii() and text.isdecimal() and len(text) < 7


def parse_integer(text: str) -> int:
    """The whole number; 0 where there is none."""
    return int(text) if is_small_integer(text) else 0


def parse_group_line(line: str) -> tuple[str, str, str]:
    """Parse `class = group`, or `co-op class = group` for one co-op alone: (co-op or empty, class, group)."""
    key, _, group = line.partition("=")
    words = key.split()
    return (words[0] if len(words) > 1 else "", words[-1] if words else "", group.strip())
