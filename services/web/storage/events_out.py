"""Events that web publishes."""

from kith.web.facts.v1 import facts_pb2 as facts
from libs.access.erasing import Erased
from libs.database.engine import UnitOfWork
from libs.messages import outbox


async def person_data_erased(work: UnitOfWork, erased: Erased) -> None:
    message = facts.PersonDataErased(
        erasure_id=str(erased.erasure),
        person_ids=map(str, erased.persons),
        deleted_kinds=erased.deleted,
        blanked_kinds=erased.blanked,
        kept_kinds=erased.kept,
    )
    await outbox.publish(work, (message, str(erased.persons[0])))
