"""Members whose names match what somebody typed, and who may act for them.

Members choose one another, who holds an office chooses among them, and who acts for somebody does so for that person. Anybody else, such as
who speaks for a partner, has no reason to learn who is a member: they find those who may act for themselves alone.
"""

from kith.identity.v1.enums import ActingScope
from libs.access import acting, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.refusals import NotAllowed
from services.identity.domain.name_search import read_search
from services.identity.storage import acting_rights, co_op_members, persons


async def search_members(work: UnitOfWork, typed: str, page: PageRequest) -> Page[persons.PersonName]:
    """One page, by name. Who acts chooses somebody for that person's team.

    Raises NotAllowed PERSON_NEEDED, NAMES_FOR_MEMBERS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, Invalid SEARCH_EMPTY or SEARCH_TOO_LONG.
    """
    person = await hats.require_person(work)
    if work.caller.acting_for is not None:
        await acting.require_self_or_acting(work, work.caller.acting_for, ActingScope.TEAM.value)
    finds_members = await co_op_members.belongs(work, person) or bool(await acting_rights.live_rights(work, person))
    if not finds_members and not await acting.list_holders(work, person):
        raise NotAllowed("NAMES_FOR_MEMBERS")
    return await persons.search_by_words(work, read_search(typed), page, near=work.caller.acting_for or person, members=finds_members)
