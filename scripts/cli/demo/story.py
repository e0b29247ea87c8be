"""The story the demonstration tells: three co-ops become peers, decide one question together, lose one of them on the way, and agree."""

import asyncio
import tomllib
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from kith.governance.v1 import governance_pb2 as governance
from scripts.cli import result_words, vote_outcome
from scripts.cli.console import result
from scripts.cli.demo import proof
from scripts.cli.demo.ballots import cast_on_vote
from scripts.cli.demo.child import Child
from scripts.cli.demo.clock import Clocks
from scripts.cli.demo.co_op import CoOp
from scripts.cli.demo.example import PAPER, Vote, a_few, votes_of
from scripts.cli.demo.folder import BUNDLE, CARDS, EXAMPLES, PINS
from scripts.cli.demo.peering import become_peers, compare
from scripts.cli.demo.question import Question, count_all, open_all, put_to, vote_all
from scripts.cli.demo.steps import Steps
from scripts.cli.demo.together import Together
from scripts.cli.door import door


@dataclass(frozen=True)
class Ending:
    """What the last lines say."""

    digest: str
    agreed: int
    of: int
    bundle: Path
    pins: Path

    @property
    def lines(self) -> str:
        return f"outcome {self.digest} agreed by {self.agreed} of {self.of} co-ops\nbundle {self.bundle}\npins {self.pins}"


class Story:
    """`co_ops` in the order of their size: the first drafts the vote, the last goes away in the middle of it."""

    def __init__(self, co_ops: Sequence[CoOp], children: Sequence[Child], clocks: Clocks, steps: Steps, folder: Path) -> None:
        self._co_ops = co_ops
        self._last, self._child = co_ops[-1], children[-1]
        self._clocks = clocks
        self._steps = steps
        self._folder = folder
        self._votes = {one.example: votes_of(one.example, "vote-ballots.csv") for one in co_ops}
        self._together: Together

    async def admit(self) -> None:
        admitted = await asyncio.gather(*(one.admit() for one in self._co_ops))
        listed = " and ".join(f"{number} at {one.name}" for number, one in zip(admitted, self._co_ops, strict=True))
        self._steps.done(f"{sum(admitted)} members were admitted from lists: {listed}.")

    async def become_peers(self) -> None:
        """Decided by the members of each, while the first also decides a matter of its own."""
        codes = await compare(self._co_ops)
        self._steps.done(f"Invitations went both ways, and each two compared a code: {', '.join(codes)}.")
        decisions = await self._decide(EXAMPLES / "motion-peers.toml", own=EXAMPLES / "elm-row" / "motion.toml")
        await become_peers(self._co_ops, codes, decisions)
        self._steps.done("They are peers: both sides of each two named their decision, and signed the same agreement.")

    async def agree_to_vote(self) -> None:
        """Terms, a decision in each co-op, and the joining."""
        self._together = await Together.propose(self._co_ops, EXAMPLES / "vote.toml")
        self._steps.done(f"{self._co_ops[0].name} proposes a vote: {self._together.terms.question} The terms are the same bytes at all.")
        decisions = await self._decide(EXAMPLES / "motion-join.toml")
        await self._together.join(decisions)
        self._steps.done("Each has joined by its own decision, and its board says so.")

    async def open(self) -> None:
        rows = await self._together.freeze()
        self._steps.done(f"The rolls are frozen: {rows} rows. Two scrutineers of each co-op opened every row.")
        cards = await self._together.cards(self._folder / CARDS)
        self._steps.expect("cards", cards, rows)
        self._steps.done(f"{cards} cards are in {self._folder / CARDS}, to hand out.")
        await self._together.ready()
        self._steps.done("Each co-op holds the others' rolls and is ready. Voting is open at all three.")

    async def vote(self) -> None:
        """The last co-op goes away in the middle, without a word; the others go on."""
        halves = {one: (votes[: len(votes) // 2], votes[len(votes) // 2 :]) for one, votes in self._votes.items()}
        first = {one.example: self._votes[one.example] if one is self._last else halves[one.example][0] for one in self._co_ops}
        await asyncio.gather(*(cast_on_vote(one, self._together.vote, first[one.example]) for one in self._co_ops))
        self._steps.done(f"{_told(first.values())}.")
        await self._together.entries_on_board(self._last, _entries(first[self._last.example]))
        await self._together.witnessed(self._last)
        await self._child.kill()
        self._steps.done(f"The others hold every ballot of {self._last.name}. Then its machine went dark: kill -9.")
        others = self._co_ops[:-1]
        await asyncio.gather(*(cast_on_vote(one, self._together.vote, halves[one.example][1]) for one in others))
        self._steps.done(f"{_told(halves[one.example][1] for one in others)} at the other two, which did not wait.")
        for one in others:
            await self._together.entries_on_board(one, _entries(self._votes[one.example]))
        await self._together.witnessed(*others)
        self._steps.done("Both hold every ballot of the other.")

    async def close(self) -> Ending:
        """The close passes while one is away; it comes back, and all sign."""
        await self._clocks.to(self._together.concluded_from)
        await self._child.again()
        await self._child.up()
        self._steps.done(f"The clocks were moved past the close. {self._last.name} is up again.")
        outcomes = await self._together.outcomes()
        digest, same = proof.agreed(outcomes, self._steps)
        self._steps.expect("co-ops with the same outcome", same, len(self._co_ops))
        self._steps.done(f"It is final: {len(outcomes[0].signers)} of {len(self._co_ops)} have signed, and {same} hold the same bytes.")
        outcome = outcomes[0].outcome
        result("\n" + "\n".join(vote_outcome.in_words(outcome, self._together.terms, self._names)) + "\n")
        said = tomllib.loads((EXAMPLES / "vote.toml").read_text(encoding="utf-8"))
        groups = said["groups"]
        wrong = proof.by_hand(outcome, self._co_ops[0].example, said["resolution_type"], groups, self._votes)
        for one in wrong:
            self._steps.note(f"counted again from the files, {one}")
        if not wrong:
            self._steps.done("Counted again from the files of examples/ alone, every figure is the same.")
        pins = await proof.write_pins(self._co_ops, self._folder)
        bundle = await proof.write_bundle(self._last, self._together.vote, self._folder)
        await proof.check(bundle, pins, self._a_card, self._steps)
        size = bundle.stat().st_size
        self._steps.done(f"The proof is a file of {size:,} bytes. kith verify finds it sound; with one bit turned over it is found wrong.")
        return Ending(digest, same, len(self._co_ops), bundle, pins)

    async def leave_open(self) -> Question:
        """A question of the first co-op to vote on by hand."""
        left = await put_to(self._co_ops[0], EXAMPLES / "elm-row" / "motion-open.toml", [])
        await open_all([left], self._clocks)
        self._steps.done(f"{self._co_ops[0].name} put another question, and the clocks were moved past its notice: {left.motion.title}")
        return left

    async def show(self, left: Question) -> None:
        """Where to look, and how to sign in."""
        result("The three co-ops are yours to click through. Their clocks were moved on together; every page says so.\n")
        for co_op in self._co_ops:
            settings, member = co_op.door.instance.co_op, co_op.somebody()
            can_vote = f", who can vote on: {left.motion.title}" if co_op is left.co_op else ""
            result(
                f"{co_op.name}: {settings.public_url}  (health: http://{settings.operations_address}/readyz)\n"
                f"  As member {member}{can_vote}\n    {await co_op.link(member)}\n"
                f"  As the secretary and operator:\n    {await co_op.link('1')}\n"
            )
        bundle, pins, card = self._folder / BUNDLE, self._folder / PINS, self._a_card
        result(f"Check the proof: kith verify {bundle} --pins {pins} --card {card}\nStop: Ctrl-C\n")

    # --- the parts

    async def _decide(self, file: Path, own: Path | None = None) -> dict[str, governance.Decision]:
        """A question put to the members of each co-op, with a few ballots; and one of the first co-op alone. The decisions by co-op."""
        asked = [put_to(one, file, a_few(one.example)) for one in self._co_ops]
        if own is not None:
            asked.append(put_to(self._co_ops[0], own, votes_of(self._co_ops[0].example)))
        questions = await asyncio.gather(*asked)
        await open_all(questions, self._clocks)
        title = questions[0].motion.title
        self._steps.done(f"Each put a question to its members, and the clocks were moved past the notice: {title}")
        cast = await vote_all(questions)
        self._steps.done(f"{cast} ballots were cast.")
        await count_all(questions, self._clocks)
        together, alone = questions[: len(self._co_ops)], questions[len(self._co_ops) :]
        for one in together:
            self._steps.expect(f"whether {one.co_op.name} is for it", one.result.passes, True)  # noqa: FBT003 - what is expected
        numbers = ", ".join(f"number {one.decision.number} at {one.co_op.name}" for one in together)
        self._steps.done(f"All three are for it. In their decision logs it is {numbers}.")
        for one in alone:
            result("\n" + "\n".join(result_words.in_words(one.result, one.motion.title)) + "\n")
        return {one.co_op.id: one.decision for one in together}

    @property
    def _names(self) -> dict[str, str]:
        return {one.id: one.name for one in self._co_ops}

    @property
    def _a_card(self) -> Path:
        """Of a member whose co-op was away at the close."""
        return self._folder / CARDS / self._last.id / f"{self._votes[self._last.example][0].number}.json"


def _entries(votes: Sequence[Vote]) -> int:
    """Each change of mind is an entry of its own."""
    return sum(len(one.choices) for one in votes)


def _told(all_votes: Iterable[Sequence[Vote]]) -> str:
    votes = [one for some in all_votes for one in some]
    back = sum(not one.counts for one in votes)
    minds = sum(len(one.choices) > 1 for one in votes) - back
    paper = sum(one.how == PAPER for one in votes)
    return f"{len(votes)} members voted: {minds} changed their minds, {back} took their ballot back, {paper} came on paper"


async def tell(folder: Path, children: Sequence[Child], steps: Steps, *, staying: bool) -> Ending:
    """The whole of it. `staying`: the pages stay up afterwards, so say how to get in."""
    async with AsyncExitStack() as doors:
        co_ops = [CoOp(await doors.enter_async_context(door(one.folder)), EXAMPLES / one.folder.name, steps) for one in children]
        clocks = Clocks([one.door.instance.clock_file for one in co_ops])
        story = Story(co_ops, children, clocks, steps, folder)
        await story.admit()
        await story.become_peers()
        await story.agree_to_vote()
        await story.open()
        await story.vote()
        ending = await story.close()
        if staying:
            await story.show(await story.leave_open())
        return ending
