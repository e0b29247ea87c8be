"""Runs a matching day whose time has come: each pair is proposed to both sides. All of it is done in one transaction, or nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.matching.domain import introduction as steps
from services.matching.domain import matching_day as rules
from services.matching.domain.introduction import Side
from services.matching.domain.matching_day import DayEntry, MatchingDay
from services.matching.domain.pairing import Pairing, pair
from services.matching.storage import day_choices, day_entries, events_out, introductions, matching_days, projections


async def run_matching_day(work: UnitOfWork, *, zone: ZoneInfo) -> int:
    """Returns how many days were run: one, or none."""
    day = await matching_days.find_due(work)
    if day is None:
        return 0
    used = await _used_entries(work, day, work.now.astimezone(zone).date())
    secret = await matching_days.secret_of(work, day.id)
    seed = rules.seed_of(secret, (entry.number for entry in used))
    # Hundreds of people rank hundreds of others: other calls go on meanwhile.
    pairing = await asyncio.to_thread(_pair, seed, used)
    proposed = await _propose(work, day, used, pairing)
    hashes = tuple(sorted(rules.hash_of(entry.line, entry.salt) for entry in used))
    run = replace(day, run_at=work.now, seed=seed, entry_hashes=hashes, pairs=proposed)
    await matching_days.save(work, run)
    await events_out.matching_day_run(work, run, pairing.draw, {entry.person for entry in used})
    return 1


async def _used_entries(work: UnitOfWork, day: MatchingDay, today: date) -> list[DayEntry]:
    """With their lines. Who left, was erased, or closed what others read of them is left out, and so is in anybody's ranks who is not to be
    ranked any more.
    """
    entries = [
        entry for entry in await day_entries.list_of(work, day.id) if await day_choices.can_take_part(work, entry.person, entry.side, today)
    ]
    numbers = {side: {entry.person: entry.number for entry in entries if entry.side is side} for side in Side}
    used = []
    for entry in entries:
        ranks = await day_entries.ranks_of(work, day.id, entry.person, entry.side)
        ranked = {other for group in ranks for other in group}
        others = numbers[entry.side.other]
        still = await day_choices.choices_among(work, entry.person, entry.side, ranked & others.keys(), today)
        line = rules.line_of(entry, rules.ranks_in_numbers(ranks, {other: others[other] for other in still}))
        used.append(replace(entry, line=line))
        await day_entries.save(work, used[-1])
    return used


def _pair(seed: str, used: Sequence[DayEntry]) -> Pairing:
    persons, workers = ([rules.chooser_of(entry.line) for entry in used if entry.side is side] for side in (Side.PERSON, Side.WORKER))
    return pair(seed, persons, workers)


async def _propose(work: UnitOfWork, day: MatchingDay, used: Sequence[DayEntry], pairing: Pairing) -> int:
    """Returns how many pairs. Two who began to get to know each other by themselves a moment ago need no proposal."""
    people: dict[str, UUID] = {entry.number: entry.person for entry in used}
    matching = await projections.get_matching_rules(work)
    proposed = 0
    for person, worker in pairing.pairs:
        new = steps.propose(work.new_id(), people[person], people[worker], day.id, work.now, matching)
        proposed += await introductions.add(work, new)
    return proposed
