"""Moves the records of an entry that was merged to the one in use (`domain/person_merge.py` says what becomes of each).

One transaction for each merge: a process that is killed in the middle has moved nothing, and the next run moves it all.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1.enums import EndReason, RelationshipState
from libs.database.engine import UnitOfWork
from libs.sealing import PersonSealer
from services.identity.commands.relationship_effects import finish, start
from services.identity.domain.person_merge import merge_texts
from services.identity.domain.relationship import EVIDENCE_PLACE, Relationship, ended
from services.identity.storage import (
    access_grants,
    co_op_members,
    erasures,
    events_out,
    merged_records,
    person_merges,
    persons,
    record_fields,
    relationships,
)


async def follow_next_merge(work: UnitOfWork, sealer: PersonSealer, zone: ZoneInfo) -> int:
    """Returns 1, or 0 if there is none left."""
    merge = await person_merges.take_next_to_follow(work)
    if merge is None:
        return 0
    kept, other = merge
    for entry in sorted(merge):
        await persons.lock(work, entry)
    if not await erasures.decided_of(work, merge):
        await _move_texts(work, sealer, kept, other)
        await merged_records.move_naming(work, kept, other)
        await merged_records.move_credentials(work, sealer, kept, other)
        await merged_records.move_ways(work, kept, other)
        for relationship in await relationships.lock_of_dead(work, other, work.now):
            await _move_relationship(work, relationship, sealer, zone)
    return 1


async def next_merge(work: UnitOfWork) -> datetime | None:
    return work.now if await person_merges.count_to_follow(work) else None


async def _move_texts(work: UnitOfWork, sealer: PersonSealer, kept: UUID, other: UUID) -> None:
    own, theirs = [await record_fields.list_of_entry(work, sealer, entry) for entry in (kept, other)]
    merged = merge_texts(*({record.field: record.text for record in records if record.text} for records in (own, theirs)))
    versions = {record.field: record.version for record in own}
    texts = {field: (text, versions.get(field, 0) + 1) for field, text in merged.changed.items()}
    await record_fields.save(work, sealer, kept, kept, texts)
    await record_fields.delete_of_entry(work, other)
    await merged_records.move_grants(work, kept, other, but_of=merged.not_shown)
    for grant in await access_grants.end_of_subject(work, other):
        await events_out.access_ended(work, other, grant, "merged")
    for field in sorted(merged.joined):
        for grant in await access_grants.end_of_field(work, kept, field):
            await events_out.access_ended(work, kept, grant, "merged")


async def _move_relationship(work: UnitOfWork, relationship: Relationship, sealer: PersonSealer, zone: ZoneInfo) -> None:
    """What a relationship says never changes: it ends, and one of the entries in use says the same, where none does already."""
    await finish(work, ended(relationship, EndReason.REPLACED, work.now))
    subject, holder = [await person_merges.merged_into(work, party) or party for party in (relationship.subject, relationship.holder)]
    known = await relationships.find_live(work, subject, holder, relationship.kind)
    if known is not None or await co_op_members.has_left(work, holder):
        return
    evidence = relationship.evidence_sealed
    if evidence is not None and subject != relationship.subject:
        evidence = await sealer.seal_anew(work, relationship.subject, subject, bytes(evidence), EVIDENCE_PLACE)
    moved = replace(relationship, id=work.new_id(), subject=subject, holder=holder, evidence_sealed=evidence)
    await relationships.add(work, moved)
    if moved.state is RelationshipState.IN_FORCE:
        await start(work, moved, zone)
    elif moved.state is RelationshipState.PROPOSED:
        await events_out.relationship_proposed(work, moved)
    else:
        await events_out.relationship_recorded(work, moved)
