"""Rights of the founder: what only a secretary may do, while the co-op has no secretary yet.

Nobody in the co-op can register its first person or give its first hats. A caller who authenticates with the instance key and claims no
hat acts as the named caller `job:found_co_op`: it may register persons and give hats until there is a secretary, and nothing afterwards.
"""

from libs import callers
from libs.access import hats
from libs.callers import AuthenticationStrength, Caller
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.identity.storage import worn_hats

FOUNDER = callers.job("found_co_op")


def is_founder(caller: Caller) -> bool:
    """Whether the caller authenticated with the instance key and claims no hat."""
    return caller.strength is AuthenticationStrength.INSTANCE_KEY and not caller.hat


async def require_secretary_or_founder(work: UnitOfWork) -> None:
    """Raises NotAllowed: HAT_NEEDED, or CO_OP_FOUNDED for the founder once there is a secretary."""
    if work.caller != FOUNDER:
        await hats.require(work, hats.SECRETARY)
    elif await worn_hats.lock_wearers(work, hats.SECRETARY):
        raise NotAllowed("CO_OP_FOUNDED")
