"""A team: the people around one person, who owns it.

| what                       | who                                                        | refused with                        |
|----------------------------|------------------------------------------------------------|-------------------------------------|
| invite somebody            | the owner, or who acts for them                            | NOT_TEAM_OWNER, ALREADY_IN_TEAM, OWN_TEAM |
| accept, or decline         | the invited person                                         | NOT_INVITED                         |
| leave                      | the member, at any time, without a reason                  | NOT_IN_TEAM                         |
| end somebody's place       | the owner, without a reason                                | NOT_IN_TEAM                         |
| offer a hat, until a day   | the owner, to a member, once nobody wears it               | NOT_IN_TEAM, TEAM_HAT_TAKEN         |
| accept a hat               | the member to whom it was offered                          | TEAM_HAT_NOT_OFFERED                |
| hand a hat back            | the member who wears it; the owner                         | TEAM_HAT_NOT_WORN                   |
| write the agreement        | the owner                                                  | VERSION_STALE                       |

An introduction that ends in a yes of both joins without an invitation: both have agreed already. A hat ends with its last day and with its
wearer's place in the team; what they wrote for the next one stays with the hat. Nobody's place outlasts their membership of the co-op.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kith.matching.v1.enums import TeamHat, TeamMemberKind, WorksAs
from libs.refusals import FailedPrecondition, NotAllowed, invalid

KIND_OF: Mapping[WorksAs, TeamMemberKind] = {
    WorksAs.EMPLOYED: TeamMemberKind.WORKER,
    WorksAs.SELF_EMPLOYED: TeamMemberKind.WORKER,
    WorksAs.VOLUNTEER: TeamMemberKind.VOLUNTEER,
}
MAX_AGREEMENT = 10_000
MAX_HANDOVER = 5_000
MAX_TERM = timedelta(days=366)


@dataclass(frozen=True)
class Team:
    """Who owns it, and what they have agreed on."""

    id: UUID
    owner: UUID
    formed_at: datetime
    agreement: str = ""
    version: int = 1


@dataclass(frozen=True)
class TeamMember:
    """Somebody in a team; invited while `joined_at` is missing."""

    team: UUID
    person: UUID
    kind: TeamMemberKind
    invited_at: datetime
    joined_at: datetime | None


@dataclass(frozen=True)
class WornTeamHat:
    """A hat of a team: offered while `accepted_at` is missing. `handover` is what the wearer before wrote for the next one."""

    team: UUID
    hat: TeamHat
    person: UUID
    accepted_at: datetime | None
    until_day: date
    handover: str = ""

    def is_worn(self, today: date) -> bool:
        return self.accepted_at is not None and today <= self.until_day


def require_owner(team: Team, caller: UUID) -> None:
    """`caller` is the person in whose name somebody calls. Raises NotAllowed NOT_TEAM_OWNER."""
    if team.owner != caller:
        raise NotAllowed("NOT_TEAM_OWNER")


def require_member(member: TeamMember | None) -> TeamMember:
    """Raises FailedPrecondition NOT_IN_TEAM for somebody who is not in it, or has not answered."""
    if member is None or member.joined_at is None:
        raise FailedPrecondition("NOT_IN_TEAM")
    return member


def check_until(until: date | None, today: date) -> date:
    """The last day of a hat's term. Raises Invalid DATE_MALFORMED, DAY_PAST or TERM_TOO_LONG."""
    if until is None:
        raise invalid("until_day", "DATE_MALFORMED")
    if until < today:
        raise invalid("until_day", "DAY_PAST")
    if until > today + MAX_TERM:
        raise invalid("until_day", "TERM_TOO_LONG")
    return until
