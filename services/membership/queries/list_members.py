"""The register on a day, by member number. For the secretary; every person shown is audited.

A scrutineer, who checks the roll of a vote with other co-ops, sees who is a member under which number, without register name and address.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from libs.rpc import paging
from services.membership.domain import member_number
from services.membership.storage import members

MAX_PERSONS = 200


async def list_members(
    work: UnitOfWork, day: date, member_class: str, page_size: int, page_token: str, *, number: str = "", persons: Sequence[UUID] = ()
) -> tuple[list[members.Member], str]:
    """One page, and the token of the next one; with `number` only the member who has it, with `persons` only these.

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
    sort_key = member_number.sort_key(number)
    query = f"list_members {day.isoformat()} {member_class} {sort_key} {' '.join(sorted(map(str, persons)))}"
    size = paging.page_size_of(page_size)
    (after,) = paging.key_of(query, page_token, 1) or ("",)
    rows = await members.list_page(work, day, member_class, after, size + 1, only=sort_key, persons=persons)
    shown, more = rows[:size], len(rows) > size
    await audit.record_read(work, "register entry", "list", *(member.person for member in shown))
    return shown, paging.token_of(query, member_number.sort_key(shown[-1].number)) if more else ""
