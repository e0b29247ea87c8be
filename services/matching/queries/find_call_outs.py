"""Open call-outs, for members who might give support. Nobody is ranked: the order is a lot of theirs and the day's."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from services.matching.domain.call_out import CallOut
from services.matching.domain.ranking import Draw
from services.matching.storage import call_outs, readable_call_outs

_SHOWN = 60


@dataclass(frozen=True)
class OpenCallOut:
    """`known`: the reader is in their team, or getting to know them."""

    call_out: CallOut
    known: bool


async def find_call_outs(work: UnitOfWork, *, zone: ZoneInfo) -> list[OpenCallOut]:
    """Without the reader's own, and those whom the reader does not want to see.

    Nothing for who is no member (row-level security). What the others said is never asked, so that nobody can read a no of theirs from the
    list. Raises NotAllowed PERSON_NEEDED.
    """
    reader = await hats.require_person(work)
    today = work.now.astimezone(zone).date()
    hidden, known = await readable_call_outs.hidden_from(work, reader), await readable_call_outs.known_to(work, reader)
    draw = Draw(today, str(reader))
    visible = [one for one in await call_outs.list_open(work, today) if one.person not in hidden]
    found = sorted(visible, key=lambda one: draw.of(str(one.id)))[:_SHOWN]
    await audit.record_read(work, "support profile", "find", *{one.person for one in found})
    return [OpenCallOut(one, one.person in known) for one in found]
