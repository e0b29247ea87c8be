"""Events of governance: the rulebook in force says what visits need of who goes to them, how long they are kept, when records confirm
themselves, how the money of a visit is shared out, for how many days ahead somebody is looked for, when who is told of visits that do
not start, who has weeks drafted, and how long employed workers work and rest.
"""

from dataclasses import fields
from datetime import date
from fractions import Fraction

from kith.governance.facts.v1.facts_pb2 import AdoptedMoney, AdoptedRest, AdoptedWorkingTime, RulebookAdopted
from libs.access import held_credentials, retention
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.rulebook import MoneyRules, PassableRule, PayFloor, RestReason, RestRules, VisitRules, WatchRules, WorkingTimeRules
from services.scheduling.domain.week_problem import WeekWeights
from services.scheduling.storage import clearance, covers, draft_rules, money_rules, timed_confirmations, watch_rules, working_time_rules
from services.scheduling.storage.draft_rules import DraftRule


async def _on_adopted(work: UnitOfWork, event: Event) -> None:
    message = RulebookAdopted.FromString(event.payload)
    await held_credentials.replace_rules(work, message)
    await retention.follow_rulebook(work, ((rule.kind, rule.years, rule.after) for rule in message.retention))
    await clearance.doubt_all(work)
    if message.HasField("concerns"):
        await covers.replace_days(work, message.concerns.cover_days)
    if message.HasField("visits"):
        hour = message.visits.day_sheet_hour or VisitRules.day_sheet_hour
        await timed_confirmations.replace_rules(work, VisitRules(message.visits.confirm_after_days, hour))
    await money_rules.add(work, event.at, message.rulebook_hash, _money(message.money) if message.HasField("money") else None)
    if message.HasField("watch"):
        watch = message.watch
        minutes = (watch.late_after_minutes, watch.next_after_minutes, watch.lone_after_minutes)
        await watch_rules.replace(work, WatchRules(*minutes, watch.lone_always))
    if message.HasField("drafts"):
        weights = WeekWeights(**{part.name: getattr(message.drafts, part.name) for part in fields(WeekWeights)})
        await draft_rules.replace(work, DraftRule(message.drafts.hat, weights, message.rulebook_hash))
    if message.HasField("working_time"):
        await working_time_rules.replace(work, _working_time(message.working_time))


def _working_time(adopted: AdoptedWorkingTime) -> WorkingTimeRules:
    return WorkingTimeRules(
        _rest(adopted.adult),
        _rest(adopted.young),
        average_week=adopted.average_week_minutes,
        night_average=adopted.night_average_minutes,
        night_counts_from=adopted.night_counts_from_minutes,
        young_day=adopted.young_day_minutes,
        young_week=adopted.young_week_minutes,
        averaged_weeks=adopted.averaged_weeks,
        opt_out_notice_days=adopted.opt_out_notice_days,
        # Their names are in the rulebook, where pages read them. A rule that only a newer version knows is passed by nothing here.
        reasons=tuple(
            RestReason(reason.key, "", tuple(PassableRule(rule) for rule in reason.passes if rule in tuple(PassableRule)))
            for reason in adopted.reasons
        ),
    )


def _rest(adopted: AdoptedRest) -> RestRules:
    return RestRules(
        adopted.daily_rest_minutes,
        adopted.weekly_rest_minutes,
        adopted.break_after_minutes,
        adopted.break_minutes,
        (adopted.night_starts, adopted.night_ends),
    )


def _money(adopted: AdoptedMoney) -> MoneyRules:
    shares = Fraction(adopted.payer_adds), Fraction(adopted.worker_gives)
    return MoneyRules(
        *shares,
        pay_floors=tuple(PayFloor(date.fromisoformat(floor.first_day), floor.pence_an_hour) for floor in adopted.pay_floors),
        below_floor_with_reason=adopted.below_floor_with_reason,
        fewest_in_line=adopted.fewest_in_line or MoneyRules.fewest_in_line,
    )


_FILLS = (
    "credential_rule",
    "retention_rule",
    "visit_rule",
    "money_rule",
    "pay_floor",
    "cover_rule",
    "watch_rule",
    "draft_rule",
    "working_time_rule",
    "rest_reason_rule",
)
REACTIONS = Reactions("governance", {type_of(RulebookAdopted): _on_adopted}, _FILLS)
