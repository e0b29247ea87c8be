"""A rulebook was adopted: its classes are the ones to admit into, and vote rights follow it from the day after.

The change of rights is membership's own state, entered once for each adoption however often the fact is heard; the table of classes is a
projection and is written each time.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from libs.database.engine import Work
from services.membership.domain import standing
from services.membership.storage import facts_out, heard, members


async def follow_rulebook(work: Work, adoption: UUID, rulebook_hash: str, votes: Mapping[str, bool], from_day: date) -> None:
    """`adoption` is the fact's id, `votes` every class of the rules and whether it votes."""
    await members.hold_register(work)
    await heard.set_classes(work, votes, rulebook_hash)
    if not await heard.follow(work, adoption, rulebook_hash, from_day):
        return
    changed = []
    for person, before in (await members.timelines(work, await members.ever_in(work, votes))).items():
        after = standing.follow_rules(before, votes, from_day)
        changed += [(person, one) for one in await members.save(work, person, before, after)]
    if changed:
        await facts_out.standings_changed(work, changed)
