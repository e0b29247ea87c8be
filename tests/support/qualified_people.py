"""People of a co-op with qualifications: they hand in papers, a secretary verifies them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from io import BytesIO
from uuid import UUID

from PIL import Image

from kith.governance.facts.v1.facts_pb2 import AdoptedCredential, RulebookAdopted
from kith.identity.v1 import credentials_pb2 as pb
from kith.identity.v1.credentials_pb2_grpc import CredentialServiceStub, FileServiceStub
from libs import callers
from libs.database.engine import Database, UnitOfWork, new_id
from libs.rpc.client import call_service
from tests.support.running_co_op import EventPublisher, Infrastructure, RunningCoOp, event_publisher, running_co_op

DRIVING = AdoptedCredential(key="licence", expires_after_months=12, remind_days=5, gates=["driving"])


class Qualified:
    """A co-op with a secretary (Sam), another (Bo), a member (Ada) and others, and their calls."""

    def __init__(self, co_op: RunningCoOp, governance: EventPublisher, people: Sequence[UUID]) -> None:
        self.co_op, self.governance = co_op, governance
        self.sam, self.ada, self.bo, *self.others = people
        self.credentials, self.files = co_op.stub(CredentialServiceStub), co_op.stub(FileServiceStub)

    @property
    def secretary(self) -> str:
        return self.co_op.token(self.sam, hat="secretary")

    @property
    def own(self) -> str:
        return self.co_op.token(self.ada)

    def today(self) -> date:
        return self.co_op.today()

    async def add(self, kind: str = "licence", person: UUID | None = None, token: str = "", **fields: str) -> str:
        values = {"issued_on": (self.today() - timedelta(days=30)).isoformat(), "note": "Paper seen at the office."} | fields
        request = pb.AddCredentialRequest(request_id=str(new_id()), person_id=str(person or self.ada), kind=kind, **values)
        response: pb.AddCredentialResponse = await call_service(self.credentials.AddCredential, request, token or self.own)
        return response.credential_id

    async def verify(self, credential: str, version: int = 1, token: str = "") -> None:
        request = pb.VerifyCredentialRequest(request_id=str(new_id()), credential_id=credential, version=version)
        await call_service(self.credentials.VerifyCredential, request, token or self.secretary)

    async def upload(self, content: bytes, person: UUID | None = None, token: str = "") -> str:
        """In parts, each of them twice, as when an answer was lost."""
        token = token or self.own
        begin = pb.BeginFileRequest(request_id=str(new_id()), person_id=str(person or self.ada), purpose="evidence", size=len(content))
        begun: pb.BeginFileResponse = await call_service(self.files.BeginFile, begin, token)
        for offset in range(0, len(content), begun.part_size):
            piece = content[offset : offset + begun.part_size]
            part = pb.AddFilePartRequest(request_id=str(new_id()), file_id=begun.file_id, offset=offset, content=piece)
            for _ in range(2):
                received = (await call_service(self.files.AddFilePart, part, token)).received
            assert received == offset + len(piece)
        finish = pb.FinishFileRequest(request_id=str(new_id()), file_id=begun.file_id)
        first = await call_service(self.files.FinishFile, finish, token, 60)
        assert await call_service(self.files.FinishFile, finish, token, 60) == first
        return begun.file_id

    async def download(self, file: str, token: str) -> bytes:
        content, size = b"", 1
        while len(content) < size:
            part = await call_service(self.files.GetFilePart, pb.GetFilePartRequest(file_id=file, offset=len(content)), token)
            content, size = content + part.content, part.size
        return content

    async def check(self, gate: str, person: UUID | None = None, token: str = "") -> list[tuple[str, int]]:
        request = pb.CheckGateRequest(person_ids=[str(person or self.ada)], gate=gate)
        [check] = (await call_service(self.credentials.CheckGate, request, token or self.own)).checks
        assert check.may_pass == (not check.lacking)
        return [(item.kind, item.problem) for item in check.lacking]

    async def state(self, credential: str) -> "pb.CredentialState.ValueType":
        request = pb.GetCredentialRequest(credential_id=credential)
        response: pb.GetCredentialResponse = await call_service(self.credentials.GetCredential, request, self.own)
        return response.credential.state

    @asynccontextmanager
    async def as_job(self, now: datetime) -> AsyncIterator[UnitOfWork]:
        """A unit of work as a job has it, at another time."""
        database = Database(self.co_op.databases["identity"].run_url)
        try:
            async with database.work(callers.job("tests"), now) as work:
                yield work
        finally:
            await database.close()

    async def events(self, *kinds: type) -> list[object]:
        return [event for event in await self.co_op.published_events("identity") if isinstance(event, kinds)]


@asynccontextmanager
async def qualified_people(infrastructure: Infrastructure, *others: str) -> AsyncIterator[Qualified]:
    async with running_co_op(infrastructure, "identity") as co_op, event_publisher(co_op, "governance") as governance:
        people = await co_op.register_people("Sam Sample", "Ada Ample", "Bo Bold", *others)
        adopted = RulebookAdopted(rulebook_hash="11" * 32, decision_id=str(new_id()), credentials=[DRIVING])
        await governance.publish((adopted, adopted.decision_id))
        await co_op.wait_until_consumed("identity", "governance")
        yield Qualified(co_op, governance, people)


def noisy_photo() -> bytes:
    """A photo of more than two parts, with a place in its EXIF."""
    exif = Image.Exif()
    exif[0x010E] = "at 1 Example Row"
    out = BytesIO()
    Image.effect_noise((2600, 1600), 90).convert("RGB").save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()
