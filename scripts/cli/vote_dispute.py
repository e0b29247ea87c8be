"""`kith vote object` and `kith vote settle`: acts of people, each by a decision of their co-op."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from kith.governance.v1 import votes_pb2 as pb
from libs.boards.forms import DocumentError
from libs.boards.papers import ANNUL, Settlement, read_settlement_body
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
    annul: Annotated[int, typer.Option(help="Instead: annul the vote, as this revision of its outcome.")] = 0,
    folder: _Folder = Path("kith-data"),
) -> None:
    """Agree to a settlement, by a decision of this co-op. It holds when every co-op has agreed to the same one."""
    if (settlement is None) == (not annul):
        raise CommandError("Nothing was settled.", "Say either --settlement or --annul.", "", ExitCode.USAGE)

    async def act(open_door: Door, which: str) -> None:
        body = Settlement(which, annul, ANNUL, (), ()).data() if settlement is None else body_of(settlement)
        asked = pb.SettleVoteRequest(request_id=str(new_id()), vote_id=which, decision_number=decision, settlement=body)
        await ask(open_door.votes.SettleVote, asked, open_door.secretary())

    asyncio.run(_act(folder, vote, act, "This co-op agrees to the settlement."))


def body_of(file: Path) -> bytes:
    """The settlement of a file as JSON bytes; line ends and spaces in the file do not matter. Raises CommandError."""
    import json

    what = "Nothing was settled."
    try:
        data = canonical.encode(json.loads(file.read_text(encoding="utf-8")))
        read_settlement_body(data)
    except FileNotFoundError:
        raise CommandError(what, f"There is no file {file}.", "Name the settlement's file.", ExitCode.NOT_FOUND) from None
    except (OSError, ValueError, NotCanonicalError, DocumentError) as error:
        raise CommandError(what, f"{file} is no settlement: {error}.", "See docs/formats/federated-vote.md.", ExitCode.USAGE) from None
    return data


async def _act(folder: Path, said: str, act: Callable[[Door, str], Awaitable[None]], done: str) -> None:
    async with door(folder) as open_door:
        which = await vote_id(open_door, said)
        with sentences("Nothing was changed."):
            await act(open_door, which)
    result(done)
