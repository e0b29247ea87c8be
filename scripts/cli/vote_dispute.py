"""`kith vote object` and `kith vote settle`: objections and settlements, each by a decision of the co-op."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from kith.federation.v1 import federation_pb2 as fed
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.document_fields import DocumentError
from libs.boards.documents import ANNUL, CUTS, Settlement, read_settlement_body
from libs.database.engine import new_id
from libs.rpc.client import call_service
from libs.signing import canonical
from libs.signing.canonical import NotCanonicalError
from scripts.cli.connection import Connection, connect
from scripts.cli.console import CommandError, ExitCode, print_result
from scripts.cli.refusal_messages import refusals_as_errors
from scripts.cli.vote_lookup import find_vote_id

_VoteArgument = Annotated[str, typer.Argument(help="The first 8 or more digits of the vote's id; see kith vote list.", metavar="vote")]
_FolderOption = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_NOTHING_SETTLED = "Nothing was settled."
_DecisionOption = Annotated[int, typer.Option(min=1, help="The number of the decision in this co-op's log; see kith motion log.")]


def object_command(vote: _VoteArgument, *, decision: _DecisionOption, folder: _FolderOption = Path("kith-data")) -> None:
    """Object to an outcome, by a decision of this co-op. The outcome stands, and everybody sees that it is contested."""

    async def act(connection: Connection, vote_id: str) -> None:
        request = pb.ObjectToVoteRequest(request_id=str(new_id()), vote_id=vote_id, decision_number=decision)
        await call_service(connection.votes.ObjectToVote, request, connection.secretary_token())

    asyncio.run(_act(folder, vote, act, "This co-op objects."))


def settle_command(
    vote: _VoteArgument,
    *,
    decision: _DecisionOption,
    settlement: Annotated[Path | None, typer.Option(help="The settlement as all co-ops agreed on it: the JSON of its body.")] = None,
    count: Annotated[
        list[str] | None,
        typer.Option(help="Instead: how many entries of a board count, such as mill-lane=57; the others as they were held in time."),
    ] = None,
    agree: Annotated[bool, typer.Option("--agree", help="Instead: what other co-ops have signed; see kith vote show.")] = False,
    annul: Annotated[int, typer.Option(help="Instead: annul the vote, as this revision of its outcome.")] = 0,
    folder: _FolderOption = Path("kith-data"),
) -> None:
    """Agree to a settlement, by a decision of this co-op. It holds when every co-op has agreed to the same one."""
    if sum(map(bool, (settlement, count, agree, annul))) != 1:
        fix = "Say one of --settlement, --count, --agree, --annul."
        raise CommandError(_NOTHING_SETTLED, "It must be clear what this co-op agrees to.", fix, ExitCode.USAGE)

    async def act(connection: Connection, vote_id: str) -> None:
        if settlement is not None:
            body = read_settlement_file(settlement)
        else:
            evidence = await call_service(
                connection.evidence.GetVoteEvidence, fed.GetVoteEvidenceRequest(vote_id=vote_id), connection.secretary_token()
            )
            body = settlement_signed_by_others(evidence) if agree else build_settlement(evidence, count or [], annul)
        request = pb.SettleVoteRequest(request_id=str(new_id()), vote_id=vote_id, decision_number=decision, settlement=body)
        await call_service(connection.votes.SettleVote, request, connection.secretary_token())

    asyncio.run(_act(folder, vote, act, "This co-op agrees to the settlement."))


def build_settlement(evidence: fed.GetVoteEvidenceResponse, counts: Sequence[str], annul: int) -> bytes:
    """A settlement as JSON bytes: each board up to the entries held in time, unless `counts` overrides it. Raises CommandError.

    A co-op with proven misconduct does not have to agree, as on the pages.
    """
    boards = {board.co_op: board for board in evidence.boards if not board.observer}
    without = tuple(sorted({line.split()[-1] for line in evidence.misconduct if line.split()} & boards.keys()))
    if annul:
        return Settlement(evidence.vote_id, annul, ANNUL, (), without).data()
    chosen_sizes = dict(_parse_count(text, boards) for text in counts)
    cuts = tuple(sorted((co_op, chosen_sizes.get(co_op, board.cut_at_close)) for co_op, board in boards.items()))
    return Settlement(evidence.vote_id, max(evidence.revision, 1) + 1, CUTS, cuts, without).data()


def settlement_signed_by_others(evidence: fed.GetVoteEvidenceResponse) -> bytes:
    """The settlement that other co-ops have signed. Raises CommandError if there is none."""
    if not evidence.settlement:
        fix = "Talk with the others; the first one to sign says --count or --annul."
        raise CommandError(_NOTHING_SETTLED, "No other co-op has signed a settlement that has come here.", fix, ExitCode.CONFLICT)
    return evidence.settlement


def _parse_count(text: str, boards: Mapping[str, fed.BoardView]) -> tuple[str, int]:
    co_op, _, size = text.partition("=")
    if co_op not in boards or not (size.isascii() and size.isdigit()):
        fix = f"Write a co-op and a number, such as {next(iter(boards), 'mill-lane')}=57. They are: {', '.join(boards)}."
        raise CommandError(_NOTHING_SETTLED, f'"{text}" says of no board how far it counts.', fix, ExitCode.USAGE)
    if int(size) > boards[co_op].size:
        why = f"The board of {co_op} has {boards[co_op].size} entries here."
        raise CommandError(_NOTHING_SETTLED, why, "No more can count. See kith vote show.", ExitCode.USAGE)
    return co_op, int(size)


def read_settlement_file(file: Path) -> bytes:
    """Reads a settlement as canonical JSON bytes; line ends and spaces in the file do not matter. Raises CommandError."""
    import json

    try:
        data = canonical.encode(json.loads(file.read_text(encoding="utf-8")))
        read_settlement_body(data)
    except FileNotFoundError:
        raise CommandError(_NOTHING_SETTLED, f"There is no file {file}.", "Name the settlement's file.", ExitCode.NOT_FOUND) from None
    except (OSError, ValueError, NotCanonicalError, DocumentError) as error:
        raise CommandError(
            _NOTHING_SETTLED, f"{file} is no settlement: {error}.", "See docs/formats/federated-vote.md.", ExitCode.USAGE
        ) from None
    return data


async def _act(folder: Path, id_prefix: str, act: Callable[[Connection, str], Awaitable[None]], done: str) -> None:
    async with connect(folder) as connection:
        vote_id = await find_vote_id(connection, id_prefix)
        with refusals_as_errors("Nothing was changed."):
            await act(connection, vote_id)
    print_result(done)
