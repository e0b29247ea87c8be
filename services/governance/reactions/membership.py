"""What membership states: who may vote in which class, from when until when."""

from datetime import date
from uuid import UUID

from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MemberClassChanged, MembershipEnded
from libs.database.engine import Work
from libs.messages.consumer import Reactions
from libs.messages.envelope import Fact, type_of
from services.governance.storage import standings


async def _admitted(work: Work, fact: Fact) -> None:
    said = MemberAdmitted.FromString(fact.payload)
    await standings.begin(work, UUID(said.person_id), date.fromisoformat(said.from_day), said.member_class, may_vote=said.may_vote)


async def _class_changed(work: Work, fact: Fact) -> None:
    said = MemberClassChanged.FromString(fact.payload)
    await standings.begin(work, UUID(said.person_id), date.fromisoformat(said.from_day), said.member_class, may_vote=said.may_vote)


async def _ended(work: Work, fact: Fact) -> None:
    said = MembershipEnded.FromString(fact.payload)
    await standings.end(work, UUID(said.person_id), date.fromisoformat(said.on))


REACTIONS = Reactions(
    "membership",
    {type_of(MemberAdmitted): _admitted, type_of(MemberClassChanged): _class_changed, type_of(MembershipEnded): _ended},
    ("standing",),
)
