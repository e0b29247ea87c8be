"""OpenMotion: announces a motion to the members and freezes its roll."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.access.hats import SECRETARY, require_person
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.governance.commands.require_applied import require_applied
from services.governance.domain import motion as motion_rules
from services.governance.domain.motion import Motion, MotionWording
from services.governance.domain.motion_ballot import ballot_options
from services.governance.storage import events_out, motions, rulebooks


@dataclass(frozen=True)
class MotionRequest:
    """The motion as the secretary filled it in."""

    wording: MotionWording
    resolution_type: str
    opens_at: datetime | None
    closes_at: datetime
    proposed_rulebook: str


async def open_motion(work: UnitOfWork, request: MotionRequest, today: date, published: Mapping[str, int]) -> UUID:
    """Return the motion's id.

    `today` is the date in the co-op's zone; `published` the event of each source of the roll that our projections must have reached.

    Raises NotAllowed HAT_NEEDED, FailedPrecondition RULEBOOK_NOT_ADOPTED, TWO_MEETINGS_NEEDED or ROLL_EMPTY, Invalid for the fields and
    times, Unavailable SOURCE_AWAY when a projection is being rebuilt.
    """
    secretary = await require_person(work, SECRETARY)
    adopted = await rulebooks.get_in_force(work)
    if adopted is None:
        raise FailedPrecondition("RULEBOOK_NOT_ADOPTED")
    kind = motion_rules.require_resolution_type(adopted.rulebook, request.resolution_type, request.proposed_rulebook)
    ballot_options(kind.counting.method)
    if request.proposed_rulebook:
        motion_rules.parse_proposed_rulebook(request.proposed_rulebook)
    opens_at, closes_at = motion_rules.voting_times(kind, request.opens_at, request.closes_at, work.now)
    motion = Motion(
        id=work.new_id(),
        wording=request.wording,
        resolution_type=kind.key,
        rulebook_hash=adopted.rulebook.hash,
        announced_by=secretary,
        announced_at=work.now,
        opens_at=opens_at,
        closes_at=closes_at,
        proposed_rulebook=request.proposed_rulebook,
    )
    membership_number = (await require_applied(work, published))["membership"]
    await motions.add(work, motion, today, membership_number)
    roll = await motions.freeze_roll(work, motion.id, today, kind.counting.excluded)
    motion_rules.require_roll_not_empty(roll)
    await events_out.motion_opened(work, motion, roll, membership_number)
    await events_out.notices_of_motion_wanted(work, motion, await motions.list_voters(work, motion.id))
    return motion.id
