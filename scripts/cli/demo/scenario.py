"""The demonstration's scenario: three co-ops become peers, decide one question together, lose one of them on the way, and agree."""

import asyncio
import tomllib
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from kith.governance.v1 import governance_pb2 as governance
from scripts.cli import result_text, vote_outcome_text
from scripts.cli.connection import connect
from scripts.cli.console import print_result
from scripts.cli.demo import outcome_checks
from scripts.cli.demo.ballots import cast_on_vote
from scripts.cli.demo.care import CareMembers, DemoCare
from scripts.cli.demo.clocks import DemoClocks, next_morning
from scripts.cli.demo.co_op import DemoCoOp
from scripts.cli.demo.co_op_process import CoOpProcess
from scripts.cli.demo.expected_results import PAPER, MemberVote, read_votes, sample_votes
from scripts.cli.demo.federated_vote import DemoVote
from scripts.cli.demo.folders import BUNDLE, CARDS, EXAMPLES, PINS
from scripts.cli.demo.motions import DemoMotion, await_results, cast_all_votes, open_voting, put_demo_motion
from scripts.cli.demo.peering import become_peers, exchange_invitations
from scripts.cli.demo.step_log import StepLog


@dataclass(frozen=True)
class DemoResult:
    """The facts in the last lines of the output."""

    digest: str
    agreed: int
    of: int
    bundle: Path
    pins: Path

    @property
    def lines(self) -> str:
        return f"outcome {self.digest} agreed by {self.agreed} of {self.of} co-ops\nbundle {self.bundle}\npins {self.pins}"


class Scenario:
    """Runs the steps. `co_ops` are sorted by size: the first drafts the vote, the last crashes in the middle of it."""

    def __init__(
        self, co_ops: Sequence[DemoCoOp], processes: Sequence[CoOpProcess], clocks: DemoClocks, steps: StepLog, folder: Path
    ) -> None:
        self._co_ops = co_ops
        self._last_co_op, self._last_process = co_ops[-1], processes[-1]
        self._clocks = clocks
        self._steps = steps
        self._folder = folder
        self._votes = {co_op.example: read_votes(co_op.example, "vote-ballots.csv") for co_op in co_ops}
        self._vote: DemoVote

    async def admit_members(self) -> None:
        admitted = await asyncio.gather(*(co_op.admit_members() for co_op in self._co_ops))
        listed = " and ".join(f"{number} at {co_op.name}" for number, co_op in zip(admitted, self._co_ops, strict=True))
        self._steps.done(f"{sum(admitted)} members were admitted from lists: {listed}.")

    async def become_peers(self) -> None:
        """Makes them peers by a decision of each, while the first also decides a motion of its own."""
        codes = await exchange_invitations(self._co_ops)
        self._steps.done(f"Invitations went both ways, and each two compared a code: {', '.join(codes)}.")
        decisions = await self._decide(EXAMPLES / "motion-peers.toml", own=EXAMPLES / "elm-row" / "motion.toml")
        await become_peers(self._co_ops, codes, decisions)
        self._steps.done("They are peers: both sides of each two named their decision, and signed the same agreement.")

    async def join_vote(self) -> None:
        """Drafts the terms, decides in each co-op, and joins."""
        self._vote = await DemoVote.propose(self._co_ops, EXAMPLES / "vote.toml")
        self._steps.done(f"{self._co_ops[0].name} proposes a vote: {self._vote.terms.question} The terms are the same bytes at all.")
        decisions = await self._decide(EXAMPLES / "motion-join.toml")
        await self._vote.join(decisions)
        self._steps.done("Each has joined by its own decision, and its board says so.")

    async def open_vote(self) -> None:
        rows = await self._vote.freeze_rolls()
        self._steps.done(f"The rolls are frozen: {rows} rows. Two scrutineers of each co-op opened every row.")
        cards = await self._vote.write_cards(self._folder / CARDS)
        self._steps.expect("cards", cards, rows)
        self._steps.done(f"{cards} cards are in {self._folder / CARDS}, to hand out.")
        await self._vote.declare_ready()
        self._steps.done("Each co-op holds the others' rolls and is ready. Voting is open at all three.")

    async def cast_ballots(self) -> None:
        """Casts the ballots; the last co-op crashes half-way and the others go on."""
        halves = {co_op: (votes[: len(votes) // 2], votes[len(votes) // 2 :]) for co_op, votes in self._votes.items()}
        first_votes = {
            co_op.example: self._votes[co_op.example] if co_op is self._last_co_op else halves[co_op.example][0] for co_op in self._co_ops
        }
        await asyncio.gather(*(cast_on_vote(co_op, self._vote.vote_id, first_votes[co_op.example]) for co_op in self._co_ops))
        self._steps.done(f"{_votes_summary(first_votes.values())}.")
        await self._vote.wait_for_entries(self._last_co_op, _entries(first_votes[self._last_co_op.example]))
        await self._vote.wait_until_witnessed(self._last_co_op)
        await self._last_process.kill()
        self._steps.done(f"The others hold every ballot of {self._last_co_op.name}. Then its machine went dark: kill -9.")
        others = self._co_ops[:-1]
        await asyncio.gather(*(cast_on_vote(co_op, self._vote.vote_id, halves[co_op.example][1]) for co_op in others))
        self._steps.done(f"{_votes_summary(halves[co_op.example][1] for co_op in others)} at the other two, which did not wait.")
        for co_op in others:
            await self._vote.wait_for_entries(co_op, _entries(self._votes[co_op.example]))
        await self._vote.wait_until_witnessed(*others)
        self._steps.done("Both hold every ballot of the other.")

    async def close_vote(self) -> DemoResult:
        """Closes the vote while one co-op is down; it comes back, and all sign."""
        await self._clocks.advance_past(self._vote.concluded_from)
        await self._last_process.launch()
        await self._last_process.wait_until_up()
        self._steps.done(f"The clocks were moved past the close. {self._last_co_op.name} is up again.")
        outcomes = await self._vote.final_outcomes()
        digest, agreed = outcome_checks.count_same_outcomes(outcomes, self._steps)
        self._steps.expect("co-ops with the same outcome", agreed, len(self._co_ops))
        self._steps.done(f"It is final: {len(outcomes[0].signers)} of {len(self._co_ops)} have signed, and {agreed} hold the same bytes.")
        outcome = outcomes[0].outcome
        print_result("\n" + "\n".join(vote_outcome_text.vote_outcome_lines(outcome, self._vote.terms, self._names)) + "\n")
        settings = tomllib.loads((EXAMPLES / "vote.toml").read_text(encoding="utf-8"))
        groups = settings["groups"]
        problems = outcome_checks.differences_from_examples(
            outcome, self._co_ops[0].example, settings["resolution_type"], groups, self._votes
        )
        for problem in problems:
            self._steps.note(f"counted again from the files, {problem}")
        if not problems:
            self._steps.done("Counted again from the files of examples/ alone, every figure is the same.")
        pins = await outcome_checks.write_pins_file(self._co_ops, self._folder)
        bundle = await outcome_checks.write_bundle(self._last_co_op, self._vote.vote_id, self._folder)
        await outcome_checks.check_bundle(bundle, pins, self._example_card, self._steps)
        size = bundle.stat().st_size
        self._steps.done(f"The proof is a file of {size:,} bytes. kith verify finds it sound; with one bit turned over it is found wrong.")
        return DemoResult(digest, agreed, len(self._co_ops), bundle, pins)

    async def open_motion_for_user(self) -> DemoMotion:
        """Opens a motion of the first co-op for the user to vote on."""
        motion = await put_demo_motion(self._co_ops[0], EXAMPLES / "elm-row" / "motion-open.toml", [])
        await open_voting([motion], self._clocks)
        self._steps.done(f"{self._co_ops[0].name} put another question, and the clocks were moved past its notice: {motion.motion.title}")
        return motion

    async def begin_care(self) -> CareMembers:
        """Profiles, call-outs, a trial, and a team with its week in each co-op. Returns whose they are in the first."""
        cares = [DemoCare(co_op, EXAMPLES / "care.toml") for co_op in self._co_ops]
        members = await asyncio.gather(*(care.begin() for care in cares))
        self._steps.done("A few members of each say what they look for and offer. Two are a team with their family, and two try it.")
        ends = await asyncio.gather(*(care.take_first_visit() for care in cares))
        zone = self._co_ops[0].connection.instance.co_op.zone
        # The day that is shown has only begun, at whatever hour somebody starts the demonstration.
        await self._clocks.advance_to(next_morning(max(end.ToDatetime(tzinfo=UTC) for end in ends), zone))
        await asyncio.gather(*(care.go_on() for care in cares))
        self._steps.done("A first visit was, and it is the next morning. The worker wrote the visit down, and the week goes on.")
        self._steps.done("A partner refers somebody to each, a matching day is announced, and people ate together.")
        return members[0]

    async def print_sign_in_links(self, open_motion: DemoMotion, care: CareMembers) -> None:
        """Prints addresses and sign-in links."""
        print_result("The three co-ops are yours to click through. Their clocks were moved on together; every page says so.\n")
        for co_op in self._co_ops:
            settings, member = co_op.connection.instance.co_op, co_op.example_member()
            can_vote = f", who can vote on: {open_motion.motion.title}" if co_op is open_motion.co_op else ""
            print_result(
                f"{co_op.name}: {settings.public_url}  (health: http://{settings.operations_address}/readyz)\n"
                f"  As member {member}{can_vote}\n    {await co_op.sign_in_link(member)}\n"
                f"  As the secretary and operator:\n    {await co_op.sign_in_link('1')}\n"
            )
        first = self._co_ops[0]
        print_result(f"Four people of {first.name}:\n")
        for number, does in (
            (care.owner, "gets support, has a visit to confirm, a team and a week, and answers who pays: /, /week, /team, /money"),
            (care.in_team, "is a worker, and goes to visits: /today, /week, /team, /money/pay"),
            ("1", "is the secretary, and answers a partner: /, /partners, /people/days, /money/periods"),
            (care.family, f"is of the family, and may act for member {care.owner}: /team, and “Act for” at the top of each page"),
        ):
            print_result(f"  Member {number} {does}\n    {await first.sign_in_link(number)}")
        print_result("\nAnd two more:\n")
        for number, does in (
            (care.seeker, "looks for people: /people/suggested, /people/call-outs"),
            (care.on_trial, "tries it, and counts visits: /people/reviews"),
        ):
            print_result(f"  Member {number} {does}\n    {await first.sign_in_link(number)}")
        print_result("")
        bundle, pins, card = self._folder / BUNDLE, self._folder / PINS, self._example_card
        print_result(f"Check the proof: kith verify {bundle} --pins {pins} --card {card}\nStop: Ctrl-C\n")

    # --- helpers

    async def _decide(self, file: Path, own: Path | None = None) -> dict[str, governance.Decision]:
        """Decides a motion in each co-op with a few ballots, and `own` in the first alone. Returns the decisions by co-op."""
        pending = [put_demo_motion(co_op, file, sample_votes(co_op.example)) for co_op in self._co_ops]
        if own is not None:
            pending.append(put_demo_motion(self._co_ops[0], own, read_votes(self._co_ops[0].example)))
        motions = await asyncio.gather(*pending)
        await open_voting(motions, self._clocks)
        title = motions[0].motion.title
        self._steps.done(f"Each put a question to its members, and the clocks were moved past the notice: {title}")
        cast = await cast_all_votes(motions)
        self._steps.done(f"{cast} ballots were cast.")
        await await_results(motions, self._clocks)
        together, alone = motions[: len(self._co_ops)], motions[len(self._co_ops) :]
        for motion in together:
            self._steps.expect(f"whether {motion.co_op.name} is for it", motion.result.passes, True)  # noqa: FBT003 - what is expected
        numbers = ", ".join(f"number {motion.decision.number} at {motion.co_op.name}" for motion in together)
        self._steps.done(f"All three are for it. In their decision logs it is {numbers}.")
        for motion in alone:
            print_result("\n" + "\n".join(result_text.result_lines(motion.result, motion.motion.title)) + "\n")
        return {motion.co_op.id: motion.decision for motion in together}

    @property
    def _names(self) -> dict[str, str]:
        return {co_op.id: co_op.name for co_op in self._co_ops}

    @property
    def _example_card(self) -> Path:
        """The card of a member whose co-op was down at the close."""
        return self._folder / CARDS / self._last_co_op.id / f"{self._votes[self._last_co_op.example][0].number}.json"


def _entries(votes: Sequence[MemberVote]) -> int:
    """Number of board entries: each change of mind is a separate entry."""
    return sum(len(vote.choices) for vote in votes)


def _votes_summary(all_votes: Iterable[Sequence[MemberVote]]) -> str:
    votes = [vote for votes_of_co_op in all_votes for vote in votes_of_co_op]
    withdrawn = sum(not vote.counts for vote in votes)
    changed = sum(len(vote.choices) > 1 for vote in votes) - withdrawn
    on_paper = sum(vote.source == PAPER for vote in votes)
    return f"{len(votes)} members voted: {changed} changed their minds, {withdrawn} took their ballot back, {on_paper} came on paper"


async def run_scenario(folder: Path, processes: Sequence[CoOpProcess], steps: StepLog, *, staying: bool) -> DemoResult:
    """Runs the whole scenario. With `staying` the pages stay up afterwards, so it also prints sign-in links."""
    async with AsyncExitStack() as connections:
        co_ops = [
            DemoCoOp(await connections.enter_async_context(connect(process.folder)), EXAMPLES / process.folder.name, steps)
            for process in processes
        ]
        clocks = DemoClocks([co_op.connection.instance.clock_file for co_op in co_ops])
        scenario = Scenario(co_ops, processes, clocks, steps, folder)
        await scenario.admit_members()
        await scenario.become_peers()
        await scenario.join_vote()
        await scenario.open_vote()
        await scenario.cast_ballots()
        demo_result = await scenario.close_vote()
        if staying:
            motion = await scenario.open_motion_for_user()
            await scenario.print_sign_in_links(motion, await scenario.begin_care())
        return demo_result
