"""What must hold of every ranking, whatever its formula: design properties, and the reasons counted a second time in another way."""

import hashlib
from dataclasses import replace
from math import atan2, cos, hypot, radians, sin
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from libs.great_circle import EARTH_RADIUS_KM, Place
from services.matching.domain.ranking import MOST_FOR_PERSON, MOST_FOR_WORKER, Ranking, rank
from services.matching.domain.ranking_input import RankingInput, Span, SupportedPerson, TeamMember, Worker
from tests.unit.matching.ranking_cases import LANGUAGES, ON, TAGS, fit_of, fitting_pairs, members, places, questions

teams = st.lists(members, max_size=3, unique_by=lambda member: member.id)
Pair = tuple[SupportedPerson, Worker]


def minutes(spans: tuple[Span, ...]) -> set[int]:
    return {minute for begins, ends in spans for minute in range(begins, ends)}


@pytest.mark.capability("T5")
@given(questions())
def test_parts_sum_to_the_score_of_each_side_and_the_smaller_is_the_score(question: RankingInput) -> None:
    found = rank(question)
    for assessment in found.workers.values():
        assert (assessment.fit is None) == bool(assessment.reasons)
        if assessment.fit is not None:
            for parts, most in ((assessment.fit.for_person, MOST_FOR_PERSON), (assessment.fit.for_worker, MOST_FOR_WORKER)):
                assert all(type(points) is int and 0 <= points <= highest for points, highest in zip(parts, most, strict=True))
            assert 0 <= assessment.fit.score == min(sum(assessment.fit.for_person), sum(assessment.fit.for_worker)) <= 1000
    assert sum(MOST_FOR_PERSON) == sum(MOST_FOR_WORKER) == 1000


@pytest.mark.capability("T5")
@given(questions())
def test_the_order_has_each_fitting_worker_once_by_score_then_draw(question: RankingInput) -> None:
    found = rank(question)
    keys = []
    for worker in found.order:
        fit = found.workers[worker].fit
        assert fit is not None
        keys.append((-fit.score, hashlib.sha256("\n".join([str(question.on), question.person.id, worker]).encode()).hexdigest()))
    assert keys == sorted(keys)
    assert sorted(found.order) == sorted(worker for worker, assessment in found.workers.items() if assessment.fit is not None)


@pytest.mark.capability("T5")
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_never_matters(question: RankingInput, random: Random) -> None:
    def shuffled(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """In another order, one twice, one cut in two."""
        pieces = [*spans, *spans[:1]]
        if spans and spans[-1][1] - spans[-1][0] > 1:
            begins, ends = spans[-1]
            cut = random.randrange(begins + 1, ends)
            pieces = [*spans[:-1], (begins, cut), (cut, ends), (begins, cut)]
        return tuple(random.sample(pieces, len(pieces)))

    team = [replace(member, free=shuffled(member.free)) for member in question.team]
    workers = [
        replace(worker, free=shuffled(worker.free), skills=dict(reversed(list(worker.skills.items())))) for worker in question.workers
    ]
    other = RankingInput(
        question.on,
        replace(question.person, wants=shuffled(question.person.wants)),
        tuple(random.sample(team, len(team))),
        tuple(random.sample(workers, len(workers))),
    )
    assert rank(other) == rank(question)


@given(fitting_pairs(), teams, st.integers(0, 10079))
def test_one_more_common_minute_never_lowers_a_score(pair: Pair, team: list[TeamMember], start: int) -> None:
    person, worker = pair
    before = fit_of(worker, person, *team)
    missed = sorted(minutes(person.wants) - minutes(worker.free))
    if missed:
        minute = missed[start % len(missed)]
        wider = replace(worker, free=(*worker.free, (minute, minute + 1)))
        assert fit_of(wider, person, *team).score >= before.score
    unwanted = sorted(minutes(worker.free) - minutes(person.wants))
    if unwanted:
        minute = unwanted[start % len(unwanted)]
        wanting = replace(person, wants=(*person.wants, (minute, minute + 1)))
        assert fit_of(worker, wanting, *team).score >= before.score
    neither = sorted(set(range(10080)) - minutes(person.wants) - minutes(worker.free))
    if neither:
        minute = neither[start % len(neither)]
        both = replace(person, wants=(*person.wants, (minute, minute + 1))), replace(worker, free=(*worker.free, (minute, minute + 1)))
        assert fit_of(both[1], both[0], *team).score >= before.score


@given(fitting_pairs(), teams, st.sampled_from(TAGS))
def test_one_more_common_tag_never_lowers_a_score(pair: Pair, team: list[TeamMember], tag: str) -> None:
    person, worker = pair
    before = fit_of(worker, person, *team).score
    wishing, liking = replace(person, wished_tags=person.wished_tags | {tag}), replace(worker, wished_tags=worker.wished_tags | {tag})
    if tag in person.wished_tags:
        assert fit_of(liking, person, *team).score >= before
    if tag in worker.wished_tags:
        assert fit_of(worker, wishing, *team).score >= before
    if tag not in person.wished_tags | worker.wished_tags:
        assert fit_of(liking, wishing, *team).score >= before


@given(fitting_pairs(), teams, st.sampled_from(LANGUAGES))
def test_one_more_wished_language_never_lowers_a_score(pair: Pair, team: list[TeamMember], language: str) -> None:
    person, worker = pair
    before = fit_of(worker, person, *team).score
    wishing = replace(person, wished_languages=person.wished_languages | {language})
    speaking = replace(worker, languages=worker.languages | {language})
    if language in person.wished_languages:
        assert fit_of(speaking, person, *team).score >= before
    if language in worker.languages:
        assert fit_of(worker, wishing, *team).score >= before
    if language not in person.wished_languages | worker.languages:
        assert fit_of(speaking, wishing, *team).score >= before


def arc(one: Place, other: Place) -> float:
    """Kilometres by another formula, with vectors, as good at the ends of the earth as next door."""
    (a, b), (c, d) = [(radians(latitude), radians(longitude)) for latitude, longitude in (one, other)]
    across = hypot(cos(c) * sin(d - b), cos(a) * sin(c) - sin(a) * cos(c) * cos(d - b))
    return EARTH_RADIUS_KM * atan2(across, sin(a) * sin(c) + cos(a) * cos(c) * cos(d - b))


@given(fitting_pairs(), teams, places)
def test_a_nearer_home_never_lowers_a_score(pair: Pair, team: list[TeamMember], home: Place) -> None:
    person, worker = pair
    now, then = arc(person.place, worker.place), arc(person.place, home)
    assume(abs(now - then) > 1e-6)
    nearer, farther = (home, worker.place) if then < now else (worker.place, home)
    worker = replace(worker, reach_km=max(now, then) + 1)
    assert fit_of(replace(worker, place=nearer), person, *team).score >= fit_of(replace(worker, place=farther), person, *team).score


@given(fitting_pairs(), teams)
def test_hours_that_the_team_covers_count_less(pair: Pair, team: list[TeamMember]) -> None:
    person, worker = pair
    alone, joined = fit_of(worker, person), fit_of(worker, person, *team)
    covering = fit_of(worker, person, *team, TeamMember("covers all", person.wants, person.must.skills))
    assert alone.score >= joined.score >= covering.score
    assert alone.score > covering.score
    if person.must.skills:
        without_skill = fit_of(worker, person, TeamMember("covers all", person.wants))
        assert alone.score >= without_skill.score >= covering.score
        # Of a minute or two, rounding leaves nothing between all and nothing.
        if len(minutes(person.wants) & minutes(worker.free)) >= 30:
            assert alone.score > without_skill.score > covering.score


@given(st.integers(1, 600), st.integers(601, 1200))
def test_of_two_alike_the_one_whose_hours_the_team_lacks_comes_first(length: int, begins: int) -> None:
    person = SupportedPerson("p", (51.5, 0.0), ((0, length), (begins, begins + length)))
    lacking = Worker("lacking", person.place, 5, ((0, length),), 600, {})
    covered = replace(lacking, id="covered", free=((begins, begins + length),))
    team = (TeamMember("w9", ((begins, begins + length),)),)
    assert rank(RankingInput(ON, person, team, (covered, lacking))).order == ("lacking", "covered")


@given(questions())
def test_the_reasons_are_those_of_a_second_count(question: RankingInput) -> None:
    person, found = question.person, rank(question)
    for worker in question.workers:
        away = arc(person.place, worker.place)
        assume(abs(away - worker.reach_km) > 1e-6)
        valid = {skill for skill, last_day in worker.skills.items() if last_day is None or last_day >= question.on}
        expected = {
            "ON_TEAM": worker.id in [member.id for member in question.team],
            "EXCLUDED": worker.id in person.never or person.id in worker.never,
            "NOT_READY": worker.missing,
            "SKILL_MISSING": person.must.skills - valid,
            "LANGUAGE_MISSING": person.must.languages - worker.languages,
            "GENDER_NOT_AS_ASKED": person.must.gender and person.must.gender != worker.gender,
            "OUT_OF_REACH": away > worker.reach_km,
            "NO_COMMON_HOURS": not minutes(person.wants) & minutes(worker.free),
            "NO_MINUTES_LEFT": worker.minutes_left < 1,
        }
        assert list(found.workers[worker.id].reasons) == [reason for reason, applies in expected.items() if applies]


@given(questions())
def test_one_worker_does_not_change_what_is_found_for_another(question: RankingInput) -> None:
    together = rank(question)
    alone: Ranking = Ranking((), {})
    for worker in question.workers:
        alone.workers.update(rank(replace(question, workers=(worker,))).workers)
    assert together.workers == alone.workers
