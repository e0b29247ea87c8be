"""A member takes part in a matching day on one side, or says anew how many they have room for."""

import secrets
from dataclasses import replace
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.refusals import Conflict, FailedPrecondition
from services.matching.commands.day_side import DaySide, require_own_open_side
from services.matching.domain.introduction import Side
from services.matching.domain.matching_day import DayEntry, check_room
from services.matching.storage import day_choices, day_entries

_NUMBER_BYTES = 16
_NEEDED = {Side.PERSON: "DAY_NEEDS_CALL_OUT", Side.WORKER: "DAY_NEEDS_OFFER"}


async def enter_matching_day(work: UnitOfWork, part: DaySide, room: int, recount: bool, *, zone: ZoneInfo) -> None:  # noqa: FBT001 - a field of the request
    """Raises what `require_own_open_side` raises, Invalid ROOM_OUT_OF_RANGE, FailedPrecondition DAY_NEEDS_CALL_OUT or DAY_NEEDS_OFFER,
    Conflict RANKS_CHANGED.

    What others read of somebody must be there until the day: an open call-out, or an open offer.
    """
    day = await require_own_open_side(work, part)
    check_room(room)
    if not await day_choices.can_take_part(work, part.person, part.side, day.runs_at.astimezone(zone).date()):
        raise FailedPrecondition(_NEEDED[part.side])
    entered = await day_entries.find(work, part.day, part.person, part.side, lock=True)
    if entered is not None:
        await day_entries.save(work, replace(entered, room=room, recount=recount, version=entered.version + 1))
        return
    number, salt = secrets.token_hex(_NUMBER_BYTES), secrets.token_hex(_NUMBER_BYTES)
    new = DayEntry(part.day, part.person, part.side, number, salt, room, recount, work.now)
    if not await day_entries.add(work, new):
        raise Conflict("RANKS_CHANGED")
