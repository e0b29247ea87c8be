"""Events of governance: the rulebook in force says what each credential gates, how people find one another, how long steps between two are,
the shares of quotes, and how long referrals wait and are kept.
"""

from fractions import Fraction

from kith.governance.facts.v1.facts_pb2 import AdoptedConcerns, AdoptedMatching, AdoptedMoney, RulebookAdopted
from libs.access import held_credentials, retention
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.rulebook import ConcernRules, LinkHat, MatchingRules, MoneyRules, PartnerRules
from services.matching.storage import concern_rules, money_rules, partner_rules, projections, tasks


async def _on_adopted(work: UnitOfWork, event: Event) -> None:
    message = RulebookAdopted.FromString(event.payload)
    await held_credentials.replace_rules(work, message)
    await retention.follow_rulebook(work, ((rule.kind, rule.years, rule.after) for rule in message.retention))
    await tasks.check_all_again(work)
    await money_rules.replace_money_rules(work, _money(message.money) if message.HasField("money") else None)
    if message.HasField("concerns"):
        await concern_rules.replace_concern_rules(work, _concerns(message.concerns))
    if message.HasField("matching"):
        await projections.replace_matching_rules(work, _matching(message.matching))
    if message.HasField("partners"):
        await partner_rules.replace_partner_rules(work, PartnerRules(message.partners.answer_days))


def _concerns(adopted: AdoptedConcerns) -> ConcernRules:
    steps = adopted.talk_days, adopted.facilitated_days, adopted.answer_days
    return ConcernRules(*steps, adopted.cover_days, adopted.kept_days)


def _matching(adopted: AdoptedMatching) -> MatchingRules:
    """0, or nothing, in what was published before there were any: as usual."""
    usual = MatchingRules()
    return MatchingRules(
        adopted.interest_days,
        adopted.meeting_days,
        adopted.trial_days,
        tuple(adopted.review_visits),
        adopted.shown_a_week,
        ask_days=adopted.ask_days or usual.ask_days,
        ask_least=adopted.ask_least or usual.ask_least,
        asks_a_day=adopted.asks_a_day or usual.asks_a_day,
        matching_days=not adopted.no_matching_days,
        ranks_kept_days=adopted.ranks_kept_days or usual.ranks_kept_days,
        link=LinkHat(adopted.link_hat or LinkHat.SECRETARY),
    )


def _money(adopted: AdoptedMoney) -> MoneyRules:
    shares = Fraction(adopted.payer_adds), Fraction(adopted.worker_gives)
    return MoneyRules(*shares, adopted.travel_pence_a_km, adopted.travel_pence_a_minute)


_TABLES = ("credential_rule", "matching_rule", "concern_rule", "money_rule", "partner_rule", "retention_rule")
REACTIONS = Reactions("governance", {type_of(RulebookAdopted): _on_adopted}, _TABLES)
