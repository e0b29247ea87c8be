"""A referral: every path through its states, who may take each step, and what a partner is told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest

from kith.matching.v1.enums import (
    ReferralDirection,
    ReferralEntryKind,
    ReferralOutcome,
    ReferralSide,
    ReferralState,
    ReferralStep,
)
from libs.refusals import FailedPrecondition, Invalid, NotAllowed, Refusal
from libs.rulebook import PartnerRules
from services.matching.domain import referral as rules
from services.matching.domain.referral import Agreed, Referral, ReferralEntry, ReferralWords, Sending
from services.matching.domain.referral_notices import notices_after

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
TODAY = date(2026, 3, 3)
NURSE, SECRETARY, MOSS, VICAR, SURGERY = (UUID(int=number) for number in range(1, 6))
IN, OUT = ReferralDirection
WORDS = ReferralWords("Mr Moss", "Elm Row 3", "Would like company.")
SENT, PUT, ACCEPTED, DECLINED, REFUSED, WITHDRAWN, CLOSED = ReferralState
NO = None
TABLE: dict[ReferralDirection, dict[ReferralState, tuple[ReferralState | None, ...]]] = {
    # put, accept, decline, refuse, withdraw, close
    IN: {
        SENT: (PUT, NO, DECLINED, NO, WITHDRAWN, NO),
        PUT: (NO, ACCEPTED, DECLINED, REFUSED, WITHDRAWN, NO),
        ACCEPTED: (NO, NO, NO, REFUSED, NO, CLOSED),
    },
    OUT: {
        SENT: (NO, ACCEPTED, DECLINED, REFUSED, NO, NO),
        ACCEPTED: (NO, NO, NO, REFUSED, NO, CLOSED),
    },
}
"""By direction, state and step, written down once more: the state that follows, or None where the step is refused. No step leads on from
an end."""


def a_referral(direction: ReferralDirection) -> Referral:
    sending = Sending(uuid4(), SURGERY, NURSE if direction is IN else MOSS, NOW, TODAY, PartnerRules(answer_days=3))
    if direction is IN:
        return rules.refer_in(sending, WORDS, Agreed("He said so.", TODAY))
    return rules.refer_out(sending, WORDS, MOSS)


def take(referral: Referral, step: ReferralStep) -> Referral:
    side = rules.rule_of(referral, step).side
    by = {ReferralSide.CO_OP: SECRETARY, ReferralSide.PARTNER: VICAR, ReferralSide.PERSON: MOSS}[side]
    if step is ReferralStep.DECLINE:
        return rules.decline(referral, "We have no room.", by, NOW)
    if step is ReferralStep.CLOSE:
        return rules.close(referral, ReferralOutcome.HELPED, "They meet.", by, NOW)
    taken = rules.take_step(referral, step, by, NOW)
    return replace(taken, person=MOSS) if step is ReferralStep.PUT else taken


@pytest.mark.capability("T10")
@pytest.mark.parametrize("direction", ReferralDirection)
def test_every_path_of_four_steps_is_what_the_table_says(direction: ReferralDirection) -> None:
    """The timeline has each step, and a partner is told the same whether the person said no or the co-op."""
    cells = set()
    for path in product(ReferralStep, repeat=4):
        referral = a_referral(direction)
        entries = [ReferralEntry(uuid4(), referral.id, ReferralEntryKind.SENT, referral.sent_by, NOW)]
        for step in path:
            following = TABLE[direction].get(referral.state, (NO,) * len(ReferralStep))[list(ReferralStep).index(step)]
            cells.add((referral.state, step))
            if following is None:
                with pytest.raises(FailedPrecondition, match="REFERRAL_MOVED_ON"):
                    take(referral, step)
                break
            referral = take(referral, step)
            assert referral.state is following
            assert (referral.closed_at is None) is (following in TABLE[direction])
            entries.append(ReferralEntry(uuid4(), referral.id, ReferralEntryKind(following), SECRETARY, NOW))
        assert_tells_no_more(referral, entries)
    assert len(cells) == len(ReferralStep) * len(
        {SENT, ACCEPTED, DECLINED, REFUSED, CLOSED} | ({PUT, WITHDRAWN} if direction is IN else set())
    )


def assert_tells_no_more(referral: Referral, entries: list[ReferralEntry]) -> None:
    seen, told = rules.as_partner_sees(referral), rules.entries_as_partner_sees(referral, entries)
    assert seen.person is None
    if referral.direction is OUT:
        assert (seen.state, [entry.kind for entry in told]) == (referral.state, [entry.kind for entry in entries])
        assert (seen.sent_by, told[0].said_by) == (None, None), "whether they wrote it themselves is theirs"
        read = ("", "", "") if referral.state is REFUSED else (WORDS.who, WORDS.reach, WORDS.words)
        assert (seen.who, seen.reach, seen.words) == read, "what they took back is not read any more"
        return
    assert seen.state in (SENT, ACCEPTED, DECLINED, WITHDRAWN)
    assert (seen.reason, seen.outcome, seen.outcome_words) == ("", None, "")
    assert {entry.kind for entry in told} <= {
        ReferralEntryKind.SENT, ReferralEntryKind.ACCEPTED, ReferralEntryKind.DECLINED, ReferralEntryKind.WITHDRAWN,
    }  # fmt: skip
    assert told[-1].kind == seen.state.value, "the timeline ends as the referral shows"
    allowed = rules.as_partner_sees(replace(referral, tells_outcome=True))
    assert (allowed.reason, allowed.outcome) == (referral.reason, referral.outcome)


def test_a_no_of_the_person_before_it_was_taken_on_looks_like_one_of_the_co_op() -> None:
    put = take(a_referral(IN), ReferralStep.PUT)
    declined, refused = take(put, ReferralStep.DECLINE), take(put, ReferralStep.REFUSE)
    assert rules.as_partner_sees(declined) == rules.as_partner_sees(refused)
    told = rules.tell(put, outcome=True)
    refused_after = take(told, ReferralStep.REFUSE)
    assert rules.as_partner_sees(refused_after) == rules.as_partner_sees(refused), "nor by the reason that it has not"
    assert rules.as_partner_sees(rules.tell(refused_after, outcome=True)) == rules.as_partner_sees(refused)
    assert rules.as_partner_sees(told) == replace(rules.as_partner_sees(put), tells_outcome=True)
    taken_on = take(rules.tell(put, outcome=True), ReferralStep.ACCEPT)
    assert take(taken_on, ReferralStep.REFUSE).tells_outcome, "it was taken on: that is told, and changes no more"
    taken_on = take(put, ReferralStep.ACCEPT)
    over = take(taken_on, ReferralStep.REFUSE)
    assert rules.as_partner_sees(over).state is rules.as_partner_sees(taken_on).state is ACCEPTED
    assert [side for side, _ in notices_after(over, ReferralEntryKind.REFUSED)] == [ReferralSide.CO_OP], "and nobody tells the partner"
    assert ReferralSide.PARTNER in [side for side, _ in notices_after(refused, ReferralEntryKind.REFUSED)]


def test_nobody_answers_for_both_sides() -> None:
    put = take(a_referral(IN), ReferralStep.PUT)
    for one in (NURSE, MOSS):
        for step in (ReferralStep.ACCEPT, ReferralStep.DECLINE):
            assert step not in rules.open_steps(put, ReferralSide.CO_OP, one)
            with pytest.raises(NotAllowed, match="BOTH_SIDES"):
                rules.take_step(put, step, one, NOW)
    assert rules.open_steps(put, ReferralSide.CO_OP, SECRETARY) == [ReferralStep.ACCEPT, ReferralStep.DECLINE]
    assert rules.open_steps(put, ReferralSide.CO_OP, SECRETARY, is_both=True) == []
    with pytest.raises(NotAllowed, match="BOTH_SIDES"):
        rules.require_may_take(put, ReferralStep.DECLINE, SECRETARY, is_both=True)
    with pytest.raises(FailedPrecondition, match="REFERRAL_MOVED_ON"):
        rules.require_may_take(put, ReferralStep.CLOSE, SECRETARY, is_both=True)
    rules.require_may_take(a_referral(IN), ReferralStep.PUT, SECRETARY, is_both=True)
    assert rules.open_steps(put, ReferralSide.PERSON, MOSS) == [ReferralStep.REFUSE]
    assert rules.open_steps(put, ReferralSide.PARTNER, NURSE) == [ReferralStep.WITHDRAW]


def test_an_answer_is_due_after_the_days_of_the_rulebook() -> None:
    sent = a_referral(IN)
    assert not sent.is_overdue(NOW + timedelta(days=3) - timedelta(seconds=1))
    assert sent.is_overdue(NOW + timedelta(days=3))
    assert not take(sent, ReferralStep.DECLINE).is_overdue(NOW + timedelta(days=30))


@pytest.mark.parametrize(
    ("who", "agreed", "reason"),
    [
        (" ", Agreed("Here", TODAY), "REFERRAL_WHO_MISSING"),
        ("m" * 121, Agreed("Here", TODAY), "WORDS_TOO_LONG"),
        ("Mr Moss", Agreed("", TODAY), "REFERRAL_AGREED_MISSING"),
        ("Mr Moss", Agreed("Here", None), "DATE_MALFORMED"),
        ("Mr Moss", Agreed("Here", TODAY + timedelta(days=1)), "REFERRAL_AGREED_LATER"),
    ],
)
def test_nobody_is_referred_without_a_name_and_their_agreement(who: str, agreed: Agreed, reason: str) -> None:
    sending = Sending(uuid4(), SURGERY, NURSE, NOW, TODAY, PartnerRules())
    with pytest.raises(Invalid, match=reason):
        rules.refer_in(sending, replace(WORDS, who=who), agreed)


def test_the_partner_that_was_asked_is_told_all_and_the_person_allows_nothing() -> None:
    with pytest.raises(Refusal, match="REFERRAL_MOVED_ON"):
        rules.tell(a_referral(OUT), outcome=True)
