"""The outbox: facts are stated by writing them into the service's own database, in the transaction that makes them true."""

from google.protobuf.message import Message
from sqlalchemy import text

from libs.database.engine import Work
from libs.messages.envelope import subject_of, type_of

_STATE = text("""
insert into outbox (id, type, subject, payload, at, actor, cause, traceparent)
values (:id, :type, :subject, :payload, :at, :actor, :cause, :traceparent)""")


async def state(work: Work, *facts: tuple[Message, str]) -> None:
    """States facts, each with the id of the aggregate it is about. They exist if and when the work commits."""
    await work.connection.execute(
        _STATE,
        [
            {
                "id": work.new_id(),
                "type": type_of(message),
                "subject": subject_of(message, about),
                "payload": message.SerializeToString(deterministic=True),
                "at": work.now,
                "actor": work.caller.id,
                "cause": work.cause,
                "traceparent": work.traceparent,
            }
            for message, about in facts
        ],
    )
