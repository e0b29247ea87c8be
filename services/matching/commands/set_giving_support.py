"""A person says what they offer. Nobody does it for them: it is their work."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.places import Place
from libs.refusals import Conflict, NotAllowed
from services.matching.domain.support_profile import GivingSupport, check_giving
from services.matching.storage import events_out, support_profiles


async def set_giving_support(work: UnitOfWork, person: UUID, profile: GivingSupport, *, places: Mapping[str, Place]) -> int:
    """Returns the new version. `profile.version` is the one that the form showed.

    Raises NotAllowed PERSON_NEEDED or NOT_YOURS, Conflict VERSION_STALE, Invalid for a field.
    """
    if await hats.require_person(work) != person:
        raise NotAllowed("NOT_YOURS")
    current = await support_profiles.find(work, GivingSupport, person, lock=True)
    version = current.version if current else 0
    if version != profile.version:
        raise Conflict("VERSION_STALE", version=str(version))
    checked = check_giving(profile, places)
    await support_profiles.save(work, person, replace(checked, version=version + 1))
    await events_out.support_profile_changed(work, person, "giving", is_open=checked.open)
    return version + 1
