"""Makes questions for a ranking: by hand with sensible defaults, and at random with many workers who fit."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from libs.great_circle import distance_km
from scripts.cli.rank_file import read_ranking_input
from scripts.cli.strict_json import JsonNode
from services.matching.domain.ranking import Assessment, Fit, rank
from services.matching.domain.ranking_input import Conditions, RankingInput, Span, SupportedPerson, TeamMember, Worker

ON = date(2026, 12, 7)
MON_9 = 9 * 60
"""Monday 9:00 as a minute of the week."""


def make_person(**fields: Any) -> SupportedPerson:
    return replace(SupportedPerson(id="p1", place=(51.55, -0.06), wants=((MON_9, MON_9 + 60),)), **fields)


def make_worker(**fields: Any) -> Worker:
    """Somebody next door who can do anything the person of `make_person` asks for."""
    free = ((MON_9, MON_9 + 60),)
    return replace(Worker(id="w1", place=(51.55, -0.06), reach_km=5, free=free, minutes_left=600, skills={}), **fields)


def read_question(content: Any) -> RankingInput:
    """As `kith rank` reads a file with this content."""
    return read_ranking_input(JsonNode.parse(json.dumps(content), parse_float=float))


def assess(worker: Worker, person: SupportedPerson | None = None, *team: TeamMember) -> Assessment:
    return rank(RankingInput(ON, person or make_person(), team, (worker,))).workers[worker.id]


def fit_of(worker: Worker, person: SupportedPerson | None = None, *team: TeamMember) -> Fit:
    found = assess(worker, person, *team)
    assert found.fit is not None, found.reasons
    return found.fit


SKILLS, LANGUAGES, TAGS = ("hoist", "peg"), ("en", "tr", "bsl"), ("dogs", "chess", "music")

_begins = st.sampled_from([0, 1, MON_9, MON_9 + 1, MON_9 + 30, MON_9 + 61, 1380, 1440, 1441, 2820, 10020]) | st.integers(0, 10079)
_lengths = st.sampled_from([1, 2, 29, 60, 61, 240, 1440]) | st.integers(1, 1440)


def _span(begins: int, length: int) -> Span:
    """Within one day, as in a file."""
    return begins, min(begins + length, begins - begins % 1440 + 1440)


spans = st.lists(st.builds(_span, _begins, _lengths), max_size=4).map(tuple)
near_places = st.tuples(st.floats(51.5, 51.6), st.floats(-0.1, 0.0))
odd_places = st.sampled_from(
    [(90.0, 0.0), (90.0, 77.0), (-90.0, -180.0), (0.0, 180.0), (0.0, -180.0), (0.0, 179.9999), (0.0, 0.0), (0.0, -0.0), (-51.55, 179.94)]
)
places = st.one_of(near_places, near_places, odd_places, st.tuples(st.floats(-90, 90), st.floats(-180, 180)))


def _subset(words: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(words))


_rarely = st.sampled_from([frozenset[str](), frozenset[str](), frozenset[str](), None])
_ids = st.sampled_from(["w0", "w1", "w2", "w3", "w4", "w5", "é\n", " "])
_last_days = st.sampled_from([None, None, ON, ON + timedelta(1), ON - timedelta(1), date.min, date.max])
people = st.builds(
    SupportedPerson,
    id=st.sampled_from(["p1", "p2", "w1"]),
    place=places,
    wants=spans,
    must=st.builds(
        Conditions,
        _rarely.flatmap(lambda none: _subset(SKILLS) if none is None else st.just(none)),
        _rarely.flatmap(lambda none: _subset(LANGUAGES) if none is None else st.just(none)),
        st.sampled_from([None, None, None, "woman"]),
    ),
    wished_languages=_subset(LANGUAGES),
    wished_tags=_subset(TAGS),
    never=st.frozensets(_ids, max_size=1),
)
members = st.builds(TeamMember, _ids, spans, _subset(SKILLS))
workers = st.builds(
    Worker,
    id=_ids,
    place=places,
    reach_km=st.sampled_from([0, 3, 7.5, 30000, 30000, 2**53 - 1]) | st.floats(0, 20100),
    free=spans,
    minutes_left=st.sampled_from([0, 1, 60, 600, 2**53 - 1]),
    skills=st.dictionaries(st.sampled_from(SKILLS), _last_days),
    languages=_subset(LANGUAGES),
    gender=st.sampled_from([None, "woman", "man"]),
    wished_tags=_subset(TAGS),
    never=st.frozensets(st.sampled_from(["p1", "p9"]), max_size=1),
    missing=_rarely.map(lambda none: frozenset({"dbs"}) if none is None else none),
)


@st.composite
def questions(draw: st.DrawFn) -> RankingInput:
    """Any question; some workers live exactly as far away as they go, and many are free when the person wants."""
    person = draw(people)
    team = draw(st.lists(members, max_size=2, unique_by=lambda member: member.id))
    found = []
    for worker in draw(st.lists(workers, max_size=4, unique_by=lambda worker: worker.id)):
        reach = distance_km(person.place, worker.place) if draw(st.integers(0, 3)) == 0 else worker.reach_km
        free = worker.free + person.wants[: draw(st.integers(0, 3))]
        found.append(replace(worker, reach_km=reach, free=free))
    return RankingInput(ON, person, tuple(team), tuple(found))


@st.composite
def fitting_pairs(draw: st.DrawFn) -> tuple[SupportedPerson, Worker]:
    """A person and a worker without a reason against them."""
    person = draw(people.filter(lambda person: person.wants))
    worker = draw(workers)
    return replace(person, never=frozenset()), replace(
        worker,
        id="w",
        reach_km=draw(st.floats(0, 100)) + distance_km(person.place, worker.place),
        free=(*worker.free, draw(st.sampled_from(person.wants))),
        minutes_left=max(1, worker.minutes_left),
        skills=dict.fromkeys(person.must.skills),
        languages=worker.languages | person.must.languages,
        gender=person.must.gender or worker.gender,
        never=frozenset(),
        missing=frozenset(),
    )
