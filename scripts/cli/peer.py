"""`kith peer`: become peers with another co-op, and see or end it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import CommandGroup, JsonResult, TextResult
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.wording import enum_words, plural

with lazy_imports():
    from kith.federation.v1 import federation_pb2 as pb
    from scripts.cli import connection, register_lookup

peer_app = CommandGroup("Become peers with another co-op: give and take invitations, compare the code, decide.")
_PeerArgument = Annotated[str, typer.Argument(help="The other co-op's id, as kith peer list shows it.")]
_DecisionOption = Annotated[int, typer.Option(help="The number of the decision in our log that says so.")]
_OutOption = Annotated[Path | None, typer.Option(help="Write the text to this file instead of the screen.")]


@peer_app.action("invite", failed="There is no invitation yet.")
async def invite(co_op: "connection.Connection", *, out: _OutOption = None) -> TextResult:
    """Print our invitation: a text without secrets, for the other co-op."""
    response = await co_op.as_secretary(co_op.federation.InvitePeer, pb.InvitePeerRequest(), retried=True)
    note = "Give this text to the other co-op. Nothing in it is secret; that it came from you is shown by the code you compare by phone."
    return TextResult([] if _written(response.invitation, out) else response.invitation, [note])


@peer_app.action("accept", failed="The invitation was not taken.")
async def accept(
    co_op: "connection.Connection",
    file: Annotated[str, typer.Argument(help="The file with the other co-op's invitation; - for standard input.")],
    *,
    out: _OutOption = None,
) -> TextResult:
    """Take another co-op's invitation, and show the code that both compare by phone."""
    request = pb.AcceptPeerRequest(invitation=(sys.stdin.read() if file == "-" else _read(Path(file))).strip())
    response = await co_op.as_secretary(co_op.federation.AcceptPeer, request)
    peer = response.peer
    notes = [
        f"{peer.name} ({peer.co_op}). Ring them on a number you know, and compare this code with what their screen shows.",
        f"The same on both? Then: kith peer confirm {peer.co_op} --code {peer.code} --decision NUMBER --contact WHO",
    ]
    if _written(response.invitation, out):
        notes.insert(0, f"Our own invitation is in {out}: give it to {peer.name}, if they have none of ours yet.")
    return TextResult(peer.code, notes)


@peer_app.action("confirm", failed="{peer} is not confirmed.")
async def confirm(
    co_op: "connection.Connection",
    peer: _PeerArgument,
    *,
    code: Annotated[str, typer.Option(help="The code as the other side read it out, XXXX-XXXX-XXXX-XXXX.")] = "",
    decision: Annotated[int, typer.Option(help="The number of our decision. Without it the peering stays pending.")] = 0,
    contact: Annotated[str, typer.Option(help='Whom they ask when something is wrong: "the secretary, 01632 960001".')] = "",
) -> TextResult:
    """Say that the codes were the same, and which decision of ours wants this peering."""
    request = pb.ConfirmPeerRequest(peer=peer, code=code, contact=contact, decision_number=decision)
    if decision:
        request.decision_id = await register_lookup.decision_id_of_number(co_op, decision)
    return _changed((await co_op.as_secretary(co_op.federation.ConfirmPeer, request, retried=True)).peer)


@peer_app.action("suspend", failed="{peer} is not suspended.")
async def suspend(co_op: "connection.Connection", peer: _PeerArgument, *, decision: _DecisionOption) -> TextResult:
    """Exchange no votes with a peer until it is resumed."""
    decision_id = await register_lookup.decision_id_of_number(co_op, decision)
    request = pb.SuspendPeerRequest(peer=peer, decision_number=decision, decision_id=decision_id)
    return _changed((await co_op.as_secretary(co_op.federation.SuspendPeer, request, retried=True)).peer)


@peer_app.action("resume", failed="{peer} is not resumed.")
async def resume(co_op: "connection.Connection", peer: _PeerArgument, *, decision: _DecisionOption) -> TextResult:
    """End our suspension of a peer."""
    decision_id = await register_lookup.decision_id_of_number(co_op, decision)
    request = pb.ResumePeerRequest(peer=peer, decision_number=decision, decision_id=decision_id)
    return _changed((await co_op.as_secretary(co_op.federation.ResumePeer, request, retried=True)).peer)


@peer_app.action("sever", failed="{peer} is not severed.")
async def sever(
    co_op: "connection.Connection",
    peer: _PeerArgument,
    *,
    decision: _DecisionOption,
    return_data: Annotated[bool, typer.Option("--return-data", help="Ask them to return or delete what they had of us.")] = False,
) -> TextResult:
    """End the agreement with a peer."""
    decision_id = await register_lookup.decision_id_of_number(co_op, decision)
    request = pb.SeverPeerRequest(peer=peer, decision_number=decision, decision_id=decision_id, return_data=return_data)
    return _changed((await co_op.as_secretary(co_op.federation.SeverPeer, request, retried=True)).peer)


@peer_app.action("list")
async def list_command(co_op: "connection.Connection") -> JsonResult:
    """List the co-ops we know, and where we stand with each."""
    peers = await list_peers(co_op)
    return JsonResult(map(_peer_line, peers), data={"peers": peers})


@peer_app.action("show", failed="There is nothing to show.")
async def show(co_op: "connection.Connection", peer: _PeerArgument) -> JsonResult:
    """Show a peer: code, fingerprint, agreement, log."""
    details = (await co_op.as_secretary(co_op.federation.GetPeer, pb.GetPeerRequest(peer=peer))).peer
    return JsonResult(_details(co_op, details), data=details)


async def list_peers(co_op: "connection.Connection") -> "list[pb.Peer]":
    """Every co-op we know."""
    return await co_op.list_as_secretary(co_op.federation.ListPeers, pb.ListPeersRequest(), lambda page: page.peers)


def _changed(peer: "pb.Peer") -> TextResult:
    pending = "We wait for their half of the agreement." if peer.decided else "Pending: no decision of ours is named yet."
    return TextResult(f"{peer.co_op}  {_state(peer)}", [pending] if peer.state == pb.PEER_STATE_CONFIRMED else [])


def _peer_line(peer: "pb.Peer") -> str:
    notes = [plural(peer.waiting, "letter waits", "letters wait")] if peer.waiting else []
    notes += ["not heard for a day"] if peer.unreachable else []
    notes += [peer.failing] if peer.failing else []
    return f"{peer.co_op:<24} {_state(peer):<10} {peer.code}  {peer.name}{'  ' + '; '.join(notes) if notes else ''}"


def _details(co_op: "connection.Connection", peer: "pb.Peer") -> Iterator[str]:
    yield f"{peer.name} ({peer.co_op}): {_state(peer)}{', suspended by them' if peer.suspended_by_them else ''}"
    yield f"Code {peer.code}, root key {peer.fingerprint}"
    yield f"Reached at {peer.endpoint}." if peer.endpoint else "It has no inbound port: it calls us."
    if peer.contact:
        yield f"Ask {peer.contact}."
    for entry in reversed(peer.events):
        decision = f", decision {entry.decision_number}" if entry.decision_number else ""
        yield f"  {co_op.format_time(entry.at)}  {entry.what.replace('_', ' ')}{' by them' if entry.by_them else ''}{decision}"


def _state(peer: "pb.Peer") -> str:
    return enum_words(pb.PeerState, peer.state)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "It is no text"
        raise CommandError(f"{path} cannot be read.", f"{why}.", "Name the file with the invitation.", ExitCode.NOT_FOUND) from None


def _written(text: str, out: Path | None) -> bool:
    """Writes the text to the file, if one is named; whether it did."""
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
    return out is not None
