"""Walks through all pages of a list RPC."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from google.protobuf.message import Message

from libs.rpc import client
from libs.rpc.client import Method
from services.web.page_context import PageContext

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)
ItemT = TypeVar("ItemT")


async def fetch_all(
    ctx: PageContext,
    method: Method[RequestT, ResponseT],
    request: RequestT,
    items: Callable[[ResponseT], Iterable[ItemT]],
    hat: str | None = None,
) -> list[ItemT]:
    """Every item of the list, from the first page to the last, with the page's hat unless another is named."""
    return await client.fetch_all(lambda page: ctx.call(method, page, hat), request, items)
