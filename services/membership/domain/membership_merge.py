"""What happens to the register when identity merges two entries of one person: the kept entry, and the other one.

"Member" means a member on the day of the merge. Numbers, names, addresses and every day before stay in the register under the entry that had
them; a number is never given to somebody else.

| kept entry        | other entry       | then                                                                                       |
|-------------------|-------------------|--------------------------------------------------------------------------------------------|
| member            | member            | the other membership ends that day, reason `merged`; the kept one keeps number, joining day, class and what is planned |
| member            | ended, or never   | nothing changes                                                                            |
| ended, or never   | member            | the other membership ends that day, reason `merged`; the kept entry is a member from that day on in the same class, under its own old number or the next free one |
| ended, or never   | ended, or never   | nothing changes                                                                            |

- Two classes: that of the kept entry holds. Whoever merges chooses which entry that is, and can change the class afterwards.
- What was planned for the other entry (a class, an end) is dropped with it.
- A change that took effect after the merge, while its event was on the way, stays: the end is then on that change's first day.
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


def day_of_merge(other: MembershipTimeline, published_on: date, today: date) -> date:
    """The day on which the merge was made, or that of a change of the other entry that has taken effect since then."""
    latest = other.change_in_effect(today)
    return published_on if latest is None else max(published_on, latest.from_day)
