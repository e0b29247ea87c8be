"""One co-op, from its founding to a counted decision, as its members live it. The same steps for every way of running Kith.

The rulebook weighs workers one half, users and investors one quarter each, so the result below is worked out by hand:

    workers    2 of 3 for    1/2 * 2/3 = 1/3
    users      2 of 3 for    1/4 * 2/3 = 1/6    (one changed from against; a fourth said nothing)
    investors  1 of 1 for    1/4 * 1   = 1/4    (a second said nothing)
                                         3/4 of the weight is for: it passes
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.database.engine import new_id
from libs.refusals import AlreadyDone, Conflict, NotAllowed, NotFound, NotNow, Refusal
from libs.rpc.client import ask
from scripts.cli.door import Door
from scripts.cli.init_answers import Answers
from scripts.cli.init_folder import make_folder

CLASSES = ("worker", "worker", "user", "user", "user", "user", "investor", "investor")
"""Of those who join the founder, who is a worker too."""
_DAY = 24 * 3600
_SOON = frozenset(
    {"HAT_NEEDED", "TOKEN_EXPIRED", "SOURCE_AWAY", "SERVICE_AWAY", "BALLOT_NOT_OPEN", "RULEBOOK_NOT_ADOPTED", "NOT_COUNTED_YET"}
)
_SECONDS = 15.0

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """What the co-op has decided, without the ids and times in which two runs differ."""

    passes: bool
    share_for: str
    turnout: str
    rulebook_hash: str
    classes: tuple[tuple[str, int, int, int, str], ...]
    """Class, eligible, for, against, the weight of its votes together."""
    decisions: tuple[tuple[int, str, bool], ...]
    refused: tuple[str, ...]
    """What was refused on the way, in order."""


def expected(folder: Path) -> Outcome:
    """What every co-op that began with this folder's rulebook must come to."""
    return Outcome(
        passes=True,
        share_for="3/4",
        turnout="7/9",
        rulebook_hash=hashlib.sha256((folder / "rulebook.toml").read_bytes()).hexdigest(),
        classes=(("investor", 2, 1, 0, "1/4"), ("user", 4, 2, 1, "1/4"), ("worker", 3, 2, 1, "1/2")),
        decisions=((2, "motion", True), (1, "founding", True)),
        refused=("NOT_A_MEMBER", "BALLOT_STALE", "BALLOT_CLOSED"),
    )


def a_folder(place: Path) -> Path:
    """A co-op's data folder as `kith init` makes it, with a clock that can be moved."""
    answers = Answers(
        name="Journey Row Care",
        id="journey-row",
        template="somerset-like",
        zone="Europe/London",
        phone="",
        founder="Ash Example",
        founder_email="ash@example.org",
        address="127.0.0.1:0",
    )
    make_folder(place, answers, datetime.now(UTC))
    settings = place / "kith.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("demo = false", "demo = true"), encoding="utf-8")
    (place / "clock-offset").write_text("0", encoding="ascii")
    return place


async def travelled(door: Door) -> Outcome:
    """The whole way, in a co-op just founded."""
    people = await _joined(door)
    motion = await _motion_opened(door)
    refused = await _voted(door, motion, people)
    return await _decided(door, motion, refused)


async def soon(attempt: Callable[[], Awaitable[T]]) -> T:
    """Again while it is refused for a reason that passes by itself."""
    until = asyncio.get_running_loop().time() + _SECONDS
    while True:
        try:
            return await attempt()
        except Refusal as refusal:
            if refusal.reason not in _SOON or asyncio.get_running_loop().time() > until:
                raise
        await asyncio.sleep(0.05)


def _move_clock(door: Door, seconds: int) -> None:
    door.instance.clock_file.write_text(str(seconds), encoding="ascii")


async def _joined(door: Door) -> list[UUID]:
    """Registered and admitted; the founder first."""
    rows = [identity.NewPerson(full_name=f"Invented Person {number}", email=f"p{number}@example.org") for number in range(len(CLASSES))]
    asked = identity.RegisterPersonsRequest(request_id=str(new_id()), persons=rows)
    registered = (await soon(lambda: ask(door.identity.RegisterPersons, asked, door.secretary()))).persons
    people = [door.steward(), *(UUID(one.person_id) for one in registered)]
    waiting = [
        membership.Admission(person_id=str(who), member_class=kind, register_name="As Entered", register_address="1 Example Row")
        for who, kind in zip(people, ("worker", *CLASSES), strict=True)
    ]
    async with asyncio.timeout(_SECONDS):
        while waiting:
            request = membership.AdmitMembersRequest(request_id=str(new_id()), admissions=waiting)
            answers = (await soon(lambda request=request: ask(door.membership.AdmitMembers, request, door.secretary()))).members  # type: ignore[misc]  # a default argument binds this round's request
            assert {one.refusal for one in answers} <= {"", "PERSON_NOT_KNOWN_YET"}
            waiting = [row for row, answer in zip(waiting, answers, strict=True) if answer.refusal]
    return people


async def _motion_opened(door: Door) -> str:
    asked = governance.OpenMotionRequest(
        request_id=str(new_id()), title="Shall we open on Saturdays?", text="From next month.", resolution_type="ordinary"
    )
    asked.closes_at.FromDatetime(door.now() + timedelta(days=18))
    opened: str = (await soon(lambda: ask(door.governance.OpenMotion, asked, door.secretary()))).motion_id
    again = (await ask(door.governance.OpenMotion, asked, door.secretary())).motion_id
    assert opened == again, "the same request makes one motion"
    _move_clock(door, 15 * _DAY)
    return opened


async def _voted(door: Door, motion: str, people: list[UUID]) -> list[str]:
    choices = ("for", "for", "against", "for", "against", "against", None, "for", None)
    for who, choice in zip(people, choices, strict=True):
        if choice:
            # mypy asks what kind of function a lambda with defaults is.
            ballot = await soon(lambda who=who, choice=choice: _cast(door, motion, who, choice, 0))  # type: ignore[misc]  # see above
            assert (ballot.choice, ballot.revision) == (choice, 1)
    changed = await _cast(door, motion, people[4], "for", 1)
    assert (changed.choice, changed.revision) == ("for", 2)
    refused = []
    for who, revision in ((new_id(), 0), (people[4], 1)):
        try:
            await _cast(door, motion, who, "against", revision)
        except (NotAllowed, NotFound, Conflict, AlreadyDone) as refusal:
            refused.append(refusal.reason)
    return refused


async def _cast(door: Door, motion: str, who: UUID, choice: str, revision: int) -> governance.Ballot:
    asked = governance.CastBallotRequest(request_id=str(new_id()), motion_id=motion, choice=choice, revision=revision)
    ballot: governance.Ballot = (await ask(door.governance.CastBallot, asked, door.person(who))).ballot
    return ballot


async def _decided(door: Door, motion: str, refused: list[str]) -> Outcome:
    _move_clock(door, 19 * _DAY)
    asked = governance.GetResultRequest(motion_id=motion)
    result = (await soon(lambda: ask(door.governance.GetResult, asked, door.secretary()))).result
    try:
        await _cast(door, motion, door.steward(), "against", 1)
    except NotNow as refusal:
        refused.append(refusal.reason)
    decisions = (await ask(door.governance.ListDecisions, governance.ListDecisionsRequest(), door.secretary())).decisions
    return Outcome(
        passes=result.passes,
        share_for=result.share_for,
        turnout=result.turnout,
        rulebook_hash=result.rulebook_hash,
        classes=tuple((one.member_class, one.eligible, one.votes_for, one.votes_against, one.weight) for one in result.classes),
        decisions=tuple((one.number, one.kind, one.passed) for one in decisions),
        refused=tuple(refused),
    )
