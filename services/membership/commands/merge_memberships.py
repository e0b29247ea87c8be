"""Follows a merge of two entries of one person: the register has one membership for them, and both histories."""

from datetime import date, datetime
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.membership.domain import membership_merge
from services.membership.domain.admission import Admission, AdmissionContext, AdmissionRequest, decide_admissions
from services.membership.domain.membership_timeline import MembershipStanding, MembershipTimeline
from services.membership.storage import applications, events_out, members, merged_persons


async def merge_memberships(
    work: UnitOfWork, event_id: UUID, kept: UUID, other: UUID, *, merged_at: datetime, merged_on: date, today: date
) -> None:
    """Once for each merge, however often its event is delivered. `merged_on` is the day of `merged_at` in the co-op's zone."""
    next_number = await members.lock_register(work)
    if not await merged_persons.record(work, event_id, other, kept, merged_at):
        return
    timelines = await members.get_timelines(work, (kept, other))
    before, kept_before = timelines.get(other, MembershipTimeline()), timelines.get(kept, MembershipTimeline())
    day = membership_merge.day_of_merge(kept_before, before, merged_on, today)
    merge = membership_merge.merge_memberships(kept_before, before, day)
    ended = await members.save_timeline(work, other, before, merge.other)
    if ended:
        await events_out.standings_changed(work, ((other, change) for change in ended))
    if merge.taken_over:
        await _admit_kept(work, kept, kept_before, other, merge.taken_over, next_number)
    if merge.taken_over or kept_before.goes_on():
        await applications.mark_admitted(work, [], [kept, other])
    else:
        await applications.move_pending(work, other, kept)


async def _admit_kept(
    work: UnitOfWork, kept: UUID, before: MembershipTimeline, other: UUID, standing: MembershipStanding, next_number: int
) -> None:
    entry = await members.get_entry(work, other)
    context = AdmissionContext(
        classes={standing.member_class: standing.may_vote},
        persons={kept},
        timelines={kept: before},
        numbers=await members.get_numbers(work, [kept]),
        next_number=next_number,
    )
    row = AdmissionRequest(str(kept), standing.member_class, "", standing.from_day.isoformat(), *entry)
    [decision], number = decide_admissions([row], context, standing.from_day)
    if not isinstance(decision, Admission):
        # Nobody reads a refusal here. The reaction stops, and the operator sees it, before the other membership ends without this one.
        message = f"the kept entry cannot be admitted: {decision.reason}"
        raise RuntimeError(message)  # noqa: TRY004 - not a wrong type, but a decision that the merge rules exclude
    await members.add_admissions(work, [decision])
    await members.set_next_number(work, number)
    await events_out.members_admitted(work, [decision])
