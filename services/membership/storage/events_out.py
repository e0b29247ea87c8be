"""Events that membership publishes: ids, classes and days; never a name.

An event about one person's standings holds from its day on: it replaces whatever was published before for that day or a later one, and
what remains valid of that is published again after it, in the order of days.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from google.protobuf.message import Message

from kith.membership.facts.v1 import facts_pb2 as facts
from libs.access.audit_chain import ChainHead
from libs.access.erasing import Erased
from libs.database.engine import UnitOfWork
from libs.messages import outbox
from services.membership.domain.admission import Admission
from services.membership.domain.membership_timeline import MembershipChange

_DAY = timedelta(days=1)


async def membership_applied(work: UnitOfWork, application: UUID, person: UUID, member_class: str) -> None:
    message = facts.MembershipApplied(application_id=str(application), person_id=str(person), member_class=member_class)
    await outbox.publish(work, (message, str(application)))


async def members_admitted(work: UnitOfWork, admissions: Iterable[Admission]) -> None:
    await outbox.publish(work, *((_member_admitted(admission), str(admission.person)) for admission in admissions))


async def register_entry_corrected(work: UnitOfWork, person: UUID) -> None:
    await outbox.publish(work, (facts.RegisterEntryCorrected(person_id=str(person)), str(person)))


async def standings_changed(work: UnitOfWork, changes: Iterable[tuple[UUID, MembershipChange]]) -> None:
    """Publishes the changes in the given order, which must be by day for each person."""
    await outbox.publish(work, *((_standing_changed(person, change), str(person)) for person, change in changes))


def _member_admitted(admission: Admission) -> Message:
    return facts.MemberAdmitted(
        person_id=str(admission.person),
        member_number=admission.number,
        member_class=admission.member_class,
        may_vote=admission.may_vote,
        from_day=admission.day.isoformat(),
    )


def _standing_changed(person: UUID, change: MembershipChange) -> Message:
    if not change.member_class:
        return facts.MembershipEnded(person_id=str(person), on=(change.from_day - _DAY).isoformat(), reason=change.reason)
    return facts.MemberClassChanged(
        person_id=str(person), member_class=change.member_class, may_vote=change.may_vote, from_day=change.from_day.isoformat()
    )


async def read_audit_sealed(work: UnitOfWork, head: ChainHead) -> None:
    await outbox.publish(work, (facts.ReadAuditSealed(number=head.number, chain=head.chain), str(head.number)))


async def person_data_erased(work: UnitOfWork, erased: Erased) -> None:
    message = facts.PersonDataErased(
        erasure_id=str(erased.erasure),
        person_ids=map(str, erased.persons),
        deleted_kinds=erased.deleted,
        blanked_kinds=erased.blanked,
        kept_kinds=erased.kept,
    )
    await outbox.publish(work, (message, str(erased.persons[0])))
