"""Credentials over the real API: sealed evidence, verified by another person, expiring at the end of the last day."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, time, timedelta
from io import BytesIO
from unittest.mock import ANY
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from kith.governance.facts.v1.facts_pb2 import AdoptedCredential, RulebookAdopted
from kith.identity.facts.v1 import facts_pb2 as facts
from kith.identity.v1 import credentials_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs import callers
from libs.callers import AuthenticationStrength, CallerChannel
from libs.database.engine import new_id
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from libs.rpc.refusal_status import InternalServerError
from scripts.cli.actions import JsonResult
from scripts.cli.connection import Connection
from scripts.cli.credential import list_command, verify_command
from services.identity.jobs.expire_credentials import expire_credentials_job
from services.identity.jobs.forget_unfinished_files import forget_unfinished_files
from tests.support.qualified_people import DRIVING, Qualified, noisy_photo, qualified_people
from tests.support.running_co_op import Infrastructure, RunningCoOp

ZONE = ZoneInfo("Europe/London")


@pytest.fixture
async def qualified(infrastructure: Infrastructure) -> AsyncIterator[Qualified]:
    async with qualified_people(infrastructure) as people:
        yield people


@pytest.mark.capability("I6")
async def test_an_expired_item_blocks_within_one_event(qualified: Qualified) -> None:
    """Verified by somebody else, due on its day, expired when its last day is over: the gate is closed with the event."""
    assert await qualified.check("driving") == [("licence", pb.GATE_PROBLEM_MISSING)]
    last = qualified.today() + timedelta(days=10)
    licence = await qualified.add(expires_on=last.isoformat())
    assert await qualified.check("driving") == [("licence", pb.GATE_PROBLEM_UNVERIFIED)]
    await qualified.verify(licence)
    assert await qualified.check("driving") == []
    assert await qualified.events(facts.CredentialVerified) == [
        facts.CredentialVerified(person_id=str(qualified.ada), credential_id=licence, kind="licence", expires_on=last.isoformat())
    ]

    for day, kind in ((last - timedelta(days=5), facts.CredentialDue), (last + timedelta(days=1), facts.CredentialExpired)):
        assert await qualified.events(kind) == []
        begins = datetime.combine(day, time(), ZONE)
        co_op = qualified.co_op
        await co_op.move_clock(co_op.shifted + int((begins - co_op.now()).total_seconds()) - 3)
        # Whatever is published wakes the job, which then knows the moment and waits for it.
        await qualified.add("licence", qualified.bo, qualified.secretary)
        too_soon = [await qualified.check("driving"), await qualified.events(kind)]
        assert too_soon == [[], []] or qualified.co_op.now() >= begins
        await wait_for(qualified, kind)
        assert begins <= qualified.co_op.now() < begins + timedelta(minutes=10), "long before the job looks by itself, once an hour"

    assert await qualified.check("driving") == [("licence", pb.GATE_PROBLEM_EXPIRED)]
    assert await qualified.state(licence) == pb.CREDENTIAL_STATE_EXPIRED
    # A clock that goes back brings nothing back, and nothing is said twice.
    for now in (qualified.co_op.now() - timedelta(days=8), qualified.co_op.now()):
        async with qualified.as_job(now) as work:
            assert await expire_credentials_job(ZONE).run(work) == 0
    assert [len(await qualified.events(kind)) for kind in (facts.CredentialDue, facts.CredentialExpired)] == [1, 1]


async def wait_for(qualified: Qualified, kind: type) -> None:
    async with asyncio.timeout(60):
        while not await qualified.events(kind):
            await asyncio.sleep(0.02)


@pytest.mark.capability("I6")
async def test_evidence_is_sealed_and_only_the_person_and_a_secretary_read_it(qualified: Qualified) -> None:
    photo = noisy_photo()
    assert len(photo) > 2 * 1024 * 1024
    file = await qualified.upload(photo)
    licence = await qualified.add(file_id=file, note="Photo of my licence.")

    stored = await qualified.download(file, qualified.own)
    assert await qualified.download(file, qualified.secretary) == stored
    with Image.open(BytesIO(stored)) as image:
        assert image.size == (2600, 1600)
    assert b"1 Example Row" in photo
    assert b"1 Example Row" not in stored
    with pytest.raises(NotFound, match="FILE_UNKNOWN"):
        await qualified.download(file, qualified.co_op.token(qualified.bo))
    with pytest.raises(NotFound, match="CREDENTIAL_UNKNOWN"):
        await call_service(
            qualified.credentials.GetCredential, pb.GetCredentialRequest(credential_id=licence), qualified.co_op.token(qualified.bo)
        )
    rows = repr([await qualified.co_op.all_rows("identity", table) for table in ("file_chunk", "credential", "answer")])
    assert "Photo of my licence" not in rows
    assert repr(stored[2000:2040])[2:-1] not in rows
    read = [row for row in await qualified.co_op.all_rows("identity", "read_audit") if "evidence" in row]
    assert len(read) == -(-len(stored) // (1024 * 1024))
    assert {str(qualified.sam)} == {row[1] for row in read}

    await swap_chunks(qualified.co_op, file)
    with pytest.raises(InternalServerError):
        await qualified.download(file, qualified.own)


async def swap_chunks(co_op: RunningCoOp, file: str) -> None:
    """As somebody with the database would, who wants another paper to be seen."""
    async with co_op.database_transaction("identity", caller=callers.job("tests")) as connection:
        for was, now in ((0, -1), (1, 0), (-1, 1)):
            await connection.execute("update file_chunk set number = $3 where file = $1 and number = $2", UUID(file), was, now)


async def test_a_file_that_will_not_do_is_refused_and_forgotten(qualified: Qualified) -> None:
    with pytest.raises(Invalid, match="FILE_KIND_UNKNOWN"):
        await qualified.upload(b"<html><script>alert(1)</script></html>")
    with pytest.raises(Invalid, match="FILE_BROKEN"):
        await qualified.upload(noisy_photo()[:-5000])
    for size, reason in ((0, "FILE_EMPTY"), (40 * 1024 * 1024, "FILE_TOO_BIG")):
        with pytest.raises(Invalid, match=reason):
            begin = pb.BeginFileRequest(request_id=str(new_id()), person_id=str(qualified.ada), purpose="evidence", size=size)
            await call_service(qualified.files.BeginFile, begin, qualified.own)
    assert await qualified.co_op.all_rows("identity", "stored_file") == []
    assert await qualified.co_op.all_rows("identity", "file_chunk") == []

    begin = pb.BeginFileRequest(request_id=str(new_id()), person_id=str(qualified.ada), purpose="evidence", size=300_000)
    file = (await call_service(qualified.files.BeginFile, begin, qualified.own)).file_id

    def part(offset: int, size: int, token: str = "") -> pb.AddFilePartRequest:
        return pb.AddFilePartRequest(request_id=str(new_id()), file_id=file, offset=offset, content=bytes(size))

    with pytest.raises(Conflict, match="FILE_OFFSET_WRONG"):
        await call_service(qualified.files.AddFilePart, part(262_144, 37_856), qualified.own)
    for size in (100, 300_001, 0):
        with pytest.raises(Invalid, match="FILE_PART_WRONG"):
            await call_service(qualified.files.AddFilePart, part(0, size), qualified.own)
    with pytest.raises(NotFound, match="FILE_UNKNOWN"):
        await call_service(qualified.files.AddFilePart, part(0, 262_144), qualified.secretary)
    with pytest.raises(FailedPrecondition, match="FILE_INCOMPLETE"):
        await call_service(qualified.files.FinishFile, pb.FinishFileRequest(request_id=str(new_id()), file_id=file), qualified.own)
    with pytest.raises(NotFound, match="FILE_UNKNOWN"):
        await qualified.add(file_id=file)
    for hours, forgotten in ((23, 0), (25, 1)):
        async with qualified.as_job(qualified.co_op.now() + timedelta(hours=hours)) as work:
            assert await forget_unfinished_files(work) == forgotten


async def test_only_another_secretary_decides_and_each_decision_once(qualified: Qualified) -> None:
    licence = await qualified.add()
    own = await qualified.add(person=qualified.sam, token=qualified.secretary)
    with pytest.raises(NotAllowed, match="CREDENTIAL_OWN"):
        await qualified.verify(own)
    with pytest.raises(NotAllowed, match="HAT_NEEDED"):
        await qualified.verify(licence, token=qualified.own)
    with pytest.raises(Conflict, match="VERSION_STALE"):
        await qualified.verify(licence, version=7)
    with pytest.raises(NotFound, match="CREDENTIAL_UNKNOWN"):
        await qualified.verify(str(new_id()))
    await qualified.verify(licence)
    with pytest.raises(FailedPrecondition, match="CREDENTIAL_SETTLED"):
        await qualified.verify(licence, version=2)

    mistakes: tuple[tuple[str, dict[str, str], str], ...] = (
        ("wizardry", {}, "CREDENTIAL_KIND_UNKNOWN"),
        ("licence", {"note": " "}, "PAPER_MISSING"),
        ("licence", {"issued_on": "yesterday"}, "DATE_MALFORMED"),
        ("licence", {"note": "x" * 501}, "NOTE_TOO_LONG"),
    )
    for kind, fields, reason in mistakes:
        with pytest.raises(Invalid, match=reason):
            await qualified.add(kind, None, "", **fields)
    with pytest.raises(NotAllowed, match="HAT_NEEDED"):
        await qualified.add(person=qualified.bo)

    newer = await qualified.add(issued_on=qualified.today().isoformat())
    await qualified.verify(newer)
    assert await qualified.state(licence) == pb.CREDENTIAL_STATE_RENEWED
    revoke = pb.RevokeCredentialRequest(request_id=str(new_id()), credential_id=newer, version=2, reason="The paper was false.")
    await call_service(qualified.credentials.RevokeCredential, revoke, qualified.secretary)
    mine = pb.ListCredentialsRequest(person_id=str(qualified.ada))
    listed = (await call_service(qualified.credentials.ListCredentials, mine, qualified.own)).credentials
    assert [(one.credential_id, one.state, one.reason) for one in listed] == [
        (newer, pb.CREDENTIAL_STATE_REVOKED, "The paper was false."),
        (licence, pb.CREDENTIAL_STATE_RENEWED, ""),
    ]
    assert await qualified.check("driving", token=qualified.secretary) == [("licence", pb.GATE_PROBLEM_MISSING)]
    with pytest.raises(NotAllowed, match="HAT_NEEDED"):
        await qualified.check("driving", qualified.bo)
    with pytest.raises(Invalid, match="GATE_UNKNOWN"):
        await qualified.check("sleeping")

    claimed = pb.ListWatchedCredentialsRequest(watched=pb.WATCHED_CREDENTIALS_CLAIMED)
    waiting = (await call_service(qualified.credentials.ListWatchedCredentials, claimed, qualified.secretary)).credentials
    assert [(one.credential_id, one.note) for one in waiting] == [(own, "")]
    with pytest.raises(NotAllowed, match="HAT_NEEDED"):
        await call_service(qualified.credentials.ListWatchedCredentials, claimed, qualified.own)


async def test_the_rulebook_in_force_says_what_gates_what(qualified: Qualified) -> None:
    """Another rulebook counts from its event on; one from before there were credentials means the usual ones."""
    await qualified.verify(await qualified.add())
    assert await qualified.check("driving") == []
    insurance = AdoptedCredential(key="insurance", remind_days=5, gates=["driving"])
    for credentials, expected in (([DRIVING, insurance], ["insurance"]), ([], ["dbs", "driving"])):
        adopted = RulebookAdopted(rulebook_hash="22" * 32, decision_id=str(new_id()), credentials=credentials)
        await qualified.governance.publish((adopted, adopted.decision_id))
        await qualified.co_op.wait_until_consumed("identity", "governance")
        assert [kind for kind, _ in await qualified.check("driving")] == expected


class DirectConnection(Connection):
    """The command line's way into identity alone, with the tokens that it mints for the person who holds the data folder."""

    def __init__(self, qualified: Qualified) -> None:
        self._qualified = qualified
        self.identity, self.credentials = qualified.co_op.stub(IdentityServiceStub), qualified.credentials

    def operator_id(self) -> UUID:
        return self._qualified.sam

    def person_token(self, person: UUID, hat: str = "") -> str:
        return self._qualified.co_op.token(person, hat, AuthenticationStrength.INSTANCE_KEY, CallerChannel.COMMAND_LINE)


async def test_the_command_line_lists_and_verifies(qualified: Qualified) -> None:
    command_line, licence = DirectConnection(qualified), await qualified.add(expires_on="2027-01-31")
    assert await list_command(command_line) == JsonResult(ANY, ["0 credentials."], data={"credentials": []})
    waiting = await list_command(command_line, waiting=True)
    assert isinstance(waiting.lines, Iterable)
    assert [line.split()[:4] for line in waiting.lines] == [[licence, "Ada", "Ample", "licence"]]

    verified = await verify_command(command_line, licence)
    assert verified.lines == "licence of Ada Ample counts now, until the end of 2027-01-31."

    for person in ("", str(qualified.ada)):
        [listed] = (await list_command(command_line, person)).data["credentials"]
        assert (listed["credential"], listed["state"], listed["has_file"]) == (licence, "verified", False)
    own = await qualified.add(person=qualified.sam, token=qualified.secretary)
    with pytest.raises(NotAllowed, match="CREDENTIAL_OWN"):
        await verify_command(command_line, own)
