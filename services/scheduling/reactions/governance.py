"""Events of governance: the rulebook in force says what visits need of who goes to them, how long they are kept, when records confirm
themselves, and when who is told of visits that do not start.
"""

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from libs.access import held_credentials, retention
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.rulebook import VisitRules, WatchRules
from services.scheduling.storage import clearance, timed_confirmations, watch_rules


async def _on_adopted(work: UnitOfWork, event: Event) -> None:
    message = RulebookAdopted.FromString(event.payload)
    await held_credentials.replace_rules(work, message)
    await retention.follow_rulebook(work, ((rule.kind, rule.years, rule.after) for rule in message.retention))
    await clearance.doubt_all(work)
    if message.HasField("visits"):
        await timed_confirmations.replace_rules(work, VisitRules(message.visits.confirm_after_days))
    if message.HasField("watch"):
        watch = message.watch
        minutes = (watch.late_after_minutes, watch.next_after_minutes, watch.lone_after_minutes)
        await watch_rules.replace(work, WatchRules(*minutes, watch.lone_always))


REACTIONS = Reactions(
    "governance", {type_of(RulebookAdopted): _on_adopted}, ("credential_rule", "retention_rule", "visit_rule", "watch_rule")
)
