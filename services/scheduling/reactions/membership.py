"""Events of membership: who has died. Who leaves the co-op is visited still, as their team stays theirs."""

from datetime import date
from uuid import UUID

from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MemberClassChanged, MembershipEnded
from libs.access import erasing
from libs.database import wakeups
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.scheduling.storage import deceased_persons

_DIED = "died"


async def _on_admitted(work: UnitOfWork, event: Event) -> None:
    await deceased_persons.forget(work, UUID(MemberAdmitted.FromString(event.payload).person_id))


async def _on_class_changed(work: UnitOfWork, event: Event) -> None:
    # An end that was planned before is published again after the change, if it still holds.
    await deceased_persons.forget(work, UUID(MemberClassChanged.FromString(event.payload).person_id))


async def _on_ended(work: UnitOfWork, event: Event) -> None:
    """The entry that the event names: after a merge, membership says anew what holds for the kept one."""
    message = MembershipEnded.FromString(event.payload)
    person = UUID(message.person_id)
    if message.reason != _DIED or await erasing.find_erased(work, [person]):
        await deceased_persons.forget(work, person)
        return
    await deceased_persons.set_last_day(work, person, date.fromisoformat(message.on))
    work.wakes.add(wakeups.EVENTS)  # the job that calls off their visits may be due


HANDLERS = {type_of(MemberAdmitted): _on_admitted, type_of(MemberClassChanged): _on_class_changed, type_of(MembershipEnded): _on_ended}
REACTIONS = Reactions("membership", HANDLERS, ("deceased_person",))
