"""Stops the notices of one topic, for a person who followed the signed way out in a notice. It stops nothing else."""

from dataclasses import replace
from uuid import UUID

from kith.identity.v1.enums import NoticeTopic
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.identity.storage import events_out, persons, ways_to_be_told


async def stop_notices(work: UnitOfWork, person: UUID, topic: NoticeTopic) -> None:
    """Again changes nothing. Raises NotFound PERSON_UNKNOWN, Invalid TOPIC_NOT_STOPPABLE."""
    if not await persons.lock(work, person):
        raise NotFound("PERSON_UNKNOWN")
    current = await ways_to_be_told.find(work, person)
    stopped = current.stop(topic)
    if stopped != current:
        await ways_to_be_told.save(work, person, replace(stopped, version=current.version + 1))
        await events_out.ways_to_be_told_changed(work, person)
