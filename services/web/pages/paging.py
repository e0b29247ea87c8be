"""Walks through all pages of a list RPC."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from google.protobuf.message import Message

from libs.rpc.client import Method
from services.web.page_context import PageContext

_PAGE_SIZE = 200

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)
ItemT = TypeVar("ItemT")


async def fetch_all(
    ctx: PageContext, method: Method[RequestT, ResponseT], request: RequestT, items: Callable[[ResponseT], Iterable[ItemT]]
) -> list[ItemT]:
    """Every item of the list, from the first page to the last."""
    fetched: list[ItemT] = []
    page: Any = request  # every list request has page_size and page_token, which no type of protobuf says
    page.page_size = _PAGE_SIZE
    while True:
        response: Any = await ctx.call(method, request)
        fetched += items(response)
        page.page_token = response.next_page_token
        if not page.page_token:
            return fetched
