"""Who suits this person, and why: the formula of docs/formats/rank.md in plain Python.

Everything is decided here. `engine/` computes the same numbers for thousands of workers at once, and a test compares the two. Points are
whole numbers, rounded down once for each part, so that anybody gets the same ones by hand.

Each side has its own sum of at most 1000, and the smaller one is the score: neither side is outvoted by what the other likes.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from libs.great_circle import distance_km, whole_metres
from services.matching.domain.ranking_input import RankingInput, SupportedPerson, TeamMember, Worker, minutes_of

OPEN_MINUTE = 4
"""What a minute that nobody on the team covers weighs."""
UNSKILLED_MINUTE = 2
"""What one weighs that is covered only by people without a skill that the person needs."""
SPARE_MINUTE = 1
"""What one weighs that is covered already: a second person is there when the first is ill."""

HALF_MINUTES = 180
"""Three hours a week earn half of the points that go by hours; each further hour earns less than the one before."""
HALF_METRES = 2000
"""A home at two kilometres earns half of the points that the person gives for nearness."""


class Reason(StrEnum):
    """Why somebody is not suggested, in the order in which reasons are listed."""

    ON_TEAM = "ON_TEAM"
    EXCLUDED = "EXCLUDED"
    NOT_READY = "NOT_READY"
    SKILL_MISSING = "SKILL_MISSING"
    LANGUAGE_MISSING = "LANGUAGE_MISSING"
    GENDER_NOT_AS_ASKED = "GENDER_NOT_AS_ASKED"
    OUT_OF_REACH = "OUT_OF_REACH"
    NO_COMMON_HOURS = "NO_COMMON_HOURS"
    NO_MINUTES_LEFT = "NO_MINUTES_LEFT"


class PersonParts(NamedTuple):
    """Points for the person."""

    times: int
    gap: int
    minutes: int
    languages: int
    tags: int
    near: int


class WorkerParts(NamedTuple):
    """Points for the worker."""

    times: int
    gap: int
    tags: int
    near: int


MOST_FOR_PERSON = PersonParts(times=200, gap=200, minutes=100, languages=150, tags=150, near=200)
MOST_FOR_WORKER = WorkerParts(times=250, gap=250, tags=200, near=300)


class Fit(NamedTuple):
    """The points of both sides."""

    for_person: PersonParts
    for_worker: WorkerParts

    @property
    def score(self) -> int:
        """0 to 1000."""
        return min(sum(self.for_person), sum(self.for_worker))


class Assessment(NamedTuple):
    """Every reason against a worker, in order; or, where there is none, how well the two fit."""

    reasons: tuple[Reason, ...]
    fit: Fit | None


class Ranking(NamedTuple):
    """The ids of those who can be suggested, best first, and what was found for every worker."""

    order: tuple[str, ...]
    workers: dict[str, Assessment]


class WantedMinutes(NamedTuple):
    """The minutes that a person wants, as bits (`minutes_of`), and which of them their team covers. The last two share no minute."""

    wanted: int
    covered: int
    covered_without_skill: int


def rank(question: RankingInput) -> Ranking:
    """Assesses every worker and orders those who can be suggested."""
    wanted = wanted_minutes(question.person, question.team)
    team = {member.id for member in question.team}
    workers = {worker.id: _assess(question, wanted, team, worker) for worker in question.workers}
    scores = {worker: found.fit.score for worker, found in workers.items() if found.fit is not None}
    draw = Draw(question.on, question.person.id)
    return Ranking(tuple(sorted(scores, key=lambda worker: (-scores[worker], draw.of(worker)))), workers)


class Draw:
    """Orders equal scores by lot: the SHA-256 of day, person and worker, so that another one comes first on another day."""

    def __init__(self, on: date, person: str) -> None:
        self._beginning = hashlib.sha256(f"{on.isoformat()}\n{person}\n".encode())

    def of(self, worker: str) -> bytes:
        """The lot of a worker; the lowest comes first."""
        lot = self._beginning.copy()
        lot.update(worker.encode())
        return lot.digest()


def wanted_minutes(person: SupportedPerson, team: Iterable[TeamMember]) -> WantedMinutes:
    """What the person wants, and what the team covers of it, with and without all the skills that the person needs."""
    wanted, skilled, any_member = minutes_of(person.wants), 0, 0
    for member in team:
        free = minutes_of(member.free)
        any_member |= free
        skilled |= free if person.must.skills <= member.skills else 0
    return WantedMinutes(wanted, wanted & skilled, wanted & any_member & ~skilled)


def _assess(question: RankingInput, wanted: WantedMinutes, team: set[str], worker: Worker) -> Assessment:
    person = question.person
    away_km = distance_km(person.place, worker.place)
    common = wanted.wanted & minutes_of(worker.free)
    applies = {
        Reason.ON_TEAM: worker.id in team,
        Reason.EXCLUDED: worker.id in person.never or person.id in worker.never,
        Reason.NOT_READY: bool(worker.missing),
        Reason.SKILL_MISSING: not all(_has_skill(worker, skill, question.on) for skill in person.must.skills),
        Reason.LANGUAGE_MISSING: not person.must.languages <= worker.languages,
        Reason.GENDER_NOT_AS_ASKED: person.must.gender not in (None, worker.gender),
        Reason.OUT_OF_REACH: away_km > worker.reach_km,
        Reason.NO_COMMON_HOURS: common == 0,
        Reason.NO_MINUTES_LEFT: worker.minutes_left == 0,
    }
    if reasons := tuple(reason for reason in Reason if applies[reason]):
        return Assessment(reasons, None)
    return Assessment((), _fit(person, wanted, worker, common, whole_metres(away_km)))


def _has_skill(worker: Worker, skill: str, on: date) -> bool:
    if skill not in worker.skills:
        return False
    last_day = worker.skills[skill]
    return last_day is None or on <= last_day


def _fit(person: SupportedPerson, wanted: WantedMinutes, worker: Worker, common: int, metres: int) -> Fit:
    """`common` as bits, `metres` between the homes. The worker is eligible, so there is a common minute and one left."""
    minutes, wanted_count, left = common.bit_count(), wanted.wanted.bit_count(), worker.minutes_left
    spare, unskilled = (common & wanted.covered).bit_count(), (common & wanted.covered_without_skill).bit_count()
    weight = OPEN_MINUTE * (minutes - spare - unskilled) + UNSKILLED_MINUTE * unskilled + SPARE_MINUTE * spare
    half_weight = OPEN_MINUTE * HALF_MINUTES
    possible = min(minutes, left)
    common_tags = len(person.wished_tags & worker.wished_tags)
    reach = reach_metres(worker.reach_km)
    most, most_for_worker = MOST_FOR_PERSON, MOST_FOR_WORKER
    return Fit(
        PersonParts(
            times=most.times * minutes // wanted_count,
            gap=most.gap * weight // (weight + half_weight),
            minutes=most.minutes * possible // (possible + HALF_MINUTES),
            languages=_share(most.languages, len(person.wished_languages & worker.languages), len(person.wished_languages)),
            tags=_share(most.tags, common_tags, len(person.wished_tags)),
            near=most.near * HALF_METRES // (HALF_METRES + metres),
        ),
        WorkerParts(
            times=most_for_worker.times * possible // min(wanted_count, left),
            gap=most_for_worker.gap * weight // (weight + half_weight),
            tags=_share(most_for_worker.tags, common_tags, len(worker.wished_tags)),
            near=most_for_worker.near * max(0, reach - metres) // reach,
        ),
    )


def _share(most: int, met: int, wished: int) -> int:
    """Points for wishes that are met. A wish that nobody has is no wish unmet: all points."""
    return most * met // wished if wished else most


HALF_ROUND_METRES = 20_015_115
"""No two homes are farther apart than half way around the earth."""


def reach_metres(reach_km: float) -> int:
    """How far a worker goes, in whole metres, for the share of it that a journey takes: at least 1, at most half way round the earth."""
    return max(1, round(min(reach_km * 1000, HALF_ROUND_METRES)))
