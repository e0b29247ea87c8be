"""Concerns between two of a team: every path of what the two, who is beside them, and the days can do."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.matching.v1.enums import ConcernStep
from libs.refusals import Conflict, FailedPrecondition, Invalid
from libs.rulebook import ConcernRules
from services.matching.domain import concern as rules
from services.matching.domain.concern import BETWEEN_TWO, NEXT, OVER, Concern, Move
from tests.support.concern_diagram import PAGE, with_diagram

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
LATER = TODAY + timedelta(days=30)
RULES, ZONE = ConcernRules(), ZoneInfo("Europe/London")
TEAM, ADA, WREN, LINK, OTHER = (UUID(int=number) for number in range(1, 6))


def raised(*, facilitated: bool = False) -> Concern:
    return rules.raise_concern(UUID(int=9), TEAM, ADA, WREN, ADA, NOW, RULES, facilitated=facilitated)


Attempt = Callable[[], Concern]


def attempts(concern: Concern) -> Iterator[tuple[str, UUID | None, Attempt]]:
    """Everything that can be tried: what, by whom, and the trying."""
    yield "cover", None, partial(rules.end_covered, concern, NOW)
    if concern.step is ConcernStep.AGREED:
        yield "day", None, partial(rules.look_back, concern, NOW, RULES)
    else:
        yield "time", None, partial(rules.close_over_time, concern, NOW)
    for one in (ADA, WREN):
        yield "beside", one, partial(rules.ask_for_somebody, concern, NOW, RULES)
        yield "aside", one, partial(rules.set_aside, concern, one, NOW)
        yield "part", one, partial(rules.part, concern, one, NOW, RULES)
        yield "propose", one, partial(rules.propose_repair, concern, one, "Ring before nine", LATER, TODAY)
        yield "yes", one, partial(rules.agree_repair, concern, one, concern.version, NOW, ZONE)
        yield "well", one, partial(rules.answer_look_back, concern, one, NOW, RULES, well=True)
        yield "not well", one, partial(rules.answer_look_back, concern, one, NOW, RULES, well=False)
        for named in (LINK, OTHER):
            yield "name", one, partial(rules.name_facilitator, concern, one, named)
    for named in (LINK, OTHER):
        yield "accept", named, partial(rules.accept_facilitation, concern, named, NOW)
        yield "stop", named, partial(rules.end_facilitation, concern, named)


def test_it_waits_for_whose_turn_it_is_and_never_for_who_is_not_asked() -> None:
    def turns(concern: Concern) -> set[UUID]:
        return {one for one in (ADA, WREN, LINK, OTHER) if rules.waits_for(concern, one)}

    proposed = rules.propose_repair(raised(), WREN, "Ring before nine", LATER, TODAY)
    agreed = rules.agree_repair(proposed, ADA, 1, NOW, ZONE)
    looking = rules.look_back(agreed, NOW, RULES)
    together = raised(facilitated=True)
    one_named = rules.name_facilitator(together, ADA, LINK)
    differ = rules.name_facilitator(one_named, WREN, OTHER)
    asked = rules.name_facilitator(one_named, WREN, LINK)
    beside = rules.accept_facilitation(asked, LINK, NOW)
    by_link = rules.propose_repair(beside, LINK, "Ring before nine", LATER, TODAY)
    steps = (raised(), proposed, agreed, looking, rules.answer_look_back(looking, ADA, NOW, RULES, well=True))
    assert [turns(step) for step in steps] == [{ADA}, {ADA}, set(), {ADA, WREN}, {WREN}]
    beside_them = (together, one_named, differ, asked, beside, by_link)
    assert [turns(step) for step in beside_them] == [{ADA, WREN}, {WREN}, {ADA, WREN}, {LINK}, set(), {ADA, WREN}]
    assert not any(turns(step) for step in (rules.set_aside(asked, ADA, NOW), rules.part(asked, WREN, NOW, RULES)))


@pytest.mark.capability("T11")
def test_every_path_keeps_what_both_were_promised() -> None:
    """All that can be reached from both beginnings, walked until nothing new is found; versions of proposals counted up to two."""
    seen: set[Concern] = set()
    waiting = [raised(), raised(facilitated=True)]
    moves: set[tuple[ConcernStep, ConcernStep]] = set()
    while waiting:
        before = waiting.pop()
        if before in seen or before.version > 2:
            continue
        seen.add(before)
        assert (before.due is None) is (before.step in OVER), "every step but the ends has a day on which it is due"
        if before.facilitator is not None:
            assert before.first_named == before.second_named == before.facilitator, "nobody is asked whom not both have named"
        can = set()
        for what, by, attempt in attempts(before):
            try:
                after = attempt()
            except FailedPrecondition:
                continue
            can.add((what, by))
            check_move(before, after, what, by)
            if after.step is not before.step:
                moves.add((before.step, after.step))
            waiting.append(after)
        if before.step in BETWEEN_TWO:
            assert {("aside", ADA), ("aside", WREN), ("part", ADA), ("part", WREN)} <= can, "nobody can be held in it"
        if before.step in OVER:
            assert {what for what, _ in can} == {"part"}, "what is over stays over; who leaves a team changes nothing of it"
    assert moves == {(step, following) for step, moves_of in NEXT.items() for following in moves_of.values()}
    assert {concern.step for concern in seen} == set(ConcernStep)


def check_move(before: Concern, after: Concern, what: str, by: UUID | None) -> None:
    if after.step is not before.step:
        assert after.step in NEXT[before.step].values()
        assert after.overdue_told_at is None
    if after.step is ConcernStep.AGREED and before.step is not ConcernStep.AGREED:
        assert what == "yes"
        assert by is not None
        assert before.said_yes(after.other(by)), "agreed by both, never by one"
        assert after.version == before.version, "on the same words"
    if what == "propose" and by is not None:
        assert not after.said_yes(after.other(by)), "a yes is for the words that were there"
    if after.facilitates_since is not None and before.facilitates_since is None:
        assert (what, by) == ("accept", before.facilitator)
    if after.step is ConcernStep.REPAIRED and before.step is not ConcernStep.REPAIRED:
        assert before.words, "both had agreed on something"
        assert what in {"well", "time"}
        if what == "well":
            assert by is not None
            assert before.well_for(after.other(by)) is True
    if after.step not in BETWEEN_TWO:
        assert after.facilitator is None, "nobody is beside two who have nothing more to say"
        assert bool(after.words) is (after.step is ConcernStep.REPAIRED)


@pytest.mark.capability("T11")
def test_both_are_asked_once_on_the_day_that_they_chose() -> None:
    agreed = rules.agree_repair(rules.propose_repair(raised(), ADA, "Ring first", LATER, TODAY), WREN, 1, NOW, ZONE)
    assert agreed.due == datetime(LATER.year, LATER.month, LATER.day, tzinfo=ZONE)
    asked = rules.look_back(agreed, agreed.due, RULES)
    assert (asked.step, asked.due) == (ConcernStep.LOOK_BACK, agreed.due + timedelta(days=RULES.answer_days))
    again = rules.answer_look_back(asked, ADA, NOW, RULES, well=False)
    assert (again.step, again.first_yes, again.second_yes, again.words) == (ConcernStep.FACILITATED, False, False, "Ring first")
    late = rules.agree_repair(rules.propose_repair(raised(), ADA, "Ring first", LATER, TODAY), WREN, 1, NOW + timedelta(days=60), ZONE)
    assert late.due == NOW + timedelta(days=60), "a yes after the day is looked back on at once"


def test_the_two_are_one_in_both_directions_and_never_one_person() -> None:
    other_way = rules.raise_concern(UUID(int=9), TEAM, ADA, ADA, WREN, NOW, RULES, facilitated=False)
    assert replace(other_way, raised_by=WREN) == raised()
    with pytest.raises(Invalid, match="SAME_PERSON"):
        rules.raise_concern(UUID(int=9), TEAM, ADA, ADA, ADA, NOW, RULES, facilitated=False)


def test_wrong_words_days_and_versions_are_named() -> None:
    for words, day, reason in (
        ("", LATER, "WORDS_MISSING"),
        ("Ring first", None, "DATE_MALFORMED"),
        ("Ring first", TODAY, "DAY_PAST"),
        ("Ring first", TODAY + timedelta(days=367), "LOOK_BACK_TOO_FAR"),
    ):
        with pytest.raises(Invalid, match=reason):
            rules.propose_repair(raised(), ADA, words, day, TODAY)
    with pytest.raises(FailedPrecondition, match="REPAIR_NOT_PROPOSED"):
        rules.agree_repair(raised(), ADA, 0, NOW, ZONE)
    twice = rules.propose_repair(rules.propose_repair(raised(), ADA, "One", LATER, TODAY), ADA, "Two", LATER, TODAY)
    with pytest.raises(Conflict, match="VERSION_STALE"):
        rules.agree_repair(twice, WREN, 1, NOW, ZONE)
    for named in (ADA, WREN):
        with pytest.raises(Invalid, match="FACILITATOR_ON_A_SIDE"):
            rules.name_facilitator(raised(facilitated=True), ADA, named)
    with pytest.raises(FailedPrecondition, match="CONCERN_STEP_PASSED"):
        rules.name_facilitator(raised(), ADA, LINK)


def test_who_names_somebody_else_takes_their_yes_back() -> None:
    both = rules.name_facilitator(rules.name_facilitator(raised(facilitated=True), ADA, LINK), WREN, LINK)
    beside = rules.accept_facilitation(both, LINK, NOW)
    assert rules.accept_facilitation(beside, LINK, NOW + timedelta(days=1)) == beside
    assert rules.name_facilitator(beside, ADA, LINK) == beside
    changed = rules.name_facilitator(beside, ADA, OTHER)
    assert (changed.facilitator, changed.facilitates_since) == (None, None)
    with pytest.raises(FailedPrecondition, match="FACILITATION_NOT_ASKED"):
        rules.accept_facilitation(changed, LINK, NOW)


@pytest.mark.capability("T11")
def test_the_table_at_the_head_of_the_file_is_the_table_that_runs() -> None:
    lines = [line for line in (rules.__doc__ or "").splitlines() if line.startswith("|")]
    names = [cell.strip() for cell in lines[0].strip("|").split("|")][1:]
    assert names == [move.value for move in Move]
    for line in lines[2:]:
        step, *following = (cell.strip() for cell in line.strip("|").split("|"))
        moves = NEXT[ConcernStep(step)]
        assert following == [moves[move].value if move in moves else "-" for move in Move]


def test_the_diagram_in_the_documentation_is_that_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_diagram(page), "python -m tests.support.concern_diagram writes it"
    assert page.count("-->") == sum(map(len, NEXT.values())) + 2 + len(OVER)
