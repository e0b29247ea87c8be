"""Whom somebody can rank on a matching day: those of the other side who take part, as the same people would see them on any other day.

- Who looks for support: those whose offers they find, who pass every hard condition, and whom they are not getting to know.
- Who gives support: those whose call-outs they read and whom they do not know yet. What these said of them is never asked.

The run of the day asks again. Who is not to be ranked any more is left out of somebody's ranks: after a no of the other as after the end
of their offer.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import TypeAlias
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.matching.domain.introduction import Side
from services.matching.domain.matching_day import DayEntry
from services.matching.domain.ranking import Draw, rank
from services.matching.domain.support_profile import GettingSupport, GivingSupport
from services.matching.storage import (
    call_outs,
    day_entries,
    offer_visibility,
    projections,
    readable_call_outs,
    suggestion_questions,
    support_profiles,
)

WhatIsShown: TypeAlias = GivingSupport | tuple[str, ...]
"""Of a choice: their offer, without where they live, or the words of their call-outs."""


async def list_choices(work: UnitOfWork, entry: DayEntry, today: date) -> Mapping[UUID, WhatIsShown]:
    """All whom somebody can rank today, in an order drawn for them and today."""
    others = await day_entries.list_taking_part(work, entry.day, entry.side.other)
    found = await choices_among(work, entry.person, entry.side, others, today)
    draw = Draw(today, str(entry.person))
    return {other: found[other] for other in sorted(found, key=lambda other: draw.of(str(other)))}


async def choices_among(work: UnitOfWork, person: UUID, side: Side, others: Collection[UUID], today: date) -> Mapping[UUID, WhatIsShown]:
    """Those of `others`, who take part on the other side, whom this person can rank; nobody for who could not take part now."""
    if not others or not await can_take_part(work, person, side, today):
        return {}
    return await (_offers if side is Side.PERSON else _call_outs)(work, person, others, today)


async def can_take_part(work: UnitOfWork, person: UUID, side: Side, today: date) -> bool:
    """A member who offers support openly; or who looks for it, and has written a call-out that is open on that day."""
    if not await projections.is_member(work, person):
        return False
    if side is Side.WORKER:
        giving = await support_profiles.find(work, GivingSupport, person)
        return giving is not None and giving.open
    getting = await support_profiles.find(work, GettingSupport, person)
    return getting is not None and getting.open and bool(await call_outs.list_of(work, person, today))


async def _offers(work: UnitOfWork, person: UUID, others: Collection[UUID], today: date) -> Mapping[UUID, WhatIsShown]:
    getting = await support_profiles.find(work, GettingSupport, person)
    if getting is None:
        return {}
    hidden = {person, *await offer_visibility.hidden_from(work, person)}
    wanted = set(others) - hidden
    offers = {other: offer for other, offer in (await support_profiles.list_open(work)).items() if other in wanted}
    question = await suggestion_questions.load(work, person, getting, offers, today)
    # More than some milliseconds among many offers: other calls go on meanwhile.
    ranking = await asyncio.to_thread(rank, question)
    # Where somebody lives is not for everybody who looks for support.
    return {UUID(worker): replace(offers[UUID(worker)], postcode="") for worker in ranking.order}


async def _call_outs(work: UnitOfWork, worker: UUID, others: Collection[UUID], today: date) -> Mapping[UUID, WhatIsShown]:
    left_out = await readable_call_outs.hidden_from(work, worker) | await readable_call_outs.known_to(work, worker)
    words: dict[UUID, tuple[str, ...]] = {}
    for one in await call_outs.list_open(work, today):
        if one.person in others and one.person not in left_out:
            words[one.person] = (*words.get(one.person, ()), one.words)
    return words
