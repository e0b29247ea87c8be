"""`kith keys`: new keys towards other co-ops, and keys that must not be believed any more."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kith.federation.v1 import federation_pb2 as pb
from libs.boards import identity
from libs.database.engine import new_id
from libs.rpc.client import ask
from libs.signing import statement
from scripts.cli.console import CommandError, ExitCode, result, say
from scripts.cli.door import door
from scripts.cli.vote_refusals import sentences

keys_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Keys towards other co-ops.",
)


@keys_app.callback()
def _keys() -> None:
    """A word with verbs, though there is one only."""


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
    key = _root(root) if root else None
    async with door(folder) as open_door:
        asked = pb.RotateKeysRequest(request_id=str(new_id()), revoke=revoke)
        with sentences("The keys stay as they are."):
            answer = await ask(open_door.federation.RotateKeys, asked, open_door.founder())
            if answer.to_sign:
                if key is None:
                    what, why = "The keys stay as they are.", "The root key is not in the data folder."
                    raise CommandError(what, why, "Bring it, and name it: --root FILE", ExitCode.CONFLICT)
                signature = statement.sign(key, identity.KIND, answer.to_sign)
                signed = pb.RotateKeysRequest(request_id=str(new_id()), root_signature=signature)
                answer = await ask(open_door.federation.RotateKeys, signed, open_door.founder())
    result(f"Identity document {answer.seq} is in use.")
    say("Peers take it up at the next contact. A peer that missed two of them needs your invitation once more: kith peer invite")


def _root(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise CommandError(f"{path} is no root key.", "It holds no Ed25519 private key.", "Name the file root.pem.", ExitCode.USAGE)
    return key
