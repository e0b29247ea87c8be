"""SettleVote: this co-op agrees to a settlement, by a decision of its own. It holds when all participants agree to the same one."""

from libs.access import hats
from libs.boards.forms import DocumentError
from libs.boards.papers import read_settlement_body
from libs.database.engine import Work
from libs.refusals import AlreadyDone, invalid
from services.governance.commands.held_vote import decided, for_office
from services.governance.domain.vote_course import require_may_settle
from services.governance.storage import facts_out, votes

SETTLEMENT = "settlement"


async def settle_vote(work: Work, vote_id: str, number: int, data: bytes) -> None:
    """`data` is JSON bytes of the settlement's body.

    Raises what `for_office` and `decided` do, Invalid SETTLEMENT_WRONG, NotNow SETTLEMENT_NOT_NOW, AlreadyDone SETTLED_ALREADY: a co-op
    that agreed to two settlements of one revision would have agreed to neither.
    """
    vote, _ = await for_office(work, vote_id, hats.SECRETARY)
    try:
        settlement = read_settlement_body(data)
    except DocumentError as error:
        raise invalid("settlement", "SETTLEMENT_WRONG", why=str(error)) from error
    require_may_settle(vote, settlement, work.now)
    await decided(work, number)
    if not await votes.say(work, vote.id, SETTLEMENT, settlement.revision, number):
        raise AlreadyDone("SETTLED_ALREADY")
    await facts_out.vote_settlement_agreed(work, vote.id, data, str(number))
