"""AdoptRulebook: adopts the first rulebook by the founding decision. Later ones come into force by a passed motion (`count_motion`)."""

from uuid import UUID

from libs.access import hats
from libs.callers import AuthenticationStrength
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists
from libs.rulebook import Rulebook
from services.governance.domain.decision import DecisionEffect, DecisionKind
from services.governance.domain.motion import parse_proposed_rulebook
from services.governance.storage import decisions, events_out, rulebooks


async def adopt_rulebook(work: UnitOfWork, content: str) -> tuple[Rulebook, UUID]:
    """Return the rulebook and the decision's id.

    Raises NotAllowed HAT_NEEDED, Invalid RULEBOOK_HAS_MISTAKES with a problem `line N` for each, AlreadyExists RULEBOOK_IN_FORCE.
    """
    if work.caller.strength is not AuthenticationStrength.INSTANCE_KEY:
        await hats.require(work, hats.SECRETARY)
    rulebook = parse_proposed_rulebook(content)
    # Of two concurrent calls the second waits here and then finds the rulebook of the first.
    await decisions.lock_log(work)
    if await rulebooks.get_in_force(work) is not None:
        raise AlreadyExists("RULEBOOK_IN_FORCE")
    decision = work.new_id()
    effect = DecisionEffect.RULEBOOK_ADOPTED
    await decisions.add(work, decision, kind=DecisionKind.FOUNDING, rulebook_hash=rulebook.hash, effect=effect)
    await rulebooks.adopt(work, rulebook, content, decision)
    await events_out.rulebook_adopted(work, rulebook, decision)
    return rulebook, decision
