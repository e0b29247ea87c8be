"""The outbox: facts are stated by writing them into the service's own database, in the transaction that makes them true."""

from google.protobuf.message import Message
from sqlalchemy import text

from libs.database.engine import Work
from libs.messages.envelope import subject_of, type_of

_STATE = text("""
insert into outbox (id, type, subject, payload, at, actor, cause, traceparent)
values (:id, :type, :subject, :payload, :at, :actor, :cause, :traceparent)""")


async def state(work: Work, *facts: tuple[Message, str], anonymous: bool = False) -> None:
    """States facts, each with the id of the aggregate it is about. They exist if and when the work commits.

    `anonymous` facts are stated for nobody: their envelope names no actor, no cause and no trace that would lead to whoever acted.
    """
    work.stated = True
    await work.connection.execute(
        _STATE,
        [
            {
                "id": work.new_id(),
                "type": type_of(message),
                "subject": subject_of(message, about),
                "payload": message.SerializeToString(deterministic=True),
                "at": work.now,
                "actor": "" if anonymous else work.caller.id,
                "cause": "" if anonymous else work.cause,
                "traceparent": "" if anonymous else work.traceparent,
            }
            for message, about in facts
        ],
    )
