"""Made-up weeks for the rota engine: small ones whose best plan can be found otherwise, and a whole co-op's."""

import random

from services.scheduling.domain.week_problem import WeekProblem, WeekVisit, WeekWorker

DAY = 24 * 60


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
