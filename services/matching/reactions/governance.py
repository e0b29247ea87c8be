"""Events of governance: the rulebook in force says what each credential gates, how people find one another, how long
steps between two are, and the shares of quotes.
"""

from fractions import Fraction

from kith.governance.facts.v1.facts_pb2 import AdoptedMoney, RulebookAdopted
from libs.access import held_credentials
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.rulebook import ConcernRules, LinkHat, MatchingRules, MoneyRules
from services.matching.storage import concern_rules, money_rules, projections, tasks


async def _on_adopted(work: UnitOfWork, event: Event) -> None:
    message = RulebookAdopted.FromString(event.payload)
    await held_credentials.replace_rules(work, message)
    await tasks.check_all_again(work)
    await money_rules.replace_money_rules(work, _money(message.money) if message.HasField("money") else None)
    if message.HasField("concerns"):
        steps = message.concerns
        rules = ConcernRules(steps.talk_days, steps.facilitated_days, steps.answer_days, steps.cover_days, steps.kept_days)
        await concern_rules.replace_concern_rules(work, rules)
    if message.HasField("matching"):
        adopted = message.matching
        link = LinkHat(adopted.link_hat or LinkHat.SECRETARY)
        days = (adopted.interest_days, adopted.meeting_days, adopted.trial_days)
        await projections.replace_matching_rules(work, MatchingRules(*days, tuple(adopted.review_visits), adopted.shown_a_week, link))


def _money(adopted: AdoptedMoney) -> MoneyRules:
    shares = Fraction(adopted.payer_adds), Fraction(adopted.worker_gives)
    return MoneyRules(*shares, adopted.travel_pence_a_km, adopted.travel_pence_a_minute)


_TABLES = ("credential_rule", "matching_rule", "concern_rule", "money_rule")
REACTIONS = Reactions("governance", {type_of(RulebookAdopted): _on_adopted}, _TABLES)
