"""Counts a motion whose voting has ended and logs the decision; a new rulebook that it decides comes into force with it."""

from libs.database.engine import UnitOfWork
from libs.rulebook import read_rulebook
from services.governance.domain.decision import DecisionEffect, DecisionKind
from services.governance.domain.motion import Motion
from services.governance.domain.tally import tally
from services.governance.storage import decisions, events_out, motion_ballots, motions, rulebooks


async def count_motion(work: UnitOfWork, motion: Motion) -> bool:
    """Return whether the motion passed. The caller has locked it, so that no ballot arrives between the count and the close."""
    kind = await rulebooks.load_resolution_type(work, motion.rulebook_hash, motion.resolution_type)
    votes = await motion_ballots.count_latest(work, motion.id)
    result = tally(kind.counting, await motions.roll_sizes(work, motion.id), votes)
    decision = work.new_id()
    adopts_rulebook = result.passes and motion.proposed_rulebook != ""
    await motions.close(work, motion.id, passes=result.passes)
    await decisions.save_class_counts(work, motion.id, result)
    await decisions.add(
        work,
        decision,
        kind=DecisionKind.MOTION,
        rulebook_hash=motion.rulebook_hash,
        motion=motion.id,
        passed=result.passes,
        effect=DecisionEffect.RULEBOOK_ADOPTED if adopts_rulebook else DecisionEffect.NONE,
    )
    await events_out.motion_closed(work, motion.id, decision, result.present, passes=result.passes)
    if adopts_rulebook:
        rulebook = read_rulebook(motion.proposed_rulebook)
        await rulebooks.adopt(work, rulebook, motion.proposed_rulebook, decision)
        await events_out.rulebook_adopted(work, rulebook, decision)
    return result.passes
