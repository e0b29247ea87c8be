"""What was written of a vote so far: kept field by field until it is sent, and read again by each of its pages."""

from collections.abc import Mapping

from services.web.door.forms import Form
from services.web.pages.co_ops.view import CoOpView, peers, view
from services.web.visit import Visit

DRAFT = "vote-draft"
ASK_FIELDS = ("question", "text", "resolution_type", "method")
ANSWER_FIELDS = ("options", "candidates", "highest_score")
TIME_FIELDS = ("close_on", "close_time", "open_on", "settlers")
MORE_FIELDS = ("basis", "below_quorum", "k", "groups", "small", "settle_minutes", "grace_hours", "window_days", "audience")
TAKES_PART, WATCHES = "part", "watch"


async def kept(visit: Visit) -> dict[str, str]:
    """Every field, empty where nothing was said yet."""
    return dict.fromkeys((*ASK_FIELDS, *ANSWER_FIELDS, *TIME_FIELDS, *MORE_FIELDS), "") | dict(await visit.draft(DRAFT))


async def keep(visit: Visit, form: Form, names: tuple[str, ...]) -> dict[str, str]:
    """With what the form says of these fields."""
    fields = await kept(visit) | {name: form.text(name) for name in names}
    await visit.keep_draft(DRAFT, fields)
    return fields


async def active(visit: Visit) -> list[CoOpView]:
    """The co-ops that can be asked."""
    return [one for one in (view(visit, peer) for peer in await peers(visit)) if one.state == "active"]


def parts(fields: Mapping[str, str], role: str) -> list[str]:
    """The co-ops that take part, or that watch."""
    return sorted(name.removeprefix("part-") for name, value in fields.items() if name.startswith("part-") and value == role)


def lines(text: str) -> list[str]:
    """Those that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def is_number(text: str) -> bool:
    """A whole number that somebody may mean."""
    return text.isascii() and text.isdecimal() and len(text) < 7


def number(text: str) -> int:
    """0 where there is none."""
    return int(text) if is_number(text) else 0


def group_line(line: str) -> tuple[str, str, str]:
    """`class = group`, or `co-op class = group` for one co-op alone: (co-op or empty, class, group)."""
    left, _, group = line.partition("=")
    words = left.split()
    return (words[0] if len(words) > 1 else "", words[-1] if words else "", group.strip())
