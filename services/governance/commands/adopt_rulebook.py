"""AdoptRulebook: adopts the first rulebook by the founding decision. Later ones come into force by a passed motion (`count_motion`)."""

from uuid import UUID

from libs.access import hats
from libs.callers import AuthenticationStrength
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, FieldProblem, Invalid
from libs.rulebook import Rulebook, RulebookMistakes, read_rulebook
from services.governance.storage import decisions, events_out, rulebooks

FOUNDING = "founding"
RULEBOOK_ADOPTED = "rulebook_adopted"


async def adopt_rulebook(work: UnitOfWork, content: str) -> tuple[Rulebook, UUID]:
    """Return the rulebook and the decision's id.

    Raises NotAllowed HAT_NEEDED, Invalid RULEBOOK_HAS_MISTAKES with a problem `line N` for each, AlreadyExists RULEBOOK_IN_FORCE.
    """
    if work.caller.strength is not AuthenticationStrength.INSTANCE_KEY:
        await hats.require(work, hats.SECRETARY)
    rulebook = parse_rulebook(content)
    # Of two concurrent calls the second waits here and then finds the rulebook of the first.
    await decisions.lock_log(work)
    if await rulebooks.get_in_force(work) is not None:
        raise AlreadyExists("RULEBOOK_IN_FORCE")
    decision = work.new_id()
    await decisions.add(work, decision, kind=FOUNDING, rulebook_hash=rulebook.hash, effect=RULEBOOK_ADOPTED)
    await rulebooks.adopt(work, rulebook, content, decision)
    await events_out.rulebook_adopted(work, rulebook, decision)
    return rulebook, decision


def parse_rulebook(content: str) -> Rulebook:
    """Parse a rulebook. Raises Invalid RULEBOOK_HAS_MISTAKES; each problem's field is its line, its reason the parser's sentence."""
    try:
        return read_rulebook(content)
    except RulebookMistakes as error:
        problems = [FieldProblem(f"line {mistake.line}", f"{mistake.problem} {mistake.suggestion}".strip()) for mistake in error.mistakes]
        raise Invalid("RULEBOOK_HAS_MISTAKES", *problems) from error
