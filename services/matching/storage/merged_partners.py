"""Follows a merge of two entries of one person through the tables of partners and referrals.

Where both entries spoke for the same partner, a place of now goes before one that has ended.
"""

from uuid import UUID

from sqlalchemy import delete, exists, update

from libs.database.engine import UnitOfWork
from services.matching.storage.partner_tables import partner_agreement, partner_entry, partner_place, referral, referral_entry

_NAMED = (
    partner_agreement.c.proposed_by,
    partner_entry.c.said_by,
    partner_entry.c.about,
    referral.c.person,
    referral.c.sent_by,
    referral_entry.c.said_by,
)
"""Where a row may name the same person more than once, or not at all."""


async def move_partners(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Merging again changes nothing."""
    same = partner_place.alias("same")
    of_same_partner = same.c.partner == partner_place.c.partner
    live_as_other = exists().where(of_same_partner, same.c.person == other, same.c.ended_at.is_(None))
    ended_of_kept = delete(partner_place).where(partner_place.c.person == kept, partner_place.c.ended_at.is_not(None), live_as_other)
    await work.connection.execute(ended_of_kept)
    has_own = exists().where(of_same_partner, same.c.person == kept)
    await work.connection.execute(delete(partner_place).where(partner_place.c.person == other, has_own))
    for column in (partner_place.c.person, *_NAMED):
        await work.connection.execute(update(column.table).where(column == other).values({column.name: kept}))
