"""SettleVote: this co-op agrees to a settlement, by a decision of its own. It takes effect when all participants agree to the same one."""

from libs.access import hats
from libs.boards.document_fields import DocumentError
from libs.boards.documents import read_settlement_body
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, invalid
from services.governance.commands.vote_preconditions import lock_vote_for_hat, require_passed_decision
from services.governance.domain.vote_lifecycle import require_may_settle
from services.governance.storage import events_out, votes

SETTLEMENT = "settlement"


async def settle_vote(work: UnitOfWork, vote_id: str, number: int, data: bytes) -> None:
    """Agree to a settlement; `data` is the JSON bytes of its body.

    Raises what `lock_vote_for_hat` and `require_passed_decision` do, Invalid SETTLEMENT_WRONG, FailedPrecondition SETTLEMENT_NOT_NOW,
    AlreadyExists SETTLED_ALREADY: a co-op may agree to only one settlement of a revision.
    """
    vote, _ = await lock_vote_for_hat(work, vote_id, hats.SECRETARY)
    try:
        settlement = read_settlement_body(data)
    except DocumentError as error:
        raise invalid("settlement", "SETTLEMENT_WRONG", why=str(error)) from error
    require_may_settle(vote, settlement, work.now)
    await require_passed_decision(work, number)
    if not await votes.add_declaration(work, vote.id, SETTLEMENT, settlement.revision, number):
        raise AlreadyExists("SETTLED_ALREADY")
    await events_out.vote_settlement_agreed(work, vote.id, data, str(number))
