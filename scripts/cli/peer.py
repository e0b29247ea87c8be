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
from libs.rpc.client import ask
from scripts.cli.console import CommandError, ExitCode, result, say
from scripts.cli.decisions import decision_of
from scripts.cli.door import Door, door
from scripts.cli.how_many import how_many
from scripts.cli.patience import patiently
from scripts.cli.vote_refusals import sentences

peer_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Become peers with another co-op: give and take invitations, compare the code, decide.",
)
_Folder = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_Peer = Annotated[str, typer.Argument(help="The other co-op's id, as kith peer list shows it.")]
_Decision = Annotated[int, typer.Option(help="The number of the decision in our log that says so.")]
_Out = Annotated[Path | None, typer.Option(help="Write the text to this file instead of the screen.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
STATES = {
    pb.PEER_STATE_INVITED: "invited",
    pb.PEER_STATE_CONFIRMED: "confirmed",
    pb.PEER_STATE_ACTIVE: "active",
    pb.PEER_STATE_SUSPENDED: "suspended",
    pb.PEER_STATE_SEVERED: "severed",
}


@peer_app.command()
def invite(*, folder: _Folder = Path("kith-data"), out: _Out = None) -> None:
    """Print our invitation: a text without secrets, for the other co-op."""
    asyncio.run(_invite(folder, out))


@peer_app.command()
def accept(
    file: Annotated[str, typer.Argument(help="The file with the other co-op's invitation; - for standard input.")],
    *,
    folder: _Folder = Path("kith-data"),
    out: _Out = None,
) -> None:
    """Take another co-op's invitation, and show the code that both compare by phone."""
    asyncio.run(_accept(folder, file, out))


@peer_app.command()
def confirm(
    peer: _Peer,
    *,
    code: Annotated[str, typer.Option(help="The code as the other side read it out, XXXX-XXXX-XXXX-XXXX.")] = "",
    decision: Annotated[int, typer.Option(help="The number of our decision. Without it the peering stays pending.")] = 0,
    contact: Annotated[str, typer.Option(help='Whom they ask when something is wrong: "the secretary, 01632 960001".')] = "",
    folder: _Folder = Path("kith-data"),
) -> None:
    """Say that the codes were the same, and which decision of ours wants this peering."""

    async def do(open_door: Door) -> pb.Peer:
        asked = pb.ConfirmPeerRequest(request_id=str(new_id()), peer=peer, code=code, contact=contact)
        if decision:
            asked.decision_id, asked.decision_number = await decision_of(open_door, decision), decision
        answer: pb.ConfirmPeerResponse = await patiently(lambda: ask(open_door.federation.ConfirmPeer, asked, open_door.secretary()))
        return answer.peer

    asyncio.run(_change(folder, f"{peer} is not confirmed.", do))


@peer_app.command()
def suspend(peer: _Peer, *, decision: _Decision, folder: _Folder = Path("kith-data")) -> None:
    """Exchange no votes with a peer until it is resumed."""

    async def do(open_door: Door) -> pb.Peer:
        asked = pb.SuspendPeerRequest(request_id=str(new_id()), peer=peer, decision_number=decision)
        asked.decision_id = await decision_of(open_door, decision)
        answer: pb.SuspendPeerResponse = await patiently(lambda: ask(open_door.federation.SuspendPeer, asked, open_door.secretary()))
        return answer.peer

    asyncio.run(_change(folder, f"{peer} is not suspended.", do))


@peer_app.command()
def resume(peer: _Peer, *, decision: _Decision, folder: _Folder = Path("kith-data")) -> None:
    """End our suspension of a peer."""

    async def do(open_door: Door) -> pb.Peer:
        asked = pb.ResumePeerRequest(request_id=str(new_id()), peer=peer, decision_number=decision)
        asked.decision_id = await decision_of(open_door, decision)
        answer: pb.ResumePeerResponse = await patiently(lambda: ask(open_door.federation.ResumePeer, asked, open_door.secretary()))
        return answer.peer

    asyncio.run(_change(folder, f"{peer} is not resumed.", do))


@peer_app.command()
def sever(
    peer: _Peer,
    *,
    decision: _Decision,
    return_data: Annotated[bool, typer.Option("--return-data", help="Ask them to return or delete what they had of us.")] = False,
    folder: _Folder = Path("kith-data"),
) -> None:
    """End the agreement with a peer."""

    async def do(open_door: Door) -> pb.Peer:
        asked = pb.SeverPeerRequest(request_id=str(new_id()), peer=peer, decision_number=decision, return_data=return_data)
        asked.decision_id = await decision_of(open_door, decision)
        answer: pb.SeverPeerResponse = await patiently(lambda: ask(open_door.federation.SeverPeer, asked, open_door.secretary()))
        return answer.peer

    asyncio.run(_change(folder, f"{peer} is not severed.", do))


@peer_app.command("list")
def list_command(*, folder: _Folder = Path("kith-data"), as_json: _Json = False) -> None:
    """List the co-ops we know, and where we stand with each."""
    asyncio.run(_list(folder, as_json=as_json))


@peer_app.command()
def show(peer: _Peer, *, folder: _Folder = Path("kith-data"), as_json: _Json = False) -> None:
    """Show a peer: code, fingerprint, agreement, log."""
    asyncio.run(_show(folder, peer, as_json=as_json))


async def _invite(folder: Path, out: Path | None) -> None:
    async with door(folder) as open_door:
        with sentences("There is no invitation yet."):
            answer = await patiently(lambda: ask(open_door.federation.InvitePeer, pb.InvitePeerRequest(), open_door.secretary()))
        _give(answer.invitation, out)
    say("Give this text to the other co-op. Nothing in it is secret; that it came from you is shown by the code you compare by phone.")


async def _accept(folder: Path, file: str, out: Path | None) -> None:
    text = sys.stdin.read() if file == "-" else _read(Path(file))
    async with door(folder) as open_door:
        asked = pb.AcceptPeerRequest(request_id=str(new_id()), invitation=text.strip())
        with sentences("The invitation was not taken."):
            answer = await ask(open_door.federation.AcceptPeer, asked, open_door.secretary())
    if out is not None:
        _give(answer.invitation, out)
        say(f"Our own invitation is in {out}: give it to {answer.peer.name}, if they have none of ours yet.")
    result(answer.peer.code)
    say(f"{answer.peer.name} ({answer.peer.co_op}). Ring them on a number you know, and compare this code with what their screen shows.")
    say(f"The same on both? Then: kith peer confirm {answer.peer.co_op} --code {answer.peer.code} --decision NUMBER --contact WHO")


async def _change(folder: Path, failed: str, do: Callable[[Door], Awaitable[pb.Peer]]) -> None:
    async with door(folder) as open_door:
        with sentences(failed):
            found = await do(open_door)
    result(f"{found.co_op}  {STATES.get(found.state, '')}")
    if found.state == pb.PEER_STATE_CONFIRMED:
        say("We wait for their half of the agreement." if found.decided else "Pending: no decision of ours is named yet.")


async def _list(folder: Path, *, as_json: bool) -> None:
    found: list[pb.Peer] = []
    async with door(folder) as open_door:
        token = ""
        while True:
            asked = pb.ListPeersRequest(page_size=200, page_token=token)
            answer = await ask(open_door.federation.ListPeers, asked, open_door.secretary())
            found += answer.peers
            token = answer.next_page_token
            if not token:
                break
    if as_json:
        result(json.dumps({"schema": "kith.v1", "peers": [MessageToDict(one) for one in found]}, ensure_ascii=False, indent=1))
        return
    for one in found:
        notes = [how_many(one.waiting, "letter waits", "letters wait")] if one.waiting else []
        notes += ["not heard for a day"] if one.unreachable else []
        notes += [one.failing] if one.failing else []
        result(f"{one.co_op:<24} {STATES.get(one.state, ''):<10} {one.code}  {one.name}{'  ' + '; '.join(notes) if notes else ''}")


async def _show(folder: Path, peer: str, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        with sentences("There is nothing to show."):
            one = (await ask(open_door.federation.GetPeer, pb.GetPeerRequest(peer=peer), open_door.secretary())).peer
        zone = open_door.instance.co_op.zone
    if as_json:
        result(json.dumps({"schema": "kith.v1", **MessageToDict(one)}, ensure_ascii=False, indent=1))
        return
    result(f"{one.name} ({one.co_op}): {STATES.get(one.state, '')}{', suspended by them' if one.suspended_by_them else ''}")
    result(f"Code {one.code}, root key {one.fingerprint}")
    result(f"Reached at {one.endpoint}." if one.endpoint else "It has no inbound port: it calls us.")
    if one.contact:
        result(f"Ask {one.contact}.")
    for event in reversed(one.events):
        when = event.at.ToDatetime(tzinfo=UTC).astimezone(zone).strftime("%-d %B %Y %H:%M")
        decision = f", decision {event.decision_number}" if event.decision_number else ""
        result(f"  {when}  {event.what.replace('_', ' ')}{' by them' if event.by_them else ''}{decision}")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "It is no text"
        raise CommandError(f"{path} cannot be read.", f"{why}.", "Name the file with the invitation.", ExitCode.NOT_FOUND) from None


def _give(text: str, out: Path | None) -> None:
    if out is None:
        result(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
