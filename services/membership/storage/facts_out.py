"""What membership states: ids, classes and days; never a name.

Facts about one person's standings say what holds from their day on: whatever was stated for that day or a later one before is replaced, and
what still holds of it is stated again behind them, in the order of days.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from google.protobuf.message import Message

from kith.membership.facts.v1 import facts_pb2 as facts
from libs.database.engine import Work
from libs.messages import outbox
from services.membership.domain.admission import Admission
from services.membership.domain.standing import Change

_DAY = timedelta(days=1)


async def membership_applied(work: Work, application: UUID, person: UUID, member_class: str) -> None:
    said = facts.MembershipApplied(application_id=str(application), person_id=str(person), member_class=member_class)
    await outbox.state(work, (said, str(application)))


async def members_admitted(work: Work, admissions: Iterable[Admission]) -> None:
    await outbox.state(work, *((_admitted(one), str(one.person)) for one in admissions))


async def standings_changed(work: Work, changes: Iterable[tuple[UUID, Change]]) -> None:
    """In the order given: for each person by day."""
    await outbox.state(work, *((_changed(person, change), str(person)) for person, change in changes))


def _admitted(one: Admission) -> Message:
    return facts.MemberAdmitted(
        person_id=str(one.person),
        member_number=one.number,
        member_class=one.member_class,
        may_vote=one.may_vote,
        from_day=one.day.isoformat(),
    )


def _changed(person: UUID, change: Change) -> Message:
    if not change.member_class:
        return facts.MembershipEnded(person_id=str(person), on=(change.from_day - _DAY).isoformat(), reason=change.reason)
    return facts.MemberClassChanged(
        person_id=str(person), member_class=change.member_class, may_vote=change.may_vote, from_day=change.from_day.isoformat()
    )
