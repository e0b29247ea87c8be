"""What governance states: the rulebook in force, with the classes it has and which of them vote."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from libs.database.engine import Work
from libs.messages.consumer import Reactions
from libs.messages.envelope import Fact, type_of
from services.membership.commands.follow_rulebook import follow_rulebook
from services.membership.domain.calendar import day_in

_DAY = timedelta(days=1)


def reactions(zone: ZoneInfo) -> Reactions:
    """`zone` says which day it was when the rulebook was adopted; rights change with the next."""

    async def adopted(work: Work, fact: Fact) -> None:
        said = RulebookAdopted.FromString(fact.payload)
        votes = {one.key: one.votes for one in said.classes}
        await follow_rulebook(work, fact.id, said.rulebook_hash, votes, day_in(zone, fact.at) + _DAY)

    return Reactions("governance", {type_of(RulebookAdopted): adopted}, ("member_class",))
