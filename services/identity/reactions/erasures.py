"""Every other service says with an event of its own when it has erased its part of a person's data."""

from uuid import UUID

from kith.governance.facts.v1.facts_pb2 import PersonDataErased as GovernanceErased
from kith.matching.facts.v1.facts_pb2 import PersonDataErased as MatchingErased
from kith.membership.facts.v1.facts_pb2 import PersonDataErased as MembershipErased
from kith.scheduling.facts.v1.facts_pb2 import PersonDataErased as SchedulingErased
from kith.web.facts.v1.facts_pb2 import PersonDataErased as WebErased
from libs.access.erasing import Erased
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import EventHandler, Reactions
from services.identity.commands.carry_out_erasures import confirm_erasure

_Message = type[GovernanceErased] | type[MatchingErased] | type[MembershipErased] | type[SchedulingErased] | type[WebErased]


def _confirmed_by(service: str, message_type: _Message) -> dict[str, EventHandler]:
    async def handle(work: UnitOfWork, event: Event) -> None:
        message = message_type.FromString(event.payload)
        persons = tuple(map(UUID, message.person_ids))
        kinds = (tuple(message.deleted_kinds), tuple(message.blanked_kinds), tuple(message.kept_kinds))
        await confirm_erasure(work, service, Erased(UUID(message.erasure_id), persons, *kinds))

    return {type_of(message_type): handle}


BY_GOVERNANCE = _confirmed_by("governance", GovernanceErased)
BY_MATCHING = _confirmed_by("matching", MatchingErased)
BY_MEMBERSHIP = _confirmed_by("membership", MembershipErased)
SCHEDULING_REACTIONS = Reactions("scheduling", _confirmed_by("scheduling", SchedulingErased), ())
WEB_REACTIONS = Reactions("web", _confirmed_by("web", WebErased), ())
