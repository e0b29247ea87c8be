"""What a page of suggestions is made from has nothing of a worker that the person may not see, and decides as the whole truth would."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.matching.v1.enums import WorksAs
from libs.great_circle import distance_km, whole_metres
from libs.places import Place
from services.matching.domain.ranking import Reason, rank
from services.matching.domain.ranking_file import ranking_file
from services.matching.domain.ranking_input import RankingInput
from services.matching.domain.suggestion_question import HERE, Supporter, shown_place, suggestion_question, within_km
from services.matching.domain.support_profile import MAX_REACH_KM, GettingSupport, GivingSupport
from services.matching.domain.weekly_hours import WeeklyTime

DAY = date(2026, 12, 7)
MONDAY_MORNING = (WeeklyTime(9 * 60, 12 * 60),)
GATES = {"dbs": ("visits",), "hoist": ()}
ADA = GettingSupport("ZZ11AA", Place(51_500_000, -100_000), MONDAY_MORNING, ("hoist",), (), "", ("tr",), ("dogs",), open=True)
WREN = GivingSupport(
    "ZZ12AA", Place(51_510_000, -90_000), 5, MONDAY_MORNING, 600, ("en", "tr"), "woman", ("dogs",), ("tea",),
    WorksAs.EMPLOYED, 0, "", open=True,
)  # fmt: skip


@dataclass(frozen=True)
class Held:
    kind: str
    expires_on: date | None = None


READY = (Held("dbs", date(2027, 1, 1)), Held("hoist", DAY))


def question(offer: GivingSupport = WREN, held: Sequence[Held] = READY, team: dict[str, Supporter] | None = None) -> RankingInput:
    return suggestion_question(DAY, ("ada", ADA), ({"wren": Supporter(offer, held)}, team or {}), GATES)


def reasons(offer: GivingSupport = WREN, held: Sequence[Held] = READY) -> tuple[Reason, ...]:
    return rank(question(offer, held)).workers["wren"].reasons


@given(st.floats(0, 20_015), st.integers(1, MAX_REACH_KM))
def test_whether_a_home_is_within_reach_stays_exact_and_its_way_is_half_a_kilometre_off_at_most(away: float, reach: int) -> None:
    shown = distance_km(HERE, shown_place(away))
    assert (shown > reach) == (away > reach)
    if away <= MAX_REACH_KM:
        assert abs(shown - away) < 0.501
        assert within_km(away) - 1 <= away <= within_km(away) or away == 0


@pytest.mark.parametrize(
    ("away", "metres"), [(0, 500), (0.2, 500), (1, 500), (1.001, 1500), (200, 199_500), (201, 200_500), (20_000, 200_500)]
)
def test_homes_in_the_same_kilometre_are_shown_at_the_same_place(away: float, metres: int) -> None:
    assert whole_metres(distance_km(HERE, shown_place(away))) == metres


@pytest.mark.capability("T5")
def test_the_file_has_no_home_no_day_of_a_credential_and_no_name_of_a_missing_check() -> None:
    offer = replace(WREN, words="Call me on 01632 960001.")
    # Her own check is out of date, and her first aid was never asked for.
    file = ranking_file(question(offer, (Held("dbs", date(2026, 12, 6)), Held("hoist", DAY), Held("first_aid", date(2029, 5, 5)))))
    [worker] = file["workers"]
    assert (worker["skills"], worker["missing"]) == ({"hoist": None}, ["a check"])
    assert (file["person"]["place"], worker["place"][1]) == ([0, 0], 0)
    written = str(file)
    for hidden in ("51.5", "dbs", "first_aid", "2029", "2027", "ZZ1", "01632"):
        assert hidden not in written


def test_conditions_are_those_of_the_profiles() -> None:
    assert reasons() == ()
    assert reasons(held=(Held("hoist"),)) == (Reason.NOT_READY,)
    assert reasons(held=(Held("dbs"), Held("hoist", date(2026, 12, 6)))) == (Reason.SKILL_MISSING,)
    assert reasons(replace(WREN, place=Place(51_600_000, -100_000), minutes_a_week=0)) == (Reason.OUT_OF_REACH, Reason.NO_MINUTES_LEFT)
    assert reasons(replace(WREN, times=(WeeklyTime(0, 60),))) == (Reason.NO_COMMON_HOURS,)


def test_the_team_covers_what_its_members_openly_offer() -> None:
    alone = rank(question()).workers["wren"].fit
    covered = rank(question(team={"fern": Supporter(WREN, READY)})).workers["wren"].fit
    hidden = rank(question(team={"fern": Supporter(None, READY)})).workers["wren"].fit
    assert alone is not None
    assert covered is not None
    assert covered.for_person.gap < alone.for_person.gap
    assert hidden == alone
    assert rank(question(team={"wren": Supporter(None, ())})).workers["wren"].reasons == (Reason.ON_TEAM,)
