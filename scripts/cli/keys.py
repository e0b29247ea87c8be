"""`kith keys`: rotates the keys used towards other co-ops, and revokes keys."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kith.federation.v1 import federation_pb2 as pb
from libs.boards import identity_documents
from libs.database.engine import new_id
from libs.rpc.client import call_service
from libs.signing import statement
from scripts.cli.connection import connect
from scripts.cli.console import CommandError, ExitCode, print_note, print_result
from scripts.cli.refusal_messages import refusals_as_errors

keys_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Keys towards other co-ops.",
)


@keys_app.callback()
def _keys() -> None:
    """Makes typer keep the subcommand although there is only one."""


@keys_app.command()
def rotate(
    *,
    revoke: Annotated[list[str] | None, typer.Option(help="A public key, in hex, that must not be believed any more.")] = None,
    root: Annotated[Path | None, typer.Option(help="The root key, where it is kept outside the data folder.")] = None,
    folder: Annotated[Path, typer.Option(help="The co-op's data folder.")] = Path("kith-data"),
) -> None:
    """Make a new signing key and a new certificate, in a new identity document signed by the root key. Peers hear of it by themselves."""
    asyncio.run(_rotate(folder, revoke or [], root))


async def _rotate(folder: Path, revoke: list[str], root: Path | None) -> None:
    key = _read_root_key(root) if root else None
    async with connect(folder) as connection:
        request = pb.RotateKeysRequest(request_id=str(new_id()), revoke=revoke)
        with refusals_as_errors("The keys stay as they are."):
            response = await call_service(connection.federation.RotateKeys, request, connection.founder_token())
            if response.to_sign:
                if key is None:
                    what, why = "The keys stay as they are.", "The root key is not in the data folder."
                    raise CommandError(what, why, "Bring it, and name it: --root FILE", ExitCode.CONFLICT)
                signature = statement.sign(key, identity_documents.KIND, response.to_sign)
                signed = pb.RotateKeysRequest(request_id=str(new_id()), root_signature=signature)
                response = await call_service(connection.federation.RotateKeys, signed, connection.founder_token())
    print_result(f"Identity document {response.seq} is in use.")
    print_note("Peers take it up at the next contact. A peer that missed two of them needs your invitation once more: kith peer invite")


def _read_root_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise CommandError(f"{path} is no root key.", "It holds no Ed25519 private key.", "Name the file root.pem.", ExitCode.USAGE)
    return key
