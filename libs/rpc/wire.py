"""Refusals over the wire: each kind is one gRPC status with google.rpc details, and comes back as itself on the other side."""

import grpc
from google.rpc import error_details_pb2, status_pb2

from libs.refusals import (
    AlreadyDone,
    Conflict,
    Elsewhere,
    FieldProblem,
    Invalid,
    NotAllowed,
    NotFound,
    NotNow,
    NotSignedIn,
    Refusal,
    TooMany,
)

DOMAIN = "kith"
DETAILS = "grpc-status-details-bin"
MOST_PROBLEMS = 200
LONGEST_REASON = 400
LARGEST_DETAILS = 256 * 1024
"""A refusal travels in the trailer, of which gRPC takes 8 kB unless it is told more: a rulebook may have a hundred mistakes."""

CODES: dict[type[Refusal], grpc.StatusCode] = {
    Invalid: grpc.StatusCode.INVALID_ARGUMENT,
    NotSignedIn: grpc.StatusCode.UNAUTHENTICATED,
    NotAllowed: grpc.StatusCode.PERMISSION_DENIED,
    NotFound: grpc.StatusCode.NOT_FOUND,
    NotNow: grpc.StatusCode.FAILED_PRECONDITION,
    AlreadyDone: grpc.StatusCode.ALREADY_EXISTS,
    Conflict: grpc.StatusCode.ABORTED,
    TooMany: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Elsewhere: grpc.StatusCode.UNAVAILABLE,
}
_KINDS = {code: kind for kind, code in CODES.items()}


class BrokenError(Exception):
    """The other side failed in a way it did not foresee; `error_id` finds it in its log."""

    def __init__(self, error_id: str) -> None:
        super().__init__(error_id)
        self.error_id = error_id


def code_of(refusal: Refusal) -> grpc.StatusCode:
    return next(code for kind, code in CODES.items() if isinstance(refusal, kind))


def details_of(refusal: Refusal) -> bytes:
    """The trailer: a google.rpc.Status with ErrorInfo, and BadRequest when fields are named."""
    status = status_pb2.Status(code=code_of(refusal).value[0], message=refusal.reason)
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=refusal.reason, domain=DOMAIN, metadata=dict(refusal.details)))
    if refusal.problems:
        fields = error_details_pb2.BadRequest()
        for problem in refusal.problems[:MOST_PROBLEMS]:
            fields.field_violations.add(field=problem.field, description=problem.reason[:LONGEST_REASON])
        status.details.add().Pack(fields)
    serialized: bytes = status.SerializeToString()
    return serialized


def refusal_of(error: grpc.aio.AioRpcError) -> Refusal | BrokenError:
    """What the other side said, or the nearest thing when it could not say anything."""
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS and isinstance(value, bytes):
            return _restore(error.code(), status_pb2.Status.FromString(value))
    if error.code() is grpc.StatusCode.INTERNAL:
        return BrokenError(error.details() or "")
    if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return TooMany("MESSAGE_TOO_LARGE")
    if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return Elsewhere("TOOK_TOO_LONG")
    return Elsewhere("SERVICE_AWAY")


def _restore(code: grpc.StatusCode, status: status_pb2.Status) -> Refusal:
    info, fields = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        _ = detail.Unpack(info) or detail.Unpack(fields)
    problems = [FieldProblem(one.field, one.description) for one in fields.field_violations]
    return _KINDS.get(code, Elsewhere)(info.reason or status.message, *problems, **dict(info.metadata))
