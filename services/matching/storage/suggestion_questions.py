"""Loads the question of suggestions: what a person looks for, their team, and the offers that are asked about."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from libs.access import held_credentials
from libs.database.engine import UnitOfWork
from services.matching.domain.ranking_input import RankingInput
from services.matching.domain.suggestion_question import Supporter, suggestion_question
from services.matching.domain.support_profile import GettingSupport, GivingSupport
from services.matching.storage import support_profiles, teams


async def load(work: UnitOfWork, person: UUID, getting: GettingSupport, offers: Mapping[UUID, GivingSupport], on: date) -> RankingInput:
    """`offers` are those that the person may see, and no others."""
    held = await held_credentials.list_of_many(work, list(offers))
    supporters = {str(other): Supporter(offer, held.get(other, ())) for other, offer in offers.items()}
    rules = await held_credentials.get_rules(work)
    return suggestion_question(on, (str(person), getting), (supporters, await _team(work, person)), rules)


async def _team(work: UnitOfWork, person: UUID) -> Mapping[str, Supporter]:
    """Who is in the team; with their times where their offer is open, as nobody else may see those. Who is invited covers nothing yet."""
    own_team = await teams.find_by_owner(work, person)
    members = await teams.list_members(work, own_team.id) if own_team else []
    held = await held_credentials.list_of_many(work, [member.person for member in members])
    offers = {
        member.person: await support_profiles.find(work, GivingSupport, member.person) for member in members if member.joined_at is not None
    }
    return {str(member.person): Supporter(offers.get(member.person), held.get(member.person, ())) for member in members}
