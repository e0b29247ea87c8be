"""`kith vote`: the secretary's commands for a federated vote, from the draft to the outcome."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import CommandGroup, DecisionOption, JsonResult, VoteArgument
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from kith.federation.v1 import federation_pb2 as federation
    from kith.governance.v1 import votes_pb2 as pb
    from libs import refusals
    from libs.boards import vote_terms
    from scripts.cli import (
        connection,
        progress,
        register_lookup,
        vote_draft_file,
        vote_lookup,
        vote_outcome_text,
        vote_peers,
        vote_roll,
        vote_text,
    )

vote_app = CommandGroup("Decide together with other co-ops. Step by step: docs/how-to/federate.md")
_NOTHING_CHANGED = "Nothing was changed."


@vote_app.action("draft", failed="No vote was drafted.")
async def draft_command(
    co_op: "connection.Connection",
    file: Annotated[Path, typer.Argument(help="A vote file; see examples/vote.toml.")],
    *,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for the others' keys.")] = 60.0,
) -> JsonResult:
    """Draft a vote: the others are asked for their keys, and then there are terms. Prints the id of the vote."""
    content = vote_draft_file.read_vote_draft_file(file, co_op.instance.co_op.zone)
    await vote_peers.require_active_peers(co_op, content.parties)
    with content.explained_by_own_rules():
        draft_id = await draft_vote(co_op, content)
    vote_id = await _wait_for_terms(co_op, draft_id, wait)
    data = {"draftId": draft_id, "voteId": vote_id}
    warnings = vote_text.witness_warnings(len({co_op.instance.co_op.id, *content.participants}), len(set(content.observers)))
    if not vote_id:
        note = "The others have not all sent their keys yet. The vote appears in kith vote list when they have."
        return JsonResult(f"draft {draft_id}", [*warnings, note], ExitCode.PARTIAL, data=data)
    note = "The terms are made and go to the others. Decide by a motion whether to take part, then: kith vote join"
    return JsonResult(vote_id, [*warnings, note], data=data)


@vote_app.action("list")
async def list_command(co_op: "connection.Connection") -> JsonResult:
    """List votes, newest first, and drafts that wait for the keys of others."""
    votes = await vote_lookup.list_votes(co_op)
    drafts = [draft for draft in await vote_lookup.list_drafts(co_op) if not draft.vote_id]
    return JsonResult(_list_lines(co_op, votes, drafts), data={"votes": votes, "drafts": drafts})


@vote_app.action("show")
async def show_command(co_op: "connection.Connection", vote: VoteArgument) -> JsonResult:
    """Show a vote: the question, where it stands at every co-op, and what is to be done next."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    details = await vote_lookup.get_vote(co_op, vote_id)
    evidence = await vote_lookup.get_evidence(co_op, vote_id)
    return JsonResult(_show_lines(co_op, details, evidence), data={"vote": details, "evidence": evidence})


@vote_app.action("join", failed=_NOTHING_CHANGED)
async def join_command(co_op: "connection.Connection", vote: VoteArgument, *, decision: DecisionOption) -> JsonResult:
    """Take part, by a decision of this co-op."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    with _wrong_state_explained():
        response = await co_op.as_secretary(
            co_op.votes.JoinVote, pb.JoinVoteRequest(vote_id=vote_id, decision_number=decision), retried=True
        )
    decided = await register_lookup.find_decision(co_op, decision)
    title = decided.title if decided is not None else ""
    return _changed(response.vote, f"This co-op takes part, by its decision number {decision}: {title}")


@vote_app.action("freeze", failed=_NOTHING_CHANGED)
async def freeze_command(co_op: "connection.Connection", vote: VoteArgument) -> JsonResult:
    """Freeze the roll: everybody who may vote gets a row, under a name that nobody else knows."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    with _wrong_state_explained():
        return _changed(await vote_roll.freeze_roll(co_op, vote_id), "The roll is frozen.")


@vote_app.action("attest", failed=_NOTHING_CHANGED)
async def attest_command(
    co_op: "connection.Connection",
    vote: VoteArgument,
    *,
    member: Annotated[str, typer.Option("--as", help="The scrutineer's member number.")],
) -> JsonResult:
    """As a scrutineer, open every row of the roll against the register. Two are needed."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    with _wrong_state_explained():
        response = await vote_roll.attest_roll(co_op, vote_id, await register_lookup.find_person(co_op, member))
    if response.wrong_person_ids:
        why = f"These people's rows do not open with what the register says now: {', '.join(response.wrong_person_ids)}."
        raise CommandError("Nothing was attested.", why, "Find out why; then withdraw, or put the register right.", ExitCode.CONFLICT)
    return _changed(response.vote, "Every row opened.")


@vote_app.action("ready", failed=_NOTHING_CHANGED)
async def ready_command(co_op: "connection.Connection", vote: VoteArgument) -> JsonResult:
    """Say that this co-op is ready, and agrees with every roll. After this nobody leaves."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    with _wrong_state_explained():
        response = await co_op.as_secretary(co_op.votes.ReadyVote, pb.ReadyVoteRequest(vote_id=vote_id))
    return _changed(response.vote, "This co-op says ready as soon as it holds every roll.")


@vote_app.action("withdraw", failed=_NOTHING_CHANGED)
async def withdraw_command(co_op: "connection.Connection", vote: VoteArgument) -> JsonResult:
    """Leave a vote, before this co-op has said that it is ready."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    with _wrong_state_explained():
        await co_op.as_secretary(co_op.votes.WithdrawFromVote, pb.WithdrawFromVoteRequest(vote_id=vote_id))
    return _changed(await vote_lookup.get_vote(co_op, vote_id), "This co-op withdrew.")


async def draft_vote(co_op: "connection.Connection", file: "vote_draft_file.VoteDraftFile") -> str:
    """Drafts the vote as the secretary and returns the draft's id."""
    request = file.request(co_op.now())
    response: pb.DraftVoteResponse = await co_op.as_secretary(co_op.votes.DraftVote, request, retried=True)
    return response.draft_id


async def vote_id_of_draft(co_op: "connection.Connection", draft_id: str) -> str:
    """The id of the vote once its terms exist; empty before."""
    return next((draft.vote_id for draft in await vote_lookup.list_drafts(co_op) if draft.draft_id == draft_id), "")


async def _wait_for_terms(co_op: "connection.Connection", draft_id: str, seconds: float) -> str:
    import asyncio

    loop = asyncio.get_running_loop()
    start, line = loop.time(), progress.ProgressLine(int(seconds), "seconds waited for the others' keys")
    try:
        while True:
            vote = await vote_id_of_draft(co_op, draft_id)
            waited = loop.time() - start
            if vote or waited > seconds:
                return vote
            line.update(int(waited))
            await asyncio.sleep(0.2)
    finally:
        line.clear()


async def _list_lines(co_op: "connection.Connection", votes: "Sequence[pb.Vote]", drafts: "Sequence[pb.VoteDraft]") -> AsyncIterator[str]:
    zone, us = co_op.instance.co_op.zone, co_op.instance.co_op.id
    for draft in drafts:
        others = ", ".join(party for party in draft.parties if party != us)
        yield f"{draft.draft_id[:12]}  {'draft':<12} waits for the keys of {others}: {draft.question}"
    for vote in votes:
        yield vote_text.vote_summary(vote, zone, await _withdrawn_names(co_op, vote))


async def _withdrawn_names(co_op: "connection.Connection", vote: "pb.Vote") -> str:
    """Names of co-ops that withdrew before the opening; only the evidence service knows about other co-ops."""
    if not vote_text.is_before_open(vote):
        return ""
    try:
        return vote_text.withdrawn_names(await vote_lookup.get_evidence(co_op, vote.vote_id))
    except (refusals.Unavailable, refusals.NotFound):
        return ""


async def _show_lines(
    co_op: "connection.Connection", vote: "pb.Vote", evidence: "federation.GetVoteEvidenceResponse"
) -> AsyncIterator[str]:
    for line in vote_text.vote_lines(vote, evidence, co_op.instance.co_op.zone, co_op.now()):
        yield line
    final = await co_op.as_secretary(co_op.evidence.GetOutcome, federation.GetOutcomeRequest(vote_id=vote.vote_id))
    if final.final:
        names = {board.co_op: board.name for board in evidence.boards}
        yield ""
        for line in vote_outcome_text.vote_outcome_lines(final.outcome, vote_terms.read_terms(vote.terms), names):
            yield line


@contextmanager
def _wrong_state_explained() -> Iterator[None]:
    """Turns a refusal because of the vote's state into an error that names the state and the next step."""
    try:
        yield
    except refusals.FailedPrecondition as refusal:
        if refusal.reason != "VOTE_NOT_AT_THIS":
            raise
        why, following = vote_text.wrong_state_message(refusal.details.get("state", ""))
        raise CommandError(_NOTHING_CHANGED, why, following, ExitCode.CONFLICT) from refusal


def _changed(vote: "pb.Vote", done: str) -> JsonResult:
    groups = ", ".join(f"{group.rows} {group.group}" for group in vote.groups)
    notes = [f"On the roll: {groups}. Scrutineers so far: {vote.attested_by}."] if groups else []
    return JsonResult(done, notes, data={"vote": vote})
