"""Which entry about a decision counts, and who may decide."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.identity.v1.enums import ConsentAnswer, ConsentBasis, ConsentDecision, ConsentState, Explanation, WithdrawalCause
from libs.refusals import FailedPrecondition, Invalid
from services.identity.domain.capacity import Ability, CapacityEntry, CapacityWords, check_capacity, relied_on
from services.identity.domain.consent import (
    ConsentEntry,
    ConsentTerms,
    ConsentWords,
    check_terms,
    end_of,
    last_day,
    require_correctable,
    spans,
    standing,
    topic_of,
)

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
PERSON = UUID(int=1)
TODAY = date(2026, 11, 28)


def an_entry(number: int = 1, **values: object) -> ConsentEntry:
    """A yes to the key safe, from its recording on, `number` hours after the start."""
    at = START + timedelta(hours=number)
    fields: dict[str, object] = {
        "id": UUID(int=number + 100), "person": PERSON, "topic": "key_safe", "decision": ConsentDecision.KEY_SAFE,
        "basis": ConsentBasis.OWN,
        "answer": ConsentAnswer.YES, "explained": (Explanation.SPOKEN,), "starts_at": at, "ends_at": None, "review_on": None,
        "decided_by": PERSON, "capacity": None, "cause": None, "corrects": None, "recorded_by": str(PERSON), "recorded_at": at,
    }  # fmt: skip
    return ConsentEntry(**(fields | values))  # type: ignore[arg-type]  # the values of a test


def a_withdrawal(number: int) -> ConsentEntry:
    return an_entry(number, answer=None, basis=None, cause=WithdrawalCause.PERSON)


def terms(**values: object) -> ConsentTerms:
    fields: dict[str, object] = {
        "decision": ConsentDecision.KEY_SAFE, "answer": ConsentAnswer.YES, "explained": (Explanation.SPOKEN,), "words": ConsentWords(),
        "from_day": None, "until_day": None, "review_on": None,
    }  # fmt: skip
    return ConsentTerms(**(fields | values))  # type: ignore[arg-type]  # the values of a test


def is_permitted_by_reading(entries: list[ConsentEntry], at: datetime) -> bool:
    """The rule read plainly from the entries: of those that have begun and were not wrong, the last recorded counts."""
    wrong = [entry.corrects for entry in entries if entry.corrects]
    begun = [entry for entry in entries if entry.starts_at <= at and entry.id not in wrong]
    if not begun or begun[-1].answer not in {ConsentAnswer.YES, ConsentAnswer.CONDITIONS}:
        return False
    return begun[-1].ends_at is None or at < begun[-1].ends_at


@st.composite
def histories(draw: st.DrawFn) -> list[ConsentEntry]:
    entries: list[ConsentEntry] = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        if draw(st.integers(0, 3)) == 0:
            entries.append(a_withdrawal(number))
            continue
        starts = START + timedelta(hours=draw(st.integers(0, 14)))
        ends = starts + timedelta(hours=draw(st.integers(1, 6))) if draw(st.booleans()) else None
        corrects = draw(st.sampled_from(entries)).id if entries and draw(st.integers(0, 3)) == 0 else None
        entries.append(
            an_entry(number, starts_at=starts, ends_at=ends, answer=draw(st.sampled_from(list(ConsentAnswer))), corrects=corrects)
        )
    return entries


@pytest.mark.capability("L4")
@settings(max_examples=150, deadline=None)
@given(histories())
def test_at_every_moment_the_spans_say_what_a_plain_reading_of_the_entries_says(entries: list[ConsentEntry]) -> None:
    for half_hours in range(-2, 50):
        at = START + timedelta(minutes=30 * half_hours)
        permitting = [span for span in spans(entries) if span.valid_from <= at and (span.valid_until is None or at < span.valid_until)]
        assert bool(permitting) is is_permitted_by_reading(entries, at)
        assert len(permitting) <= 1
        recorded = [entry for entry in entries if entry.recorded_at <= at]
        in_force = [entry for entry in recorded if standing(entry, recorded, at).state is ConsentState.IN_FORCE]
        assert bool(in_force) is is_permitted_by_reading(recorded, at)


def test_the_later_of_two_consents_counts_from_its_day() -> None:
    first, second = an_entry(1), an_entry(2, starts_at=START + timedelta(days=3))
    [one, two] = spans([first, second])
    assert (one.valid_until, two.valid_from, two.valid_until) == (second.starts_at, second.starts_at, None)


def test_a_withdrawal_also_ends_what_was_to_begin_later() -> None:
    planned = an_entry(1, starts_at=START + timedelta(days=3))
    assert standing(planned, [planned], START + timedelta(hours=2)).state is ConsentState.PLANNED
    entries = [planned, a_withdrawal(2)]
    assert not [span for span in spans(entries) if span.valid_until is None]
    assert standing(planned, entries, START + timedelta(days=4)).state is ConsentState.WITHDRAWN


def test_each_decision_in_own_words_is_one_of_its_own() -> None:
    assert topic_of(ConsentDecision.OTHER, UUID(int=1)) != topic_of(ConsentDecision.OTHER, UUID(int=2))
    assert topic_of(ConsentDecision.PHOTO, UUID(int=1)) == topic_of(ConsentDecision.PHOTO, UUID(int=2))


def test_only_the_entry_that_counts_is_corrected_so_that_no_correction_undoes_a_withdrawal() -> None:
    first = an_entry(1)
    assert require_correctable(first, [first], ConsentDecision.KEY_SAFE) == first
    for wrong, entries, reason in (
        (first, [first, a_withdrawal(2)], "CONSENT_REPLACED"),
        (first, [first, an_entry(2, corrects=first.id)], "CONSENT_REPLACED"),
        (a_withdrawal(2), [first, a_withdrawal(2)], "CONSENT_UNKNOWN"),
        (None, [first], "CONSENT_UNKNOWN"),
    ):
        with pytest.raises(FailedPrecondition, match=reason):
            require_correctable(wrong, entries, ConsentDecision.KEY_SAFE)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"decision": ConsentDecision.OTHER}, "ABOUT_MISSING"),
        ({"answer": ConsentAnswer.CONDITIONS}, "WORDS_MISSING"),
        ({"explained": ()}, "EXPLANATION_MISSING"),
        ({"words": ConsentWords(words="x" * 2001)}, "WORDS_TOO_LONG"),
        ({"from_day": TODAY, "until_day": TODAY - timedelta(days=1)}, "UNTIL_BEFORE_FROM"),
        ({"from_day": TODAY - timedelta(days=9), "until_day": TODAY - timedelta(days=1)}, "UNTIL_PAST"),
        ({"review_on": TODAY - timedelta(days=1)}, "REVIEW_BEFORE_FROM"),
    ],
)
def test_bad_terms_are_refused(values: dict[str, object], reason: str) -> None:
    check_terms(terms(until_day=TODAY), TODAY)
    with pytest.raises(Invalid, match=reason):
        check_terms(terms(**values), TODAY)


def capacity_words(*, weighs: bool = False, **values: object) -> CapacityWords:
    fields: dict[str, object] = dict.fromkeys(("understand", "retain", "communicate"), Ability(able=True, support="with pictures"))
    fields |= {
        "about": "",
        "assessed_by": "Dr Example",
        "weigh": Ability(able=weighs, support="twice, in the morning"),
        "because": "dementia",
    }
    return CapacityWords(**(fields | values))  # type: ignore[arg-type]  # the values of a test


@pytest.mark.parametrize(
    ("words", "until", "reason"),
    [
        (capacity_words(because=""), TODAY, "BECAUSE_MISSING"),
        (capacity_words(), None, "UNTIL_MISSING"),
        (capacity_words(), TODAY - timedelta(days=1), "UNTIL_PAST"),
        (capacity_words(), TODAY + timedelta(days=400), "UNTIL_TOO_LATE"),
        (capacity_words(retain=Ability(able=True, support="")), TODAY, "SUPPORT_MISSING"),
        (capacity_words(assessed_by=""), TODAY, "ASSESSOR_MISSING"),
    ],
)
def test_a_lack_of_capacity_is_for_one_reason_and_a_limited_time(words: CapacityWords, until: date | None, reason: str) -> None:
    assert check_capacity(ConsentDecision.KEY_SAFE, capacity_words(weighs=True, because=""), TODAY, None, TODAY) == TODAY
    with pytest.raises(Invalid, match=reason):
        check_capacity(ConsentDecision.KEY_SAFE, words, TODAY, until, TODAY)


def test_capacity_is_presumed_again_after_the_last_day_and_after_a_later_record() -> None:
    until = TODAY + timedelta(days=9)
    lack = CapacityEntry(
        UUID(int=1),
        PERSON,
        ConsentDecision.KEY_SAFE,
        can_decide=False,
        assessed_on=TODAY,
        until_day=until,
        recorded_by="",
        recorded_at=START,
    )
    later = replace(lack, id=UUID(int=2), can_decide=True, until_day=None, recorded_at=START + timedelta(hours=1))
    other = replace(later, decision=ConsentDecision.PHOTO)
    assert relied_on(lack, [lack, other], TODAY)
    assert not relied_on(lack, [lack, later], TODAY)
    assert not relied_on(lack, [lack], TODAY + timedelta(days=10))


def test_a_last_day_is_of_the_zone_also_when_the_clocks_change() -> None:
    zone = ZoneInfo("Europe/London")
    for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 31)):
        assert last_day(end_of(day, zone), zone) == day
