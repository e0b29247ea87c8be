"""Somebody who speaks for a partner refers a person to the co-op, who has agreed to it."""

from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import ReferralEntryKind
from libs.database.engine import UnitOfWork
from services.matching.commands.partner_side import require_speaker
from services.matching.commands.referral_step import record_entry
from services.matching.domain import referral as rules_of_referrals
from services.matching.domain.partner import require_partner_goes_on
from services.matching.domain.referral import Agreed, ReferralWords, Sending
from services.matching.storage import partner_rules, partners, referrals


async def refer_in(work: UnitOfWork, partner_id: UUID, typed: ReferralWords, agreed: Agreed, *, zone: ZoneInfo) -> UUID:
    """Returns its id; the secretaries are told.

    Raises NotAllowed PERSON_NEEDED, NotFound PARTNER_UNKNOWN, FailedPrecondition PARTNER_ENDED, Invalid for a field.
    """
    by = await require_speaker(work, partner_id)
    require_partner_goes_on(await partners.get(work, partner_id))
    sending = Sending(
        work.new_id(), partner_id, by, work.now, work.now.astimezone(zone).date(), await partner_rules.get_partner_rules(work)
    )
    sent = rules_of_referrals.refer_in(sending, typed, agreed)
    await referrals.add(work, sent)
    await record_entry(work, sent, by, ReferralEntryKind.SENT)
    return sent.id
