"""CountMotion: a motion whose time is over is counted, decided and written into the log; what it decides takes effect with it."""

from libs.database.engine import Work
from libs.rulebook import read
from services.governance.commands.adopt_rulebook import RULEBOOK_ADOPTED
from services.governance.domain.motion import Motion
from services.governance.domain.tally import tally
from services.governance.storage import ballots, decisions, facts_out, motions, rulebooks

MOTION = "motion"


async def count_motion(work: Work, motion: Motion) -> bool:
    """Whether it passed. The motion is locked by the caller, so that no ballot is between the count and the close."""
    kind = (await rulebooks.rules(work, motion.rulebook_hash)).resolution(motion.resolution_type)
    if kind is None:
        raise LookupError(motion.resolution_type)
    votes = await ballots.count(work, motion.id)
    counted = tally(kind.counting, await motions.roll_sizes(work, motion.id), votes)
    decision = work.new_id()
    changes_rules = counted.passes and motion.proposed_rulebook != ""
    await motions.close(work, motion.id, passes=counted.passes)
    await decisions.keep_counts(work, motion.id, counted)
    await decisions.add(
        work,
        decision,
        kind=MOTION,
        rulebook_hash=motion.rulebook_hash,
        motion=motion.id,
        passed=counted.passes,
        effect=RULEBOOK_ADOPTED if changes_rules else "",
    )
    await facts_out.motions_closed(work, [(motion.id, counted.passes, decision, counted.present)])
    if changes_rules:
        rulebook = read(motion.proposed_rulebook)
        await rulebooks.adopt(work, rulebook, motion.proposed_rulebook, decision)
        await facts_out.rulebook_adopted(work, rulebook, decision)
    return counted.passes
