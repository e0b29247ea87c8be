"""Tasks in a team that need credentials: who may do which kind, and until when.

| kind of task        | gate of the rulebook                 | for a volunteer, a friend or a peer                     |
|---------------------|--------------------------------------|---------------------------------------------------------|
| personal care       | `personal_care`                      | and `visits`; never where the rulebook asks for nothing |
| medicines           | `medicines`                          | and `visits`; never where the rulebook asks for nothing |
| moving and handling | `moving_and_handling`                | as everybody                                            |
| driving             | `driving`                            | as everybody                                            |
| money               | `money`                              | as everybody                                            |

A member may do a task on a day on which they hold every kind of credential that its gate names. The last day is the first on which one of
them is over; the day after, the task is nobody's, and the team hears. A credential that was revoked ends it at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kith.matching.v1.enums import TaskKind, TeamMemberKind
from libs.refusals import FailedPrecondition
from libs.rulebook.readiness import Held

_CHECKED_TASKS = frozenset({TaskKind.PERSONAL_CARE, TaskKind.MEDICINES})
_UNPAID = frozenset({TeamMemberKind.VOLUNTEER, TeamMemberKind.FRIEND, TeamMemberKind.PEER})
_VISITS = "visits"


@dataclass(frozen=True)
class TeamTask:
    """What a member of a team does, until that day by the credentials of the last check."""

    team: UUID
    person: UUID
    kind: TaskKind
    assigned_at: datetime
    until_day: date | None
    check_again: bool = False


@dataclass(frozen=True)
class Clearance:
    """`missing` are kinds of credentials by name; without any, they may do it until `until_day`, or without an end."""

    missing: tuple[str, ...]
    until_day: date | None
    never: bool = False
    """Not a task for somebody like them, whatever they show."""

    @property
    def given(self) -> bool:
        return not self.missing and not self.never


def check_task(
    kind: TaskKind, member: TeamMemberKind, gates_by_kind: Mapping[str, Sequence[str]], held: Sequence[Held], today: date
) -> Clearance:
    """Whether a member of a team may do this kind of task on that day."""
    guarded = member in _UNPAID and kind in _CHECKED_TASKS
    needed_gates = {kind.value, _VISITS} if guarded else {kind.value}
    is_gated = any(kind.value in gates for gates in gates_by_kind.values())
    needed = sorted(name for name, gates in gates_by_kind.items() if needed_gates & set(gates))
    days = {name: _last_day(credential.expires_on for credential in held if credential.kind == name) for name in needed}
    missing = tuple(name for name, day in days.items() if day < today)
    until = min(days.values(), default=date.max)
    return Clearance(missing, None if missing or until == date.max else until, never=guarded and not is_gated)


def require_clearance(clearance: Clearance) -> date | None:
    """The last day. Raises FailedPrecondition TASK_NEEDS_CREDENTIALS with `kinds`, or TASK_NOT_FOR_VOLUNTEERS."""
    if clearance.never:
        raise FailedPrecondition("TASK_NOT_FOR_VOLUNTEERS")
    if clearance.missing:
        raise FailedPrecondition("TASK_NEEDS_CREDENTIALS", kinds=" ".join(clearance.missing))
    return clearance.until_day


def _last_day(expiries: Iterable[date | None]) -> date:
    """Of several of one kind the one that counts longest; `date.min` without any."""
    return max((day or date.max for day in expiries), default=date.min)
