"""Refusals survive the conversion to gRPC status and back."""

import grpc
import pytest
from grpc.aio import AioRpcError, Metadata

from libs.refusals import KINDS, FailedPrecondition, FieldProblem, Invalid, Refusal, TooMany, Unavailable, invalid
from libs.rpc import refusal_status


def round_trip(refusal: Refusal) -> Refusal | refusal_status.InternalServerError:
    trailer = Metadata((refusal_status.DETAILS, refusal_status.status_details_of(refusal)))
    return refusal_status.refusal_of(AioRpcError(refusal_status.status_code_of(refusal), Metadata(), trailer, refusal.reason))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_comes_back_with_its_reason_problems_and_details(kind: type[Refusal]) -> None:
    sent = kind("BALLOT_CLOSED", FieldProblem("choice", "CHOICE_MISSING"), FieldProblem("title", "TITLE_MISSING"), closed_at="2026-03-01")
    got = round_trip(sent)
    assert type(got) is kind
    assert (got.reason, got.problems, got.details) == (sent.reason, sent.problems, {"closed_at": "2026-03-01"})


def test_every_kind_has_a_status_of_its_own() -> None:
    assert len({refusal_status.status_code_of(kind("X")) for kind in KINDS}) == len(KINDS) == len(refusal_status.CODES)


def test_a_refusal_without_fields_carries_none() -> None:
    got = round_trip(FailedPrecondition("ROLL_EMPTY"))
    assert isinstance(got, FailedPrecondition)
    assert got.problems == ()


def test_a_refusal_of_one_field_names_it_twice() -> None:
    refusal = invalid("choice", "CHOICE_UNKNOWN", known="for")
    assert (refusal.reason, refusal.problems) == ("CHOICE_UNKNOWN", (FieldProblem("choice", "CHOICE_UNKNOWN"),))


def test_a_thousand_problems_fit_the_trailer() -> None:
    got = round_trip(Invalid("RULEBOOK_HAS_MISTAKES", *(FieldProblem(f"line {n}", "x" * 9000) for n in range(1000))))
    assert isinstance(got, Invalid)
    assert len(got.problems) == refusal_status.MAX_PROBLEMS
    assert len(refusal_status.status_details_of(Invalid("X", *got.problems))) < refusal_status.MAX_DETAILS_BYTES


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        (grpc.StatusCode.UNAVAILABLE, Unavailable, "SERVICE_AWAY"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, Unavailable, "TOOK_TOO_LONG"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, TooMany, "MESSAGE_TOO_LARGE"),
        (grpc.StatusCode.UNIMPLEMENTED, Unavailable, "SERVICE_AWAY"),
    ],
)
def test_grpcs_own_errors_become_the_nearest_refusal(code: grpc.StatusCode, kind: type[Refusal], reason: str) -> None:
    got = refusal_status.refusal_of(AioRpcError(code, Metadata(), Metadata(), "some text of grpc"))
    assert type(got) is kind
    assert got.reason == reason


def test_an_unknown_error_has_only_an_id() -> None:
    got = refusal_status.refusal_of(AioRpcError(grpc.StatusCode.INTERNAL, Metadata(), Metadata(), "0123abcd"))
    assert isinstance(got, refusal_status.InternalServerError)
    assert got.error_id == "0123abcd"
