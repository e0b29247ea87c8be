"""Referrals of one side: those about a person, those of a partner, or all that partners sent to the co-op."""

from dataclasses import dataclass
from uuid import UUID

from kith.matching.v1.enums import ReferralDirection, ReferralSide
from libs.access import acting, audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.refusals import NotFound, invalid
from services.matching.domain.referral import Referral, as_partner_sees
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import partners, referrals
from services.matching.storage.referrals import WantedReferrals


@dataclass(frozen=True)
class ReferralQuestion:
    """Of which side, and for that side of whom; `open`: only those that wait for something. A partner gets all of its own."""

    side: ReferralSide
    partner: UUID | None
    person: UUID | None
    open: bool


@dataclass(frozen=True)
class ListedReferral:
    """As the side is told of it."""

    referral: Referral
    partner_title: str
    is_overdue: bool


async def list_referrals(work: UnitOfWork, question: ReferralQuestion, page: PageRequest) -> Page[ListedReferral]:
    """The newest first.

    Raises NotAllowed HAT_NEEDED, PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, NotFound PARTNER_UNKNOWN, Invalid
    ID_MALFORMED where nobody is named.
    """
    found = await referrals.list_seen(work, await _wanted(work, question), page)
    await audit.record_read(work, "referral", "list", *{referral.person for referral, _ in found.items if referral.person})
    seen = found.map(lambda row: (as_partner_sees(row[0]) if question.side is ReferralSide.PARTNER else row[0], row[1]))
    return seen.map(lambda row: ListedReferral(*row, row[0].is_overdue(work.now)))


async def _wanted(work: UnitOfWork, question: ReferralQuestion) -> WantedReferrals:
    match question.side:
        case ReferralSide.CO_OP:
            await hats.require_person(work, hats.SECRETARY)
            return WantedReferrals(question.partner, direction=ReferralDirection.IN, open=question.open)
        case ReferralSide.PARTNER:
            speaker = await hats.require_person(work)
            if question.partner is None:
                raise invalid("partner_id", "ID_MALFORMED")
            if await partners.find_place(work, question.partner, speaker) is None:
                raise NotFound("PARTNER_UNKNOWN")
            # Which are open, the partner is not told of each.
            return WantedReferrals(question.partner)
        case ReferralSide.PERSON:
            if question.person is None:
                raise invalid("person_id", "ID_MALFORMED")
            await acting.require_self_or_acting(work, question.person, SCOPE)
            return WantedReferrals(question.partner, question.person, open=question.open)
