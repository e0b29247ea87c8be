"""RPCs that may be called in another person's place: their binding, and the audit of what they refuse.

A refused act is written into that person's audit, with the reason: who tried, what, and why it was refused. There is no other way to bind
such an RPC, so that none of them can leave it out.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from google.protobuf.message import Message

from libs.access import audit
from libs.refusals import NotAllowed
from libs.rpc.binding import Method
from libs.rpc.call import CURRENT_CALL
from libs.rpc.transactions import Transactions

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
CatchUp = Callable[[], Awaitable[object]]
"""Waits until what identity has committed so far is in this service's own tables. Raises Unavailable SOURCE_AWAY."""

_REFUSALS = {"ACTING_ENDED", "ACTING_OUTSIDE_SCOPE", "NOT_YOURS"}


def while_acting(record: str, method: Method[Request, Response], catch_up: CatchUp | None = None) -> Method[Request, Response]:
    """The method about this kind of `record`, also for somebody who acts; it checks the scope itself (`libs/access/acting.py`).

    What it refuses to somebody who acts is committed before it is refused. A service with a projection of the rights gives `catch_up`: a
    right that has ended, or was given a moment ago, counts at once, and nobody acts on rights of an hour ago.
    """

    async def run(transactions: Transactions, request: Request, response: type[Response]) -> Response:
        subject = CURRENT_CALL.get().caller.acting_for
        if subject is not None and catch_up is not None:
            await catch_up()
        try:
            return await method.run(transactions, request, response)
        except NotAllowed as refusal:
            if subject is not None and refusal.reason in _REFUSALS:
                async with transactions.query() as work:
                    await audit.record_read(work, record, "refused", subject, reason=refusal.reason)
            raise

    return replace(method, run=run, acting=True)
