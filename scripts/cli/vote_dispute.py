"""`kith vote object` and `kith vote settle`: acts of people, each by a decision of their co-op."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from kith.federation.v1 import federation_pb2 as fed
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.forms import DocumentError
from libs.boards.papers import ANNUL, CUTS, Settlement, read_settlement_body
from libs.database.engine import new_id
from libs.rpc.client import ask
from libs.signing import canonical
from libs.signing.canonical import NotCanonicalError
from scripts.cli.console import CommandError, ExitCode, result
from scripts.cli.door import Door, door
from scripts.cli.vote_named import vote_id
from scripts.cli.vote_refusals import sentences

_Vote = Annotated[str, typer.Argument(help="The first 8 or more digits of the vote's id; see kith vote list.", metavar="vote")]
_Folder = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_NOTHING = "Nothing was settled."
_Decision = Annotated[int, typer.Option(min=1, help="The number of the decision in this co-op's log; see kith motion log.")]


def object_command(vote: _Vote, *, decision: _Decision, folder: _Folder = Path("kith-data")) -> None:
    """Object to an outcome, by a decision of this co-op. The outcome stands, and everybody sees that it is contested."""

    async def act(open_door: Door, which: str) -> None:
        asked = pb.ObjectToVoteRequest(request_id=str(new_id()), vote_id=which, decision_number=decision)
        await ask(open_door.votes.ObjectToVote, asked, open_door.secretary())

    asyncio.run(_act(folder, vote, act, "This co-op objects."))


def settle_command(
    vote: _Vote,
    *,
    decision: _Decision,
    settlement: Annotated[Path | None, typer.Option(help="The settlement as all co-ops agreed on it: the JSON of its body.")] = None,
    count: Annotated[
        list[str] | None,
        typer.Option(help="Instead: how many entries of a board count, such as mill-lane=57; the others as they were held in time."),
    ] = None,
    agree: Annotated[bool, typer.Option("--agree", help="Instead: what other co-ops have signed; see kith vote show.")] = False,
    annul: Annotated[int, typer.Option(help="Instead: annul the vote, as this revision of its outcome.")] = 0,
    folder: _Folder = Path("kith-data"),
) -> None:
    """Agree to a settlement, by a decision of this co-op. It holds when every co-op has agreed to the same one."""
    if sum(map(bool, (settlement, count, agree, annul))) != 1:
        fix = "Say one of --settlement, --count, --agree, --annul."
        raise CommandError(_NOTHING, "It must be clear what this co-op agrees to.", fix, ExitCode.USAGE)

    async def act(open_door: Door, which: str) -> None:
        if settlement is not None:
            body = body_of(settlement)
        else:
            evidence = await ask(open_door.evidence.GetVoteEvidence, fed.GetVoteEvidenceRequest(vote_id=which), open_door.secretary())
            body = signed_by_others(evidence) if agree else chosen(evidence, count or [], annul)
        asked = pb.SettleVoteRequest(request_id=str(new_id()), vote_id=which, decision_number=decision, settlement=body)
        await ask(open_door.votes.SettleVote, asked, open_door.secretary())

    asyncio.run(_act(folder, vote, act, "This co-op agrees to the settlement."))


def chosen(evidence: fed.GetVoteEvidenceResponse, counts: Sequence[str], annul: int) -> bytes:
    """A settlement as JSON bytes: each board as far as it was held in time, but where `counts` say it. Raises CommandError.

    Whoever was shown to do wrong is not asked, as on the pages.
    """
    boards = {one.co_op: one for one in evidence.boards if not one.observer}
    without = tuple(sorted({line.split()[-1] for line in evidence.misconduct if line.split()} & boards.keys()))
    if annul:
        return Settlement(evidence.vote_id, annul, ANNUL, (), without).data()
    said = dict(_count(one, boards) for one in counts)
    cuts = tuple(sorted((co_op, said.get(co_op, board.cut_at_close)) for co_op, board in boards.items()))
    return Settlement(evidence.vote_id, max(evidence.revision, 1) + 1, CUTS, cuts, without).data()


def signed_by_others(evidence: fed.GetVoteEvidenceResponse) -> bytes:
    """Raises CommandError where there is nothing to agree to."""
    if not evidence.settlement:
        fix = "Talk with the others; the first one to sign says --count or --annul."
        raise CommandError(_NOTHING, "No other co-op has signed a settlement that has come here.", fix, ExitCode.CONFLICT)
    return evidence.settlement


def _count(said: str, boards: Mapping[str, fed.BoardView]) -> tuple[str, int]:
    co_op, _, size = said.partition("=")
    if co_op not in boards or not (size.isascii() and size.isdigit()):
        fix = f"Write a co-op and a number, such as {next(iter(boards), 'mill-lane')}=57. They are: {', '.join(boards)}."
        raise CommandError(_NOTHING, f'"{said}" says of no board how far it counts.', fix, ExitCode.USAGE)
    if int(size) > boards[co_op].size:
        why = f"The board of {co_op} has {boards[co_op].size} entries here."
        raise CommandError(_NOTHING, why, "No more can count. See kith vote show.", ExitCode.USAGE)
    return co_op, int(size)


def body_of(file: Path) -> bytes:
    """The settlement of a file as JSON bytes; line ends and spaces in the file do not matter. Raises CommandError."""
    import json

    try:
        data = canonical.encode(json.loads(file.read_text(encoding="utf-8")))
        read_settlement_body(data)
    except FileNotFoundError:
        raise CommandError(_NOTHING, f"There is no file {file}.", "Name the settlement's file.", ExitCode.NOT_FOUND) from None
    except (OSError, ValueError, NotCanonicalError, DocumentError) as error:
        raise CommandError(_NOTHING, f"{file} is no settlement: {error}.", "See docs/formats/federated-vote.md.", ExitCode.USAGE) from None
    return data


async def _act(folder: Path, said: str, act: Callable[[Door, str], Awaitable[None]], done: str) -> None:
    async with door(folder) as open_door:
        which = await vote_id(open_door, said)
        with sentences("Nothing was changed."):
            await act(open_door, which)
    result(done)
