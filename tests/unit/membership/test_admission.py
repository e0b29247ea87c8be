"""A batch of admissions, each row alone."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.membership.domain.admission import Admission, AdmissionContext, AdmissionRequest, RejectedAdmission, decide_admissions
from services.membership.domain.member_number import as_integer, is_valid, sort_key
from services.membership.domain.membership_timeline import MembershipChange, MembershipTimeline

TODAY = date(2026, 3, 1)
ADA, BEN, CY, OLD, GONE = (UUID(int=n) for n in range(1, 6))
LEFT = MembershipTimeline(
    (MembershipChange(date(2020, 1, 1), "worker", may_vote=True), MembershipChange(date(2021, 1, 1), "", may_vote=False))
)
KNOWN = AdmissionContext(
    classes={"worker": True, "investor": False},
    persons={ADA, BEN, CY, OLD, GONE},
    erased={GONE},
    timelines={OLD: LEFT},
    numbers={OLD: "3"},
    used_numbers={sort_key("3"), sort_key("A-7")},
    applications={UUID(int=90): ADA},
    next_number=4,
)


def make_admission_request(person: UUID | str = ADA, member_class: str = "worker", **other: str) -> AdmissionRequest:
    return replace(AdmissionRequest(str(person), member_class, register_name="As Entered"), **other)


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (make_admission_request("nobody"), "person_id", "ID_MALFORMED"),
        (make_admission_request(UUID(int=77)), "person_id", "PERSON_NOT_KNOWN_YET"),
        (make_admission_request(GONE), "person_id", "PERSON_ERASED"),
        (make_admission_request(member_class="wizard"), "member_class", "CLASS_UNKNOWN"),
        (make_admission_request(number="7!"), "member_number", "NUMBER_MALFORMED"),
        (make_admission_request(number="9" * 13), "member_number", "NUMBER_MALFORMED"),
        (make_admission_request(number="003"), "member_number", "NUMBER_TAKEN"),
        (make_admission_request(number="a-07"), "member_number", "NUMBER_TAKEN"),
        (make_admission_request(admitted_on="1.3.2026"), "admitted_on", "DATE_MALFORMED"),
        (make_admission_request(admitted_on="20260301"), "admitted_on", "DATE_MALFORMED"),
        (make_admission_request(admitted_on="2026-W09-7"), "admitted_on", "DATE_MALFORMED"),
        (make_admission_request(admitted_on="2026-02-30"), "admitted_on", "DATE_MALFORMED"),
        (make_admission_request(admitted_on="2026-03-02"), "admitted_on", "DATE_IN_FUTURE"),
        (make_admission_request(register_name=" "), "register_name", "NAME_MISSING"),
        (make_admission_request(register_name="x" * 201), "register_name", "NAME_TOO_LONG"),
        (make_admission_request(register_name="a\x00b"), "register_name", "NAME_MALFORMED"),
        (make_admission_request(register_address="x" * 501), "register_address", "ADDRESS_TOO_LONG"),
        (make_admission_request(register_address="a\x00b"), "register_address", "ADDRESS_MALFORMED"),
        (make_admission_request(application="nothing"), "application_id", "APPLICATION_UNKNOWN"),
        (make_admission_request(BEN, application=str(UUID(int=90))), "application_id", "APPLICATION_UNKNOWN"),
        (make_admission_request(OLD, admitted_on="2020-06-01"), "person_id", "ALREADY_MEMBER"),
        (make_admission_request(OLD, number="5"), "member_number", "NUMBER_DIFFERS"),
    ],
)
def test_a_row_that_cannot_be_admitted_is_refused_by_its_field(row: AdmissionRequest, field: str, reason: str) -> None:
    assert decide_admissions([row], KNOWN, TODAY) == ([RejectedAdmission(field, reason)], 4)


def test_each_row_succeeds_or_fails_independently() -> None:
    decided, next_number = decide_admissions(
        [
            make_admission_request("nobody"),
            make_admission_request(ADA),
            make_admission_request(ADA),
            make_admission_request(BEN, "investor"),
        ],
        KNOWN,
        TODAY,
    )
    assert [one.number if isinstance(one, Admission) else one.reason for one in decided] == ["ID_MALFORMED", "4", "ALREADY_MEMBER", "5"]
    assert next_number == 6
    assert isinstance(decided[3], Admission)
    assert not decided[3].may_vote


def test_a_number_given_further_down_is_not_handed_out_further_up() -> None:
    decided, next_number = decide_admissions(
        [make_admission_request(ADA), make_admission_request(BEN, number="4"), make_admission_request(CY)], KNOWN, TODAY
    )
    assert [one.number for one in decided if isinstance(one, Admission)] == ["5", "4", "6"]
    assert next_number == 7


def test_who_comes_back_keeps_their_number() -> None:
    (back,), next_number = decide_admissions([make_admission_request(OLD)], KNOWN, TODAY)
    assert isinstance(back, Admission)
    assert (back.number, back.returning, next_number) == ("3", True, 4)


def test_an_address_may_have_lines() -> None:
    ((one,), _) = decide_admissions([make_admission_request(register_address="1 Example Row\r\nSampleton")], KNOWN, TODAY)
    assert isinstance(one, Admission)
    assert one.register_address == "1 Example Row\nSampleton"


@given(st.lists(st.sampled_from(["", "1", "4", "04", "5", "X-1", "x-01", "7"]), max_size=12))
def test_no_two_members_ever_share_a_number(wanted: list[str]) -> None:
    people = [UUID(int=100 + n) for n in range(len(wanted))]
    known = replace(KNOWN, persons=set(people))
    decided, next_number = decide_admissions(
        [make_admission_request(person, number=number) for person, number in zip(people, wanted, strict=True)], known, TODAY
    )
    given_out = [sort_key(one.number) for one in decided if isinstance(one, Admission)]
    assert len(given_out) == len(set(given_out))
    assert not set(given_out) & set(known.used_numbers)
    assert all(as_integer(one.number) is None or int(one.number) < next_number for one in decided if isinstance(one, Admission))
    assert all(isinstance(one, Admission) for one, number in zip(decided, wanted, strict=True) if not number)


def test_numbers_sort_as_people_sort() -> None:
    assert sorted(["10", "9", "A-2", "a-10", "1"], key=sort_key) == ["1", "9", "10", "A-2", "a-10"]
    assert not is_valid("")
    assert not is_valid("-1")
    assert is_valid("2024/17")
