"""Moves the records of an entry that was merged to the one in use (`domain/person_merge.py` says what becomes of each).

One transaction for each merge: a process that is killed in the middle has moved nothing, and the next run moves it all.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1.enums import EndReason, RelationshipState
from libs.database.engine import UnitOfWork
from libs.sealing import PersonSealer
from services.identity.commands.relationship_effects import begin, finish
from services.identity.domain.person_merge import merge_texts
from services.identity.domain.relationship import EVIDENCE_PLACE, Relationship, ended
from services.identity.storage import (
    access_grants,
    co_op_members,
    erasures,
    events_out,
    merged_records,
    person_merges,
    record_fields,
    relationships,
)
from services.identity.storage.person_merges import MergeToFollow


async def follow_merge(work: UnitOfWork, other: UUID, sealer: PersonSealer, zone: ZoneInfo) -> bool:
    """Moves what this entry had. Whether it was there to move. Raises SealBrokenError where something was altered."""
    merge = await person_merges.take_to_follow(work, other)
    if merge is None:
        return False
    kept = merge.kept
    if not await erasures.decided_of(work, (kept, other)):
        await _move_texts(work, sealer, merge)
        await merged_records.move_naming(work, kept, other)
        await merged_records.move_credentials(work, sealer, kept, other)
        await merged_records.move_ways(work, kept, other)
        for relationship in await relationships.lock_of_dead(work, other, work.now):
            await _move_relationship(work, relationship, sealer, zone)
    return True


async def _move_texts(work: UnitOfWork, sealer: PersonSealer, merge: MergeToFollow) -> None:
    kept, other = merge.kept, merge.other
    own, theirs = [await record_fields.list_of_entry(work, sealer, entry) for entry in (kept, other)]
    merged = merge_texts(*({record.field: record.text for record in records if record.text} for records in (own, theirs)))
    versions = {record.field: record.version for record in own}
    texts = {field: (text, versions.get(field, 0) + 1) for field, text in merged.changed.items()}
    # Before those of the other entry come: they were shown its words, and whom the kept entry let see a part was not.
    for field in sorted(merged.changed):
        await _end_grants(work, kept, await access_grants.end_of_field(work, kept, field))
    if merge.had_teams.other:
        await _end_grants(work, kept, await access_grants.end_of_team(work, kept))
    await record_fields.save(work, sealer, kept, kept, texts)
    await record_fields.delete_of_entry(work, other)
    await merged_records.move_grants(work, kept, other, but_of=merged.not_shown, but_to_team=merge.had_teams.kept)
    await _end_grants(work, other, await access_grants.end_of_subject(work, other))


async def _end_grants(work: UnitOfWork, subject: UUID, grants: Sequence[UUID]) -> None:
    for grant in grants:
        await events_out.access_ended(work, subject, grant, "merged")


async def _move_relationship(work: UnitOfWork, relationship: Relationship, sealer: PersonSealer, zone: ZoneInfo) -> None:
    """What a relationship says never changes: it ends, and one of the entries in use says the same, where none does already."""
    subject, holder = [await person_merges.merged_into(work, party) or party for party in (relationship.subject, relationship.holder)]
    # Both may have been merged into one since: nobody acts for themselves.
    await finish(work, ended(relationship, EndReason.MISTAKE if subject == holder else EndReason.REPLACED, work.now))
    # Asked of the entry that held it: the kept one may have left before, and is a member again with this merge.
    if subject == holder or await co_op_members.has_left(work, relationship.holder):
        return
    if not await _give_way(work, relationship, subject, holder):
        return
    evidence = relationship.evidence_sealed
    if evidence is not None and subject != relationship.subject:
        evidence = await sealer.seal_anew(work, relationship.subject, subject, bytes(evidence), EVIDENCE_PLACE)
    moved = replace(relationship, id=work.new_id(), subject=subject, holder=holder, evidence_sealed=evidence)
    await relationships.add(work, moved)
    if moved.state is RelationshipState.IN_FORCE:
        await begin(work, moved, zone)
    elif moved.state is RelationshipState.PROPOSED:
        await events_out.relationship_proposed(work, moved)
    else:
        await events_out.relationship_recorded(work, moved)


async def _give_way(work: UnitOfWork, relationship: Relationship, subject: UUID, holder: UUID) -> bool:
    """Whether none of this kind stands between the entries in use: one that only waits ends where this one was in force."""
    known = await relationships.find_live(work, subject, holder, relationship.kind)
    # Locked, as somebody may accept or confirm it in this moment.
    known = await relationships.lock(work, known.id) if known else None
    if known is None or known.state is RelationshipState.ENDED:
        return True
    if known.state is RelationshipState.IN_FORCE or relationship.state is not RelationshipState.IN_FORCE:
        return False
    await finish(work, ended(known, EndReason.REPLACED, work.now))
    return True
