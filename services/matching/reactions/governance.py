"""Events of governance: the rulebook in force says which credentials there are, what each gates, and how people find one another."""

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from libs.access import held_credentials
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.rulebook import MatchingRules
from services.matching.storage import projections, tasks


async def _on_adopted(work: UnitOfWork, event: Event) -> None:
    message = RulebookAdopted.FromString(event.payload)
    await held_credentials.replace_rules(work, message)
    await tasks.check_all_again(work)
    if message.HasField("matching"):
        adopted = message.matching
        days = (adopted.interest_days, adopted.meeting_days, adopted.trial_days)
        await projections.replace_matching_rules(work, MatchingRules(*days, tuple(adopted.review_visits), adopted.shown_a_week))


REACTIONS = Reactions("governance", {type_of(RulebookAdopted): _on_adopted}, ("credential_rule", "matching_rule"))
