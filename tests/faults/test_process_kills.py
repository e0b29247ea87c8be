"""SIGKILL for any process at any moment: no acknowledged ballot is lost, and none is counted twice.

`KITH_KILLS` (14) and `KITH_SEED` (drawn) make longer runs and repeat one.
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
from libs.rpc.client import call_service
from libs.rulebook import read_rulebook
from scripts.cli.connection import Connection, connect
from services.governance.domain.head_count import ABSTAIN, AGAINST, FOR
from services.governance.domain.tally import count_ballots, tally
from tests.support.compose_file import ROOT
from tests.support.consistency_auditor import PROJECTIONS, ConsistencyAuditor
from tests.support.kith_up_process import KillTarget, KithUpProcess, running_kith_up
from tests.support.motion_voters import MotionPoll, admit_new_members, move_clock_past_close, open_poll, wait_for_result

MEMBERS = 59
"""And the founder."""
KILLS = int(os.environ.get("KITH_KILLS", "14"))
AFTER_KILLS_SECONDS = 120.0
"""Until everything has been told: every server starts again first, and mends what it held."""
SHARES = {KillTarget.KITH: 2, KillTarget.POSTGRES: 3, KillTarget.SESSION: 4, KillTarget.NATS: 4}
"""How many of each kind there are in a round of kills."""


@pytest.mark.capability("X3")
async def test_no_acknowledged_ballot_is_lost_or_counted_twice_by_kills_at_any_moment() -> None:
    seed = int(os.environ.get("KITH_SEED", "0")) or secrets.randbits(32)
    chance = random.Random(seed)  # noqa: S311 - the same seed strikes in the same order
    print(f"\nKITH_SEED={seed} KITH_KILLS={KILLS}")  # noqa: T201 - to repeat it
    began = time.monotonic()
    async with running_kith_up() as co_op:
        auditor = ConsistencyAuditor(co_op.folder)
        async with connect(co_op.folder) as connection:
            poll = await open_poll(connection, MEMBERS)
            assert len(poll.voters) == MEMBERS + 1
            co_op.keep_restarting()
            killed = await _kill_repeatedly(co_op, connection, poll, chance)
            seconds = time.monotonic() - began
            await co_op.wait_until_ready()
            rested = await auditor.wait_until_at_rest(AFTER_KILLS_SECONDS)
            print(_summary(killed, poll, co_op, seconds, rested))  # noqa: T201 - what was measured
            assert sum(killed.values()) == KILLS
            assert "Traceback" not in co_op.output_file.read_text(encoding="utf-8")

            await _assert_voters_see_ballots(connection, poll)
            assert await auditor.ballot_findings(poll) == []
            assert await auditor.findings() == []
            move_clock_past_close(connection)
            for victim in (KillTarget.KITH, KillTarget.POSTGRES):
                # The count comes within a second of the close or of the next start, and may be hit.
                await asyncio.sleep(chance.uniform(0, 1))
                await co_op.kill(victim, chance)
            await _assert_counted_as_acknowledged(co_op.folder, connection, poll)
            await co_op.wait_until_ready()
            await auditor.wait_until_at_rest(AFTER_KILLS_SECONDS)
            assert await auditor.findings() == []
            await _assert_rebuild_gives_same_rows(co_op.folder, auditor)
        print(f"{time.monotonic() - began:.0f} s in all")  # noqa: T201 - the measured time


async def _kill_repeatedly(co_op: KithUpProcess, connection: Connection, poll: MotionPoll, chance: random.Random) -> Counter[KillTarget]:
    """Voters vote, people join, and processes are killed, until there were enough kills. Gives them by kind."""
    over, killed = asyncio.Event(), Counter[KillTarget]()
    voting = asyncio.create_task(poll.vote_until(connection, over, random.Random(chance.random())))  # noqa: S311 - a test's choices
    joining = asyncio.create_task(_keep_admitting(connection, over))
    try:
        for victim in _kill_order(KILLS, chance):
            if chance.random() < 0.7:
                await _wait_for_more_ballots(poll, chance.randint(1, 120), voting)
            await asyncio.sleep(chance.uniform(0, 0.8))
            await co_op.kill(victim, chance)
            killed[victim] += 1
        await _wait_for_more_ballots(poll, 100, voting)
    finally:
        over.set()
        async with asyncio.timeout(60):
            await asyncio.gather(voting, joining)
    return killed


def _kill_order(kills: int, chance: random.Random) -> list[KillTarget]:
    order: list[KillTarget] = []
    while len(order) < kills:
        lot = [victim for victim, number in SHARES.items() for _ in range(number)]
        chance.shuffle(lot)
        order += lot
    return order[:kills]


async def _wait_for_more_ballots(poll: MotionPoll, number: int, voting: asyncio.Task[None], seconds: float = 150.0) -> None:
    """The co-op gets somewhere between kills."""
    wanted, until = poll.acknowledged + number, time.monotonic() + seconds
    while poll.acknowledged < wanted and not voting.done():
        assert time.monotonic() < until, f"no ballot is taken any more: {poll.refusals}"
        await asyncio.sleep(0.01)


async def _keep_admitting(connection: Connection, over: asyncio.Event) -> None:
    """So that identity, membership and governance have facts for each other."""
    while not over.is_set():
        await admit_new_members(connection, 1)
        await asyncio.sleep(0.2)


async def _assert_voters_see_ballots(connection: Connection, poll: MotionPoll) -> None:
    request = governance.GetMyBallotRequest(motion_id=poll.motion)
    for voter in poll.voters:
        ballot = (await call_service(connection.governance.GetMyBallot, request, connection.person_token(voter.person))).ballot
        last = voter.receipts[-1]
        assert (ballot.ballot_id, ballot.revision, ballot.choice) == (last.ballot, last.revision, last.choice)
    motion = (
        await call_service(
            connection.governance.GetMotion, governance.GetMotionRequest(motion_id=poll.motion), connection.secretary_token()
        )
    ).motion
    assert motion.ballots == len(poll.voters)


async def _assert_counted_as_acknowledged(folder: Path, connection: Connection, poll: MotionPoll) -> None:
    """The co-op's count against one made from the receipts, which were kept outside it."""
    result = await wait_for_result(connection, poll)
    rows = await ConsistencyAuditor(folder).fetch_rows("governance", "select person, member_class from roll where motion = $1", poll.motion)
    classes = {row["person"]: row["member_class"] for row in rows}
    assert set(classes) == {voter.person for voter in poll.voters}
    kind = read_rulebook((folder / "rulebook.toml").read_bytes()).resolution("ordinary")
    assert kind is not None
    votes = count_ballots((classes[voter.person], voter.receipts[-1].choice) for voter in poll.voters)
    wanted = tally(kind.counting, Counter(classes.values()), votes)
    shown = {
        member_class.member_class: (member_class.eligible, member_class.votes_for, member_class.votes_against, member_class.abstentions)
        for member_class in result.classes
    }
    marks = {member_class: Counter[str]() for member_class in classes.values()}
    for voter in poll.voters:
        marks[classes[voter.person]][voter.receipts[-1].choice] += 1
    right = {mark: (Counter(classes.values())[mark], said[FOR], said[AGAINST], said[ABSTAIN]) for mark, said in marks.items()}
    assert shown == right
    assert (result.passes, Fraction(result.share_for or 0)) == (wanted.passes, wanted.share_for or Fraction(0))


async def _assert_rebuild_gives_same_rows(folder: Path, auditor: ConsistencyAuditor) -> None:
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
    await auditor.wait_until_at_rest(AFTER_KILLS_SECONDS)
    assert await auditor.projections() == lived
    assert await auditor.findings() == []


def _summary(killed: Counter[KillTarget], poll: MotionPoll, co_op: KithUpProcess, seconds: float, rested: float) -> str:
    kinds = ", ".join(f"{number} of {victim}" for victim, number in sorted(killed.items()))
    reasons = ", ".join(f"{reason} {number}" for reason, number in poll.refusals.most_common())
    waits = sorted(receipt.seconds for voter in poll.voters for receipt in voter.receipts)
    return (
        f"{sum(killed.values())} kills ({kinds}) in {seconds:.0f} s; kith started {co_op.starts} times\n"
        f"{poll.acknowledged} ballots acknowledged; the slowest after {poll.slowest:.1f} s, "
        f"half within {waits[len(waits) // 2] * 1000:.0f} ms, 99 % within {waits[len(waits) * 99 // 100]:.1f} s\n"
        f"attempts repeated because: {reasons or 'none'}; at rest {rested:.1f} s after the last ballot"
    )
