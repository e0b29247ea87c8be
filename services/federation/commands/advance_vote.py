"""AdvanceVote: what the evidence and the clock ask of us goes on our board; what it means goes to governance, as a fact."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from libs.boards import entries as kinds
from libs.boards import evidence as proofs
from libs.boards.entries import Entry, Join, Open, Outcome
from libs.boards.forms import decoded
from libs.boards.standing import NOT_CONCLUDED, Evidence, State, Where
from libs.database.engine import Work
from libs.signing import canonical, checkpoint, statement
from libs.signing.canonical import Json
from libs.signing.checkpoint import Checkpoint
from services.federation.commands import own_board
from services.federation.domain import agreement
from services.federation.domain.home import Cosigned
from services.federation.storage import boards, facts_out, papers, peers, votes
from services.federation.storage.vault import Vault
from services.federation.storage.votes import Vote, VoteKeys


async def our_cosignatures(work: Work, vote: Vote, us: str) -> dict[str, Cosigned]:
    """Of each other board, the largest that we cosigned by T."""
    found: dict[str, Cosigned] = {}
    for co_op, cosigned in (await boards.all_cosignatures(work, vote.id)).items():
        ours = [one for one in cosigned if one.witness == us and one.time <= vote.terms.concluded_from]
        if ours:
            last = max(ours, key=lambda one: one.size)
            found[co_op] = (last.size, last.root, last.time)
    return found


async def post(work: Work, vote: Vote, us: str, entries: Sequence[Entry]) -> None:
    """Puts our own entries on our board; opening is a fact for governance, in the same transaction."""
    await own_board.append(work, vote.id, us, [one.data() for one in entries if not isinstance(one, kinds.BadBallot)])
    if any(isinstance(one, Open) for one in entries):
        await facts_out.vote_opened(work, vote.id)


async def keep_watch(work: Work, vault: Vault, vote: Vote, us: str) -> bool:
    """An observer joins by the decision under which it stands with the convener: its people are asked nothing more. Whether it did."""
    found, convener = await votes.keys(work, vault, vote.terms.draft, vote.terms.convener), await peers.one(work, vote.terms.convener)
    if found is None or convener is None or convener.our_half is None:
        return False
    decision = agreement.half_from_json(canonical.decode(convener.our_half)).decision
    join = Join(vote.id, us, decision.body, decision.date, decision.reference)
    signed = replace(join, sig=statement.sign(found[1].statement, "join", join.signed()))
    await own_board.append(work, vote.id, us, [vote.terms.data, signed.data()], once=True)
    return True


async def sign_outcome(work: Work, vote: Vote, us: str, keys: VoteKeys, revision: int, outcome: bytes) -> bool:
    """One outcome for a revision, ever: the row that says so is written first. Gives whether it was signed now."""
    if not await votes.mark_signed(work, vote.id, revision):
        return False
    entry = Outcome(vote.id, us, revision, hashlib.sha256(outcome).digest())
    signed = Outcome(entry.vote, entry.id, entry.revision, entry.hash, statement.sign(keys.statement, "outcome", entry.signed()))
    await votes.keep_outcome(work, vote.id, revision, outcome)
    await own_board.append(work, vote.id, us, [signed.data()])
    return True


async def tell(work: Work, vote: Vote, where: Where, now: int, outcome: bytes | None) -> None:
    """States what the vote has come to, once for each thing it comes to. `outcome` are the bytes that `where` says are final."""
    said = word(vote, where, now, outcome)
    if said in ("", vote.told):
        return
    match where.state:
        case State.FINAL if outcome is not None:
            if said == f"contested:{where.revision}" and vote.told == f"final:{where.revision}":
                await facts_out.vote_contested(work, vote.id)
            else:
                passes = _passes(outcome)
                digest = where.outcome.hex()
                await facts_out.vote_final(work, vote.id, where.revision, digest, passes=passes, contested=where.contested)
        case State.DISPUTED:
            await facts_out.vote_disputed(work, vote.id, where.why)
        case State.VOID:
            await facts_out.vote_void(work, vote.id)
        case _:
            await facts_out.vote_annulled(work, vote.id)
    await votes.tell(work, vote.id, said)


async def prove_misconduct(work: Work, vote: Vote, evidence: Evidence) -> bool:
    """Writes down what the boards show by themselves: two outcomes of one party, a cosignature dated back. Gives whether it is new."""
    found = False
    for board in evidence.boards.values():
        revisions: dict[int, Outcome] = {}
        for (revision, _), entry in sorted(board.signed.items()):
            first = revisions.setdefault(revision, entry)
            if first.hash != entry.hash:
                found |= await papers.add(work, vote.id, proofs.DOUBLE_OUTCOME, proofs.double_outcome(first, entry))
    for co_op, cosigned in (await boards.all_cosignatures(work, vote.id)).items():
        for one in cosigned:
            said = evidence.boards[one.witness].closed if one.witness in evidence.boards else None
            sizes = {board: size for board, size, _, _ in said.boards} if said is not None else {}
            if said is not None and one.time <= vote.terms.concluded_from and one.size > sizes.get(co_op, 0):
                heads = {(head.size, head.root): head for head in await boards.heads(work, vote.id, co_op)}
                head = Checkpoint(checkpoint.origin_of(co_op, vote.id), one.size, one.root)
                signed = [(one.witness, one.time, one.signature)]
                note = proofs.note_text(vote.terms, co_op, head, heads[one.size, one.root].signature, signed)
                paper = proofs.late_cosignature(one.witness, co_op, note)
                found |= await papers.add(work, vote.id, proofs.LATE_COSIGNATURE, paper)
    return found


def word(vote: Vote, where: Where, now: int, outcome: bytes | None) -> str:
    """What it has come to, as we keep it; empty while there is nothing to tell."""
    match where.state:
        case State.FINAL:
            if outcome is None:
                return ""
            return f"{'contested' if where.contested else 'final'}:{where.revision}"
        case State.DISPUTED:
            return f"disputed:{where.why or NOT_CONCLUDED}"
        case State.VOID:
            # Until the close, evidence may still come that somebody was ready in time.
            return "void" if now > vote.terms.close else ""
        case State.ANNULLED:
            return f"annulled:{where.revision}"
        case _:
            return ""


def _passes(outcome: bytes) -> bool:
    said: Json = decoded(outcome, "outcome")
    result = said["result"] if isinstance(said, dict) else None
    return isinstance(result, dict) and result["passes"] is True
