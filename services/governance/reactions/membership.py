"""Reactions to membership's events: who may vote in which class, from when until when."""

from datetime import date
from uuid import UUID

from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MemberClassChanged, MembershipEnded
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.governance.storage import membership_projection


async def _admitted(work: UnitOfWork, event: Event) -> None:
    await _start_voting_right(work, MemberAdmitted.FromString(event.payload))


async def _class_changed(work: UnitOfWork, event: Event) -> None:
    await _start_voting_right(work, MemberClassChanged.FromString(event.payload))


async def _start_voting_right(work: UnitOfWork, message: MemberAdmitted | MemberClassChanged) -> None:
    person, day = UUID(message.person_id), date.fromisoformat(message.from_day)
    await membership_projection.start_voting_right(work, person, day, message.member_class, may_vote=message.may_vote)


async def _ended(work: UnitOfWork, event: Event) -> None:
    message = MembershipEnded.FromString(event.payload)
    await membership_projection.end_membership(work, UUID(message.person_id), date.fromisoformat(message.on))


REACTIONS = Reactions(
    "membership",
    {type_of(MemberAdmitted): _admitted, type_of(MemberClassChanged): _class_changed, type_of(MembershipEnded): _ended},
    ("standing",),
)
