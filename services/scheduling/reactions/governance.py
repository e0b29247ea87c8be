"""Events of governance: the rulebook in force says what visits need of who goes to them, how long they are kept, when records
confirm themselves, and for how many days ahead somebody is looked for.
"""

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from libs.access import held_credentials, retention
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.rulebook import VisitRules
from services.scheduling.storage import clearance, covers, timed_confirmations


async def _on_adopted(work: UnitOfWork, event: Event) -> None:
    message = RulebookAdopted.FromString(event.payload)
    await held_credentials.replace_rules(work, message)
    await retention.follow_rulebook(work, ((rule.kind, rule.years, rule.after) for rule in message.retention))
    await clearance.doubt_all(work)
    if message.HasField("concerns"):
        await covers.replace_days(work, message.concerns.cover_days)
    if message.HasField("visits"):
        await timed_confirmations.replace_rules(work, VisitRules(message.visits.confirm_after_days))


_TABLES = ("credential_rule", "retention_rule", "visit_rule", "cover_rule")
REACTIONS = Reactions("governance", {type_of(RulebookAdopted): _on_adopted}, _TABLES)
