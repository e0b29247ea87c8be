"""The register on a day, by member number. For the secretary; every person shown is written down.

A scrutineer, who checks the roll of a vote with other co-ops, sees who is a member under which number, without register name and address.
"""

from datetime import date

from libs.access import audit, hats
from libs.database.engine import Work
from libs.refusals import invalid
from libs.rpc import paging
from services.membership.domain import member_number
from services.membership.storage import members


async def list_members(
    work: Work, day: date, member_class: str, page_size: int, page_token: str, *, number: str = ""
) -> tuple[list[members.Member], str]:
    """One page, and the token of the next; with a number whoever has it, on a page of one. Raises NotAllowed HAT_NEEDED, Invalid."""
    if not await hats.wears(work, hats.SCRUTINEER):
        await hats.require(work, hats.SECRETARY)
    if not member_class.isprintable():
        raise invalid("member_class", "CLASS_UNKNOWN")
    if number and not member_number.readable(number):
        raise invalid("member_number", "NUMBER_MALFORMED")
    order = member_number.order(number)
    query = f"list_members {day.isoformat()} {member_class} {order}"
    size = paging.size_of(page_size)
    (after,) = paging.key_of(query, page_token, 1) or ("",)
    rows = await members.page(work, day, member_class, after, size + 1, only=order)
    shown, more = rows[:size], len(rows) > size
    await audit.note_read(work, "register entry", "list", *(one.person for one in shown))
    return shown, paging.token_of(query, member_number.order(shown[-1].number)) if more else ""
