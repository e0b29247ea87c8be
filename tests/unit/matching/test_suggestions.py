"""The engine finds exactly what the plain formula finds: every reason, every point, the whole order."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.great_circle import distance_km
from services.matching.domain.ranking import Ranking, rank
from services.matching.domain.ranking_input import RankingInput, SupportedPerson, Worker
from services.matching.engine.suggestions import Suggestions
from services.matching.engine.worker_index import WorkerIndex
from tests.unit.matching.ranking_cases import ON, fitting_pairs, make_person, make_worker, members, questions, workers


def found_by_engine(question: RankingInput) -> Ranking:
    return Suggestions(WorkerIndex(question.workers), question.on, question.person, question.team).ranking()


@pytest.mark.capability("T5")
@settings(max_examples=200)
@given(questions())
def test_engine_and_formula_agree_exactly(question: RankingInput) -> None:
    assert found_by_engine(question) == rank(question)


@given(
    st.lists(fitting_pairs(), min_size=1, max_size=5), st.lists(members, max_size=3, unique_by=lambda member: member.id), st.integers(0, 6)
)
def test_they_agree_on_workers_who_fit_and_on_any_page(pairs: list[tuple[SupportedPerson, Worker]], team: list[object], limit: int) -> None:
    person = replace(pairs[0][0], must=replace(pairs[0][0].must, skills=frozenset(), languages=frozenset(), gender=None))
    fitting = tuple(
        replace(worker, id=f"w-{number}", reach_km=distance_km(person.place, worker.place) + 1, free=(*worker.free, *person.wants))
        for number, (_, worker) in enumerate(pairs)
    )
    question = RankingInput(ON, person, tuple(team), fitting)  # type: ignore[arg-type]  # lists of the strategies above
    suggestions, expected = Suggestions(WorkerIndex(fitting), ON, person, question.team), rank(question)
    assert suggestions.ranking() == expected
    assert len(expected.order) == len(fitting)
    page = suggestions.first(limit)
    assert [(line.worker, line.fit) for line in page] == [(worker, expected.workers[worker].fit) for worker in expected.order[:limit]]


@given(questions(), st.lists(workers, max_size=8), st.lists(st.sampled_from(["w0", "w1", "w2", "w3", "w4", "nobody"]), max_size=4))
def test_an_index_that_was_changed_is_as_good_as_a_new_one(question: RankingInput, changes: list[Worker], gone: list[str]) -> None:
    index, current = WorkerIndex(question.workers), {worker.id: worker for worker in question.workers}
    for worker in changes:
        index.put(worker)
        current[worker.id] = worker
    for worker_id in gone:
        index.remove(worker_id)
        current.pop(worker_id, None)
    for worker in question.workers[:2]:
        index.put(worker)
        current[worker.id] = worker
    now = replace(question, workers=tuple(current.values()))
    assert Suggestions(index, now.on, now.person, now.team).ranking() == rank(now)


def test_rows_are_used_again() -> None:
    index = WorkerIndex(make_worker(id=f"w{number}") for number in range(100))
    for number in range(5000):
        index.put(make_worker(id=f"w{number % 100}", reach_km=number % 7, never=frozenset({f"p{number}"})))
        index.remove(f"w{(number + 50) % 100}")
    assert index.size == 100
    assert sum(map(len, index.excluding.values())) == index.alive.sum()


def test_hundreds_with_equal_scores_keep_the_draw_across_the_growth_of_the_columns() -> None:
    random = Random(7)  # noqa: S311 - the same workers in every run, not a secret
    crowd = tuple(
        make_worker(
            id=f"w{number}",
            place=(51.55, -0.06 + random.randrange(3) / 50),
            languages=frozenset(random.sample(["en", "tr"], 1)),
            skills={f"skill-{number % 70}": None},
            never=frozenset({"p1"} if number % 9 == 0 else ()),
        )
        for number in range(300)
    )
    question = RankingInput(ON, make_person(wished_languages=frozenset({"tr"})), (), crowd)
    expected = rank(question)
    assert found_by_engine(question) == expected
    suggestions = Suggestions(WorkerIndex(crowd), ON, question.person, ())
    assert [line.worker for line in suggestions.first(37)] == list(expected.order[:37])


def test_nobody_in_the_index() -> None:
    suggestions = Suggestions(WorkerIndex(), ON, make_person(), ())
    assert (suggestions.ranking(), suggestions.first(20)) == (((), {}), [])


@pytest.mark.parametrize("latitude", [0.0, 51.55, -89.9999999, 90.0])
def test_whole_metres_and_reach_agree_where_rounding_decides(latitude: float) -> None:
    """Homes at distances of a whole number of metres, as exactly as floats have them, and workers who go exactly that far."""
    person = make_person(place=(latitude, 179.99999))
    crowd = []
    for number in range(200):
        metres = number * 97 if number % 2 else number * 99_991
        step = metres / 6371008.8 * 180 / 3.141592653589793
        place = (latitude - step if latitude > 0 else latitude + step, -179.99999 if number % 3 else 179.99999)
        reach = distance_km(person.place, place)
        crowd += [
            make_worker(id=f"exactly-{number}", place=place, reach_km=reach),
            make_worker(id=f"below-{number}", place=place, reach_km=max(0.0, reach - 1e-12)),
        ]
    question = RankingInput(ON, person, (), tuple(crowd))
    assert found_by_engine(question) == rank(question)


def test_a_reach_of_half_the_earth_agrees_at_the_opposite_end() -> None:
    """A straight line through the earth hardly grows there any more, so that its error is largest."""
    person, random = make_person(), Random(3)  # noqa: S311 - the same homes in every run, not a secret
    crowd = []
    for number in range(300):
        place = (
            -51.55 + random.uniform(-1, 1) / 10 ** random.randrange(1, 9),
            179.94 + random.uniform(-1, 1) / 10 ** random.randrange(2, 9),
        )
        reach = distance_km(person.place, place) - random.choice([0, 1e-9, 1e-7, 1e-6])
        crowd.append(make_worker(id=f"w{number}", place=place, reach_km=reach))
    question = RankingInput(ON, person, (), tuple(crowd))
    assert found_by_engine(question) == rank(question)
