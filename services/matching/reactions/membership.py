"""Events of membership: who is a member, and until when."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MemberClassChanged, MembershipEnded
from libs.database import wakeups
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.matching.storage import projections

_MERGED = "merged"


async def _on_admitted(work: UnitOfWork, event: Event) -> None:
    await projections.set_member(work, UUID(MemberAdmitted.FromString(event.payload).person_id), None)


async def _on_class_changed(work: UnitOfWork, event: Event) -> None:
    # An end that was planned before is published again after the change, if it still holds.
    await projections.set_member(work, UUID(MemberClassChanged.FromString(event.payload).person_id), None)


def reactions(zone: ZoneInfo) -> Reactions:
    """`zone` decides when somebody's last day is over."""

    async def on_ended(work: UnitOfWork, event: Event) -> None:
        message = MembershipEnded.FromString(event.payload)
        if message.reason == _MERGED:
            # What the entry had is the kept entry's, once identity's event of the merge is here: it may come after this one.
            await projections.forget_member(work, UUID(message.person_id))
            return
        day_after = date.fromisoformat(message.on) + timedelta(days=1)
        await projections.set_member(work, UUID(message.person_id), datetime.combine(day_after, time(), zone))
        work.wakes.add(wakeups.EVENTS)  # the job that ends their places may be due

    handlers = {type_of(MemberAdmitted): _on_admitted, type_of(MemberClassChanged): _on_class_changed, type_of(MembershipEnded): on_ended}
    return Reactions("membership", handlers, ("current_member",))
