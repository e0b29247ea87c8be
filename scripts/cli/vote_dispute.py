"""`kith vote object` and `kith vote settle`: objections and settlements, each by a decision of the co-op."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import DecisionOption, TextResult, VoteArgument
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.vote import vote_app

with lazy_imports():
    from kith.federation.v1 import federation_pb2 as fed
    from kith.governance.v1 import votes_pb2 as pb
    from libs.boards import document_fields, documents
    from libs.signing import canonical
    from scripts.cli import connection, vote_lookup

_NOTHING_SETTLED = "Nothing was settled."
_NOTHING_CHANGED = "Nothing was changed."


@vote_app.action("object", failed=_NOTHING_CHANGED)
async def object_command(co_op: "connection.Connection", vote: VoteArgument, *, decision: DecisionOption) -> TextResult:
    """Object to an outcome, by a decision of this co-op. The outcome stands, and everybody sees that it is contested."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    await co_op.as_secretary(co_op.votes.ObjectToVote, pb.ObjectToVoteRequest(vote_id=vote_id, decision_number=decision))
    return TextResult("This co-op objects.")


def _check_one_way(*, settlement: Path | None, count: list[str] | None, agree: bool, annul: int, **_others: object) -> None:
    if sum(map(bool, (settlement, count, agree, annul))) != 1:
        fix = "Say one of --settlement, --count, --agree, --annul."
        raise CommandError(_NOTHING_SETTLED, "It must be clear what this co-op agrees to.", fix, ExitCode.USAGE)


@vote_app.action("settle", failed=_NOTHING_CHANGED, check=_check_one_way)
async def settle_command(
    co_op: "connection.Connection",
    vote: VoteArgument,
    *,
    decision: DecisionOption,
    settlement: Annotated[Path | None, typer.Option(help="The settlement as all co-ops agreed on it: the JSON of its body.")] = None,
    count: Annotated[
        list[str] | None,
        typer.Option(help="Instead: how many entries of a board count, such as mill-lane=57; the others as they were held in time."),
    ] = None,
    agree: Annotated[bool, typer.Option("--agree", help="Instead: what other co-ops have signed; see kith vote show.")] = False,
    annul: Annotated[int, typer.Option(help="Instead: annul the vote, as this revision of its outcome.")] = 0,
) -> TextResult:
    """Agree to a settlement, by a decision of this co-op. It holds when every co-op has agreed to the same one."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    if settlement is not None:
        body = read_settlement_file(settlement)
    else:
        evidence = await vote_lookup.get_evidence(co_op, vote_id)
        body = settlement_signed_by_others(evidence) if agree else build_settlement(evidence, count or [], annul)
    request = pb.SettleVoteRequest(vote_id=vote_id, decision_number=decision, settlement=body)
    await co_op.as_secretary(co_op.votes.SettleVote, request)
    return TextResult("This co-op agrees to the settlement.")


def build_settlement(evidence: "fed.GetVoteEvidenceResponse", counts: Sequence[str], annul: int) -> bytes:
    """A settlement as JSON bytes: each board up to the entries held in time, unless `counts` overrides it. Raises CommandError.

    A co-op with proven misconduct does not have to agree, as on the pages.
    """
    boards = {board.co_op: board for board in evidence.boards if not board.observer}
    without = tuple(sorted({line.split()[-1] for line in evidence.misconduct if line.split()} & boards.keys()))
    if annul:
        return documents.Settlement(evidence.vote_id, annul, documents.ANNUL, (), without).data()
    chosen_sizes = dict(_parse_count(text, boards) for text in counts)
    cuts = tuple(sorted((co_op, chosen_sizes.get(co_op, board.cut_at_close)) for co_op, board in boards.items()))
    return documents.Settlement(evidence.vote_id, max(evidence.revision, 1) + 1, documents.CUTS, cuts, without).data()


def settlement_signed_by_others(evidence: "fed.GetVoteEvidenceResponse") -> bytes:
    """The settlement that other co-ops have signed. Raises CommandError if there is none."""
    if not evidence.settlement:
        fix = "Talk with the others; the first one to sign says --count or --annul."
        raise CommandError(_NOTHING_SETTLED, "No other co-op has signed a settlement that has come here.", fix, ExitCode.CONFLICT)
    return evidence.settlement


def _parse_count(text: str, boards: "Mapping[str, fed.BoardView]") -> tuple[str, int]:
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
    try:
        data = canonical.encode(json.loads(file.read_text(encoding="utf-8")))
        documents.read_settlement_body(data)
    except FileNotFoundError:
        raise CommandError(_NOTHING_SETTLED, f"There is no file {file}.", "Name the settlement's file.", ExitCode.NOT_FOUND) from None
    except (OSError, ValueError, canonical.NotCanonicalError, document_fields.DocumentError) as error:
        raise CommandError(
            _NOTHING_SETTLED, f"{file} is no settlement: {error}.", "See docs/formats/federated-vote.md.", ExitCode.USAGE
        ) from None
    return data
