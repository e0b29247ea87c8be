"""Events of membership: who is a member. When it ends, so do the person's sessions, and all they could see and do as a member."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MemberClassChanged, MembershipEnded
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.identity.commands.end_former_members_sessions import record_membership_end
from services.identity.commands.end_relationships_over_time import end_relationships_of_dead
from services.identity.reactions import erasures
from services.identity.storage import co_op_members, membership_ends

_DIED = "died"
_MERGED = "merged"


def reactions(zone: ZoneInfo) -> Reactions:
    """`zone` decides which day it was when an event was published."""

    async def on_ended(work: UnitOfWork, event: Event) -> None:
        message = MembershipEnded.FromString(event.payload)
        if message.reason == _MERGED:
            await _on_merged(work, UUID(message.person_id))
            return
        last_day, published_on = date.fromisoformat(message.on), event.at.astimezone(zone).date()
        today = work.now.astimezone(zone).date()
        await record_membership_end(work, UUID(message.person_id), last_day, published_at=event.at, published_on=published_on, today=today)
        if message.reason == _DIED:
            await end_relationships_of_dead(work, UUID(message.person_id), event.at)

    handlers = {
        type_of(MembershipEnded): on_ended,
        type_of(MemberAdmitted): _on_admitted,
        type_of(MemberClassChanged): _on_class_changed,
        **erasures.BY_MEMBERSHIP,
    }
    return Reactions("membership", handlers, ("membership_end", "co_op_member", "former_member"))


async def _on_admitted(work: UnitOfWork, event: Event) -> None:
    message = MemberAdmitted.FromString(event.payload)
    person = UUID(message.person_id)
    # An earlier end that is still waiting, as when events are handled again, is over: they have come back since.
    await membership_ends.delete_from(work, person, date.min)
    await co_op_members.admit(work, person)


async def _on_merged(work: UnitOfWork, entry: UUID) -> None:
    """Nobody has left: what others let this entry see and do, and what it agreed to, is the person's who goes on with the kept one."""
    # What was planned for this membership is dropped with it.
    await membership_ends.delete_from(work, entry, date.min)
    await co_op_members.forget(work, entry)


async def _on_class_changed(work: UnitOfWork, event: Event) -> None:
    message = MemberClassChanged.FromString(event.payload)
    await membership_ends.delete_from(work, UUID(message.person_id), date.fromisoformat(message.from_day))
