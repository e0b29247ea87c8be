"""Made-up weeks for the rota engine: small ones whose best plan can be found otherwise, and a whole co-op's."""

import random
from fractions import Fraction

from services.scheduling.domain.travel import SpeedProfile, table_from_positions
from services.scheduling.domain.week_problem import WeekProblem, WeekVisit, WeekWorker

DAY = 24 * 60
BICYCLE = SpeedProfile(Fraction(13, 10), ((Fraction(1), Fraction(12)), (Fraction(20), Fraction(15))), setting_out=2)
"""Invented."""


def random_week(seed: int, visits: int | None = None, workers: int | None = None) -> WeekProblem:
    """At most eight visits on two or three days and four workers, with doubles, skills, kept workers, rests, hours and a published plan."""
    draw = random.Random(seed)  # noqa: S311 - the same week in every run, not a secret
    team = [f"w{number}" for number in range(workers or draw.randint(2, 4))]
    persons = [f"p{number}" for number in range(draw.randint(1, 4))]
    places = {name: (draw.randint(0, 40), draw.randint(0, 40)) for name in [*persons, *team]}
    made = [_visit(draw, f"v{number}", draw.choice(persons), team) for number in range(visits or draw.randint(2, 8))]
    return WeekProblem(
        "2026-12-07",
        made,
        [_worker(draw, name, persons, made) for name in team],
        {
            (one, other): abs(a - c) + abs(b - d) + draw.randint(0, 3)
            for one, (a, b) in places.items()
            for other, (c, d) in places.items()
            if one != other and draw.random() < 0.95
        },
    )


def _visit(draw: random.Random, name: str, person: str, team: list[str]) -> WeekVisit:
    # Half of them in the evening or early in the morning, so that a night is sometimes too short.
    earliest, latest = draw.choice(((300, 480), (480, 1200), (1200, 1400)))
    start = draw.randrange(3) * DAY + draw.randrange(earliest, latest, 15)
    count = draw.choice((1, 1, 2))
    kept = frozenset(draw.sample(team, 1)) if draw.random() < 0.1 else frozenset()
    published = kept | frozenset(draw.sample(team, count - len(kept))) if draw.random() < 0.4 else kept
    place = "" if draw.random() < 0.1 else person
    return WeekVisit(name, person, start, start + draw.choice((30, 45, 60, 90, 240)), count, place, kept, published)


def _worker(draw: random.Random, name: str, persons: list[str], visits: list[WeekVisit]) -> WeekWorker:
    return WeekWorker(
        name,
        name,
        cannot={visit.id: "VISIT_NEEDS_CREDENTIALS" for visit in visits if draw.random() < 0.2},
        known={person: draw.randint(0, 9) for person in persons if draw.random() < 0.6},
        preferred=frozenset(person for person in persons if draw.random() < 0.3),
        wished_minutes=draw.choice((None, 60, 240, 600)),
        most_minutes=draw.choice((None, None, 240, 480)),
        daily_rest=draw.choice((0, 660, 660)),
    )


def co_op_week(seed: int, people: int = 300, workers: int = 40) -> WeekProblem:
    """A co-op's week: teams of eight workers, shifts on five days, a visit in five by two, some workers known and some not."""
    draw = random.Random(seed)  # noqa: S311 - the same week in every run, not a secret
    persons = [f"p{number:03}" for number in range(people)]
    team_of = {person: draw.randrange(max(1, workers // 8)) for person in persons}
    visits = [visit for person in persons for visit in _visits_of(draw, person)]
    names = [f"w{number:03}" for number in range(workers)]
    positions = {name: (51.5 + draw.uniform(-0.05, 0.05), -0.1 + draw.uniform(-0.08, 0.08)) for name in [*persons, *names]}
    return WeekProblem(
        "2026-12-07",
        visits,
        [_worker_of(draw, name, number % max(1, workers // 8), team_of, visits) for number, name in enumerate(names)],
        table_from_positions(positions, BICYCLE),
    )


def _visits_of(draw: random.Random, person: str) -> list[WeekVisit]:
    """One to four times a week at about the same time of day."""
    days, time = draw.sample(range(7), draw.randint(1, 4)), draw.randrange(7 * 60, 20 * 60, 15)
    length, count = draw.choice((30, 30, 45, 60)), draw.choice((1, 1, 1, 1, 2))
    starts = [day * DAY + time + draw.choice((-15, 0, 0, 15)) for day in days]
    return [WeekVisit(f"{person}-{start // DAY}", person, start, start + length, count, person) for start in starts]


def _worker_of(draw: random.Random, name: str, team: int, team_of: dict[str, int], visits: list[WeekVisit]) -> WeekWorker:
    days = draw.sample(range(7), 5)
    earliest, latest = draw.choice(((7 * 60, 16 * 60), (11 * 60, 20 * 60 + 30), (7 * 60, 20 * 60 + 30)))
    helps_out = draw.random() < 0.5
    reasons = {}
    for visit in visits:
        time = visit.start % DAY
        if team_of[visit.person] != team and not helps_out:
            reasons[visit.id] = "NOT_IN_TEAM"
        elif visit.start // DAY not in days or not earliest <= time <= latest:
            reasons[visit.id] = "WORKER_AWAY"
        elif draw.random() < 0.05:
            reasons[visit.id] = "VISIT_NEEDS_CREDENTIALS"
    mine = [person for person, number in team_of.items() if number == team]
    return WeekWorker(
        name,
        name,
        cannot=reasons,
        known={person: draw.randint(1, 20) for person in draw.sample(mine, len(mine) // 3)},
        preferred=frozenset(draw.sample(mine, len(mine) // 10)),
        wished_minutes=draw.choice((None, 16 * 60, 24 * 60, 30 * 60)),
        most_minutes=draw.choice((20 * 60, 37 * 60, 48 * 60)),
        daily_rest=660,
    )
