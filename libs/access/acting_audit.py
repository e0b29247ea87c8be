"""Refused acts in another person's place are written into that person's audit, with the reason: who tried, what, and why it was refused."""

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

_REFUSALS = {"ACTING_ENDED", "ACTING_OUTSIDE_SCOPE", "NOT_YOURS"}


def audited(record: str, method: Method[Request, Response]) -> Method[Request, Response]:
    """The acting method about this kind of `record`; what it refuses to somebody who acts is committed before it is refused."""

    async def run(transactions: Transactions, request: Request, response: type[Response]) -> Response:
        try:
            return await method.run(transactions, request, response)
        except NotAllowed as refusal:
            subject = CURRENT_CALL.get().caller.acting_for
            if subject is not None and refusal.reason in _REFUSALS:
                async with transactions.query() as work:
                    await audit.record_read(work, record, "refused", subject, reason=refusal.reason)
            raise

    return replace(method, run=run)
