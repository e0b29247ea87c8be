"""A pay period: each visit by the terms of its day, sums that always equal, files that come to the same, and what keeps it open."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.scheduling.v1.enums import NotSettledReason, TermsState
from libs.refusals import Conflict, FailedPrecondition, Invalid
from libs.rulebook import PayFloor
from scripts.cli.settle_file import read_settlement
from scripts.cli.strict_json import JsonNode
from services.scheduling.domain import settlement
from services.scheduling.domain.due_visits import MoneyTerms, due_visits, find_terms
from services.scheduling.domain.engagement import EngagementTerms
from services.scheduling.domain.funding import FundingLine, FundingPlan
from services.scheduling.domain.open_statement import OpenStatement, PayPeriod, open_statement
from services.scheduling.domain.pay_period import (
    InvoiceNumbers,
    PartTerms,
    RulesInForce,
    SettledVisit,
    SharedWith,
    VisitTerms,
    WorkedVisit,
    check_floor,
    fingerprint,
    invoice_numbers,
    invoices_of,
    pay_by_worker,
    require_days,
    require_unchanged,
    settle_visit,
    usual_days,
)
from services.scheduling.domain.settle_file import settle_files
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.terms import agreed_on, answer

LONDON = ZoneInfo("Europe/London")
ADA, WREN, ROBIN, COUNCIL, HEALTH = (UUID(int=number) for number in range(1, 6))
START = datetime(2026, 12, 7, 9, tzinfo=UTC)
TERMS = VisitTerms("7/40", "3/40", Engagement.EMPLOYED, 1500, 1260, 1221, ((COUNCIL, "1/2"), (HEALTH, "3/10"), (ADA, "1/5")))

KINDS, SHARES = st.sampled_from(Engagement), st.sampled_from(["7/40", "0"])


def a_visit(number: int = 1, minutes: int = 70, worker: UUID = WREN, starts: datetime = START, **more: int | bool) -> WorkedVisit:
    beside = {"travel": 0, "waiting": 0} | more
    ids = (UUID(int=number << 8), UUID(int=number << 16), UUID(int=number << 24))
    return WorkedVisit(*ids, ADA, worker, starts, starts + timedelta(minutes=minutes), **beside)  # type: ignore[arg-type]  # a bool of `paid`


def engaged(worker: UUID, kind: Engagement, rate: int, wage: int, first_day: date, answered: int = 1) -> EngagementTerms:
    state, at = TermsState.AGREED, datetime(2026, 1, answered, tzinfo=UTC)
    return EngagementTerms(UUID(int=99), worker, kind, rate, wage, first_day, None, state, ADA, at, ADA, at)


def planned(first_day: date, last_day: date | None = None, state: TermsState = TermsState.AGREED) -> FundingPlan:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return FundingPlan(UUID(int=98), ADA, first_day, last_day, state, WREN, at, ADA, at, (FundingLine(COUNCIL, "1/1"),))


def rules(since: datetime, adds: str | None = "7/40") -> RulesInForce:
    floors = (PayFloor(date(2025, 4, 1), 1221), PayFloor(date(2026, 12, 8), 1300))
    payer_adds, worker_gives = (Fraction(adds), Fraction("3/40")) if adds else (None, None)
    return RulesInForce(since, "a" * 64, payer_adds, worker_gives, below_floor_with_reason=False, fewest_in_line=5, pay_floors=floors)


def money(*adopted: RulesInForce) -> MoneyTerms:
    return MoneyTerms(
        LONDON,
        adopted or (rules(START - timedelta(days=30)),),
        {WREN: [engaged(WREN, Engagement.EMPLOYED, 1500, 1260, date(2026, 1, 1))]},
        {ADA: [planned(date(2026, 1, 1))]},
    )


@pytest.mark.capability("S8")
def test_travel_and_waiting_are_paid_and_no_payer_owes_them() -> None:
    settled = settle_visit(a_visit(travel=12, waiting=5), TERMS)
    # 1500 x 70/60 x 1.175 = 2056.25; wages for 70 and for 87 minutes.
    assert (settled.price, settled.care_pay, settled.travel_pay) == (2056, 1470, 357)
    assert settled.charges == (1028, 617, 411)
    alone = settle_visit(a_visit(), TERMS)
    assert (alone.price, alone.pay) == (2056, 1470)


@pytest.mark.capability("S11")
@given(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 60), KINDS, st.integers(1, 9999), st.booleans(), SHARES), max_size=8))
def test_sums_always_equal_and_the_files_come_to_the_same_penny(drawn: Sequence[tuple[int, int, Engagement, int, bool, str]]) -> None:
    settled = []
    for number, (minutes, travel, kind, rate, taken_back, adds) in enumerate(drawn, start=1):
        pence = 0 if kind is Engagement.VOLUNTEER else rate
        terms = replace(TERMS, payer_adds=adds, works_as=kind, rate=pence, wage=1260 if kind is Engagement.EMPLOYED else 0)
        settled.append(settle_visit(a_visit(number, minutes, travel=travel), terms, taken_back=taken_back))
    pay, price = pay_by_worker(settled), sum(each.price for each in settled)
    assert sum(draft.pence * (-1 if draft.is_credit_note else 1) for draft in invoices_of(settled)) == price
    payers, workers, co_op = Counter[str](), Counter[str](), 0
    for file in settle_files("week", settled):
        week = read_settlement(JsonNode.parse(file.content.decode()))
        result, sign = settlement.settle(week.payer_adds, week.worker_gives, week.workers, week.visits), -1 if file.taken_back else 1
        for payer, owed in result.payers.items():
            payers[payer] += sign * owed.pence
        for worker, earned in result.workers.items():
            workers[worker.partition("#")[0]] += sign * earned.pence
        co_op += sign * result.co_op
    assert sum(payers.values()) == price
    assert workers == {str(worker): total.pence for worker, total in pay.items()}
    assert co_op == price - sum(total.pence for total in pay.values())


@pytest.mark.capability("T9")
@given(st.integers(1, 600), st.integers(0, 5000), st.integers(1, 60), st.integers(1, 60), st.sampled_from(["1/2", "1/3", "5/7"]))
def test_each_part_of_a_shared_visit_is_the_same_whoever_pays_the_other(
    minutes: int, rate: int, person_part: int, sharer_part: int, share: str
) -> None:
    shares = [str(part) for part in SharedWith(ROBIN, person_part, sharer_part).shares]
    rest = str(1 - Fraction(share))
    parts = (
        PartTerms(ADA, shares[0], ((COUNCIL, share), (ADA, rest))),
        PartTerms(ROBIN, shares[1], ((COUNCIL, rest), (ROBIN, share))),
    )
    shared = replace(a_visit(minutes=minutes), shared=SharedWith(ROBIN, person_part, sharer_part))
    terms = replace(TERMS, works_as=Engagement.SELF_EMPLOYED, wage=0, rate=rate, payers=(), parts=parts)
    settled, alone = settle_visit(shared, terms), settle_visit(shared, replace(terms, payers=((ADA, "1/1"),), parts=()))
    assert (settled.price, settled.pay) == (alone.price, alone.pay), "the worker's pay is counted once"
    assert settled.persons == (ADA, ADA, ROBIN, ROBIN)
    # What each sees of it, their own part alone, comes to the same pence in a file of its own.
    for number, part in enumerate(parts):
        own = replace(settled, terms=replace(terms, parts=(part,)), charges=settled.charges[2 * number : 2 * number + 2])
        [file] = settle_files("own", [own])
        week = read_settlement(JsonNode.parse(file.content.decode()))
        result = settlement.settle(week.payer_adds, week.worker_gives, week.workers, week.visits)
        owed = [result.payers[str(payer)].pence for payer, _ in part.payers]
        assert owed == list(own.charges)
        exact = Fraction(part.share) * settled.price
        assert abs(sum(owed) - exact) < 1


def test_a_workers_file_has_no_payer_and_other_terms_are_another_entry() -> None:
    visits = [settle_visit(a_visit(1), TERMS), settle_visit(a_visit(2), replace(TERMS, wage=1300)), settle_visit(a_visit(3), TERMS)]
    [file] = settle_files("pay", visits, without_payers=True)
    content = json.loads(file.content)
    assert [worker["id"] for worker in content["workers"]] == [str(WREN), f"{WREN}#2"]
    assert {payers[0][0] for payers in (visit["payers"] for visit in content["visits"])} == {"payers"}


@pytest.mark.capability("S8")
def test_a_rulebook_that_changes_within_a_period_holds_from_its_moment() -> None:
    change = START + timedelta(hours=3)
    terms = money(rules(START - timedelta(days=30)), rules(change, "1/10"))
    before, after = a_visit(1, starts=change - timedelta(minutes=1)), a_visit(2, starts=change)
    due = due_visits(terms, [before, after], {})
    assert [each.terms.payer_adds for each in due.settled] == ["7/40", "1/10"]
    assert len(settle_files("period", due.settled)) == 2
    floors = [find_terms(money(), a_visit(starts=START + timedelta(days=days))) for days in (0, 1)]
    assert [each.floor_an_hour for each in floors if isinstance(each, VisitTerms)] == [1221, 1300]


@pytest.mark.capability("S11")
@pytest.mark.parametrize(
    ("visit", "missing"),
    [
        (a_visit(starts=START - timedelta(days=60)), NotSettledReason.NO_RULES),
        (a_visit(starts=START + timedelta(days=30)), NotSettledReason.NO_RULES),
        (a_visit(worker=ROBIN), NotSettledReason.NO_ENGAGEMENT),
        (replace(a_visit(), person=ROBIN), NotSettledReason.NO_FUNDING),
    ],
)
def test_what_lacks_terms_is_left_out_and_says_what_is_missing(visit: WorkedVisit, missing: NotSettledReason) -> None:
    due = due_visits(money(rules(START - timedelta(days=30)), rules(START + timedelta(days=20), None)), [visit], {})
    assert ([each.reason for each in due.lacking], list(due.settled)) == ([missing], [])


def test_who_comes_as_a_volunteer_costs_nothing_whatever_they_are_elsewhere() -> None:
    [settled] = due_visits(money(), [replace(a_visit(), paid=False, person=ROBIN)], {}).settled
    assert (settled.price, settled.pay, settled.terms.works_as) == (0, 0, Engagement.VOLUNTEER)


@pytest.mark.capability("S11")
def test_a_corrected_visit_is_taken_back_and_settled_by_the_terms_it_had() -> None:
    before = settle_visit(a_visit(), TERMS)
    corrected = replace(a_visit(minutes=60), entry=UUID(int=7))
    due = due_visits(money(), [corrected], {corrected.record: before})
    assert [(each.taken_back, each.price) for each in due.settled] == [(True, -2056), (False, 1763)]
    assert due.settled[1].terms == TERMS, "not by what was agreed since"
    assert {(draft.is_credit_note, draft.payer) for draft in invoices_of(due.settled)} == {
        (back, payer) for back in (False, True) for payer in (COUNCIL, HEALTH, ADA)
    }


def test_of_two_agreed_terms_the_later_first_day_counts_and_then_the_later_yes() -> None:
    old, new = planned(date(2026, 1, 1)), planned(date(2026, 6, 1), date(2026, 6, 30))
    waiting = planned(date(2026, 6, 15), state=TermsState.PROPOSED)
    assert agreed_on(date(2026, 6, 20), [old, new, waiting]) is new
    assert agreed_on(date(2026, 7, 1), [old, new, waiting]) is old
    assert agreed_on(date(2025, 12, 31), [old, new]) is None
    first, second = (engaged(WREN, Engagement.EMPLOYED, 1500, wage, date(2026, 1, 1), day) for wage, day in ((1260, 1), (1300, 2)))
    assert agreed_on(date(2026, 2, 1), [second, first]) is second
    with pytest.raises(FailedPrecondition, match="TERMS_ANSWERED"):
        answer(TermsState.WITHDRAWN, agrees=True)


@pytest.mark.capability("S8")
@pytest.mark.parametrize(("wage", "floor", "is_below"), [(1221, 1221, True), (1222, 1221, False), (1260, 1300, True)])
def test_the_floor_counts_every_minute_and_what_rounding_takes(wage: int, floor: int, is_below: bool) -> None:  # noqa: FBT001 - a table's column
    """Three visits of 61 minutes with the way: at the floor itself, rounding takes a penny from each."""
    visits = [settle_visit(a_visit(number, 61, travel=2), replace(TERMS, wage=wage, floor_an_hour=floor)) for number in (1, 2, 3)]
    pay = pay_by_worker(visits)[WREN]
    assert pay.floor_pence == -(-3 * 63 * floor // 60)
    assert pay.is_below_floor is is_below
    if not is_below:
        assert check_floor({WREN: pay}, {}, with_reason=False) == {}
        return
    with pytest.raises(FailedPrecondition, match="PAY_BELOW_FLOOR"):
        check_floor({WREN: pay}, {WREN: "why"}, with_reason=False)
    with pytest.raises(Invalid):
        check_floor({WREN: pay}, {WREN: "  "}, with_reason=True)
    assert check_floor({WREN: pay}, {WREN: " why "}, with_reason=True) == {WREN: "why"}


@pytest.mark.capability("S8")
def test_a_corrected_visit_has_its_own_floor() -> None:
    """What is taken back was paid above the floor, so that the difference alone is less than the floor of the minutes it is about."""
    terms = replace(TERMS, wage=1300, floor_an_hour=1221)
    shorter = [settle_visit(a_visit(1, 60), terms, taken_back=True), settle_visit(a_visit(1, 30), terms)]
    pay = pay_by_worker(shorter)[WREN]
    assert (pay.pence, pay.is_below_floor, pay.floor_pence) == (-650, False, 611 - 1300)
    assert not pay_by_worker(shorter[:1])[WREN].is_below_floor
    low = settle_visit(a_visit(2, 30), replace(terms, wage=1000))
    longer = pay_by_worker([low, settle_visit(a_visit(1, 600), replace(terms, floor_an_hour=2600), taken_back=True)])[WREN]
    assert longer.is_below_floor, "nothing that is taken back makes up for it"
    assert longer.pence < longer.floor_pence


def test_who_is_self_employed_has_no_floor() -> None:
    terms = replace(TERMS, works_as=Engagement.SELF_EMPLOYED, rate=100, wage=0)
    for taken_back in (False, True):
        pay = pay_by_worker([settle_visit(a_visit(), terms, taken_back=taken_back)])[WREN]
        assert (pay.is_below_floor, pay.floor_pence) == (False, 0)


def test_a_period_follows_the_last_one_and_is_over() -> None:
    today, monday, sunday = date(2026, 12, 14), date(2026, 12, 7), date(2026, 12, 13)
    assert require_days(monday, sunday, None, today) == (monday, sunday)
    assert require_days(monday, sunday, monday - timedelta(days=1), today) == (monday, sunday)
    for first, last, closed, reason in (
        (monday, today, None, "PERIOD_NOT_OVER"),
        (monday, sunday, monday, "PERIOD_NOT_NEXT"),
        (monday, sunday, monday - timedelta(days=2), "PERIOD_NOT_NEXT"),
    ):
        with pytest.raises(FailedPrecondition, match=reason):
            require_days(first, last, closed, today)
    wrong: list[tuple[date | None, date | None]] = [(sunday, monday), (date(2026, 1, 1), sunday), (None, sunday), (monday, None)]
    for begin, end in wrong:
        with pytest.raises(Invalid):
            require_days(begin, end, None, today)


def test_the_usual_days_go_on_where_the_last_period_ended() -> None:
    today = date(2026, 12, 14)
    assert usual_days(None, today) == (date(2026, 11, 16), date(2026, 12, 13))
    assert usual_days(date(2026, 12, 6), today) == (date(2026, 12, 7), date(2026, 12, 13))
    assert usual_days(date(2026, 1, 31), today) == (date(2026, 2, 1), date(2026, 5, 11)), "no longer than a period may be"
    with pytest.raises(FailedPrecondition, match="PERIODS_UP_TO_DATE"):
        usual_days(date(2026, 12, 13), today)


def test_what_was_shown_is_what_is_closed() -> None:
    shown = [settle_visit(a_visit(1), TERMS), settle_visit(a_visit(2), TERMS)]
    require_unchanged(shown[::-1], fingerprint(shown))
    changed: list[list[SettledVisit]] = [shown[:1], [shown[0], settle_visit(a_visit(2, travel=1), TERMS)]]
    for settled in changed:
        with pytest.raises(Conflict, match="PERIOD_CHANGED"):
            require_unchanged(settled, fingerprint(shown))


@pytest.mark.capability("S8")
def test_the_open_statement_shows_no_line_with_too_few_people() -> None:
    day = date(2026, 12, 7)
    period = PayPeriod(
        UUID(int=1), day, day, START, ADA, 5, 40, persons=9, workers=6, travellers=5, price=1000, care_pay=800, travel_pay=50
    )
    assert open_statement(period) == OpenStatement(1000, 800, 50, 150)
    assert open_statement(replace(period, travellers=4)) == OpenStatement(1000, 850, None, 150), "no difference gives it away"
    assert open_statement(replace(period, workers=4)) is None
    assert open_statement(replace(period, persons=4)) is None
    assert open_statement(replace(period, price=700)) == OpenStatement(700, 800, 50, -150)


def test_invoices_go_on_after_the_last_and_in_a_new_series_after_an_older_copy() -> None:
    assert invoice_numbers(0, 1) == InvoiceNumbers(0, 1)
    assert invoice_numbers(7, 1) == InvoiceNumbers(7, 8)
    assert not invoice_numbers(7, 1).begins_series
    assert (invoice_numbers(7, 2), invoice_numbers(7, 2).begins_series) == (InvoiceNumbers(7, 1_000_001), True)
    assert not invoice_numbers(1_000_001, 2).begins_series
    assert invoice_numbers(1_000_004, 3).next == 2_000_001
