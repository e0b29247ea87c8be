"""OpenMotion: a question is put to the members, and who may answer it is settled at this moment."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import Elsewhere, NotAllowed, NotNow
from services.governance.commands.adopt_rulebook import readable
from services.governance.domain import motion as motions_law
from services.governance.domain.ballot import options_of
from services.governance.domain.motion import Motion, Wording
from services.governance.storage import facts_out, motions, rulebooks, standings


@dataclass(frozen=True)
class Asked:
    """What the secretary filled in."""

    wording: Wording
    resolution_type: str
    opens_at: datetime | None
    closes_at: datetime
    proposed_rulebook: str


async def open_motion(work: Work, asked: Asked, today: date, membership_number: int) -> UUID:
    """`today` is the date in the co-op's zone; `membership_number` the head of membership's facts that our standings must have reached.

    Raises NotAllowed HAT_NEEDED, NotNow RULEBOOK_NOT_ADOPTED, TWO_MEETINGS_NEEDED or ROLL_EMPTY, Invalid for the fields and times,
    Elsewhere SOURCE_AWAY when the standings are being rebuilt.
    """
    await hats.require(work, hats.SECRETARY)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    adopted = await rulebooks.in_force(work)
    if adopted is None:
        raise NotNow("RULEBOOK_NOT_ADOPTED")
    kind = motions_law.resolution_of(adopted.rulebook, asked.resolution_type, asked.proposed_rulebook)
    options_of(kind.counting.method)
    if asked.proposed_rulebook:
        readable(asked.proposed_rulebook)
    opens_at, closes_at = motions_law.times(kind, asked.opens_at, asked.closes_at, work.now)
    motion = Motion(
        id=work.new_id(),
        wording=asked.wording,
        resolution_type=kind.key,
        rulebook_hash=adopted.rulebook.hash,
        announced_by=work.caller.person,
        announced_at=work.now,
        opens_at=opens_at,
        closes_at=closes_at,
        proposed_rulebook=asked.proposed_rulebook,
    )
    followed = await standings.followed(work)
    if followed < membership_number:
        raise Elsewhere("SOURCE_AWAY", source="membership")
    await motions.add(work, motion, today, followed)
    roll = await motions.freeze_roll(work, motion.id, today, kind.counting.excluded)
    motions_law.require_roll(roll)
    await facts_out.motion_opened(work, motion, roll, followed)
    return motion.id
