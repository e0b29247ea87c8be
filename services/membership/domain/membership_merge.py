"""What happens to the register when identity merges two entries of one person: the kept entry, and the other one.

"Member" means a member on the day of the merge; "no member" somebody whose membership ended, or who never had one.

| kept entry | other entry | then                                                                                                  |
|------------|-------------|-------------------------------------------------------------------------------------------------------|
| member     | member      | the other membership ends that day, reason `merged`; the kept one goes on as it is                     |
| member     | no member   | nothing changes                                                                                       |
| no member  | member      | the other membership ends that day, reason `merged`; the kept entry is admitted that day, in its class |
| no member  | no member   | nothing changes                                                                                       |

- The kept membership keeps number, joining day, class and what is planned for it, an end too. With two classes, that of the kept entry
  holds: a secretary chooses which entry that is, and can change the class afterwards.
- A kept entry that is admitted gets its own old number, or else the next free one. A number is never given to somebody else.
- What was planned for the other entry after that day is dropped with it. Every day before stays as it was, under the entry that had it.
- A change of the other entry that took effect while the news of the merge was on its way stays: the end is then on its first day. If the
  kept entry was admitted meanwhile, the end is on the first day of that membership, which goes on as it is.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from services.membership.domain.membership_timeline import MembershipChange, MembershipStanding, MembershipTimeline

MERGED = "merged"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class MembershipMerge:
    """The timeline of the other entry afterwards, and what the kept entry takes over from that day on, if anything."""

    other: MembershipTimeline
    taken_over: MembershipStanding | None


def merge_memberships(kept: MembershipTimeline, other: MembershipTimeline, today: date) -> MembershipMerge:
    """`today` is the day of the merge."""
    current = other.change_in_effect(today)
    if current is None or not current.member_class:
        return MembershipMerge(other, None)
    standing = MembershipStanding(current.member_class, current.may_vote, today, None)
    past = tuple(change for change in other.changes if change.from_day <= today)
    ended = MembershipTimeline((*past, MembershipChange(today + _DAY, "", may_vote=False, reason=MERGED)))
    return MembershipMerge(ended, None if kept.standing_on(today) else standing)


def day_of_merge(kept: MembershipTimeline, other: MembershipTimeline, published_on: date, today: date) -> date:
    """The day from which the merge holds: the day on which it was made, or a later one until today, as news can be late.

    That is the day of a change of the other entry that has taken effect since then, and the day since then on which the kept entry was
    admitted by other means: it is not admitted a second time.
    """
    latest = other.change_in_effect(today)
    day = published_on if latest is None else max(published_on, latest.from_day)
    if kept.standing_on(day):
        return day
    admissions = (change.from_day for change in kept.changes_from(day) if change.member_class and change.from_day <= today)
    return next(admissions, day)
