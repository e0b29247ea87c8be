"""A person, or who acts for them, asks a partner in their own words."""

from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import ReferralEntryKind
from libs.access import acting
from libs.database.engine import UnitOfWork
from services.matching.commands.referral_step import record_entry
from services.matching.domain import referral as rules_of_referrals
from services.matching.domain.partner import require_partner_goes_on
from services.matching.domain.referral import ReferralWords, Sending
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import partner_rules, partners, referrals


async def refer_out(work: UnitOfWork, person: UUID, partner_id: UUID, typed: ReferralWords, *, zone: ZoneInfo) -> UUID:
    """Returns its id; who speaks for the partner is told.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, NotFound PARTNER_UNKNOWN, FailedPrecondition
    PARTNER_ENDED or TOO_MANY_REFERRALS, Invalid for a field.
    """
    by = await acting.require_self_or_acting(work, person, SCOPE)
    require_partner_goes_on(await partners.get(work, partner_id))
    rules_of_referrals.require_room(await referrals.count_sent(work, person))
    sending = Sending(
        work.new_id(), partner_id, by, work.now, work.now.astimezone(zone).date(), await partner_rules.get_partner_rules(work)
    )
    sent = rules_of_referrals.refer_out(sending, typed, person)
    await referrals.add(work, sent)
    await record_entry(work, sent, by, ReferralEntryKind.SENT)
    return sent.id
