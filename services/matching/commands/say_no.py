"""One side of a pair says no, in private: at any step, and before there is one."""

from kith.matching.v1.enums import NoKind
from libs.database.engine import UnitOfWork
from services.matching.commands.pair_side import Pair, require_side
from services.matching.commands.refuse_everywhere import refuse_everywhere
from services.matching.domain import introduction as steps
from services.matching.domain.introduction import Side
from services.matching.storage import introductions, private_noes
from services.matching.storage.private_noes import PrivateNo


async def say_no(work: UnitOfWork, pair: Pair, kind: NoKind) -> None:
    """`kind` is NO or BLOCK. No event says so, and nothing changes for the other side. Raises what `require_side` raises."""
    side = await require_side(work, pair)
    await private_noes.say(work, PrivateNo(pair.of(side), pair.of(side.other), side is Side.WORKER, kind, work.now))
    live = await introductions.find_live(work, pair.person, pair.worker)
    if live is not None and live.is_live(work.now):
        await introductions.save(work, steps.say_no(live, side, work.now))
    if kind is NoKind.BLOCK:
        await refuse_everywhere(work, pair.of(side), pair.of(side.other))
