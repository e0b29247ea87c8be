"""`kith federation`: how the ways to other co-ops are."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToDict

from kith.federation.v1 import federation_pb2 as pb
from libs.rpc.client import ask
from scripts.cli.console import ExitCode, result
from scripts.cli.door import door
from scripts.cli.vote_refusals import sentences

federation_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The ways to other co-ops.",
)
_Folder = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
_SECONDS = 28.0


@federation_app.command()
def check(
    peer: Annotated[str, typer.Argument(help="The other co-op's id.")], *, folder: _Folder = Path("kith-data"), as_json: _Json = False
) -> None:
    """Look at the way to a peer from both sides: name, port, TLS, keys, clock, version, a round trip, and back."""
    raise typer.Exit(asyncio.run(_check(folder, peer, as_json=as_json)))


@federation_app.command()
def us(*, folder: _Folder = Path("kith-data"), as_json: _Json = False) -> None:
    """Show who we are to other co-ops."""
    asyncio.run(_us(folder, as_json=as_json))


async def _check(folder: Path, peer: str, *, as_json: bool) -> int:
    async with door(folder) as open_door:
        with sentences("Nothing was looked at."):
            asked = pb.CheckPeerRequest(peer=peer)
            checks = (await ask(open_door.federation.CheckPeer, asked, open_door.secretary(), seconds=_SECONDS)).checks
    if as_json:
        result(json.dumps({"schema": "kith.v1", "checks": [MessageToDict(one) for one in checks]}, ensure_ascii=False, indent=1))
    else:
        for one in checks:
            result(f"{one.what:<13} {'good' if one.good else one.reason:<26} {one.detail}".rstrip())
    return ExitCode.OK if checks and all(one.good for one in checks) else ExitCode.FAILED


async def _us(folder: Path, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        found = await ask(open_door.federation.GetOwnIdentity, pb.GetOwnIdentityRequest(), open_door.secretary())
    if as_json:
        result(json.dumps({"schema": "kith.v1", **MessageToDict(found)}, ensure_ascii=False, indent=1))
        return
    result(f"{found.name} ({found.co_op}), identity document {found.seq}")
    result(f"Root key {found.fingerprint}; {'it lies in the data folder' if found.root_here else 'it is kept elsewhere'}.")
    result(f"Others reach us at {found.endpoint}." if found.endpoint else "No inbound port: we call others.")
    if found.clock_doubtful:
        result("Our clock differs from those of our peers: we witness nothing until it is right.")
    if found.recovering:
        result("We went back in time and ask the others first: nothing is signed until then.")
