"""One side of a pair takes back a no, or wants another try after one that came to nothing."""

from libs.database.engine import UnitOfWork
from services.matching.commands.pair_side import Pair, require_side
from services.matching.domain.introduction import Side
from services.matching.storage import private_noes


async def lift_no(work: UnitOfWork, pair: Pair) -> None:
    """This side may be brought together with the other again, once the other wants it too. Raises what `require_side` raises."""
    side = await require_side(work, pair)
    await private_noes.lift(work, pair.of(side), pair.of(side.other), as_worker=side is Side.WORKER)
