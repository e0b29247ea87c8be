"""A person says what they look for: they themselves, or somebody who acts for them in `team`."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from libs.access import acting, held_credentials
from libs.database.engine import UnitOfWork
from libs.places import Place
from libs.refusals import Conflict
from services.matching.domain.support_profile import SCOPE, GettingSupport, check_getting
from services.matching.storage import events_out, support_profiles


async def set_getting_support(work: UnitOfWork, person: UUID, profile: GettingSupport, *, places: Mapping[str, Place]) -> int:
    """Returns the new version. `profile.version` is the one that the form showed.

    Raises NotAllowed NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, Conflict VERSION_STALE, Invalid for a field.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    current = await support_profiles.find(work, GettingSupport, person, lock=True)
    version = current.version if current else 0
    if version != profile.version:
        raise Conflict("VERSION_STALE", version=str(version))
    checked = check_getting(profile, places, await held_credentials.get_rules(work))
    await support_profiles.save(work, person, replace(checked, version=version + 1))
    await events_out.support_profile_changed(work, person, "getting", is_open=checked.open)
    return version + 1
