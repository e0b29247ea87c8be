"""A co-op in which people are erased: all services that store data of people, with real members, records and votes.

async with erasing_co_op(infrastructure, "Ada Ample") as life:
    erasure = await life.erase(life.people["Ada Ample"])
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.governance.v1 import governance_pb2 as governance
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.identity.v1 import data_requests_pb2 as pb
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.data_requests_pb2_grpc import DataRequestServiceStub
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.v1 import membership_pb2 as membership
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from services.topology import PERSON_SERVICES
from tests.support.free_ports import free_ports
from tests.support.member_assembly import RULEBOOK, to_timestamp
from tests.support.membership_co_op import make_admission
from tests.support.person_records import PersonRecords
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

SECRETARY, SECOND = "Ash Example", "Sam Second"
ANSWER = "Told at the door."
ZONE = ZoneInfo("Europe/London")


@dataclass
class ErasingCoOp:
    """The running co-op, its people by name, and what a secretary does in it."""

    co_op: RunningCoOp
    people: dict[str, UUID]

    @property
    def stub(self) -> DataRequestServiceStub:
        return self.co_op.stub(DataRequestServiceStub)

    @property
    def records(self) -> PersonRecords:
        return PersonRecords(self.co_op)

    def secretary(self, name: str = SECRETARY) -> str:
        return self.co_op.token(self.people[name], hat="secretary")

    # --- members and votes

    async def admit(self, *names: str) -> None:
        rows = [make_admission(self.people[name], "user", register_name=name) for name in names]
        request = membership.AdmitMembersRequest(request_id=str(new_id()), admissions=rows)
        admitted = await call_service(self.co_op.stub(MembershipServiceStub).AdmitMembers, request, self.secretary())
        assert not [row.refusal for row in admitted.members if row.refusal]
        for consumer in ("identity", "governance"):
            await self.co_op.wait_until_consumed(consumer, "membership")

    async def leave(self, name: str) -> None:
        """Today is their last day."""
        stub = self.co_op.stub(MembershipServiceStub)
        person = str(self.people[name])
        member = (await call_service(stub.GetMember, membership.GetMemberRequest(person_id=person), self.secretary())).member
        on = self.co_op.today().isoformat()
        request = membership.EndMembershipRequest(request_id=str(new_id()), person_id=person, on=on, reason="left", version=member.version)
        await call_service(stub.EndMembership, request, self.secretary())
        await self.co_op.wait_until_consumed("identity", "membership")

    async def open_motion(self) -> str:
        now = self.co_op.now()
        request = governance.OpenMotionRequest(
            request_id=str(new_id()),
            title="Shall we buy the van?",
            text="It would carry people to the day centre.",
            resolution_type="ordinary",
            closes_at=to_timestamp(now + timedelta(hours=2)),
        )
        opened = await call_service(self.co_op.stub(GovernanceServiceStub).OpenMotion, request, self.secretary())
        return str(opened.motion_id)

    async def vote(self, name: str, motion: str, choice: str) -> None:
        request = governance.CastBallotRequest(request_id=str(new_id()), motion_id=motion, choice=choice)
        await call_service(self.co_op.stub(GovernanceServiceStub).CastBallot, request, self.co_op.token(self.people[name]))

    # --- erasing

    async def ask(self, name: str, by: str = "") -> str:
        """The id of the request."""
        request = pb.AskForErasureRequest(request_id=str(new_id()), person_id=str(self.people[name]))
        return str((await call_service(self.stub.AskForErasure, request, by or self.co_op.token(self.people[name]))).data_request_id)

    async def decide(self, data_request: str, by: str = "") -> str:
        """The id of the erasure."""
        request = pb.ErasePersonRequest(request_id=str(new_id()), data_request_id=data_request, answer=ANSWER)
        return str((await call_service(self.stub.ErasePerson, request, by or self.secretary())).erasure_id)

    async def erase(self, name: str) -> pb.Erasure:
        """Asks, decides, and waits until every service has confirmed."""
        return await self.wait_for_erasure(await self.decide(await self.ask(name)), lambda erasure: erasure.HasField("finished_at"))

    async def wait_for_erasure(self, erasure_id: str, wanted: Callable[[pb.Erasure], bool], seconds: float = 60.0) -> pb.Erasure:
        found: list[pb.Erasure] = []
        try:
            async with asyncio.timeout(seconds):
                while not (found and wanted(found[0])):
                    await asyncio.sleep(0.05)
                    listed = await call_service(self.stub.ListErasures, pb.ListErasuresRequest(), self.secretary())
                    found = [erasure for erasure in listed.erasures if erasure.erasure_id == erasure_id]
        except TimeoutError:
            raise AssertionError(found) from None
        return found[0]

    async def name_of(self, person: UUID) -> str:
        request = identity.GetNamesRequest(person_ids=[str(person)])
        names = (await call_service(self.co_op.stub(IdentityServiceStub).GetNames, request, self.secretary())).names
        return str(names[0].full_name)

    async def rows_with(self, needle: str) -> dict[str, list[str]]:
        """The tables of all services in which this text or id stands somewhere, but for the outbox, which has ids and no names."""
        found: dict[str, list[str]] = {}
        for service in PERSON_SERVICES:
            async with self.co_op.database_transaction(service) as connection:
                names = await connection.fetch(
                    "select relname from pg_class join pg_namespace n on n.oid = relnamespace "
                    "where nspname = 'public' and relkind in ('r', 'p') and not relispartition"
                )
            for table in sorted(row["relname"] for row in names):
                if table not in {"outbox", "alembic_version"} and any(
                    needle in repr(row) for row in await self.co_op.all_rows(service, table)
                ):
                    found.setdefault(service, []).append(table)
        return found


@asynccontextmanager
async def erasing_co_op(infrastructure: Infrastructure, *names: str) -> AsyncIterator[ErasingCoOp]:
    """Runs identity, membership, governance and web with two secretaries and these people, and an adopted rulebook."""
    [port] = free_ports(1)
    web: dict[str, object] = {"page_address": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
    async with running_co_op(infrastructure, *PERSON_SERVICES, web=web) as co_op:
        everybody = (SECRETARY, SECOND, *names)
        life = ErasingCoOp(co_op, dict(zip(everybody, await co_op.register_people(*everybody), strict=True)))
        hat = identity.GiveHatRequest(request_id=str(new_id()), person_id=str(life.people[SECOND]), hat="secretary")
        await call_service(co_op.stub(IdentityServiceStub).GiveHat, hat, life.secretary())
        adopt = governance.AdoptRulebookRequest(request_id=str(new_id()), text=RULEBOOK)
        await call_service(co_op.stub(GovernanceServiceStub).AdoptRulebook, adopt, co_op.founder_token())
        for consumer, source in (("membership", "identity"), ("membership", "governance"), ("governance", "identity")):
            await co_op.wait_until_consumed(consumer, source)
        yield life
