"""Events of governance: the rulebook in force says which credentials there are and what each gates, and how long records are kept.

governance also confirms that it erased its part of a person's data.
"""

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from libs.access import retention
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.identity.domain.credential import CredentialRule
from services.identity.reactions import erasures
from services.identity.storage import credential_rules, person_holds


async def _on_adopted(work: UnitOfWork, event: Event) -> None:
    message = RulebookAdopted.FromString(event.payload)
    # An event from before there were any has none: the usual ones count.
    rules = [CredentialRule(rule.key, rule.expires_after_months, rule.remind_days, tuple(rule.gates)) for rule in message.credentials]
    await credential_rules.replace_all(work, rules)
    await retention.follow_rulebook(work, ((rule.kind, rule.years, rule.after) for rule in message.retention))
    if message.retention:
        await person_holds.follow_rulebook(work, message.holds_not_shown)


REACTIONS = Reactions(
    "governance", {type_of(RulebookAdopted): _on_adopted, **erasures.BY_GOVERNANCE}, ("credential_rule", "retention_rule", "hold_not_shown")
)
