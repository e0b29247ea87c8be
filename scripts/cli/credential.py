"""`kith credential`: what people are qualified for, as the secretary sees it. Each access is recorded."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer

from scripts.cli.actions import CommandGroup, JsonResult, TextResult
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.wording import enum_words, plural

with lazy_imports():
    from kith.identity.v1 import credentials_pb2 as pb
    from scripts.cli import connection, register_lookup

credential_app = CommandGroup("See what people are qualified for, and verify it.")

_CredentialArgument = Annotated[str, typer.Argument(help="The credential's id; see kith credential list.")]


def _check_one_list(*, person: str, waiting: bool, **_others: object) -> None:
    if person and waiting:
        raise CommandError("Nothing was listed.", "A person and --waiting are two lists.", "Leave one of them out.", ExitCode.USAGE)


@credential_app.action("list", check=_check_one_list)
async def list_command(
    co_op: "connection.Connection",
    person: Annotated[str, typer.Argument(help="A member number, or a person's id. Without one: what expires next.")] = "",
    *,
    waiting: Annotated[bool, typer.Option("--waiting", help="Those that nobody has looked at yet.")] = False,
) -> JsonResult:
    """List a person's credentials, those that wait to be verified, or those that expire next."""
    credentials = await _find(co_op, person, waiting=waiting)
    names = await register_lookup.full_names(co_op, (credential.person_id for credential in credentials))
    lines = (
        f"{credential.credential_id}  {names.get(credential.person_id, credential.person_id):<28} {credential.kind:<20} "
        f"{_state(credential):<9} {credential.issued_on}  {credential.expires_on or 'no last day'}"
        for credential in credentials
    )
    data = {"credentials": [_credential_json(credential) for credential in credentials]}
    return JsonResult(lines, [f"{plural(len(credentials), 'credential', 'credentials')}."], data=data)


@credential_app.action("verify", failed="{credential} was not verified.")
async def verify_command(co_op: "connection.Connection", credential: _CredentialArgument) -> TextResult:
    """Say that you have seen the evidence and that it is sound. Nobody verifies their own."""
    found = (await co_op.as_secretary(co_op.credentials.GetCredential, pb.GetCredentialRequest(credential_id=credential))).credential
    request = pb.VerifyCredentialRequest(credential_id=credential, version=found.version)
    await co_op.as_secretary(co_op.credentials.VerifyCredential, request)
    until = f"until the end of {found.expires_on}" if found.expires_on else "without a last day"
    return TextResult(f"{found.kind} of {await register_lookup.get_full_name(co_op, UUID(found.person_id))} counts now, {until}.")


async def _find(co_op: "connection.Connection", person: str, *, waiting: bool) -> "Sequence[pb.Credential]":
    if person:
        of_person = pb.ListCredentialsRequest(person_id=str(await register_lookup.find_person(co_op, person)))
        return await co_op.list_as_secretary(co_op.credentials.ListCredentials, of_person, lambda page: page.credentials)
    watched = pb.WATCHED_CREDENTIALS_CLAIMED if waiting else pb.WATCHED_CREDENTIALS_DUE
    request = pb.ListWatchedCredentialsRequest(watched=watched)
    return await co_op.list_as_secretary(co_op.credentials.ListWatchedCredentials, request, lambda page: page.credentials)


def _state(credential: "pb.Credential") -> str:
    return enum_words(pb.CredentialState, credential.state)


def _credential_json(credential: "pb.Credential") -> dict[str, object]:
    return {
        "credential": credential.credential_id,
        "person": credential.person_id,
        "kind": credential.kind,
        "state": _state(credential),
        "issued_on": credential.issued_on,
        "expires_on": credential.expires_on,
        "has_file": bool(credential.file_id),
    }
