"""Made-up days of visits for the rota engine: small enough to know the best plan, with doubles, gaps and skills."""

import random
from typing import Any

Instance = dict[str, Any]


def random_instance(seed: int, patients: int | None = None) -> Instance:
    """At most eight patients and four workers; windows are short enough that somebody is late. Every service has two able workers."""
    draw = random.Random(seed)  # noqa: S311 - the same day in every run, not a secret
    count, workers = patients or draw.randint(2, 8), draw.randint(2, 4)
    places = [(draw.randint(0, 60), draw.randint(0, 60)) for _ in range(count + 1)]
    services = [f"s{number}" for number in range(1, 5)]
    able = {service: set(draw.sample(range(workers), draw.randint(2, workers))) for service in services}
    return {
        "patients": [_patient(draw, f"p{number}", services) for number in range(1, count + 1)],
        "services": [{"id": service, "default_duration": 14.5} for service in services],
        "caregivers": [{"id": f"c{w}", "abilities": [s for s in services if w in able[s]]} for w in range(workers)],
        "distances": [[round(((a - c) ** 2 + (b - d) ** 2) ** 0.5, 2) for c, d in places] for a, b in places],
    }


def _patient(draw: random.Random, name: str, services: list[str]) -> Instance:
    opens = draw.randint(0, 150)
    kind = draw.choice(("single", "single", "simultaneous", "sequential", "sequential"))
    patient: Instance = {
        "id": name,
        "time_window": [opens, opens + draw.randint(0, 60)],
        "required_caregivers": [
            {"service": service, "duration": draw.randint(5, 25)} for service in draw.sample(services, 1 if kind == "single" else 2)
        ],
    }
    if kind != "single":
        least = draw.randint(0, 40)
        gap = {} if kind == "simultaneous" else {"distance": [least, least + draw.choice((0, 0, 5, 20))]}
        patient["synchronization"] = {"type": kind, **gap}
    return patient
