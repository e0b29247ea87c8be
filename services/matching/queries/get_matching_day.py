"""A matching day as one person sees it: the sides on which they take part, whom they can rank, and afterwards what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import MatchingDayState
from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.matching.domain.introduction import Side
from services.matching.domain.matching_day import DayEntry, MatchingDay, own_file
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import day_choices, day_entries, matching_days
from services.matching.storage.day_choices import WhatIsShown


@dataclass(frozen=True)
class OwnSide:
    """`ranks` by id, 1 for the most wanted; of `choices` those who are in it. After the run: who was proposed, the file to check,
    and what stands in it for whom they ranked.
    """

    entry: DayEntry
    choices: Mapping[UUID, WhatIsShown]
    ranks: Mapping[UUID, int]
    proposed: Sequence[UUID]
    file: str
    numbers: Mapping[UUID, str]


@dataclass(frozen=True)
class OwnDay:
    """The day, and the sides on which the person takes part."""

    day: MatchingDay
    state: MatchingDayState
    sides: Mapping[Side, OwnSide]


async def get_matching_day(work: UnitOfWork, day_id: UUID, person: UUID, *, zone: ZoneInfo) -> OwnDay:
    """While somebody acts, the side that looks for support alone. Everybody who can be ranked is audited.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED, ACTING_OUTSIDE_SCOPE or DAY_OWN_SIDE, NotFound MATCHING_DAY_UNKNOWN.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    await day_entries.require_not_on_both_sides(work, day_id)
    day = await matching_days.get(work, day_id)
    state, today = day.state(work.now), work.now.astimezone(zone).date()
    sides = {}
    for side in (Side.PERSON,) if work.caller.acting_for else Side:
        entry = await day_entries.find(work, day_id, person, side)
        if entry is not None:
            sides[side] = await _own_side(work, day, entry, state, today)
    await audit.record_read(work, "support profile", "find", *{other for own in sides.values() for other in own.choices})
    return OwnDay(day, state, sides)


async def _own_side(work: UnitOfWork, day: MatchingDay, entry: DayEntry, state: MatchingDayState, today: date) -> OwnSide:
    is_run = state is MatchingDayState.RUN
    groups = await day_entries.ranks_of(work, day.id, entry.person, entry.side)
    ranks = {other: level for level, group in enumerate(groups, 1) for other in group}
    numbers = await day_entries.numbers_of(work, day.id, entry.side.other, ranks) if is_run else {}
    return OwnSide(
        entry,
        await day_choices.list_choices(work, entry, today) if state is MatchingDayState.OPEN else {},
        ranks,
        await day_entries.proposed_to(work, day.id, entry.person, entry.side) if is_run else (),
        own_file(day, entry) if is_run and entry.line else "",
        # Who was left out of the line is left out here.
        {other: number for other, number in numbers.items() if number in entry.line},
    )
