"""`kith vote`: a vote with other co-ops, from the draft to the outcome, as the secretary drives it."""

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
from libs.refusals import Elsewhere, NotFound, NotNow
from libs.rpc.client import ask
from scripts.cli import vote_dispute, vote_file, vote_outcome, vote_papers, vote_recorders, vote_voter, vote_words
from scripts.cli.console import CommandError, ExitCode, result, say
from scripts.cli.decisions import numbered
from scripts.cli.door import Door, door
from scripts.cli.patience import patiently
from scripts.cli.progress import Progress
from scripts.cli.register import person_of
from scripts.cli.vote_named import drafts, seen, vote_id, votes
from scripts.cli.vote_parties import require_peers
from scripts.cli.vote_refusals import sentences
from scripts.cli.vote_roll import attest, freeze

vote_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Decide together with other co-ops. Step by step: docs/how-to/federate.md",
)
Folder = Annotated[Path, typer.Option(help="The co-op's data folder.")]
VoteArgument = Annotated[str, typer.Argument(help="The first 8 or more digits of the vote's id; see kith vote list.", metavar="vote")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
_Decision = Annotated[int, typer.Option(min=1, help="The number of the decision in this co-op's log; see kith motion log.")]
_HERE = Path("kith-data")


@vote_app.command("draft")
def draft_command(
    file: Annotated[Path, typer.Argument(help="A vote file; see examples/vote.toml.")],
    *,
    folder: Folder = _HERE,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for the others' keys.")] = 60.0,
    as_json: AsJson = False,
) -> int:
    """Draft a vote: the others are asked for their keys, and then there are terms. Prints the id of the vote."""
    return asyncio.run(_draft(folder, file, wait, as_json=as_json))


@vote_app.command("list")
def list_command(*, folder: Folder = _HERE, as_json: AsJson = False) -> None:
    """List votes, newest first, and drafts that wait for the keys of others."""
    asyncio.run(_list(folder, as_json=as_json))


@vote_app.command("show")
def show_command(vote: VoteArgument, *, folder: Folder = _HERE, as_json: AsJson = False) -> None:
    """Show a vote: the question, where it stands at every co-op, and what is to be done next."""
    asyncio.run(_show(folder, vote, as_json=as_json))


@vote_app.command("join")
def join_command(vote: VoteArgument, *, decision: _Decision, folder: Folder = _HERE, as_json: AsJson = False) -> None:
    """Take part, by a decision of this co-op."""

    async def act(open_door: Door, which: str) -> pb.Vote:
        asked = pb.JoinVoteRequest(request_id=str(new_id()), vote_id=which, decision_number=decision)
        answer: pb.JoinVoteResponse = await patiently(lambda: ask(open_door.votes.JoinVote, asked, open_door.secretary()))
        return answer.vote

    asyncio.run(_act(folder, vote, act, f"This co-op takes part, by its decision number {decision}.", as_json=as_json, decision=decision))


@vote_app.command("freeze")
def freeze_command(vote: VoteArgument, *, folder: Folder = _HERE, as_json: AsJson = False) -> None:
    """Freeze the roll: everybody who may vote gets a row, under a name that nobody else knows."""
    asyncio.run(_act(folder, vote, freeze, "The roll is frozen.", as_json=as_json))


@vote_app.command("attest")
def attest_command(
    vote: VoteArgument,
    *,
    member: Annotated[str, typer.Option("--as", help="The scrutineer's member number.")],
    folder: Folder = _HERE,
    as_json: AsJson = False,
) -> None:
    """As a scrutineer, open every row of the roll against the register. Two are needed."""

    async def act(open_door: Door, which: str) -> pb.Vote:
        answer = await attest(open_door, which, await person_of(open_door, member))
        if answer.wrong_person_ids:
            why = f"These people's rows do not open with what the register says now: {', '.join(answer.wrong_person_ids)}."
            raise CommandError("Nothing was attested.", why, "Find out why; then withdraw, or put the register right.", ExitCode.CONFLICT)
        return answer.vote

    asyncio.run(_act(folder, vote, act, "Every row opened.", as_json=as_json))


@vote_app.command("ready")
def ready_command(vote: VoteArgument, *, folder: Folder = _HERE, as_json: AsJson = False) -> None:
    """Say that this co-op is ready, and agrees with every roll. After this nobody leaves."""

    async def act(open_door: Door, which: str) -> pb.Vote:
        asked = pb.ReadyVoteRequest(request_id=str(new_id()), vote_id=which)
        answer: pb.ReadyVoteResponse = await ask(open_door.votes.ReadyVote, asked, open_door.secretary())
        return answer.vote

    asyncio.run(_act(folder, vote, act, "This co-op says ready as soon as it holds every roll.", as_json=as_json))


@vote_app.command("withdraw")
def withdraw_command(vote: VoteArgument, *, folder: Folder = _HERE, as_json: AsJson = False) -> None:
    """Leave a vote, before this co-op has said that it is ready."""

    async def act(open_door: Door, which: str) -> pb.Vote:
        asked = pb.WithdrawFromVoteRequest(request_id=str(new_id()), vote_id=which)
        await ask(open_door.votes.WithdrawFromVote, asked, open_door.secretary())
        return await seen(open_door, which)

    asyncio.run(_act(folder, vote, act, "This co-op withdrew.", as_json=as_json))


vote_app.command("cards")(vote_papers.cards_command)
vote_app.command("cast")(vote_voter.cast_command)
vote_app.command("record")(vote_recorders.record_command)
vote_app.command("waiting")(vote_recorders.waiting_command)
vote_app.command("confirm")(vote_recorders.confirm_command)
vote_app.command("look-up")(vote_voter.look_up_command)
vote_app.command("receipt")(vote_voter.receipt_command)
vote_app.command("bundle")(vote_papers.bundle_command)
vote_app.command("object")(vote_dispute.object_command)
vote_app.command("settle")(vote_dispute.settle_command)


async def draft(open_door: Door, file: vote_file.VoteFile) -> str:
    """Drafts it as the secretary; the draft's id."""
    asked = file.request(open_door.now())
    asked.request_id = str(new_id())
    answer: pb.DraftVoteResponse = await patiently(lambda: ask(open_door.votes.DraftVote, asked, open_door.secretary()))
    return answer.draft_id


async def terms_of(open_door: Door, draft_id: str) -> str:
    """The vote's id once there are terms, empty before."""
    return "".join([one.vote_id async for one in drafts(open_door) if one.draft_id == draft_id])


async def _draft(folder: Path, path: Path, wait: float, *, as_json: bool) -> int:
    async with door(folder) as open_door:
        file = vote_file.read(path, open_door.instance.co_op.zone)
        with sentences("No vote was drafted."), file.checked():
            await require_peers(open_door, file.parties)
            draft_id = await draft(open_door, file)
            vote = await _once_composed(open_door, draft_id, wait)
    if as_json:
        result(json.dumps({"schema": "kith.v1", "draftId": draft_id, "voteId": vote}))
    elif vote:
        result(vote)
    else:
        result(f"draft {draft_id}")
    if not vote:
        say("The others have not all sent their keys yet. The vote appears in kith vote list when they have.")
        return ExitCode.PARTIAL
    say("The terms are made and go to the others. Decide by a motion whether to take part, then: kith vote join")
    return ExitCode.OK


async def _once_composed(open_door: Door, draft_id: str, seconds: float) -> str:
    loop = asyncio.get_running_loop()
    began, progress = loop.time(), Progress(int(seconds), "seconds waited for the others' keys")
    try:
        while True:
            vote = await terms_of(open_door, draft_id)
            waited = loop.time() - began
            if vote or waited > seconds:
                return vote
            progress.at(int(waited))
            await asyncio.sleep(0.2)
    finally:
        progress.clear()


async def _list(folder: Path, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        found = [one async for one in votes(open_door)]
        waiting = [one async for one in drafts(open_door) if not one.vote_id]
        if as_json:
            said = {"votes": [MessageToDict(one) for one in found], "drafts": [MessageToDict(one) for one in waiting]}
            result(json.dumps({"schema": "kith.v1", **said}, ensure_ascii=False, indent=1))
            return
        zone = open_door.instance.co_op.zone
        us = open_door.instance.co_op.id
        for draft_ in waiting:
            others = ", ".join(one for one in draft_.parties if one != us)
            result(f"{draft_.draft_id[:12]}  {'draft':<12} waits for the keys of {others}: {draft_.question}")
        for one in found:
            result(vote_words.line(one, zone, await _left(open_door, one)))


async def _left(open_door: Door, vote: pb.Vote) -> str:
    """Who withdrew from a vote that has not opened: only the boards know of the others."""
    if not vote_words.before_open(vote):
        return ""
    asked = federation.GetVoteEvidenceRequest(vote_id=vote.vote_id)
    try:
        return vote_words.left(await ask(open_door.evidence.GetVoteEvidence, asked, open_door.secretary()))
    except (Elsewhere, NotFound):
        return ""


async def _show(folder: Path, said: str, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        which = await vote_id(open_door, said)
        vote = await seen(open_door, which)
        asked = federation.GetVoteEvidenceRequest(vote_id=which)
        evidence = await ask(open_door.evidence.GetVoteEvidence, asked, open_door.secretary())
        if as_json:
            both = {"vote": MessageToDict(vote), "evidence": MessageToDict(evidence)}
            result(json.dumps({"schema": "kith.v1", **both}, ensure_ascii=False, indent=1))
            return
        result("\n".join(vote_words.shown(vote, evidence, open_door.instance.co_op.zone, open_door.now())))
        final = await ask(open_door.evidence.GetOutcome, federation.GetOutcomeRequest(vote_id=which), open_door.secretary())
        if final.final:
            names = {one.co_op: one.name for one in evidence.boards}
            result("\n" + "\n".join(vote_outcome.in_words(final.outcome, read_terms(vote.terms), names)))


@contextmanager
def _placed() -> Iterator[None]:
    """Who wants something of a vote that is at another point hears where it is, and what comes next."""
    try:
        yield
    except NotNow as refusal:
        if refusal.reason != "VOTE_NOT_AT_THIS":
            raise
        why, following = vote_words.not_at_this(refusal.details.get("state", ""))
        raise CommandError("Nothing was changed.", why, following, ExitCode.CONFLICT) from refusal


async def _act(
    folder: Path, said: str, act: Callable[[Door, str], Awaitable[pb.Vote]], done: str, *, as_json: bool, decision: int = 0
) -> None:
    """One act of the secretary or a scrutineer, and what stands then. `decision` is the number of the one it was done by."""
    async with door(folder) as open_door:
        which = await vote_id(open_door, said)
        with sentences("Nothing was changed."), _placed():
            vote = await act(open_door, which)
        if decision and not as_json:
            taken = await numbered(open_door, decision)
            done = f"{done[:-1]}: {taken.title if taken is not None else ''}"
    if as_json:
        result(json.dumps({"schema": "kith.v1", "vote": MessageToDict(vote)}, ensure_ascii=False, indent=1))
        return
    result(done)
    if vote.groups:
        say(f"On the roll: {', '.join(f'{one.rows} {one.group}' for one in vote.groups)}. Scrutineers so far: {vote.attested_by}.")
