"""Agreements on space and time: every state, who signs, and when both look at it again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from kith.matching.v1.enums import AgreementState, PartnerSide
from libs.refusals import FailedPrecondition, Invalid, NotAllowed
from services.matching.domain.partner import Agreement, TypedTerms, check_terms, end, sign

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
TODAY = date(2026, 3, 3)
SECRETARY, VICAR, CHURCH = (UUID(int=number) for number in (1, 2, 3))
CO_OP, PARTNER = PartnerSide
TYPED = TypedTerms(PARTNER, "The hall", "Tuesdays", TODAY, TODAY + timedelta(days=10), TODAY + timedelta(days=5))
PROPOSED = Agreement(UUID(int=4), CHURCH, check_terms(TYPED), PARTNER, VICAR, NOW)


@pytest.mark.capability("T10")
def test_it_counts_from_the_second_signature_until_its_last_day_or_an_end() -> None:
    signed = sign(PROPOSED, CO_OP, SECRETARY, TODAY, NOW)
    last, after = TODAY + timedelta(days=10), TODAY + timedelta(days=11)
    assert [PROPOSED.state(day) for day in (TODAY, after)] == [AgreementState.PROPOSED] * 2
    assert [signed.state(day) for day in (TODAY, last, after)] == [AgreementState.SIGNED, AgreementState.SIGNED, AgreementState.OVER]
    for open_one in (PROPOSED, signed):
        ended = end(open_one, NOW)
        assert [ended.state(day) for day in (TODAY, after)] == [AgreementState.ENDED] * 2
        assert end(ended, NOW + timedelta(days=1)) == ended, "it ended when it ended"
        with pytest.raises(FailedPrecondition, match="AGREEMENT_OVER"):
            sign(ended, CO_OP, SECRETARY, TODAY, NOW)
    with pytest.raises(FailedPrecondition, match="AGREEMENT_OVER"):
        sign(PROPOSED, CO_OP, SECRETARY, after, NOW)
    without_end = replace(signed, terms=check_terms(replace(TYPED, until_day=None)))
    assert without_end.state(after) is AgreementState.SIGNED


def test_the_other_side_signs_and_another_person() -> None:
    with pytest.raises(FailedPrecondition, match="OTHER_SIDE_SIGNS"):
        sign(PROPOSED, PARTNER, SECRETARY, TODAY, NOW)
    with pytest.raises(NotAllowed, match="BOTH_SIDES"):
        sign(PROPOSED, CO_OP, VICAR, TODAY, NOW)


def test_it_is_due_for_another_look_from_that_day_on_while_it_counts() -> None:
    signed = sign(PROPOSED, CO_OP, SECRETARY, TODAY, NOW)
    due = [signed.review_is_due(TODAY + timedelta(days=days)) for days in (4, 5, 10, 11)]
    assert due == [False, True, True, False]
    assert not PROPOSED.review_is_due(TODAY + timedelta(days=5))


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY + timedelta(days=11)])
def test_both_look_at_it_again_while_it_counts(day: date) -> None:
    with pytest.raises(Invalid, match="SPACE_REVIEW_OUTSIDE"):
        check_terms(replace(TYPED, review_day=day))
