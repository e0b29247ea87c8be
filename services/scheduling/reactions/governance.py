"""Events of governance: what the rulebook in force asks of who goes to visits, and how long they are kept."""

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from libs.access import held_credentials, retention
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.scheduling.storage import clearance


async def _on_adopted(work: UnitOfWork, event: Event) -> None:
    message = RulebookAdopted.FromString(event.payload)
    await held_credentials.replace_rules(work, message)
    await retention.follow_rulebook(work, ((rule.kind, rule.years, rule.after) for rule in message.retention))
    await clearance.doubt_all(work)


REACTIONS = Reactions("governance", {type_of(RulebookAdopted): _on_adopted}, ("credential_rule", "retention_rule"))
