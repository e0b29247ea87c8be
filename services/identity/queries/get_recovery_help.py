"""The caller's own helpers, and the people whom the caller helps to sign in again."""

from dataclasses import dataclass

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.identity.storage import recovery_helpers, recovery_requests
from services.identity.storage.recovery_helpers import RecoveryHelper


@dataclass(frozen=True)
class RecoveryHelpOverview:
    """Both directions, and whether somebody asks to sign in as the caller now."""

    helpers: list[RecoveryHelper]
    helped: list[RecoveryHelper]
    is_asked: bool


async def get_recovery_help(work: UnitOfWork) -> RecoveryHelpOverview:
    """Raises NotAllowed PERSON_NEEDED."""
    person = await hats.require_person(work)
    return RecoveryHelpOverview(
        await recovery_helpers.helpers_of(work, person),
        await recovery_helpers.helped_by(work, person),
        await recovery_requests.count_open(work, person) > 0,
    )
