"""`kith peer`: become peers with another co-op, and see or end it."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToDict

from kith.federation.v1 import federation_pb2 as pb
from libs.database.engine import new_id
from libs.rpc.client import call_service
from scripts.cli.connection import Connection, connect
from scripts.cli.console import CommandError, ExitCode, print_note, print_result
from scripts.cli.decision_lookup import decision_id_of_number
from scripts.cli.plural import plural
from scripts.cli.refusal_messages import refusals_as_errors
from scripts.cli.retry import retry

peer_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Become peers with another co-op: give and take invitations, compare the code, decide.",
)
_FolderOption = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_PeerArgument = Annotated[str, typer.Argument(help="The other co-op's id, as kith peer list shows it.")]
_DecisionOption = Annotated[int, typer.Option(help="The number of the decision in our log that says so.")]
_OutOption = Annotated[Path | None, typer.Option(help="Write the text to this file instead of the screen.")]
_JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
STATE_LABELS = {
    pb.PEER_STATE_INVITED: "invited",
    pb.PEER_STATE_CONFIRMED: "confirmed",
    pb.PEER_STATE_ACTIVE: "active",
    pb.PEER_STATE_SUSPENDED: "suspended",
    pb.PEER_STATE_SEVERED: "severed",
}


@peer_app.command()
def invite(*, folder: _FolderOption = Path("kith-data"), out: _OutOption = None) -> None:
    """Print our invitation: a text without secrets, for the other co-op."""
    asyncio.run(_invite(folder, out))


@peer_app.command()
def accept(
    file: Annotated[str, typer.Argument(help="The file with the other co-op's invitation; - for standard input.")],
    *,
    folder: _FolderOption = Path("kith-data"),
    out: _OutOption = None,
) -> None:
    """Take another co-op's invitation, and show the code that both compare by phone."""
    asyncio.run(_accept(folder, file, out))


@peer_app.command()
def confirm(
    peer: _PeerArgument,
    *,
    code: Annotated[str, typer.Option(help="The code as the other side read it out, XXXX-XXXX-XXXX-XXXX.")] = "",
    decision: Annotated[int, typer.Option(help="The number of our decision. Without it the peering stays pending.")] = 0,
    contact: Annotated[str, typer.Option(help='Whom they ask when something is wrong: "the secretary, 01632 960001".')] = "",
    folder: _FolderOption = Path("kith-data"),
) -> None:
    """Say that the codes were the same, and which decision of ours wants this peering."""

    async def action(connection: Connection) -> pb.Peer:
        request = pb.ConfirmPeerRequest(request_id=str(new_id()), peer=peer, code=code, contact=contact)
        if decision:
            request.decision_id, request.decision_number = await decision_id_of_number(connection, decision), decision
        response: pb.ConfirmPeerResponse = await retry(
            lambda: call_service(connection.federation.ConfirmPeer, request, connection.secretary_token())
        )
        return response.peer

    asyncio.run(_change(folder, f"{peer} is not confirmed.", action))


@peer_app.command()
def suspend(peer: _PeerArgument, *, decision: _DecisionOption, folder: _FolderOption = Path("kith-data")) -> None:
    """Exchange no votes with a peer until it is resumed."""

    async def action(connection: Connection) -> pb.Peer:
        request = pb.SuspendPeerRequest(request_id=str(new_id()), peer=peer, decision_number=decision)
        request.decision_id = await decision_id_of_number(connection, decision)
        response: pb.SuspendPeerResponse = await retry(
            lambda: call_service(connection.federation.SuspendPeer, request, connection.secretary_token())
        )
        return response.peer

    asyncio.run(_change(folder, f"{peer} is not suspended.", action))


@peer_app.command()
def resume(peer: _PeerArgument, *, decision: _DecisionOption, folder: _FolderOption = Path("kith-data")) -> None:
    """End our suspension of a peer."""

    async def action(connection: Connection) -> pb.Peer:
        request = pb.ResumePeerRequest(request_id=str(new_id()), peer=peer, decision_number=decision)
        request.decision_id = await decision_id_of_number(connection, decision)
        response: pb.ResumePeerResponse = await retry(
            lambda: call_service(connection.federation.ResumePeer, request, connection.secretary_token())
        )
        return response.peer

    asyncio.run(_change(folder, f"{peer} is not resumed.", action))


@peer_app.command()
def sever(
    peer: _PeerArgument,
    *,
    decision: _DecisionOption,
    return_data: Annotated[bool, typer.Option("--return-data", help="Ask them to return or delete what they had of us.")] = False,
    folder: _FolderOption = Path("kith-data"),
) -> None:
    """End the agreement with a peer."""

    async def action(connection: Connection) -> pb.Peer:
        request = pb.SeverPeerRequest(request_id=str(new_id()), peer=peer, decision_number=decision, return_data=return_data)
        request.decision_id = await decision_id_of_number(connection, decision)
        response: pb.SeverPeerResponse = await retry(
            lambda: call_service(connection.federation.SeverPeer, request, connection.secretary_token())
        )
        return response.peer

    asyncio.run(_change(folder, f"{peer} is not severed.", action))


@peer_app.command("list")
def list_command(*, folder: _FolderOption = Path("kith-data"), as_json: _JsonOption = False) -> None:
    """List the co-ops we know, and where we stand with each."""
    asyncio.run(_list(folder, as_json=as_json))


@peer_app.command()
def show(peer: _PeerArgument, *, folder: _FolderOption = Path("kith-data"), as_json: _JsonOption = False) -> None:
    """Show a peer: code, fingerprint, agreement, log."""
    asyncio.run(_show(folder, peer, as_json=as_json))


async def _invite(folder: Path, out: Path | None) -> None:
    async with connect(folder) as connection:
        with refusals_as_errors("There is no invitation yet."):
            response = await retry(
                lambda: call_service(connection.federation.InvitePeer, pb.InvitePeerRequest(), connection.secretary_token())
            )
        _write_or_print(response.invitation, out)
    print_note(
        "Give this text to the other co-op. Nothing in it is secret; that it came from you is shown by the code you compare by phone."
    )


async def _accept(folder: Path, file: str, out: Path | None) -> None:
    text = sys.stdin.read() if file == "-" else _read(Path(file))
    async with connect(folder) as connection:
        request = pb.AcceptPeerRequest(request_id=str(new_id()), invitation=text.strip())
        with refusals_as_errors("The invitation was not taken."):
            response = await call_service(connection.federation.AcceptPeer, request, connection.secretary_token())
    if out is not None:
        _write_or_print(response.invitation, out)
        print_note(f"Our own invitation is in {out}: give it to {response.peer.name}, if they have none of ours yet.")
    print_result(response.peer.code)
    print_note(
        f"{response.peer.name} ({response.peer.co_op}). Ring them on a number you know, and compare this code with what their screen shows."
    )
    print_note(
        f"The same on both? Then: kith peer confirm {response.peer.co_op} --code {response.peer.code} --decision NUMBER --contact WHO"
    )


async def _change(folder: Path, failed: str, action: Callable[[Connection], Awaitable[pb.Peer]]) -> None:
    async with connect(folder) as connection:
        with refusals_as_errors(failed):
            changed = await action(connection)
    print_result(f"{changed.co_op}  {STATE_LABELS.get(changed.state, '')}")
    if changed.state == pb.PEER_STATE_CONFIRMED:
        print_note("We wait for their half of the agreement." if changed.decided else "Pending: no decision of ours is named yet.")


async def _list(folder: Path, *, as_json: bool) -> None:
    peers: list[pb.Peer] = []
    async with connect(folder) as connection:
        token = ""
        while True:
            request = pb.ListPeersRequest(page_size=200, page_token=token)
            response = await call_service(connection.federation.ListPeers, request, connection.secretary_token())
            peers += response.peers
            token = response.next_page_token
            if not token:
                break
    if as_json:
        print_result(json.dumps({"schema": "kith.v1", "peers": [MessageToDict(peer) for peer in peers]}, ensure_ascii=False, indent=1))
        return
    for peer in peers:
        notes = [plural(peer.waiting, "letter waits", "letters wait")] if peer.waiting else []
        notes += ["not heard for a day"] if peer.unreachable else []
        notes += [peer.failing] if peer.failing else []
        print_result(
            f"{peer.co_op:<24} {STATE_LABELS.get(peer.state, ''):<10} {peer.code}  {peer.name}{'  ' + '; '.join(notes) if notes else ''}"
        )


async def _show(folder: Path, peer_id: str, *, as_json: bool) -> None:
    async with connect(folder) as connection:
        with refusals_as_errors("There is nothing to show."):
            peer = (await call_service(connection.federation.GetPeer, pb.GetPeerRequest(peer=peer_id), connection.secretary_token())).peer
        zone = connection.instance.co_op.zone
    if as_json:
        print_result(json.dumps({"schema": "kith.v1", **MessageToDict(peer)}, ensure_ascii=False, indent=1))
        return
    print_result(f"{peer.name} ({peer.co_op}): {STATE_LABELS.get(peer.state, '')}{', suspended by them' if peer.suspended_by_them else ''}")
    print_result(f"Code {peer.code}, root key {peer.fingerprint}")
    print_result(f"Reached at {peer.endpoint}." if peer.endpoint else "It has no inbound port: it calls us.")
    if peer.contact:
        print_result(f"Ask {peer.contact}.")
    for entry in reversed(peer.events):
        when = entry.at.ToDatetime(tzinfo=UTC).astimezone(zone).strftime("%-d %B %Y %H:%M")
        decision = f", decision {entry.decision_number}" if entry.decision_number else ""
        print_result(f"  {when}  {entry.what.replace('_', ' ')}{' by them' if entry.by_them else ''}{decision}")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "It is no text"
        raise CommandError(f"{path} cannot be read.", f"{why}.", "Name the file with the invitation.", ExitCode.NOT_FOUND) from None


def _write_or_print(text: str, out: Path | None) -> None:
    if out is None:
        print_result(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
