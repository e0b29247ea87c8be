"""Measures suggestions for one person among 1,000 and 10,000 workers against a bare numpy scan of the same columns.

Run with `python -m bench.rank`. The scan is the least that any ranking must do: which workers have the skills and languages, which are in
reach, how many wanted minutes they are free, one weighted sum, the best twenty. It rounds nothing, knows no reasons and draws no lots.
Each round asks for another person, for whom the scan and Kith take turns.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from random import Random

import numpy as np

from bench.report import is_quick_run, markdown_table, median_ratio, percentile, save_report, verdict
from services.matching.domain.ranking import rank
from services.matching.domain.ranking_input import Conditions, RankingInput, Span, SupportedPerson, TeamMember, Worker, minutes_of
from services.matching.engine.suggestions import Suggestions
from services.matching.engine.worker_index import WorkerIndex, on_unit_sphere, week_words

SIZES = {1_000: 0.002, 10_000: 0.010}
"""Workers, and the aim in seconds at p50."""
AIM_RATIO = 12
ROUNDS = 20 if is_quick_run() else 300
WARM_UP = 5
PAGE = 20
ON = date(2026, 12, 7)
EARTH_KM = 6371.0088

SKILLS = ("hoist", "medicines", "peg", "first-aid", "dementia", "autism", "driving", "cooking")
LANGUAGES = ("en", "tr", "bsl", "cy", "so", "pl")
TAGS = ("dogs", "gardening", "music", "football", "cooking", "chess", "church", "swimming", "films", "allotment")


def make_workers(random: Random, count: int, *, conditions: bool) -> list[Worker]:
    """Workers of one city: three to five long stretches a week, some skills of which some have ended, two or three languages."""
    return [
        Worker(
            id=f"worker-{number}",
            place=_make_place(random),
            reach_km=random.choice([3, 5, 8, 12]) if conditions else 40,
            free=_make_spans(random, random.randint(3, 5), 120, 480),
            minutes_left=random.choice([0, 240, 600, 900, 1500, 2100]),
            skills={skill: random.choice([None, date(2027, 5, 1), date(2026, 11, 30)]) for skill in random.sample(SKILLS, 4)},
            languages=frozenset(["en", *random.sample(LANGUAGES, 2)]),
            gender=random.choice(["woman", "man", None]),
            wished_tags=frozenset(random.sample(TAGS, random.randint(0, 3))),
            never=frozenset([f"person-{random.randrange(50)}"] if random.random() < 0.1 else []),
            missing=frozenset(["dbs"] if random.random() < 0.05 else []),
        )
        for number in range(count)
    ]


def make_person(random: Random, number: int, *, conditions: bool) -> tuple[SupportedPerson, tuple[TeamMember, ...]]:
    """Somebody who wants ten stretches of one to three hours a week, of which two people on their team cover some."""
    person = SupportedPerson(
        id=f"person-{number}",
        place=_make_place(random),
        wants=_make_spans(random, 10, 60, 180),
        must=_make_conditions(random) if conditions else Conditions(),
        wished_languages=frozenset(random.sample(LANGUAGES, 1)),
        wished_tags=frozenset(random.sample(TAGS, 3)),
        never=frozenset([f"worker-{random.randrange(1000)}"]),
    )
    team = (TeamMember("worker-1", person.wants[:2], person.must.skills), TeamMember("worker-2", person.wants[2:4]))
    return person, team


def _make_conditions(random: Random) -> Conditions:
    return Conditions(frozenset(random.sample(SKILLS, 1)), frozenset(["en"]), random.choice([None, None, "woman"]))


def _make_place(random: Random) -> tuple[float, float]:
    return 51.55 + random.uniform(-0.08, 0.08), -0.06 + random.uniform(-0.12, 0.12)


def _make_spans(random: Random, count: int, shortest: int, longest: int) -> tuple[Span, ...]:
    spans = []
    for _ in range(count):
        begins = random.randrange(7) * 1440 + random.randrange(360, 1440 - longest)
        spans.append((begins, begins + random.randint(shortest, longest)))
    return tuple(spans)


def scan(index: WorkerIndex, person: SupportedPerson) -> list[int]:
    """The bare scan: rows of the best twenty."""
    count = index.size
    fits = index.alive[:count].copy()
    for skill in person.must.skills:
        fits &= index.skills[skill][:count] >= ON.toordinal()
    for language in person.must.languages:
        fits &= index.languages[language][:count]
    if person.must.gender is not None:
        fits &= index.genders[person.must.gender][:count]
    minutes, words, bits = np.zeros(count, np.uint16), np.empty(count, np.uint64), np.empty(count, np.uint8)
    for position, word in enumerate(week_words(minutes_of(person.wants)).tolist()):
        if word:
            np.bitwise_count(np.bitwise_and(index.free[position, :count], np.uint64(word), out=words), out=bits)
            minutes += bits
    squared = np.zeros(count)
    for axis, value in zip(index.position, on_unit_sphere(person.place), strict=True):
        squared += (axis[:count] - value) ** 2
    km = 2 * EARTH_KM * np.arcsin(np.sqrt(squared) / 2)
    fits &= (km <= index.reach_km[:count]) & (minutes > 0) & (index.minutes_left[:count] > 0) & ~index.not_ready[:count]
    tags = sum(index.tags[tag][:count].astype(np.float64) for tag in person.wished_tags)
    languages = sum(index.languages[language][:count].astype(np.float64) for language in person.wished_languages)
    score = np.where(fits, 0.5 * minutes + 50 * tags + 150 * languages - 20 * km, -np.inf)
    best = np.argpartition(score, -PAGE)[-PAGE:]
    rows: list[int] = best[np.argsort(-score[best])].tolist()
    return rows


def time_seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(index: WorkerIndex, workers: Sequence[Worker], *, conditions: bool) -> tuple[list[tuple[float, float, float]], float]:
    """Seconds of scan, page and whole ranking of each round, and the median number of workers who can be suggested."""
    random = Random(2014)  # noqa: S311 - the same people in every run, not a secret
    times, eligible = [], []
    for number in range(-WARM_UP, ROUNDS):
        person, team = make_person(random, number, conditions=conditions)
        suggestions = Suggestions(index, ON, person, team)
        if number == 0 and suggestions.ranking() != rank(RankingInput(ON, person, team, tuple(workers))):
            message = "the engine and the plain formula differ"
            raise RuntimeError(message)
        seconds = (
            time_seconds(partial(scan, index, person)),
            time_seconds(partial(find_page, index, person, team)),
            time_seconds(partial(find_all, index, person, team)),
        )
        if number >= 0:
            times.append(seconds)
            eligible.append(len(suggestions.rows))
    return times, statistics.median(eligible)


def find_page(index: WorkerIndex, person: SupportedPerson, team: tuple[TeamMember, ...]) -> None:
    Suggestions(index, ON, person, team).first(PAGE)


def find_all(index: WorkerIndex, person: SupportedPerson, team: tuple[TeamMember, ...]) -> None:
    Suggestions(index, ON, person, team).ranking()


def table_rows(count: int, aim: float, *, conditions: bool) -> list[list[str]]:
    random = Random(2026)  # noqa: S311 - the same workers in every run, not a secret
    workers = make_workers(random, count, conditions=conditions)
    times, eligible = measure(WorkerIndex(workers), workers, conditions=conditions)
    scans = [scan_seconds for scan_seconds, _, _ in times]
    kind = f"{count:,}, of whom {eligible:.0f} fit"
    rows = [[kind, "bare scan, best 20", *_milliseconds(scans), "1.0", ""]]
    for what, column in ((f"page of {PAGE}", 1), ("all workers as values, whole order", 2)):
        ours = [seconds[column] for seconds in times]
        ratio, median = median_ratio([(seconds[column], seconds[0]) for seconds in times]), statistics.median(ours)
        verdicts = f"ratio {verdict(ratio, AIM_RATIO)}, {aim * 1000:.0f} ms {verdict(median, aim)}" if conditions or column == 1 else "none"
        rows.append([kind, what, *_milliseconds(ours), f"{ratio:.1f}", verdicts])
    return rows


def _milliseconds(seconds: Sequence[float]) -> tuple[str, str]:
    return f"{statistics.median(seconds) * 1000:.2f}", f"{percentile(seconds, 0.95) * 1000:.2f}"


def main() -> int:
    """Prints and saves the table; returns 1 if an aim was missed."""
    rows = [row for conditions in (True, False) for count, aim in SIZES.items() for row in table_rows(count, aim, conditions=conditions)]
    save_report(
        "rank",
        "Suggestions for one person",
        f"All reasons and parts of every worker, {ROUNDS} people, scan and Kith in turn; the ratio is the median of the pairs.\n"
        f"Aim: at most {AIM_RATIO} times the scan, and at p50 2 ms among 1,000 and 10 ms among 10,000 workers.",
        "In the lower half nobody has conditions and every worker goes far, so that most fit. A page draws lots only among those who\n"
        "reach it; a value and a lot for each of thousands who fit is what a file needs and no page does, so it has no aim there.",
        markdown_table(["workers", "what", "p50 ms", "p95 ms", "ratio", "aim"], rows),
    )
    return int(any("MISSED" in cell for row in rows for cell in row))


if __name__ == "__main__":
    raise SystemExit(main())
