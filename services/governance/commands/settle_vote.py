"""SettleVote: this co-op agrees to a settlement, by a decision of its own. It takes effect when all participants agree to the same one."""

from libs.access.hats import SECRETARY, require_person
from libs.boards.document_fields import DocumentError
from libs.boards.documents import read_settlement_body
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, invalid
from services.governance.domain.vote_lifecycle import require_may_settle
from services.governance.storage import decisions, events_out, votes

SETTLEMENT = "settlement"


async def settle_vote(work: UnitOfWork, vote_id: str, number: int, data: bytes) -> None:
    """Agree to a settlement; `data` is the JSON bytes of its body.

    Raises NotAllowed HAT_NEEDED, NotFound VOTE_UNKNOWN, Invalid SETTLEMENT_WRONG, FailedPrecondition SETTLEMENT_NOT_NOW, DECISION_UNKNOWN
    or DECISION_NOT_PASSED, AlreadyExists SETTLED_ALREADY: a co-op may agree to only one settlement of a revision.
    """
    await require_person(work, SECRETARY)
    vote = await votes.get_locked(work, vote_id)
    try:
        settlement = read_settlement_body(data)
    except DocumentError as error:
        raise invalid("settlement", "SETTLEMENT_WRONG", why=str(error)) from error
    require_may_settle(vote, settlement, work.now)
    (await decisions.get_motion_decision(work, number)).require_passed()
    if not await votes.add_declaration(work, vote.id, SETTLEMENT, settlement.revision, number):
        raise AlreadyExists("SETTLED_ALREADY")
    await events_out.vote_settlement_agreed(work, vote.id, data, str(number))
