"""What the rulebook in force says of the watch; when it was last looked who is to be told, and when it was not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.rulebook import WatchRules
from services.scheduling.storage.tables import watch_gap, watch_pulse, watch_rule

_LONGEST_PAUSE = timedelta(minutes=5)
"""It is looked each minute; a pause that is longer is one in which nobody watched."""
_GAPS_LISTED = 20
_RULES = select(watch_rule.c.late_after, watch_rule.c.next_after, watch_rule.c.lone_after, watch_rule.c.lone_always)
_INSERT_RULES = insert(watch_rule)
_SET_RULES = _INSERT_RULES.on_conflict_do_update(
    index_elements=["only_one"],
    set_={name: _INSERT_RULES.excluded[name] for name in ("late_after", "next_after", "lone_after", "lone_always")},
)
_LAST, _LAST_RAISED = select(watch_pulse.c.at), select(watch_pulse.c.raised_at)
_INSERT_PULSE = insert(watch_pulse)
_BEAT, _RAISED = (
    _INSERT_PULSE.on_conflict_do_update(index_elements=["only_one"], set_={name: _INSERT_PULSE.excluded[name]})
    for name in ("at", "raised_at")
)
_ADD_GAP = insert(watch_gap).on_conflict_do_nothing()
_GAPS = (
    select(watch_gap)
    .where(watch_gap.c.ends > bindparam("since", type_=MOMENT), watch_gap.c.begins < bindparam("until", type_=MOMENT))
    .order_by(watch_gap.c.begins.desc())
    .limit(_GAPS_LISTED)
)


@dataclass(frozen=True)
class WatchGap:
    """Nobody could be told from `begins` until `ends`: Kith was down, its clock was in doubt, or what carries notices was away."""

    begins: datetime
    ends: datetime


_to_rules = row_mapper(WatchRules)
_to_gap = row_mapper(WatchGap)


async def get(work: UnitOfWork) -> WatchRules:
    """Of the rulebook in force; as usual while none has said otherwise."""
    row = (await work.connection.execute(_RULES)).first()
    return _to_rules(row) if row else WatchRules()


async def replace(work: UnitOfWork, rules: WatchRules) -> None:
    await work.connection.execute(_SET_RULES, values_of(rules))


async def last_raised(work: UnitOfWork) -> datetime:
    """When it was last looked what is late or missed; now, where it never was. The other look, at who is to be told, may be later."""
    last: datetime | None = (await work.connection.execute(_LAST_RAISED)).scalar()
    return last or work.now


async def raised(work: UnitOfWork) -> None:
    await work.connection.execute(_RAISED, {"raised_at": work.now})


async def look(work: UnitOfWork) -> None:
    """It was looked now who is to be told. What lies between was watched, or is a gap."""
    last = await _last_look(work)
    if work.now - last > _LONGEST_PAUSE:
        await work.connection.execute(_ADD_GAP, {"begins": last, "ends": work.now})
    await work.connection.execute(_BEAT, {"at": work.now})


async def list_gaps(work: UnitOfWork, since: datetime, until: datetime) -> list[WatchGap]:
    """Those that reach into this time, the latest first. One that is going on ends now."""
    last = await _last_look(work)
    going_on = [WatchGap(last, work.now)] if work.now - last > _LONGEST_PAUSE and last < until and work.now > since else []
    return going_on + list(map(_to_gap, await work.connection.execute(_GAPS, {"since": since, "until": until})))


async def _last_look(work: UnitOfWork) -> datetime:
    """Now, where it never was."""
    last: datetime | None = (await work.connection.execute(_LAST)).scalar()
    return last or work.now
