"""Takes one co-op from its founding to a counted decision, with the same steps for every way of running Kith.

The rulebook weighs workers one half, users and investors one quarter each, so the result below is worked out by hand:

    workers    2 of 3 for    1/2 * 2/3 = 1/3
    users      2 of 3 for    1/4 * 2/3 = 1/6    (one changed from against; a fourth did not vote)
    investors  1 of 1 for    1/4 * 1   = 1/4    (a second did not vote)
                                         3/4 of the weight is for: it passes
"""

import asyncio
import hashlib
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, NotAllowed, NotFound, Refusal
from libs.rpc.client import call_service
from scripts.cli.connection import Connection
from scripts.cli.init_answers import InitAnswers
from scripts.cli.init_folder import create_data_folder
from tests.support.compose_file import ROOT

CLASSES = ("worker", "worker", "user", "user", "user", "user", "investor", "investor")
"""The classes of the members who join the founder (also a worker)."""
_DAY = 24 * 3600
_PENDING_REASONS = frozenset(
    {"HAT_NEEDED", "TOKEN_EXPIRED", "SOURCE_AWAY", "SERVICE_AWAY", "BALLOT_NOT_OPEN", "RULEBOOK_NOT_ADOPTED", "NOT_COUNTED_YET"}
)
_TIMEOUT_SECONDS = 60.0

T = TypeVar("T")


@dataclass(frozen=True)
class JourneyResult:
    """What the co-op has decided, without ids and times, which differ between runs."""

    passes: bool
    share_for: str
    turnout: str
    rulebook_hash: str
    classes: tuple[tuple[str, int, int, int, str], ...]
    """For each class: name, eligible, for, against, total weight of its votes."""
    decisions: tuple[tuple[int, str, bool], ...]
    refused: tuple[str, ...]
    """The reasons of all refusals on the way, in order."""


def expected_result(folder: Path) -> JourneyResult:
    """The result that every co-op with this folder's rulebook must have."""
    return JourneyResult(
        passes=True,
        share_for="3/4",
        turnout="7/9",
        rulebook_hash=hashlib.sha256((folder / "rulebook.toml").read_bytes()).hexdigest(),
        classes=(("investor", 2, 1, 0, "1/4"), ("user", 4, 2, 1, "1/4"), ("worker", 3, 2, 1, "1/2")),
        decisions=((2, "motion", True), (1, "founding", True)),
        refused=("NOT_A_MEMBER", "BALLOT_STALE", "BALLOT_CLOSED"),
    )


def make_co_op_folder(place: Path) -> Path:
    """Creates a data folder as `kith init` does, with a clock that tests can move, and with the example's postcodes."""
    answers = InitAnswers(
        name="Journey Row Care",
        id="journey-row",
        template="somerset-like",
        zone="Europe/London",
        phone="",
        founder="Ash Example",
        founder_email="ash@example.org",
        address="127.0.0.1:0",
    )
    create_data_folder(place, answers, datetime.now(UTC))
    settings = place / "kith.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("demo = false", "demo = true"), encoding="utf-8")
    (place / "clock-offset").write_text("0", encoding="ascii")
    shutil.copytree(ROOT / "examples/places", place / "places")
    return place


async def run_journey(connection: Connection) -> JourneyResult:
    """Runs the whole journey in a newly founded co-op."""
    people = await _register_and_admit(connection)
    motion = await _open_motion(connection)
    refused = await _cast_ballots(connection, motion, people)
    return await _collect_result(connection, motion, refused)


async def retry_while_pending(attempt: Callable[[], Awaitable[T]]) -> T:
    """Retries while the refusal has a reason that goes away by itself."""
    until = asyncio.get_running_loop().time() + _TIMEOUT_SECONDS
    while True:
        try:
            return await attempt()
        except Refusal as refusal:
            if refusal.reason not in _PENDING_REASONS or asyncio.get_running_loop().time() > until:
                raise
        await asyncio.sleep(0.05)


def _move_clock(connection: Connection, seconds: int) -> None:
    connection.instance.clock_file.write_text(str(seconds), encoding="ascii")


async def _register_and_admit(connection: Connection) -> list[UUID]:
    """Registers and admits everybody; returns their ids, the founder's first."""
    rows = [identity.NewPerson(full_name=f"Invented Person {number}", email=f"p{number}@example.org") for number in range(len(CLASSES))]
    register_request = identity.RegisterPersonsRequest(request_id=str(new_id()), persons=rows)
    registered = (
        await retry_while_pending(lambda: call_service(connection.identity.RegisterPersons, register_request, connection.secretary_token()))
    ).persons
    people = [connection.operator_id(), *(UUID(person.person_id) for person in registered)]
    admissions = [
        membership.Admission(person_id=str(person), member_class=kind, register_name="As Entered", register_address="1 Example Row")
        for person, kind in zip(people, ("worker", *CLASSES), strict=True)
    ]
    request = membership.AdmitMembersRequest(request_id=str(new_id()), admissions=admissions)
    admit = partial(call_service, connection.membership.AdmitMembers, request, connection.secretary_token())
    assert {answer.refusal for answer in (await retry_while_pending(admit)).members} == {""}
    return people


async def _open_motion(connection: Connection) -> str:
    request = governance.OpenMotionRequest(
        request_id=str(new_id()), title="Shall we open on Saturdays?", text="From next month.", resolution_type="ordinary"
    )
    request.closes_at.FromDatetime(connection.now() + timedelta(days=18))
    opened: str = (
        await retry_while_pending(lambda: call_service(connection.governance.OpenMotion, request, connection.secretary_token()))
    ).motion_id
    again = (await call_service(connection.governance.OpenMotion, request, connection.secretary_token())).motion_id
    assert opened == again, "the same request makes one motion"
    _move_clock(connection, 15 * _DAY)
    return opened


async def _cast_ballots(connection: Connection, motion: str, people: list[UUID]) -> list[str]:
    choices = ("for", "for", "against", "for", "against", "against", None, "for", None)
    for person, choice in zip(people, choices, strict=True):
        if choice:
            # mypy asks what kind of function a lambda with defaults is.
            ballot = await retry_while_pending(lambda person=person, choice=choice: _cast(connection, motion, person, choice, 0))  # type: ignore[misc]  # see above
            assert (ballot.choice, ballot.revision) == (choice, 1)
    changed = await _cast(connection, motion, people[4], "for", 1)
    assert (changed.choice, changed.revision) == ("for", 2)
    refused = []
    for person, revision in ((new_id(), 0), (people[4], 1)):
        try:
            await _cast(connection, motion, person, "against", revision)
        except (NotAllowed, NotFound, Conflict, AlreadyExists) as refusal:
            refused.append(refusal.reason)
    return refused


async def _cast(connection: Connection, motion: str, person: UUID, choice: str, revision: int) -> governance.Ballot:
    request = governance.CastBallotRequest(request_id=str(new_id()), motion_id=motion, choice=choice, revision=revision)
    ballot: governance.Ballot = (await call_service(connection.governance.CastBallot, request, connection.person_token(person))).ballot
    return ballot


async def _collect_result(connection: Connection, motion: str, refused: list[str]) -> JourneyResult:
    _move_clock(connection, 19 * _DAY)
    request = governance.GetResultRequest(motion_id=motion)
    result = (
        await retry_while_pending(lambda: call_service(connection.governance.GetResult, request, connection.secretary_token()))
    ).result
    try:
        await _cast(connection, motion, connection.operator_id(), "against", 1)
    except FailedPrecondition as refusal:
        refused.append(refusal.reason)
    decisions = (
        await call_service(connection.governance.ListDecisions, governance.ListDecisionsRequest(), connection.secretary_token())
    ).decisions
    return JourneyResult(
        passes=result.passes,
        share_for=result.share_for,
        turnout=result.turnout,
        rulebook_hash=result.rulebook_hash,
        classes=tuple(
            (member_class.member_class, member_class.eligible, member_class.votes_for, member_class.votes_against, member_class.weight)
            for member_class in result.classes
        ),
        decisions=tuple((decision.number, decision.kind, decision.passed) for decision in decisions),
        refused=tuple(refused),
    )
