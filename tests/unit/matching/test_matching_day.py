"""A matching day: its states, its seed and the lines by which each checks their own part; a proposal is nobody's asking."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.matching.v1.enums import IntroductionStep, MatchingDayState
from libs.refusals import FailedPrecondition, Invalid
from libs.rulebook import MatchingRules
from services.matching.domain import introduction as steps
from services.matching.domain import matching_day as days
from services.matching.domain.introduction import Side
from services.matching.domain.matching_day import DayEntry, DayPlan, MatchingDay
from services.matching.domain.pairing import pair

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECRET = "5e" * 32
ADA, WREN, DAY = (UUID(int=number) for number in (1, 2, 9))


def a_day(**typed: object) -> MatchingDay:
    plan = replace(DayPlan("For all who look for company.", NOW + HOUR, NOW + 2 * HOUR), **typed)  # type: ignore[arg-type]  # by name
    return days.announce(DAY, plan, SECRET, NOW, MatchingRules())


def an_entry(person: UUID, side: Side, *, number: str, recount: bool = True) -> DayEntry:
    return DayEntry(DAY, person, side, number, salt=f"salt {number}", room=1, recount=recount, joined_at=NOW)


def test_a_day_is_open_closed_run_or_called_off() -> None:
    day = a_day()
    assert day.state(NOW + HOUR - timedelta(seconds=1)) is MatchingDayState.OPEN
    assert day.state(NOW + HOUR) is MatchingDayState.CLOSED
    for over, state in ((replace(day, run_at=NOW), MatchingDayState.RUN), (replace(day, cancelled_at=NOW), MatchingDayState.CALLED_OFF)):
        assert over.state(NOW) is state
        with pytest.raises(FailedPrecondition, match="MATCHING_DAY_OVER"):
            days.require_not_over(over, NOW)
    with pytest.raises(FailedPrecondition, match="MATCHING_DAY_CLOSED"):
        days.require_open(day, NOW + HOUR)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"words": " "}, "DAY_WORDS_MISSING"),
        ({"words": "w" * 2001}, "WORDS_TOO_LONG"),
        ({"closes_at": None}, "MOMENT_MISSING"),
        ({"runs_at": None}, "MOMENT_MISSING"),
        ({"closes_at": NOW}, "MOMENT_PAST"),
        ({"closes_at": NOW + timedelta(days=91)}, "DAY_TOO_LONG"),
        ({"runs_at": NOW}, "RUNS_BEFORE_CLOSE"),
        ({"runs_at": NOW + timedelta(days=8)}, "RUNS_TOO_LATE"),
    ],
)
def test_a_plan_with_a_mistake_is_refused(typed: dict[str, object], reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_day(**typed)
    assert [problem.reason for problem in refused.value.problems] == [reason]


def test_a_co_op_may_want_no_matching_days() -> None:
    plan = DayPlan("Words", NOW + HOUR, NOW + HOUR)
    with pytest.raises(FailedPrecondition, match="NO_MATCHING_DAYS"):
        days.announce(DAY, plan, SECRET, NOW, MatchingRules(matching_days=False))


@pytest.mark.parametrize("room", [0, -1, 21])
def test_room_is_for_at_least_one_and_at_most_twenty(room: int) -> None:
    with pytest.raises(Invalid):
        days.check_room(room)


def test_ranks_name_each_once_and_nobody_who_is_not_there() -> None:
    assert days.check_ranks([[ADA], [], [WREN]], {ADA, WREN}) == [[ADA], [WREN]]
    for groups, choices, reason in (([[ADA], [ADA]], {ADA}, "RANKED_TWICE"), ([[ADA, WREN]], {ADA}, "NOT_TO_RANK")):
        with pytest.raises(Invalid) as refused:
            days.check_ranks(groups, choices)
        assert [problem.reason for problem in refused.value.problems] == [reason]


@given(st.sets(st.text("0123456789abcdef", min_size=32, max_size=32), max_size=8))
def test_the_seed_begins_with_what_was_promised_and_has_every_number_once(numbers: set[str]) -> None:
    secret, *below = days.seed_of(SECRET, numbers).split("\n")
    assert days.commitment_of(secret) == a_day().commitment
    assert (below, len(below)) == (sorted(numbers), len(numbers))


def test_a_line_is_read_as_it_was_written_and_its_hash_hides_it() -> None:
    ada, wren = an_entry(ADA, Side.PERSON, number="a"), an_entry(WREN, Side.WORKER, number="w")
    assert days.ranks_in_numbers([[WREN, ADA], [DAY]], {WREN: "w", ADA: "a"}) == [["a", "w"]], "who has no number any more is left out"
    line = days.line_of(ada, [["w"]])
    assert line == '{"id":"a","ranks":[["w"]],"wants":1}'
    result = pair("seed", [days.chooser_of(line)], [days.chooser_of(days.line_of(wren, [["a"]]))])
    assert result.pairs == (("a", "w"),)
    assert days.hash_of(line, "one salt") != days.hash_of(line, "another")


def test_a_recount_needs_the_yes_and_the_entry_of_everybody() -> None:
    used = [
        replace(entry, line=days.line_of(entry, []))
        for entry in (an_entry(ADA, Side.PERSON, number="a"), an_entry(WREN, Side.WORKER, number="w"))
    ]
    hashes = tuple(days.hash_of(entry.line, entry.salt) for entry in used)
    day = replace(a_day(), run_at=NOW, seed="s", entry_hashes=hashes)
    file = json.loads(days.recount_file(day, [*used, an_entry(DAY, Side.PERSON, number="left out", recount=False)]))
    assert (file["seed"], [one["id"] for one in (*file["persons"], *file["workers"])]) == ("s", ["a", "w"])
    for entries, of in ((used[:1], day), ([used[0], replace(used[1], recount=False)], day), (used, replace(day, run_at=None))):
        with pytest.raises(FailedPrecondition, match="NO_RECOUNT"):
            days.recount_file(of, entries)


def test_neither_has_asked_who_was_proposed_and_a_yes_may_be_taken_back() -> None:
    rules = MatchingRules()
    proposed = steps.propose(DAY, ADA, WREN, DAY, NOW, rules)
    assert not any(proposed.was_asked(side) for side in Side)
    said = steps.say_yes(proposed, Side.PERSON, IntroductionStep.INTEREST, NOW, rules)
    assert not said.was_asked(Side.WORKER), "what the one says does not show to the other"
    taken_back = steps.say_no(said, Side.PERSON, NOW)
    assert steps.say_yes(taken_back, Side.WORKER, IntroductionStep.INTEREST, NOW, rules).step is IntroductionStep.INTEREST
    assert steps.say_yes(said, Side.WORKER, IntroductionStep.INTEREST, NOW, rules).step is IntroductionStep.MEETING
