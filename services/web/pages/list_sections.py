"""Lists of everything people vote on: what needs the person's vote, what is under way, what is decided."""

from collections.abc import Awaitable
from typing import Any, Protocol, TypeVar

from kith.governance.v1 import governance_pb2 as pb
from services.web.page_context import PageContext

_PAGE_SIZE = 20


class Listed(Protocol):
    """A motion or a federated vote."""

    @property
    def id(self) -> str: ...


ListedT = TypeVar("ListedT", bound=Listed)


class ListPage(Protocol[ListedT]):
    """Fetches one page of a list, and the token of the next."""

    def __call__(
        self, ctx: PageContext, by: "pb.MotionFilter.ValueType", size: int, page_token: str = ""
    ) -> Awaitable[tuple[list[ListedT], str]]: ...


async def fetch_list_sections(ctx: PageContext, list_page: ListPage[ListedT]) -> dict[str, Any]:  # values of a template
    """Three lists; only the decided ones can be many, so only they are paged."""
    needs_vote, _ = await list_page(ctx, pb.MOTION_FILTER_NEEDS_MY_VOICE, _PAGE_SIZE)
    running, _ = await list_page(ctx, pb.MOTION_FILTER_OPEN, _PAGE_SIZE)
    decided, token = await list_page(ctx, pb.MOTION_FILTER_CLOSED, _PAGE_SIZE, ctx.query_param("page"))
    shown = {item.id for item in needs_vote}
    return {
        "voice": needs_vote,
        "running": [item for item in running if item.id not in shown],
        "decided": decided,
        "more": ctx.next_page(token),
        "secretary": ctx.has_hat("secretary"),
    }
