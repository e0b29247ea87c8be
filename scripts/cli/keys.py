"""`kith keys`: rotates the keys used towards other co-ops, and revokes keys."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.cli.actions import CommandGroup, TextResult
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lazy_imports import lazy_imports

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

with lazy_imports():
    from kith.federation.v1 import federation_pb2 as pb
    from libs.boards import identity_documents
    from libs.signing import statement
    from scripts.cli import connection

keys_app = CommandGroup("Keys towards other co-ops.", no_args_is_help=True)


@keys_app.callback()
def _keys() -> None:
    """Makes typer keep the subcommand although there is only one."""


@keys_app.action("rotate", failed="The keys stay as they are.")
async def rotate(
    co_op: "connection.Connection",
    *,
    revoke: Annotated[list[str] | None, typer.Option(help="A public key, in hex, that must not be believed any more.")] = None,
    root: Annotated[Path | None, typer.Option(help="The root key, where it is kept outside the data folder.")] = None,
) -> TextResult:
    """Make a new signing key and a new certificate, in a new identity document signed by the root key. Peers hear of it by themselves."""
    key = _read_root_key(root) if root else None
    response = await co_op.call(co_op.federation.RotateKeys, pb.RotateKeysRequest(revoke=revoke or []), co_op.founder_token())
    if response.to_sign:
        if key is None:
            what, why = "The keys stay as they are.", "The root key is not in the data folder."
            raise CommandError(what, why, "Bring it, and name it: --root FILE", ExitCode.CONFLICT)
        signed = pb.RotateKeysRequest(root_signature=statement.sign(key, identity_documents.KIND, response.to_sign))
        response = await co_op.call(co_op.federation.RotateKeys, signed, co_op.founder_token())
    return TextResult(
        f"Identity document {response.seq} is in use.",
        ["Peers take it up at the next contact. A peer that missed two of them needs your invitation once more: kith peer invite"],
    )


def _read_root_key(path: Path) -> "Ed25519PrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise CommandError(f"{path} is no root key.", "It holds no Ed25519 private key.", "Name the file root.pem.", ExitCode.USAGE)
    return key
