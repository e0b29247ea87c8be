"""What a person looks for and offers: for themselves, for somebody who acts for them, and an open offer for every member."""

from dataclasses import replace
from uuid import UUID

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.matching.domain.support_profile import SCOPE, GettingSupport, GivingSupport
from services.matching.queries.own_side import acts_for_other_side
from services.matching.storage import offer_visibility, support_profiles


async def get_support_profiles(work: UnitOfWork, person: UUID) -> tuple[GettingSupport | None, GivingSupport | None]:
    """What the caller may see of it (row-level security); None for what they may not, as for what is not there.

    An offer is closed to those whom its owner does not want to see. Raises NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    looking = await acting.require_principal(work, SCOPE)
    getting = await support_profiles.find(work, GettingSupport, person)
    giving = await support_profiles.find(work, GivingSupport, person)
    if giving and looking != person and await _is_closed(work, looking, person):
        giving = None
    if (getting or giving) and work.caller.person != person:
        if giving and looking != person:
            # Where somebody lives is not for everybody who looks for support; how far away, suggestions say.
            giving = replace(giving, postcode="")
        await audit.record_read(work, "support profile", "view", person)
    return getting, giving


async def _is_closed(work: UnitOfWork, looking: UUID, owner: UUID) -> bool:
    return acts_for_other_side(work, owner) or await offer_visibility.is_closed_to(work, looking, owner)
