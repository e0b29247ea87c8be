"""Translates between protobuf messages and identity's own types: credentials and files."""

from collections.abc import Sequence
from uuid import UUID

from kith.identity.v1 import credentials_pb2 as pb
from kith.identity.v1.enums import WatchedCredentials
from libs.database.paging import Page, PageRequest
from libs.files.store import LARGEST_PART, StoredFile
from libs.refusals import invalid
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.identity.commands.add_credential import NewCredential
from services.identity.queries.check_gate import GateCheck
from services.identity.storage.credentials import CredentialRecord


def new_credential(request: pb.AddCredentialRequest) -> tuple[NewCredential]:
    issued_on = parse_day("issued_on", request.issued_on)
    if issued_on is None:
        raise invalid("issued_on", "DATE_MALFORMED")
    file = parse_id("file_id", request.file_id) if request.file_id else None
    person, expires_on = parse_id("person_id", request.person_id), parse_day("expires_on", request.expires_on)
    return (NewCredential(person, request.kind, issued_on, expires_on, file, request.note),)


def new_credential_response(credential: UUID) -> pb.AddCredentialResponse:
    return pb.AddCredentialResponse(credential_id=str(credential))


def credential_version(request: pb.VerifyCredentialRequest) -> tuple[UUID, int]:
    return parse_id("credential_id", request.credential_id), request.version


def credential_version_and_reason(request: pb.RejectCredentialRequest | pb.RevokeCredentialRequest) -> tuple[UUID, int, str]:
    return parse_id("credential_id", request.credential_id), request.version, request.reason


def credential_id(request: pb.GetCredentialRequest) -> tuple[UUID]:
    return (parse_id("credential_id", request.credential_id),)


def get_credential_response(record: CredentialRecord) -> pb.GetCredentialResponse:
    return pb.GetCredentialResponse(credential=_credential_message(record))


def credentials_of(request: pb.ListCredentialsRequest) -> tuple[UUID, PageRequest]:
    return parse_id("person_id", request.person_id), PageRequest(request.page_size, request.page_token)


def list_credentials_response(records: Page[CredentialRecord]) -> pb.ListCredentialsResponse:
    return pb.ListCredentialsResponse(credentials=map(_credential_message, records.items), next_page_token=records.next_token)


def watched(request: pb.ListWatchedCredentialsRequest) -> tuple[WatchedCredentials, PageRequest]:
    word = from_wire(pb.WatchedCredentials, WatchedCredentials, request.watched, "watched", "WATCHED_MISSING")
    return word, PageRequest(request.page_size, request.page_token)


def list_watched_response(records: Page[CredentialRecord]) -> pb.ListWatchedCredentialsResponse:
    return pb.ListWatchedCredentialsResponse(credentials=map(_credential_message, records.items), next_page_token=records.next_token)


def persons_and_gate(request: pb.CheckGateRequest) -> tuple[list[UUID], str]:
    return [parse_id("person_ids", person) for person in request.person_ids], request.gate


def check_gate_response(checks: Sequence[GateCheck]) -> pb.CheckGateResponse:
    return pb.CheckGateResponse(checks=map(_gate_check_message, checks))


def new_file(request: pb.BeginFileRequest) -> tuple[UUID, str, int]:
    return parse_id("person_id", request.person_id), request.purpose, request.size


def begin_file_response(file: UUID) -> pb.BeginFileResponse:
    return pb.BeginFileResponse(file_id=str(file), part_size=LARGEST_PART)


def file_part(request: pb.AddFilePartRequest) -> tuple[UUID, int, bytes]:
    return parse_id("file_id", request.file_id), request.offset, request.content


def file_offset(request: pb.GetFilePartRequest) -> tuple[UUID, int]:
    return parse_id("file_id", request.file_id), request.offset


def finish_file_response(file: StoredFile) -> pb.FinishFileResponse:
    return pb.FinishFileResponse(media_type=file.media_type, size=file.size, sha256=(file.sha256 or b"").hex())


def get_file_part_response(part: tuple[StoredFile, bytes]) -> pb.GetFilePartResponse:
    file, content = part
    return pb.GetFilePartResponse(content=content, media_type=file.media_type, size=file.size)


def _credential_message(record: CredentialRecord) -> pb.Credential:
    credential = record.credential
    message = pb.Credential(
        credential_id=str(credential.id),
        person_id=str(credential.person),
        kind=credential.kind,
        state=to_wire(pb.CredentialState, credential.state),
        issued_on=credential.issued_on.isoformat(),
        expires_on=credential.expires_on.isoformat() if credential.expires_on else "",
        file_id=str(credential.file or ""),
        media_type=record.media_type,
        note=record.note,
        added_by=str(credential.added_by),
        added_at=timestamp(credential.added_at),
        verified_by=str(credential.verified_by or ""),
        reason=record.reason,
        version=credential.version,
    )
    if credential.verified_at:
        message.verified_at.FromDatetime(credential.verified_at)
    if credential.ended_at:
        message.ended_at.FromDatetime(credential.ended_at)
    return message


def _gate_check_message(check: GateCheck) -> pb.GateCheck:
    items = [pb.GateItem(kind=kind, problem=to_wire(pb.GateProblem, problem)) for kind, problem in check.lacking]
    return pb.GateCheck(person_id=str(check.person), gate=check.gate, may_pass=not items, lacking=items)
