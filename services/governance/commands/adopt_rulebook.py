"""AdoptRulebook: the founding decision. Later rulebooks come into force by a passed motion (`count_motion`)."""

from uuid import UUID

from libs.access import hats
from libs.callers import Strength
from libs.database.engine import Work
from libs.refusals import AlreadyDone, FieldProblem, Invalid
from libs.rulebook import Rulebook, RulebookMistakes, read
from services.governance.storage import decisions, facts_out, rulebooks

FOUNDING = "founding"
RULEBOOK_ADOPTED = "rulebook_adopted"


async def adopt_rulebook(work: Work, content: str) -> tuple[Rulebook, UUID]:
    """The rulebook and the decision's id.

    Raises NotAllowed HAT_NEEDED, Invalid RULEBOOK_HAS_MISTAKES with a problem `line N` for each, AlreadyDone RULEBOOK_IN_FORCE.
    """
    if work.caller.strength is not Strength.INSTANCE_KEY:
        await hats.require(work, hats.SECRETARY)
    rulebook = readable(content)
    # Two who found at one moment: the second waits here, and then finds the rulebook of the first.
    await decisions.hold(work)
    if await rulebooks.in_force(work) is not None:
        raise AlreadyDone("RULEBOOK_IN_FORCE")
    decision = work.new_id()
    await decisions.add(work, decision, kind=FOUNDING, rulebook_hash=rulebook.hash, effect=RULEBOOK_ADOPTED)
    await rulebooks.adopt(work, rulebook, content, decision)
    await facts_out.rulebook_adopted(work, rulebook, decision)
    return rulebook, decision


def readable(content: str) -> Rulebook:
    """Raises Invalid RULEBOOK_HAS_MISTAKES; each problem's field is its line, its reason the sentence of the reader."""
    try:
        return read(content)
    except RulebookMistakes as found:
        problems = [FieldProblem(f"line {one.line}", f"{one.problem} {one.suggestion}".strip()) for one in found.mistakes]
        raise Invalid("RULEBOOK_HAS_MISTAKES", *problems) from found
