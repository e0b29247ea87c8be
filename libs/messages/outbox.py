"""The transactional outbox: events are written to the service's own database, in the transaction that makes them true."""

from google.protobuf.message import Message
from sqlalchemy import insert

from libs.database import wakeups
from libs.database.engine import UnitOfWork
from libs.database.shared_tables import outbox
from libs.messages.envelope import subject_of, type_of

_INSERT = insert(outbox)


async def publish(work: UnitOfWork, *events: tuple[Message, str], anonymous: bool = False) -> None:
    """Publishes events, each with the id of its aggregate, if and when the unit of work commits.

    `anonymous` events name no actor, cause or trace in their envelope that would identify who acted.
    """
    work.wakes.add(wakeups.EVENTS)
    await work.connection.execute(
        _INSERT,
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
                "acting_for": "" if anonymous else str(work.caller.acting_for or ""),
                "helped_by": "" if anonymous else str(work.caller.helped_by or ""),
            }
            for message, about in events
        ],
    )
