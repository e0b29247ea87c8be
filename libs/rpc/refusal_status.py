"""Maps refusals to gRPC statuses with google.rpc details, and back."""

import grpc
from google.rpc import error_details_pb2, status_pb2

from libs.refusals import (
    AlreadyExists,
    Conflict,
    FailedPrecondition,
    FieldProblem,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refusal,
    TooMany,
    Unavailable,
)

DOMAIN = "kith"
DETAILS = "grpc-status-details-bin"
MAX_PROBLEMS = 200
MAX_REASON_LENGTH = 400
MAX_DETAILS_BYTES = 256 * 1024
"""A refusal travels in the trailer, which gRPC limits to 8 kB by default: a rulebook may have a hundred mistakes."""

CODES: dict[type[Refusal], grpc.StatusCode] = {
    Invalid: grpc.StatusCode.INVALID_ARGUMENT,
    NotSignedIn: grpc.StatusCode.UNAUTHENTICATED,
    NotAllowed: grpc.StatusCode.PERMISSION_DENIED,
    NotFound: grpc.StatusCode.NOT_FOUND,
    FailedPrecondition: grpc.StatusCode.FAILED_PRECONDITION,
    AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    Conflict: grpc.StatusCode.ABORTED,
    TooMany: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
}
_KINDS = {code: kind for kind, code in CODES.items()}


class InternalServerError(Exception):
    """The server failed unexpectedly; its log holds the error under `error_id`."""

    def __init__(self, error_id: str) -> None:
        super().__init__(error_id)
        self.error_id = error_id


def status_code_of(refusal: Refusal) -> grpc.StatusCode:
    return next(code for kind, code in CODES.items() if isinstance(refusal, kind))


def status_details_of(refusal: Refusal) -> bytes:
    """The trailer's bytes: a google.rpc.Status with ErrorInfo, and BadRequest when the refusal names fields."""
    status = status_pb2.Status(code=status_code_of(refusal).value[0], message=refusal.reason)
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=refusal.reason, domain=DOMAIN, metadata=dict(refusal.details)))
    if refusal.problems:
        fields = error_details_pb2.BadRequest()
        for problem in refusal.problems[:MAX_PROBLEMS]:
            fields.field_violations.add(field=problem.field, description=problem.reason[:MAX_REASON_LENGTH])
        status.details.add().Pack(fields)
    serialized: bytes = status.SerializeToString()
    return serialized


def refusal_of(error: grpc.aio.AioRpcError) -> Refusal | InternalServerError:
    """The refusal that the server sent, or the closest one to the gRPC status when it sent none."""
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS and isinstance(value, bytes):
            return _restore(error.code(), status_pb2.Status.FromString(value))
    if error.code() is grpc.StatusCode.INTERNAL:
        return InternalServerError(error.details() or "")
    if error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return TooMany("MESSAGE_TOO_LARGE")
    if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return Unavailable("TOOK_TOO_LONG")
    return Unavailable("SERVICE_AWAY")


def _restore(code: grpc.StatusCode, status: status_pb2.Status) -> Refusal:
    info, fields = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        _ = detail.Unpack(info) or detail.Unpack(fields)
    problems = [FieldProblem(violation.field, violation.description) for violation in fields.field_violations]
    return _KINDS.get(code, Unavailable)(info.reason or status.message, *problems, **dict(info.metadata))
