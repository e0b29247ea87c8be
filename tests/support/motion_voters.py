"""Members who keep voting and changing their votes, whatever happens to the co-op meanwhile.

Each call is repeated with the same request_id until it is acknowledged, across every restart. Acknowledgements are kept
here, outside the co-op, so that the auditor can compare.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, NotAllowed, Unavailable
from libs.rpc.client import call_service
from libs.rpc.refusal_status import InternalServerError
from scripts.cli.connection import Connection
from tests.support.co_op_journey import retry_while_pending

CHOICES = ("for", "against", "abstain")
CLASSES = ("worker", "user", "user", "investor")
_DAY = 24 * 3600
_CALL_SECONDS = 3.0
_BATCH_SIZE = 100
_PENDING_REASONS = frozenset({"HAT_NEEDED", "RULEBOOK_NOT_ADOPTED", "NOT_COUNTED_YET"})

T = TypeVar("T")


@dataclass(frozen=True)
class BallotReceipt:
    """A ballot that the co-op acknowledged."""

    ballot: str
    revision: int
    choice: str
    seconds: float
    """From the first attempt to the acknowledgement."""


@dataclass
class Voter:
    """One member on the roll and their acknowledged ballots."""

    person: UUID
    receipts: list[BallotReceipt] = field(default_factory=list)

    @property
    def revision(self) -> int:
        return len(self.receipts)


@dataclass
class MotionPoll:
    """An open motion and its voters."""

    motion: str
    voters: list[Voter]
    refusals: Counter[str] = field(default_factory=Counter)
    """How often attempts were repeated, by reason."""

    @property
    def acknowledged(self) -> int:
        return sum(voter.revision for voter in self.voters)

    @property
    def slowest(self) -> float:
        return max((receipt.seconds for voter in self.voters for receipt in voter.receipts), default=0.0)

    async def cast(self, connection: Connection, voter: Voter, choice: str) -> BallotReceipt:
        """Repeats the call until it is acknowledged. Raises any refusal other than Unavailable."""
        shown = voter.revision
        request = governance.CastBallotRequest(request_id=str(new_id()), motion_id=self.motion, choice=choice, revision=shown)
        began = time.monotonic()
        while True:
            try:
                ballot = (
                    await call_service(connection.governance.CastBallot, request, connection.person_token(voter.person), _CALL_SECONDS)
                ).ballot
            except Unavailable as away:
                self.refusals[away.reason] += 1
                await asyncio.sleep(0.1)
            except InternalServerError as broken:
                raise AssertionError(_find_log_line(connection, broken.error_id)) from broken
            else:
                break
        assert (ballot.choice, ballot.revision) == (choice, shown + 1), "another ballot than the one that was cast is acknowledged"
        voter.receipts.append(BallotReceipt(ballot.ballot_id, ballot.revision, ballot.choice, time.monotonic() - began))
        return voter.receipts[-1]

    async def vote_until(self, connection: Connection, stop: asyncio.Event, random_source: random.Random, pause: float = 0.3) -> None:
        """Lets all voters vote repeatedly at the same time. A call that has begun when `stop` is set is still completed."""

        async def vote_repeatedly(voter: Voter, voter_random: random.Random) -> None:
            while not stop.is_set() or not voter.receipts:
                await self.cast(connection, voter, voter_random.choice(CHOICES))
                await asyncio.sleep(voter_random.uniform(0, pause))

        async with asyncio.TaskGroup() as group:
            for voter in self.voters:
                group.create_task(vote_repeatedly(voter, random.Random(random_source.random())))  # noqa: S311 - a test's choices


async def open_poll(connection: Connection, members: int) -> MotionPoll:
    """Registers and admits members, opens a motion and moves the clock past its notice period."""
    people = [connection.operator_id(), *await admit_new_members(connection, members)]
    request = governance.OpenMotionRequest(
        request_id=str(new_id()), title="Shall we buy the van?", text="It would carry people.", resolution_type="ordinary"
    )
    request.closes_at.FromDatetime(connection.now() + timedelta(days=18))
    motion = (
        await retry_while_pending(lambda: call_service(connection.governance.OpenMotion, request, connection.secretary_token()))
    ).motion_id
    move_clock(connection, 15 * _DAY)
    await retry_while_pending(lambda: _check_is_open(connection, motion))
    return MotionPoll(motion, [Voter(person) for person in people])


async def admit_new_members(connection: Connection, number: int) -> list[UUID]:
    """Registers and admits new people, and the founder if necessary."""
    made = str(new_id())[-12:]
    people: list[UUID] = []
    for first in range(0, number, _BATCH_SIZE):
        rows = [
            identity.NewPerson(full_name=f"Invented {made} {place}", email=f"{made}-{place}@example.org")
            for place in range(first, min(number, first + _BATCH_SIZE))
        ]
        people += await _register_people(connection, rows)
    await _admit_people(connection, [connection.operator_id(), *people])
    return people


def move_clock_past_close(connection: Connection) -> None:
    """Moves the clock past the close of the poll's motion."""
    move_clock(connection, 19 * _DAY)


async def wait_for_result(connection: Connection, poll: MotionPoll) -> governance.Result:
    """Waits for the result."""
    request = governance.GetResultRequest(motion_id=poll.motion)
    response: governance.GetResultResponse = await _retry_while_unavailable(
        lambda: call_service(connection.governance.GetResult, request, connection.secretary_token(), _CALL_SECONDS)
    )
    return response.result


def move_clock(connection: Connection, seconds: int) -> None:
    """Replaces the clock file atomically, as demos do."""
    fresh = connection.instance.clock_file.with_suffix(".new")
    fresh.write_text(f"{seconds}\n", encoding="ascii")
    fresh.replace(connection.instance.clock_file)


def _find_log_line(connection: Connection, error_id: str) -> str:
    """The log line of an internal error, found by its id."""
    lines = (connection.instance.folder.log / "kith.log").read_text(encoding="utf-8").splitlines()
    return next((line for line in lines if error_id in line), error_id)


async def _check_is_open(connection: Connection, motion: str) -> None:
    shown = (
        await call_service(connection.governance.GetMotion, governance.GetMotionRequest(motion_id=motion), connection.secretary_token())
    ).motion
    if shown.state != governance.MOTION_STATE_OPEN:
        raise Unavailable("SOURCE_AWAY")


async def _register_people(connection: Connection, rows: Sequence[identity.NewPerson]) -> list[UUID]:
    request = identity.RegisterPersonsRequest(request_id=str(new_id()), persons=rows)
    answer = await _retry_while_unavailable(
        lambda: call_service(connection.identity.RegisterPersons, request, connection.secretary_token(), _CALL_SECONDS)
    )
    return [UUID(person.person_id) for person in answer.persons]


async def _admit_people(connection: Connection, people: Sequence[UUID]) -> None:
    admissions = [
        membership.Admission(
            person_id=str(person),
            member_class=CLASSES[place % len(CLASSES)],
            register_name="As Entered",
            register_address="1 Example Row",
        )
        for place, person in enumerate(people)
    ]
    for first in range(0, len(admissions), _BATCH_SIZE):
        request = membership.AdmitMembersRequest(request_id=str(new_id()), admissions=admissions[first : first + _BATCH_SIZE])
        admit = partial(call_service, connection.membership.AdmitMembers, request, connection.secretary_token(), _CALL_SECONDS)
        answer = await _retry_while_unavailable(admit)
        # A full disk or a killed process may have cost only the answer to an earlier try.
        assert {member.refusal for member in answer.members} <= {"", "ALREADY_MEMBER"}


async def _retry_while_unavailable(attempt: Callable[[], Awaitable[T]]) -> T:
    """Retries while a service is unavailable or an event is still on its way."""
    until = time.monotonic() + 60
    while True:
        try:
            return await attempt()
        except (Unavailable, NotAllowed, FailedPrecondition) as refusal:
            passing = isinstance(refusal, Unavailable) or refusal.reason in _PENDING_REASONS
            if not passing or time.monotonic() > until:
                raise
        await asyncio.sleep(0.1)
