"""kill -9 of any process at any moment: no ballot that was acknowledged is lost, and none is counted twice.

`KITH_KILLS` (40) and `KITH_SEED` (drawn) make longer runs and repeat one.
"""

import asyncio
import os
import random
import secrets
import sys
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from kith.governance.v1 import governance_pb2 as governance
from libs.rpc.client import ask
from libs.rulebook import read
from scripts.cli.door import Door, door
from services.governance.domain.head_count import ABSTAIN, AGAINST, FOR
from services.governance.domain.tally import count_ballots, tally
from tests.support.auditor import PROJECTIONS, Auditor
from tests.support.compose import ROOT
from tests.support.kith_up import KithUp, Victim, a_co_op_up
from tests.support.voters import Poll, a_poll, admitted, counted, past_the_close

MEMBERS = 59
"""And the founder."""
KILLS = int(os.environ.get("KITH_KILLS", "40"))
SHARES = {Victim.KITH: 2, Victim.POSTGRES: 3, Victim.SESSION: 4, Victim.NATS: 4}
"""How many of each kind there are in a round of kills."""


@pytest.mark.capability("X3")
async def test_no_acknowledged_ballot_is_lost_or_counted_twice_by_kills_at_any_moment() -> None:
    seed = int(os.environ.get("KITH_SEED", "0")) or secrets.randbits(32)
    chance = random.Random(seed)  # noqa: S311 - the same seed strikes in the same order
    print(f"\nKITH_SEED={seed} KITH_KILLS={KILLS}")  # noqa: T201 - to repeat it
    began = time.monotonic()
    async with a_co_op_up() as co_op:
        auditor = Auditor(co_op.folder)
        async with door(co_op.folder) as open_door:
            poll = await a_poll(open_door, MEMBERS)
            assert len(poll.voters) == MEMBERS + 1
            co_op.keep()
            killed = await _storm(co_op, open_door, poll, chance)
            seconds = time.monotonic() - began
            await co_op.ready()
            rested = await auditor.at_rest()
            print(_told(killed, poll, co_op, seconds, rested))  # noqa: T201 - what was measured
            assert sum(killed.values()) == KILLS
            assert "Traceback" not in co_op.said.read_text(encoding="utf-8")

            await _seen_by_the_voters(open_door, poll)
            assert await auditor.findings_of(poll) == []
            assert await auditor.findings() == []
            past_the_close(open_door)
            for victim in (Victim.KITH, Victim.POSTGRES):
                # The count comes within a second of the close or of the next start, and may be hit.
                await asyncio.sleep(chance.uniform(0, 1))
                await co_op.strike(victim, chance)
            await _counted_as_acknowledged(co_op.folder, open_door, poll)
            await co_op.ready()
            await auditor.at_rest()
            assert await auditor.findings() == []
            await _rebuilt_as_lived(co_op.folder, auditor)
        print(f"{time.monotonic() - began:.0f} s in all")  # noqa: T201 - the measured time


async def _storm(co_op: KithUp, open_door: Door, poll: Poll, chance: random.Random) -> Counter[Victim]:
    """Voters vote, people join, and processes are killed, until there were enough kills. Gives them by kind."""
    over, killed = asyncio.Event(), Counter[Victim]()
    voting = asyncio.create_task(poll.vote_until(open_door, over, random.Random(chance.random())))  # noqa: S311 - a test's choices
    joining = asyncio.create_task(_joining(open_door, over))
    try:
        for victim in _order(KILLS, chance):
            if chance.random() < 0.7:
                await _more_ballots(poll, chance.randint(1, 120), voting)
            await asyncio.sleep(chance.uniform(0, 0.8))
            await co_op.strike(victim, chance)
            killed[victim] += 1
        await _more_ballots(poll, 100, voting)
    finally:
        over.set()
        async with asyncio.timeout(60):
            await asyncio.gather(voting, joining)
    return killed


def _order(kills: int, chance: random.Random) -> list[Victim]:
    order: list[Victim] = []
    while len(order) < kills:
        lot = [victim for victim, number in SHARES.items() for _ in range(number)]
        chance.shuffle(lot)
        order += lot
    return order[:kills]


async def _more_ballots(poll: Poll, number: int, voting: asyncio.Task[None], seconds: float = 60.0) -> None:
    """The co-op gets somewhere between kills."""
    wanted, until = poll.acknowledged + number, time.monotonic() + seconds
    while poll.acknowledged < wanted and not voting.done():
        assert time.monotonic() < until, f"no ballot is taken any more: {poll.refused}"
        await asyncio.sleep(0.01)


async def _joining(open_door: Door, over: asyncio.Event) -> None:
    """So that identity, membership and governance have facts for each other."""
    while not over.is_set():
        await admitted(open_door, 1)
        await asyncio.sleep(0.2)


async def _seen_by_the_voters(open_door: Door, poll: Poll) -> None:
    asked = governance.GetMyBallotRequest(motion_id=poll.motion)
    for voter in poll.voters:
        ballot = (await ask(open_door.governance.GetMyBallot, asked, open_door.person(voter.person))).ballot
        last = voter.receipts[-1]
        assert (ballot.ballot_id, ballot.revision, ballot.choice) == (last.ballot, last.revision, last.choice)
    seen = (await ask(open_door.governance.GetMotion, governance.GetMotionRequest(motion_id=poll.motion), open_door.secretary())).motion
    assert seen.ballots == len(poll.voters)


async def _counted_as_acknowledged(folder: Path, open_door: Door, poll: Poll) -> None:
    """The co-op's count against one made from the receipts, which were kept outside it."""
    result = await counted(open_door, poll)
    rows = await Auditor(folder).rows("governance", "select person, member_class from roll where motion = $1", poll.motion)
    classes = {row["person"]: row["member_class"] for row in rows}
    assert set(classes) == {voter.person for voter in poll.voters}
    kind = read((folder / "rulebook.toml").read_bytes()).resolution("ordinary")
    assert kind is not None
    votes = count_ballots((classes[voter.person], voter.receipts[-1].choice) for voter in poll.voters)
    wanted = tally(kind.counting, Counter(classes.values()), votes)
    shown = {one.member_class: (one.eligible, one.votes_for, one.votes_against, one.abstentions) for one in result.classes}
    marks = {one: Counter[str]() for one in classes.values()}
    for voter in poll.voters:
        marks[classes[voter.person]][voter.receipts[-1].choice] += 1
    right = {one: (Counter(classes.values())[one], said[FOR], said[AGAINST], said[ABSTAIN]) for one, said in marks.items()}
    assert shown == right
    assert (result.passes, Fraction(result.share_for or 0)) == (wanted.passes, wanted.share_for or Fraction(0))


async def _rebuilt_as_lived(folder: Path, auditor: Auditor) -> None:
    """Every projection, emptied and followed again from fact 1, by the operator's own command."""
    lived = await auditor.projections()
    assert all(lived.values()), "there is nothing to compare"
    for service in PROJECTIONS:
        kith = str(Path(sys.executable).parent / "kith")
        rebuild = await asyncio.create_subprocess_exec(
            kith,
            "facts",
            "rebuild",
            service,
            "--folder",
            str(folder),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(rebuild.communicate(), 60)
        assert rebuild.returncode == 0, said.decode()
    await auditor.at_rest()
    assert await auditor.projections() == lived
    assert await auditor.findings() == []


def _told(killed: Counter[Victim], poll: Poll, co_op: KithUp, seconds: float, rested: float) -> str:
    kinds = ", ".join(f"{number} of {victim}" for victim, number in sorted(killed.items()))
    reasons = ", ".join(f"{reason} {number}" for reason, number in poll.refused.most_common())
    waits = sorted(receipt.seconds for voter in poll.voters for receipt in voter.receipts)
    return (
        f"{sum(killed.values())} kills ({kinds}) in {seconds:.0f} s; kith started {co_op.starts} times\n"
        f"{poll.acknowledged} ballots acknowledged; the slowest after {poll.slowest:.1f} s, "
        f"half within {waits[len(waits) // 2] * 1000:.0f} ms, 99 % within {waits[len(waits) * 99 // 100]:.1f} s\n"
        f"attempts repeated because: {reasons or 'none'}; at rest {rested:.1f} s after the last ballot"
    )
