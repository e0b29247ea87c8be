"""Suggestions for one person: the shared cases, each reason, each part by hand, and the draw."""

import hashlib
import json
from datetime import date, timedelta
from math import pi
from pathlib import Path
from typing import Any

import pytest

from libs.great_circle import EARTH_RADIUS_KM, distance_km
from services.matching.domain.ranking import PersonParts, Reason, WorkerParts, rank
from services.matching.domain.ranking_input import Conditions, RankingInput, TeamMember
from tests.unit.matching.ranking_cases import MON_9, ON, assess, fit_of, make_person, make_worker, read_question

CASES = json.loads((Path(__file__).parent / "vectors" / "rank.json").read_text(encoding="utf-8"))

HOUR = ((MON_9, MON_9 + 60),)


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_the_reasons_of_every_shared_case_are_exact(case: dict[str, Any]) -> None:
    found = rank(read_question(case["file"])).workers
    assert {worker: list(assessment.reasons) for worker, assessment in found.items()} == case["reasons"]
    assert all((assessment.fit is None) == bool(assessment.reasons) for assessment in found.values())


def needs(*skills: str) -> Conditions:
    return Conditions(frozenset(skills))


@pytest.mark.parametrize(
    ("reason", "person", "worker"),
    [
        (Reason.EXCLUDED, {"never": frozenset({"w1"})}, {}),
        (Reason.EXCLUDED, {}, {"never": frozenset({"p1"})}),
        (Reason.NOT_READY, {}, {"missing": frozenset({"dbs"})}),
        (Reason.SKILL_MISSING, {"must": needs("hoist")}, {}),
        (Reason.SKILL_MISSING, {"must": needs("hoist")}, {"skills": {"hoist": ON - timedelta(1)}}),
        (Reason.SKILL_MISSING, {"must": needs("hoist", "peg")}, {"skills": {"hoist": None}}),
        (Reason.LANGUAGE_MISSING, {"must": Conditions(languages=frozenset({"bsl"}))}, {"languages": frozenset({"en"})}),
        (Reason.GENDER_NOT_AS_ASKED, {"must": Conditions(gender="woman")}, {"gender": "man"}),
        (Reason.GENDER_NOT_AS_ASKED, {"must": Conditions(gender="woman")}, {"gender": None}),
        (Reason.OUT_OF_REACH, {"place": (51.6, -0.06)}, {}),
        (Reason.NO_COMMON_HOURS, {}, {"free": ((MON_9 + 60, MON_9 + 120),)}),
        (Reason.NO_COMMON_HOURS, {"wants": ()}, {}),
        (Reason.NO_MINUTES_LEFT, {}, {"minutes_left": 0}),
    ],
)
def test_each_reason_stands_alone(reason: Reason, person: dict[str, Any], worker: dict[str, Any]) -> None:
    assert assess(make_worker(), make_person()).reasons == ()
    assert assess(make_worker(**worker), make_person(**person)) == ((reason,), None)


def test_all_reasons_stand_in_their_order() -> None:
    person = make_person(must=Conditions(frozenset({"hoist"}), frozenset({"bsl"}), "woman"), never=frozenset({"w1"}), wants=())
    worker = make_worker(place=(-51.0, 100.0), minutes_left=0, missing=frozenset({"references"}), never=frozenset({"p1"}))
    assert assess(worker, person, TeamMember("w1", ())).reasons == tuple(Reason)


@pytest.mark.parametrize("last_day", [ON, ON + timedelta(1), None, date.max])
def test_evidence_counts_on_its_last_day(last_day: date | None) -> None:
    assert assess(make_worker(skills={"hoist": last_day}), make_person(must=needs("hoist"))).reasons == ()


def test_a_worker_and_a_person_may_have_the_same_id() -> None:
    assert assess(make_worker(id="p1"), make_person(id="p1")).reasons == ()


def test_a_home_exactly_at_reach_is_within_it() -> None:
    person, worker = make_person(), make_worker(place=(51.58, -0.11))
    away = distance_km(person.place, worker.place)
    assert assess(make_worker(place=worker.place, reach_km=away), person).reasons == ()
    assert assess(make_worker(place=worker.place, reach_km=away - 1e-9), person).reasons == (Reason.OUT_OF_REACH,)
    assert assess(make_worker(reach_km=0), person).reasons == ()


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [
        ((0.0, 179.5), (0.0, -179.5), pi * EARTH_RADIUS_KM / 180),
        ((90.0, 12.0), (90.0, -100.0), 0),
        ((-90.0, 0.0), (-89.0, 55.0), pi * EARTH_RADIUS_KM / 180),
        ((90.0, 0.0), (-90.0, 123.0), pi * EARTH_RADIUS_KM),
        ((51.55, -0.06), (-51.55, 179.94), pi * EARTH_RADIUS_KM),
        ((12.0, 180.0), (12.0, -180.0), 0),
        ((51.5007, -0.1246), (48.8584, 2.2945), 340.56),
    ],
)
def test_distances_need_no_care_at_poles_and_antimeridian(one: tuple[float, float], other: tuple[float, float], kilometres: float) -> None:
    assert distance_km(one, other) == pytest.approx(kilometres, abs=0.05)
    assert distance_km(other, one) == pytest.approx(kilometres, abs=0.05)


def test_the_points_of_a_perfect_neighbour() -> None:
    """One hour wanted, all of it in common, open, next door; nothing wished, so nothing missed."""
    fit = fit_of(make_worker())
    assert fit.for_person == PersonParts(times=200, gap=200 * 240 // 960, minutes=100 * 60 // 240, languages=150, tags=150, near=200)
    assert fit.for_worker == WorkerParts(times=250, gap=250 * 240 // 960, tags=200, near=300)
    assert fit.score == min(200 + 50 + 25 + 500, 250 + 62 + 500)


def test_the_points_of_an_ordinary_pair_by_hand() -> None:
    """Four hours wanted, two in common: one open, half an hour with an unskilled member, half an hour covered. About 2224 m away."""
    person = make_person(
        place=(51.55, -0.06),
        wants=((MON_9, MON_9 + 240),),
        must=needs("hoist"),
        wished_languages=frozenset({"tr", "bsl", "en"}),
        wished_tags=frozenset({"dogs", "chess"}),
    )
    worker = make_worker(
        place=(51.57, -0.06),
        free=((MON_9 + 60, MON_9 + 180), (MON_9 + 90, MON_9 + 100)),
        minutes_left=90,
        skills={"hoist": ON},
        languages=frozenset({"tr", "bsl", "cy"}),
        wished_tags=frozenset({"chess", "music", "films"}),
    )
    team = (
        TeamMember("unskilled", ((MON_9 + 60, MON_9 + 120),)),
        TeamMember("skilled", ((MON_9 + 90, MON_9 + 120),), frozenset({"hoist"})),
    )
    weight = 4 * 60 + 2 * 30 + 30
    metres = 2223
    assert fit_of(worker, person, *team) == (
        PersonParts(100, 200 * weight // (weight + 720), 100 * 90 // 270, 150 * 2 // 3, 75, 200 * 2000 // (2000 + metres)),
        WorkerParts(250 * 90 // 90, 250 * weight // (weight + 720), 200 // 3, 300 * (5000 - metres) // 5000),
    )


def test_the_smaller_sum_counts() -> None:
    likes = frozenset({"dogs", "chess", "music"})
    worse_for_worker = fit_of(make_worker(wished_tags=frozenset({"films"})))
    worse_for_person = fit_of(make_worker(), make_person(wished_tags=likes, wished_languages=frozenset({"tr"})))
    assert worse_for_worker.score == sum(worse_for_worker.for_worker) < sum(worse_for_worker.for_person)
    assert worse_for_person.score == sum(worse_for_person.for_person) < sum(worse_for_person.for_worker)


def test_equal_scores_are_ordered_by_a_draw_that_turns_with_the_day() -> None:
    workers = tuple(make_worker(id=f"w{number}") for number in range(12))

    def drawn(on: date, person: str) -> tuple[str, ...]:
        return rank(RankingInput(on, make_person(id=person), (), workers)).order

    def by_hand(on: str, person: str) -> tuple[str, ...]:
        return tuple(sorted((w.id for w in workers), key=lambda worker: hashlib.sha256(f"{on}\n{person}\n{worker}".encode()).hexdigest()))

    assert drawn(ON, "p1") == by_hand("2026-12-07", "p1")
    assert drawn(date(812, 1, 2), "zoë") == by_hand("0812-01-02", "zoë")
    assert len({drawn(ON + timedelta(days), "p1")[0] for days in range(30)}) > 6


def test_a_better_score_comes_before_any_draw() -> None:
    far, near = make_worker(id="far", place=(51.57, -0.06)), make_worker(id="near")
    for day in range(20):
        assert rank(RankingInput(ON + timedelta(day), make_person(), (), (far, near))).order == ("near", "far")


def test_nobody_asked_nobody_found() -> None:
    assert rank(RankingInput(ON, make_person(), (), ())) == ((), {})


def test_an_hour_until_midnight_ends_before_the_next_day() -> None:
    night = make_person(wants=((1380, 1440),))
    assert assess(make_worker(free=((1440, 1500),)), night).reasons == (Reason.NO_COMMON_HOURS,)
    assert fit_of(make_worker(free=((1439, 1440), (1440, 1500))), night).for_person.times == 200 // 60
    sunday = make_person(wants=((10020, 10080),))
    assert fit_of(make_worker(free=((10020, 10080),)), sunday).for_person.times == 200


def test_hours_of_a_team_that_nobody_wants_change_nothing() -> None:
    assert fit_of(make_worker(), make_person(), TeamMember("w9", ((0, MON_9), (MON_9 + 60, 10080)))) == fit_of(make_worker())
