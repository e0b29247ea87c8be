"""Applies an adopted rulebook: its classes are the ones to admit into, and voting rights follow it from the day after.

The changes of rights are membership's own state, written once per adoption however often the event arrives; the table of classes is a
projection and is rewritten each time.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.membership.domain import membership_timeline
from services.membership.storage import events_out, members, projections


async def apply_rulebook(work: UnitOfWork, adoption: UUID, rulebook_hash: str, votes: Mapping[str, bool], from_day: date) -> None:
    """`adoption` is the event's id, `votes` every class of the rules and whether it votes."""
    await members.lock_register(work)
    await projections.replace_classes(work, votes, rulebook_hash)
    if not await projections.record_adoption(work, adoption, rulebook_hash, from_day):
        return
    changed = []
    for person, before in (await members.get_timelines(work, await members.find_ever_in_classes(work, votes))).items():
        after = membership_timeline.apply_vote_rights(before, votes, from_day)
        changed += [(person, change) for change in await members.save_timeline(work, person, before, after)]
    if changed:
        await events_out.standings_changed(work, changed)
