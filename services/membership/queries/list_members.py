"""The register on a day, by member number. For the secretary; every person shown is audited.

A scrutineer, who checks the roll of a vote with other co-ops, sees who is a member under which number, without register name and address.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.refusals import invalid
from services.membership.domain import member_number
from services.membership.storage import members

MAX_PERSONS = 200


async def list_members(
    work: UnitOfWork, today: date, as_of: date | None, member_class: str, number: str, persons: Sequence[UUID], page: PageRequest
) -> Page[members.Member]:
    """With `member_class` only its members, with `number` only the member who has it, with `persons` only these.

    Raises NotAllowed HAT_NEEDED, Invalid.
    """
    if not await hats.wears(work, hats.SCRUTINEER):
        await hats.require(work, hats.SECRETARY)
    if not member_class.isprintable():
        raise invalid("member_class", "CLASS_UNKNOWN")
    if number and not member_number.is_valid(number):
        raise invalid("member_number", "NUMBER_MALFORMED")
    if len(persons) > MAX_PERSONS:
        raise invalid("person_ids", "TOO_MANY_IDS", at_most=str(MAX_PERSONS))
    register = await members.list_page(work, as_of or today, member_class, number, persons, page)
    await audit.record_read(work, "register entry", "list", *(member.person for member in register.items))
    return register
