"""A refusal survives the wire: its kind, its reason, its fields and the details for its sentence."""

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc.aio import AioRpcError, Metadata

from libs.refusals import KINDS, FieldProblem, Invalid, Refusal, TooMany, Unavailable
from libs.rpc import refusal_status


def to_rpc_error(refusal: Refusal) -> AioRpcError:
    """As the client's side of gRPC raises it."""
    trailer = Metadata((refusal_status.DETAILS, refusal_status.status_details_of(refusal)))
    return AioRpcError(refusal_status.status_code_of(refusal), Metadata(), trailer, details=refusal.reason)


def make_rpc_error(code: grpc.StatusCode, details: str = "") -> AioRpcError:
    return AioRpcError(code, Metadata(), Metadata(), details=details)


def test_every_kind_has_a_status_of_its_own() -> None:
    assert set(refusal_status.CODES) == set(KINDS)
    assert len(set(refusal_status.CODES.values())) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_refusal_comes_back_as_itself(kind: type[Refusal]) -> None:
    problems = (FieldProblem("choice", "CHOICE_UNKNOWN"), FieldProblem("persons[3].email", "EMAIL_MALFORMED"))
    refusal = kind("BALLOT_CLOSED", *problems, closed_at="2026-11-22T10:00:00+00:00", motion="0199")

    back = refusal_status.refusal_of(to_rpc_error(refusal))

    assert type(back) is kind
    assert (back.reason, back.problems, dict(back.details)) == (refusal.reason, problems, dict(refusal.details))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_refusal_without_fields_comes_back_without_fields(kind: type[Refusal]) -> None:
    back = refusal_status.refusal_of(to_rpc_error(kind("PERSON_UNKNOWN")))

    assert type(back) is kind
    assert (back.problems, dict(back.details)) == ((), {})


def test_a_stranger_can_read_it_with_google_rpc_alone() -> None:
    """Other co-ops' software need not be Kith."""
    status = status_pb2.Status.FromString(
        refusal_status.status_details_of(Invalid("CHOICE_UNKNOWN", FieldProblem("choice", "CHOICE_UNKNOWN"), motion="0199"))
    )
    info, fields = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()

    assert status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert status.details[0].Unpack(info)
    assert (info.reason, info.domain, dict(info.metadata)) == ("CHOICE_UNKNOWN", "kith", {"motion": "0199"})
    assert status.details[1].Unpack(fields)
    assert [(violation.field, violation.description) for violation in fields.field_violations] == [("choice", "CHOICE_UNKNOWN")]


def test_an_unexpected_error_has_an_id_and_no_text() -> None:
    back = refusal_status.refusal_of(make_rpc_error(grpc.StatusCode.INTERNAL, "0199-error"))

    assert isinstance(back, refusal_status.InternalServerError)
    assert back.error_id == "0199-error"


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, TooMany, "MESSAGE_TOO_LARGE"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, Unavailable, "TOOK_TOO_LONG"),
        (grpc.StatusCode.UNAVAILABLE, Unavailable, "SERVICE_AWAY"),
        (grpc.StatusCode.UNKNOWN, Unavailable, "SERVICE_AWAY"),
    ],
)
def test_refusals_by_grpc_itself_get_a_reason(code: grpc.StatusCode, kind: type[Refusal], reason: str) -> None:
    back = refusal_status.refusal_of(make_rpc_error(code))

    assert isinstance(back, kind)
    assert back.reason == reason
