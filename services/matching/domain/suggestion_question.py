"""The question of a page of suggestions: made of what people look for and offer, with nothing in it that the person may not see.

The page, and the file from which anybody recomputes it, are made from this question alone. So:

- **No home is in it.** Points need distances, not places: the person stands at 0, 0, and each worker north of them, in the middle of the
  whole kilometre in which they live. Reaches are whole kilometres, so whether somebody lives within reach stays exact.
- Of a worker's credentials only those that the person asks for are in it, without their days; of the checks before a first visit only
  whether one is missing, not which.
- A worker's tags are what they like and what they would like of others: both are in their open offer.
- Who said no to whom is not in it: the caller leaves those out whose offers the person does not find (`storage/offer_visibility.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, degrees

from libs.great_circle import EARTH_RADIUS_KM, Place, distance_km
from libs.places import MICRO
from libs.places import Place as StoredPlace
from libs.rulebook.readiness import Held, missing_credentials
from services.matching.domain.ranking_input import Conditions, RankingInput, Span, SupportedPerson, TeamMember, Worker
from services.matching.domain.support_profile import MAX_REACH_KM, GettingSupport, GivingSupport
from services.matching.domain.weekly_hours import WeeklyTime

HERE: Place = (0.0, 0.0)
A_CHECK = "a check"
_FIRST_VISIT = "visits"
_TINY_KM = 0.0001
"""Ten centimetres, so that no rounding on another machine makes half a kilometre one metre less."""


@dataclass(frozen=True)
class Supporter:
    """Somebody who offers support, or is in the team: their offer as the person may see it, if they may, and their credentials."""

    offer: GivingSupport | None
    held: Sequence[Held]


def suggestion_question(
    on: date,
    person: tuple[str, GettingSupport],
    supporters: tuple[Mapping[str, Supporter], Mapping[str, Supporter]],
    gates_by_kind: Mapping[str, Sequence[str]],
) -> RankingInput:
    """`supporters` are those with an open offer, and those in the team, by id."""
    person_id, getting = person
    workers, team = supporters
    asked = frozenset(getting.needed_skills)
    home = _degrees(getting.place)
    return RankingInput(
        on,
        SupportedPerson(
            person_id,
            HERE,
            _spans(getting.times),
            Conditions(asked, frozenset(getting.needed_languages), getting.needed_gender or None),
            frozenset(getting.wished_languages),
            frozenset(getting.wished_tags),
        ),
        tuple(TeamMember(name, _spans(one.offer.times if one.offer else ()), _counting(one.held, asked, on)) for name, one in team.items()),
        tuple(
            Worker(
                id=name,
                place=shown_place(distance_km(home, _degrees(one.offer.place))),
                reach_km=one.offer.reach_km,
                free=_spans(one.offer.times),
                minutes_left=one.offer.minutes_a_week,
                skills=dict.fromkeys(sorted(_counting(one.held, asked, on))),
                languages=frozenset(one.offer.languages),
                gender=one.offer.gender or None,
                wished_tags=frozenset(one.offer.tags) | frozenset(one.offer.wished_tags),
                missing=frozenset({A_CHECK} if missing_credentials(_FIRST_VISIT, gates_by_kind, one.held, on) else ()),
            )
            for name, one in workers.items()
            if one.offer is not None
        ),
    )


def shown_place(away_km: float) -> Place:
    """North of 0, 0, in the middle of the kilometre in which a home so far away lies; farther than anybody goes, it is always the same."""
    return round(degrees((within_km(away_km) - 0.5 + _TINY_KM) / EARTH_RADIUS_KM), 9), 0.0


def within_km(away_km: float) -> int:
    """The whole kilometres within which a home lies: 1 for a neighbour, and never more than the first that nobody goes."""
    return min(max(1, ceil(away_km)), MAX_REACH_KM + 1)


def _counting(held: Sequence[Held], asked: frozenset[str], on: date) -> frozenset[str]:
    return frozenset(one.kind for one in held if one.kind in asked and (one.expires_on is None or on <= one.expires_on))


def _degrees(place: StoredPlace | None) -> Place:
    return (place.latitude / MICRO, place.longitude / MICRO) if place else HERE


def _spans(times: Sequence[WeeklyTime]) -> tuple[Span, ...]:
    return tuple((time.begins, time.ends) for time in times)
