"""Members who vote, and change their minds again and again, whatever happens to the co-op meanwhile.

Each act has a request_id of its own and is repeated under it until it is acknowledged, across every restart. What was acknowledged is kept
here, outside the co-op, for the auditor to compare.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.database.engine import new_id
from libs.refusals import Elsewhere, NotAllowed, NotNow
from libs.rpc.client import ask
from libs.rpc.wire import BrokenError
from scripts.cli.door import Door
from tests.support.journey import soon

CHOICES = ("for", "against", "abstain")
CLASSES = ("worker", "user", "user", "investor")
_DAY = 24 * 3600
_PATIENCE = 3.0
_TOGETHER = 100
_PASSING = frozenset({"HAT_NEEDED", "RULEBOOK_NOT_ADOPTED", "NOT_COUNTED_YET"})

T = TypeVar("T")


@dataclass(frozen=True)
class Receipt:
    """What the co-op acknowledged."""

    ballot: str
    revision: int
    choice: str
    seconds: float
    """From the first attempt to the acknowledgement."""


@dataclass
class Voter:
    """One member on the roll."""

    person: UUID
    receipts: list[Receipt] = field(default_factory=list)

    @property
    def revision(self) -> int:
        return len(self.receipts)


@dataclass
class Poll:
    """A motion that is open, and who may vote on it."""

    motion: str
    voters: list[Voter]
    refused: Counter[str] = field(default_factory=Counter)
    """Why attempts were repeated, by reason."""

    @property
    def acknowledged(self) -> int:
        return sum(one.revision for one in self.voters)

    @property
    def slowest(self) -> float:
        return max((receipt.seconds for one in self.voters for receipt in one.receipts), default=0.0)

    async def cast(self, door: Door, voter: Voter, choice: str) -> Receipt:
        """Until it is acknowledged. A refusal that says more than "not now, the machine is away" is a fault and is raised."""
        shown = voter.revision
        asked = governance.CastBallotRequest(request_id=str(new_id()), motion_id=self.motion, choice=choice, revision=shown)
        began = time.monotonic()
        while True:
            try:
                given = (await ask(door.governance.CastBallot, asked, door.person(voter.person), _PATIENCE)).ballot
            except Elsewhere as away:
                self.refused[away.reason] += 1
                await asyncio.sleep(0.1)
            except BrokenError as broken:
                raise AssertionError(_logged(door, broken.error_id)) from broken
            else:
                break
        assert (given.choice, given.revision) == (choice, shown + 1), "another ballot than the one that was cast is acknowledged"
        voter.receipts.append(Receipt(given.ballot_id, given.revision, given.choice, time.monotonic() - began))
        return voter.receipts[-1]

    async def vote_until(self, door: Door, over: asyncio.Event, chance: random.Random, pause: float = 0.3) -> None:
        """Everybody at once, again and again; an act that has begun when it is over is still carried through."""

        async def one(voter: Voter, own: random.Random) -> None:
            while not over.is_set() or not voter.receipts:
                await self.cast(door, voter, own.choice(CHOICES))
                await asyncio.sleep(own.uniform(0, pause))

        async with asyncio.TaskGroup() as group:
            for voter in self.voters:
                group.create_task(one(voter, random.Random(chance.random())))  # noqa: S311 - a test's choices


async def a_poll(door: Door, members: int) -> Poll:
    """So many members beside the founder are registered and admitted, a motion is put to all, and its notice is over."""
    people = [door.steward(), *await admitted(door, members)]
    asked = governance.OpenMotionRequest(
        request_id=str(new_id()), title="Shall we buy the van?", text="It would carry people.", resolution_type="ordinary"
    )
    asked.closes_at.FromDatetime(door.now() + timedelta(days=18))
    motion = (await soon(lambda: ask(door.governance.OpenMotion, asked, door.secretary()))).motion_id
    move_clock(door, 15 * _DAY)
    await soon(lambda: _open(door, motion))
    return Poll(motion, [Voter(one) for one in people])


async def admitted(door: Door, number: int) -> list[UUID]:
    """New people, as members; the founder too, if they were none yet."""
    made = str(new_id())[-12:]
    people: list[UUID] = []
    for first in range(0, number, _TOGETHER):
        rows = [
            identity.NewPerson(full_name=f"Invented {made} {place}", email=f"{made}-{place}@example.org")
            for place in range(first, min(number, first + _TOGETHER))
        ]
        people += await _registered(door, rows)
    await _admitted(door, [door.steward(), *people])
    return people


def past_the_close(door: Door) -> None:
    """Moves the clock past the close of the poll's motion."""
    move_clock(door, 19 * _DAY)


async def counted(door: Door, poll: Poll) -> governance.Result:
    """The result, once there is one."""
    asked = governance.GetResultRequest(motion_id=poll.motion)
    answered: governance.GetResultResponse = await _through(lambda: ask(door.governance.GetResult, asked, door.secretary(), _PATIENCE))
    return answered.result


def move_clock(door: Door, seconds: int) -> None:
    """As a demonstration does: never a file that is half written."""
    fresh = door.instance.clock_file.with_suffix(".new")
    fresh.write_text(f"{seconds}\n", encoding="ascii")
    fresh.replace(door.instance.clock_file)


def _logged(door: Door, error_id: str) -> str:
    """A failure nobody foresaw is known by its id in the log."""
    lines = (door.instance.folder.log / "kith.log").read_text(encoding="utf-8").splitlines()
    return next((line for line in lines if error_id in line), error_id)


async def _open(door: Door, motion: str) -> None:
    seen = (await ask(door.governance.GetMotion, governance.GetMotionRequest(motion_id=motion), door.secretary())).motion
    if seen.state != governance.MOTION_STATE_OPEN:
        raise Elsewhere("SOURCE_AWAY")


async def _registered(door: Door, rows: Sequence[identity.NewPerson]) -> list[UUID]:
    asked = identity.RegisterPersonsRequest(request_id=str(new_id()), persons=rows)
    answer = await _through(lambda: ask(door.identity.RegisterPersons, asked, door.secretary(), _PATIENCE))
    return [UUID(one.person_id) for one in answer.persons]


async def _admitted(door: Door, people: Sequence[UUID]) -> None:
    """Row by row it may be too early: identity's fact is still on its way."""
    waiting = [
        membership.Admission(
            person_id=str(who),
            member_class=CLASSES[place % len(CLASSES)],
            register_name="As Entered",
            register_address="1 Example Row",
        )
        for place, who in enumerate(people)
    ]
    until = time.monotonic() + 60
    while waiting:
        assert time.monotonic() < until, "people registered are not known to membership within a minute"
        rest = []
        for first in range(0, len(waiting), _TOGETHER):
            rows = waiting[first : first + _TOGETHER]
            asked = membership.AdmitMembersRequest(request_id=str(new_id()), admissions=rows)
            answer = await _through(lambda asked=asked: ask(door.membership.AdmitMembers, asked, door.secretary(), _PATIENCE))  # type: ignore[misc]  # a default argument binds this round's request
            refused = {one.refusal for one in answer.members}
            assert refused <= {"", "PERSON_NOT_KNOWN_YET", "ALREADY_MEMBER"}, refused
            rest += [row for row, one in zip(rows, answer.members, strict=True) if one.refusal == "PERSON_NOT_KNOWN_YET"]
        waiting = rest
        await asyncio.sleep(0.05)


async def _through(attempt: Callable[[], Awaitable[T]]) -> T:
    """Again and again while the machine is away, and while what was asked for is still on its way."""
    until = time.monotonic() + 60
    while True:
        try:
            return await attempt()
        except (Elsewhere, NotAllowed, NotNow) as refusal:
            passing = isinstance(refusal, Elsewhere) or refusal.reason in _PASSING
            if not passing or time.monotonic() > until:
                raise
        await asyncio.sleep(0.1)
