"""Reactions to governance's events: the rulebook in force, with its classes, which of them vote, and how long records are kept."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from libs.access import retention
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.membership.commands.apply_rulebook import apply_rulebook
from services.membership.domain.local_dates import local_date

_DAY = timedelta(days=1)


def reactions(zone: ZoneInfo) -> Reactions:
    """`zone` decides on which day the rulebook was adopted; rights change the day after."""

    async def adopted(work: UnitOfWork, event: Event) -> None:
        message = RulebookAdopted.FromString(event.payload)
        votes = {member_class.key: member_class.votes for member_class in message.classes}
        await retention.follow_rulebook(work, ((rule.kind, rule.years, rule.after) for rule in message.retention))
        await apply_rulebook(work, event.id, message.rulebook_hash, votes, local_date(zone, event.at) + _DAY)

    return Reactions("governance", {type_of(RulebookAdopted): adopted}, ("member_class", "retention_rule"))
