"""What a person looks for and offers: for themselves, for somebody who acts for them, and an open offer for every member."""

from dataclasses import replace
from uuid import UUID

from libs.access import audit
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.matching.domain.support_profile import GettingSupport, GivingSupport
from services.matching.storage import support_profiles


async def get_support_profiles(work: UnitOfWork, person: UUID) -> tuple[GettingSupport | None, GivingSupport | None]:
    """What the caller may see of it (row-level security); None for what they may not, as for what is not there.

    Raises NotAllowed PERSON_NEEDED.
    """
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    getting = await support_profiles.find(work, GettingSupport, person)
    giving = await support_profiles.find(work, GivingSupport, person)
    if (getting or giving) and work.caller.person != person:
        if giving and work.caller.acting_for != person:
            # Where somebody lives is not for everybody who looks for support; how far away, suggestions say.
            giving = replace(giving, postcode="")
        await audit.record_read(work, "support profile", "view", person)
    return getting, giving
