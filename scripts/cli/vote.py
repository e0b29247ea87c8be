"""`kith vote`: the secretary's commands for a federated vote, from the draft to the outcome."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToDict

from kith.federation.v1 import federation_pb2 as federation
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.terms import read_terms
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, NotFound, Unavailable
from libs.rpc.client import call_service
from scripts.cli import (
    vote_ballot_commands,
    vote_dispute,
    vote_export_commands,
    vote_file,
    vote_outcome_text,
    vote_paper_ballots,
    vote_text,
)
from scripts.cli.connection import Connection, connect
from scripts.cli.console import CommandError, ExitCode, print_note, print_result
from scripts.cli.decision_lookup import find_decision
from scripts.cli.progress import ProgressLine
from scripts.cli.refusal_messages import refusals_as_errors
from scripts.cli.register_lookup import find_person
from scripts.cli.retry import retry
from scripts.cli.vote_lookup import find_vote_id, get_vote, list_drafts, list_votes
from scripts.cli.vote_peers import require_active_peers
from scripts.cli.vote_roll import attest_roll, freeze_roll

vote_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Decide together with other co-ops. Step by step: docs/how-to/federate.md",
)
FolderOption = Annotated[Path, typer.Option(help="The co-op's data folder.")]
VoteArgument = Annotated[str, typer.Argument(help="The first 8 or more digits of the vote's id; see kith vote list.", metavar="vote")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
_DecisionOption = Annotated[int, typer.Option(min=1, help="The number of the decision in this co-op's log; see kith motion log.")]
_DEFAULT_FOLDER = Path("kith-data")


@vote_app.command("draft")
def draft_command(
    file: Annotated[Path, typer.Argument(help="A vote file; see examples/vote.toml.")],
    *,
    folder: FolderOption = _DEFAULT_FOLDER,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for the others' keys.")] = 60.0,
    as_json: JsonOption = False,
) -> int:
    """Draft a vote: the others are asked for their keys, and then there are terms. Prints the id of the vote."""
    return asyncio.run(_draft(folder, file, wait, as_json=as_json))


@vote_app.command("list")
def list_command(*, folder: FolderOption = _DEFAULT_FOLDER, as_json: JsonOption = False) -> None:
    """List votes, newest first, and drafts that wait for the keys of others."""
    asyncio.run(_list(folder, as_json=as_json))


@vote_app.command("show")
def show_command(vote: VoteArgument, *, folder: FolderOption = _DEFAULT_FOLDER, as_json: JsonOption = False) -> None:
    """Show a vote: the question, where it stands at every co-op, and what is to be done next."""
    asyncio.run(_show(folder, vote, as_json=as_json))


@vote_app.command("join")
def join_command(
    vote: VoteArgument, *, decision: _DecisionOption, folder: FolderOption = _DEFAULT_FOLDER, as_json: JsonOption = False
) -> None:
    """Take part, by a decision of this co-op."""

    async def act(connection: Connection, vote_id: str) -> pb.Vote:
        request = pb.JoinVoteRequest(request_id=str(new_id()), vote_id=vote_id, decision_number=decision)
        response: pb.JoinVoteResponse = await retry(lambda: call_service(connection.votes.JoinVote, request, connection.secretary_token()))
        return response.vote

    asyncio.run(_act(folder, vote, act, f"This co-op takes part, by its decision number {decision}.", as_json=as_json, decision=decision))


@vote_app.command("freeze")
def freeze_command(vote: VoteArgument, *, folder: FolderOption = _DEFAULT_FOLDER, as_json: JsonOption = False) -> None:
    """Freeze the roll: everybody who may vote gets a row, under a name that nobody else knows."""
    asyncio.run(_act(folder, vote, freeze_roll, "The roll is frozen.", as_json=as_json))


@vote_app.command("attest")
def attest_command(
    vote: VoteArgument,
    *,
    member: Annotated[str, typer.Option("--as", help="The scrutineer's member number.")],
    folder: FolderOption = _DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """As a scrutineer, open every row of the roll against the register. Two are needed."""

    async def act(connection: Connection, vote_id: str) -> pb.Vote:
        response = await attest_roll(connection, vote_id, await find_person(connection, member))
        if response.wrong_person_ids:
            why = f"These people's rows do not open with what the register says now: {', '.join(response.wrong_person_ids)}."
            raise CommandError("Nothing was attested.", why, "Find out why; then withdraw, or put the register right.", ExitCode.CONFLICT)
        return response.vote

    asyncio.run(_act(folder, vote, act, "Every row opened.", as_json=as_json))


@vote_app.command("ready")
def ready_command(vote: VoteArgument, *, folder: FolderOption = _DEFAULT_FOLDER, as_json: JsonOption = False) -> None:
    """Say that this co-op is ready, and agrees with every roll. After this nobody leaves."""

    async def act(connection: Connection, vote_id: str) -> pb.Vote:
        request = pb.ReadyVoteRequest(request_id=str(new_id()), vote_id=vote_id)
        response: pb.ReadyVoteResponse = await call_service(connection.votes.ReadyVote, request, connection.secretary_token())
        return response.vote

    asyncio.run(_act(folder, vote, act, "This co-op says ready as soon as it holds every roll.", as_json=as_json))


@vote_app.command("withdraw")
def withdraw_command(vote: VoteArgument, *, folder: FolderOption = _DEFAULT_FOLDER, as_json: JsonOption = False) -> None:
    """Leave a vote, before this co-op has said that it is ready."""

    async def act(connection: Connection, vote_id: str) -> pb.Vote:
        request = pb.WithdrawFromVoteRequest(request_id=str(new_id()), vote_id=vote_id)
        await call_service(connection.votes.WithdrawFromVote, request, connection.secretary_token())
        return await get_vote(connection, vote_id)

    asyncio.run(_act(folder, vote, act, "This co-op withdrew.", as_json=as_json))


vote_app.command("cards")(vote_export_commands.cards_command)
vote_app.command("cast")(vote_ballot_commands.cast_command)
vote_app.command("record")(vote_paper_ballots.record_command)
vote_app.command("waiting")(vote_paper_ballots.waiting_command)
vote_app.command("confirm")(vote_paper_ballots.confirm_command)
vote_app.command("look-up")(vote_ballot_commands.look_up_command)
vote_app.command("receipt")(vote_ballot_commands.receipt_command)
vote_app.command("bundle")(vote_export_commands.bundle_command)
vote_app.command("object")(vote_dispute.object_command)
vote_app.command("settle")(vote_dispute.settle_command)


async def draft_vote(connection: Connection, file: vote_file.VoteFile) -> str:
    """Drafts the vote as the secretary and returns the draft's id."""
    request = file.request(connection.now())
    request.request_id = str(new_id())
    response: pb.DraftVoteResponse = await retry(lambda: call_service(connection.votes.DraftVote, request, connection.secretary_token()))
    return response.draft_id


async def vote_id_of_draft(connection: Connection, draft_id: str) -> str:
    """The id of the vote once its terms exist; empty before."""
    return "".join([draft.vote_id async for draft in list_drafts(connection) if draft.draft_id == draft_id])


async def _draft(folder: Path, path: Path, wait: float, *, as_json: bool) -> int:
    async with connect(folder) as connection:
        file = vote_file.read_vote_file(path, connection.instance.co_op.zone)
        with refusals_as_errors("No vote was drafted."), file.explained_by_own_rules():
            await require_active_peers(connection, file.parties)
            draft_id = await draft_vote(connection, file)
            vote = await _wait_for_terms(connection, draft_id, wait)
    if as_json:
        print_result(json.dumps({"schema": "kith.v1", "draftId": draft_id, "voteId": vote}))
    elif vote:
        print_result(vote)
    else:
        print_result(f"draft {draft_id}")
    if not vote:
        print_note("The others have not all sent their keys yet. The vote appears in kith vote list when they have.")
        return ExitCode.PARTIAL
    print_note("The terms are made and go to the others. Decide by a motion whether to take part, then: kith vote join")
    return ExitCode.OK


async def _wait_for_terms(connection: Connection, draft_id: str, seconds: float) -> str:
    loop = asyncio.get_running_loop()
    start, progress = loop.time(), ProgressLine(int(seconds), "seconds waited for the others' keys")
    try:
        while True:
            vote = await vote_id_of_draft(connection, draft_id)
            waited = loop.time() - start
            if vote or waited > seconds:
                return vote
            progress.update(int(waited))
            await asyncio.sleep(0.2)
    finally:
        progress.clear()


async def _list(folder: Path, *, as_json: bool) -> None:
    async with connect(folder) as connection:
        votes = [vote async for vote in list_votes(connection)]
        waiting_drafts = [draft async for draft in list_drafts(connection) if not draft.vote_id]
        if as_json:
            listed = {"votes": [MessageToDict(vote) for vote in votes], "drafts": [MessageToDict(draft) for draft in waiting_drafts]}
            print_result(json.dumps({"schema": "kith.v1", **listed}, ensure_ascii=False, indent=1))
            return
        zone = connection.instance.co_op.zone
        us = connection.instance.co_op.id
        for draft in waiting_drafts:
            others = ", ".join(party for party in draft.parties if party != us)
            print_result(f"{draft.draft_id[:12]}  {'draft':<12} waits for the keys of {others}: {draft.question}")
        for vote in votes:
            print_result(vote_text.vote_summary(vote, zone, await _withdrawn_names(connection, vote)))


async def _withdrawn_names(connection: Connection, vote: pb.Vote) -> str:
    """Names of co-ops that withdrew before the opening; only the evidence service knows about other co-ops."""
    if not vote_text.is_before_open(vote):
        return ""
    request = federation.GetVoteEvidenceRequest(vote_id=vote.vote_id)
    try:
        return vote_text.withdrawn_names(await call_service(connection.evidence.GetVoteEvidence, request, connection.secretary_token()))
    except (Unavailable, NotFound):
        return ""


async def _show(folder: Path, id_prefix: str, *, as_json: bool) -> None:
    async with connect(folder) as connection:
        vote_id = await find_vote_id(connection, id_prefix)
        vote = await get_vote(connection, vote_id)
        request = federation.GetVoteEvidenceRequest(vote_id=vote_id)
        evidence = await call_service(connection.evidence.GetVoteEvidence, request, connection.secretary_token())
        if as_json:
            both = {"vote": MessageToDict(vote), "evidence": MessageToDict(evidence)}
            print_result(json.dumps({"schema": "kith.v1", **both}, ensure_ascii=False, indent=1))
            return
        print_result("\n".join(vote_text.vote_lines(vote, evidence, connection.instance.co_op.zone, connection.now())))
        final = await call_service(
            connection.evidence.GetOutcome, federation.GetOutcomeRequest(vote_id=vote_id), connection.secretary_token()
        )
        if final.final:
            names = {board.co_op: board.name for board in evidence.boards}
            print_result("\n" + "\n".join(vote_outcome_text.vote_outcome_lines(final.outcome, read_terms(vote.terms), names)))


@contextmanager
def _wrong_state_explained() -> Iterator[None]:
    """Turns a refusal because of the vote's state into an error that names the state and the next step."""
    try:
        yield
    except FailedPrecondition as refusal:
        if refusal.reason != "VOTE_NOT_AT_THIS":
            raise
        why, following = vote_text.wrong_state_message(refusal.details.get("state", ""))
        raise CommandError("Nothing was changed.", why, following, ExitCode.CONFLICT) from refusal


async def _act(
    folder: Path, id_prefix: str, act: Callable[[Connection, str], Awaitable[pb.Vote]], done: str, *, as_json: bool, decision: int = 0
) -> None:
    """Runs one action of the secretary or a scrutineer and prints the result. `decision` is the number of the decision behind it."""
    async with connect(folder) as connection:
        vote_id = await find_vote_id(connection, id_prefix)
        with refusals_as_errors("Nothing was changed."), _wrong_state_explained():
            vote = await act(connection, vote_id)
        if decision and not as_json:
            decided = await find_decision(connection, decision)
            done = f"{done[:-1]}: {decided.title if decided is not None else ''}"
    if as_json:
        print_result(json.dumps({"schema": "kith.v1", "vote": MessageToDict(vote)}, ensure_ascii=False, indent=1))
        return
    print_result(done)
    if vote.groups:
        print_note(
            f"On the roll: {', '.join(f'{group.rows} {group.group}' for group in vote.groups)}. Scrutineers so far: {vote.attested_by}."
        )
