"""Names somebody who may vouch for the caller, once they accept."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.identity.commands.caller_session import require_recent_sign_in
from services.identity.domain.identity_keys import fold_email, fold_name
from services.identity.domain.recovery import require_may_name
from services.identity.storage import events_out, person_merges, persons, recovery_helpers


async def find_recovery_helper(work: UnitOfWork, full_name: str, email: str) -> UUID:
    """Who is meant. The e-mail address counts only where several people have the name, so that nobody tries out others' addresses.

    Runs as a named system caller, who sees addresses. Raises Invalid HELPER_NAME_MISSING, HELPER_UNKNOWN or HELPER_AMBIGUOUS.
    """
    name_key = fold_name(full_name)
    if not name_key:
        raise invalid("full_name", "HELPER_NAME_MISSING")
    namesakes = await persons.find_by_name(work, name_key)
    if not namesakes:
        raise invalid("full_name", "HELPER_UNKNOWN")
    if len(namesakes) == 1:
        return namesakes[0]
    meant = await persons.which_have_email(work, namesakes, fold_email(email))
    if len(meant) != 1:
        raise invalid("email", "HELPER_AMBIGUOUS")
    return meant[0]


async def name_recovery_helper(work: UnitOfWork, helper: UUID) -> UUID:
    """Returns the helper. Raises NotAllowed PERSON_NEEDED, NotSignedIn SIGN_IN_AGAIN, and what `require_may_name` refuses."""
    person = await hats.require_person(work)
    await require_recent_sign_in(work)
    await recovery_helpers.lock_naming(work, person)
    named = [entry.helper for entry in await recovery_helpers.helpers_of(work, person)]
    require_may_name(person, helper, named)
    if await person_merges.merged_into(work, helper) is not None:
        # It was merged since it was looked up.
        raise invalid("full_name", "HELPER_UNKNOWN")
    await recovery_helpers.add(work, person, helper)
    await events_out.recovery_helper_named(work, person, helper)
    return helper
