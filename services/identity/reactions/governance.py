"""Events of governance: the rulebook in force says which credentials there are and what each gates."""

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from libs.database.engine import UnitOfWork
from libs.messages.consumer import Reactions
from libs.messages.envelope import Event, type_of
from services.identity.domain.credential import CredentialRule
from services.identity.storage import credential_rules


async def _on_adopted(work: UnitOfWork, event: Event) -> None:
    message = RulebookAdopted.FromString(event.payload)
    # An event from before there were any has none: the usual ones count.
    rules = [CredentialRule(rule.key, rule.expires_after_months, rule.remind_days, tuple(rule.gates)) for rule in message.credentials]
    await credential_rules.replace_all(work, rules)


REACTIONS = Reactions("governance", {type_of(RulebookAdopted): _on_adopted}, ("credential_rule",))
