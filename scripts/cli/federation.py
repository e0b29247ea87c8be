"""`kith federation`: checks the connections to other co-ops."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToDict

from kith.federation.v1 import federation_pb2 as pb
from libs.rpc.client import call_service
from scripts.cli.connection import connect
from scripts.cli.console import ExitCode, print_result
from scripts.cli.refusal_messages import refusals_as_errors

federation_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The ways to other co-ops.",
)
_FolderOption = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
_TIMEOUT_SECONDS = 28.0


@federation_app.command()
def check(
    peer: Annotated[str, typer.Argument(help="The other co-op's id.")],
    *,
    folder: _FolderOption = Path("kith-data"),
    as_json: _JsonOption = False,
) -> None:
    """Look at the way to a peer from both sides: name, port, TLS, keys, clock, version, a round trip, and back."""
    raise typer.Exit(asyncio.run(_check(folder, peer, as_json=as_json)))


@federation_app.command("us")
def us_command(*, folder: _FolderOption = Path("kith-data"), as_json: _JsonOption = False) -> None:
    """Show who we are to other co-ops."""
    asyncio.run(_us(folder, as_json=as_json))


async def _check(folder: Path, peer: str, *, as_json: bool) -> int:
    async with connect(folder) as connection:
        with refusals_as_errors("Nothing was looked at."):
            request = pb.CheckPeerRequest(peer=peer)
            checks = (
                await call_service(connection.federation.CheckPeer, request, connection.secretary_token(), seconds=_TIMEOUT_SECONDS)
            ).checks
    if as_json:
        print_result(json.dumps({"schema": "kith.v1", "checks": [MessageToDict(check) for check in checks]}, ensure_ascii=False, indent=1))
    else:
        for check in checks:
            print_result(f"{check.what:<13} {'good' if check.good else check.reason:<26} {check.detail}".rstrip())
    return ExitCode.OK if checks and all(check.good for check in checks) else ExitCode.FAILED


async def _us(folder: Path, *, as_json: bool) -> None:
    async with connect(folder) as connection:
        own = await call_service(connection.federation.GetOwnIdentity, pb.GetOwnIdentityRequest(), connection.secretary_token())
    if as_json:
        print_result(json.dumps({"schema": "kith.v1", **MessageToDict(own)}, ensure_ascii=False, indent=1))
        return
    print_result(f"{own.name} ({own.co_op}), identity document {own.seq}")
    print_result(f"Root key {own.fingerprint}; {'it lies in the data folder' if own.root_here else 'it is kept elsewhere'}.")
    print_result(f"Others reach us at {own.endpoint}." if own.endpoint else "No inbound port: we call others.")
    if own.clock_doubtful:
        print_result("Our clock differs from those of our peers: we witness nothing until it is right.")
    if own.recovering:
        print_result("We went back in time and ask the others first: nothing is signed until then.")
