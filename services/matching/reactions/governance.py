"""Events of governance: the rulebook in force says which credentials there are and what each gates."""

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from libs.database.engine import UnitOfWork
from libs.messages.consumer import Reactions
from libs.messages.envelope import Event, type_of
from services.matching.storage import projections


async def _on_adopted(work: UnitOfWork, event: Event) -> None:
    message = RulebookAdopted.FromString(event.payload)
    await projections.replace_credential_rules(work, {rule.key: tuple(rule.gates) for rule in message.credentials})


REACTIONS = Reactions("governance", {type_of(RulebookAdopted): _on_adopted}, ("credential_rule",))
