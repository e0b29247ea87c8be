"""Who may do what only a secretary may, while there is none: whoever holds the data folder itself.

A co-op's first person and first hats cannot be given by anybody in the co-op. A caller who shows the instance's own key and claims no hat
acts as the named caller `job:found_co_op`, may register persons and give hats until somebody is secretary, and nothing afterwards.
"""

from libs import callers
from libs.access import hats
from libs.callers import Caller, Strength
from libs.database.engine import Work
from libs.refusals import NotAllowed
from services.identity.storage import offices

FOUNDER = callers.job("found_co_op")


def founding(caller: Caller) -> bool:
    """Whether this caller comes to found the co-op, and not as a person with a hat."""
    return caller.strength is Strength.INSTANCE_KEY and not caller.hat


async def require_secretary_or_founder(work: Work) -> None:
    """Raises NotAllowed: HAT_NEEDED, or CO_OP_FOUNDED for a founder who comes too late."""
    if work.caller != FOUNDER:
        await hats.require(work, hats.SECRETARY)
    elif await offices.wearers(work, hats.SECRETARY):
        raise NotAllowed("CO_OP_FOUNDED")
