"""Follows a merge of two entries of one person through concerns.

The two of a concern stand in the order of their ids, which the kept entry's id may turn round: then what each said goes with them. What was
between the two entries was of one person with themselves, and goes; so does the other entry's, where the kept entry has an open one with
the same person. Nobody is beside themselves: the two look for somebody else.
"""

from uuid import UUID

from sqlalchemy import delete, or_, select, update

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.matching.domain.concern import Concern
from services.matching.storage.tables import concern, concern_note

_to_concern = row_mapper(Concern)
_SIDES = ("named", "yes", "well")
_NOBODY: dict[str, None] = dict.fromkeys(("first_named", "second_named", "facilitator", "facilitates_since"))


async def move_concerns(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Merging again changes nothing. The team of a merged owner is followed where teams are."""
    open_with = {one.other(kept) for one in await _of(work, kept) if one.due is not None and one.leaver is None}
    for one in await _of(work, other):
        peer = one.other(other)
        if peer == kept or (one.due is not None and one.leaver is None and peer in open_with):
            await work.connection.execute(delete(concern).where(concern.c.id == one.id))
            continue
        values: dict[str, object] = {"first": min(kept, peer), "second": max(kept, peer)}
        if one.raised_by == other:
            values["raised_by"] = kept
        if (one.first == other) != (kept < peer):
            values |= {f"first_{name}": getattr(one, f"second_{name}") for name in _SIDES}
            values |= {f"second_{name}": getattr(one, f"first_{name}") for name in _SIDES}
        await work.connection.execute(update(concern).where(concern.c.id == one.id).values(values))
    for name in ("first_named", "second_named", "facilitator", "proposed_by", "leaver", "set_aside_by", "owner"):
        await work.connection.execute(update(concern).where(concern.c[name] == other).values({name: kept}))
    for name in ("author", "for_person"):
        await work.connection.execute(update(concern_note).where(concern_note.c[name] == other).values({name: kept}))
    own = or_(*(concern.c[name] == kept for name in ("first_named", "second_named")))
    of_kept = or_(concern.c.first == kept, concern.c.second == kept)
    await work.connection.execute(update(concern).where(of_kept, own).values(_NOBODY))


async def _of(work: UnitOfWork, person: UUID) -> list[Concern]:
    about = or_(concern.c.first == person, concern.c.second == person)
    return list(map(_to_concern, await work.connection.execute(select(concern).where(about).order_by(concern.c.id).with_for_update())))
