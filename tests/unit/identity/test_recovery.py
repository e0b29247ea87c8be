"""The rules of recovery by themselves: states, the number, and waits that lock nobody out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kith.identity.v1.enums import RecoveryState
from libs.refusals import FailedPrecondition, Invalid
from services.identity.domain import recovery
from services.identity.domain.password_attempts import Failures
from services.identity.domain.recovery import RecoveryRequest

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
ADA, KIM, BO, KAY, SAM = (UUID(int=number) for number in range(1, 6))
ASKED = RecoveryRequest(UUID(int=9), ADA, NOW, NOW + recovery.LASTS, None, None)


@pytest.mark.parametrize(
    ("request_", "helpers", "after", "state"),
    [
        (ASKED, 1, timedelta(), RecoveryState.WAITING),
        (ASKED, 2, timedelta(), RecoveryState.READY),
        (ASKED, 1, recovery.LASTS, RecoveryState.OVER),
        (ASKED, 2, timedelta(hours=83), RecoveryState.READY),
        (ASKED, 2, timedelta(hours=84), RecoveryState.OVER),
        (replace(ASKED, closed_at=NOW), 2, timedelta(), RecoveryState.WAITING),
        (replace(ASKED, closed_at=NOW, used_session=UUID(int=7)), 2, timedelta(), RecoveryState.OVER),
    ],
)
def test_a_request_is_in_the_state_of_its_table(request_: RecoveryRequest, helpers: int, after: timedelta, state: RecoveryState) -> None:
    assert request_.state(dict.fromkeys([KIM, BO][:helpers], NOW + timedelta(hours=60)), NOW + after) is state


@pytest.mark.parametrize(("typed", "digits"), [("204816", "204816"), (" 204 816 ", "204816"), ("204-816", "204816")])
def test_a_number_is_read_with_what_people_put_between(typed: str, digits: str) -> None:
    assert recovery.parse_spoken_number(typed) == digits


@pytest.mark.parametrize("typed", ["", "20481", "2048167", "20481x", "\u0662\u0660\u0664\u0668\u0661\u0666", "2" * 5000])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="SPOKEN_NUMBER_MALFORMED"):
        recovery.parse_spoken_number(typed)


def test_numbers_have_six_digits_from_the_first_to_the_last() -> None:
    assert recovery.spoken_number(bytes(8)) == "000000"
    assert recovery.spoken_number((999_999).to_bytes(8)) == "999999"


def test_only_two_or_three_others_can_be_helpers() -> None:
    recovery.require_may_name(ADA, KAY, [KIM, BO])
    with pytest.raises(FailedPrecondition, match="HELPERS_ENOUGH"):
        recovery.require_may_name(ADA, SAM, [KIM, BO, KAY])


def test_whatever_others_do_nobody_waits_more_than_a_minute_to_ask() -> None:
    flood = Failures(1_000_000, NOW)
    longest = recovery.wait_to_ask(name_and_client=flood, client=flood, name=flood, anybody=flood, now=NOW)
    none = Failures(0, None)
    of_others = recovery.wait_to_ask(name_and_client=none, client=none, name=flood, anybody=flood, now=NOW)
    assert (longest, of_others) == (timedelta(seconds=60), timedelta(seconds=8))
    assert recovery.wait_of_known_browser(none, NOW) == timedelta()


def test_a_helper_who_typed_wrong_numbers_waits_and_may_go_on() -> None:
    assert recovery.wait_to_vouch(Failures(4, NOW), NOW) == timedelta()
    assert timedelta() < recovery.wait_to_vouch(Failures(5, NOW), NOW) <= timedelta(minutes=10)
    assert recovery.wait_to_vouch(Failures(1_000, NOW), NOW) == timedelta(minutes=10)
    assert recovery.wait_to_vouch(Failures(1_000, NOW), NOW + timedelta(hours=1)) == timedelta()
