"""A person's own data from every service: all of it, nobody else's, and no secret."""

import asyncio
import csv
import io
import json
import time
import zipfile
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it carries no types

from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1 import notices_pb2 as told
from kith.identity.v1 import record_pb2 as record
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.identity.v1.notices_pb2_grpc import NoticeServiceStub
from kith.identity.v1.record_pb2_grpc import RecordServiceStub
from kith.person.v1 import person_rights_pb2 as pb
from kith.person.v1.person_rights_pb2_grpc import PersonRightsServiceStub
from libs.database.engine import new_id
from libs.refusals import Invalid, NotAllowed
from libs.rpc.client import call_service
from services.topology import PERSON_SERVICES
from tests.contract.person_data_schema import make_schema
from tests.support.free_ports import free_ports
from tests.support.http_user import HttpUser
from tests.support.member_assembly import member_assembly
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op


async def _export(co_op: RunningCoOp, service: str, person: UUID, token: str, page_size: int = 200) -> list[tuple[str, dict[str, object]]]:
    stub = co_op.stub_at(service, PersonRightsServiceStub)
    records: list[tuple[str, dict[str, object]]] = []
    page_token = ""
    while True:
        request = pb.ExportRequest(person_id=str(person), page_size=page_size, page_token=page_token)
        response: pb.ExportResponse = await call_service(stub.Export, request, token)
        assert len(response.records) <= page_size
        records += [(record.kind, json.loads(record.json)) for record in response.records]
        page_token = response.next_page_token
        if not page_token:
            return records


async def _wait_until_told(co_op: RunningCoOp, person: UUID) -> None:
    """Until no notice waits, so that nothing more is read or written about the person."""
    until = time.monotonic() + 60
    while True:
        notices = [data["state"] for kind, data in await _export(co_op, "web", person, co_op.token(person)) if kind == "notice"]
        if notices and "waiting" not in notices:
            return
        assert time.monotonic() < until, notices
        await asyncio.sleep(0.05)


@pytest.mark.capability("L5")
async def test_a_person_gets_what_each_service_stores_about_them_with_the_readers(infrastructure: Infrastructure) -> None:
    [port] = free_ports(1)
    web: dict[str, object] = {"page_address": f"127.0.0.1:{port}", "public_url": f"http://127.0.0.1:{port}"}
    async with running_co_op(infrastructure, *PERSON_SERVICES, web=web) as co_op:
        secretary, ada, bo = await co_op.register_people("Ash Example", "Ada Ample", "Bo Brook")
        at_any_hour = told.WaysToBeTold(channel=told.NOTICE_CHANNEL_LETTER, language="en")
        ways = told.SetWaysToBeToldRequest(request_id=str(new_id()), person_id=str(ada), ways=at_any_hour)
        await call_service(co_op.stub(NoticeServiceStub).SetWaysToBeTold, ways, co_op.token(ada))
        stub = co_op.stub(IdentityServiceStub)
        await call_service(stub.GetPerson, identity.GetPersonRequest(person_id=str(ada)), co_op.token(secretary, hat="secretary"))
        await call_service(stub.GetPerson, identity.GetPersonRequest(person_id=str(bo)), co_op.token(secretary, hat="secretary"))
        code = identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(ada), kind=identity.CODE_KIND_LINK)
        link = (await call_service(stub.IssueSignInCode, code, co_op.token(ada))).code
        for person, text in ((ada, "The key is under the pot."), (bo, "Only tea.")):
            change = record.FieldText(field="home.key_safe", text=text)
            request = record.SetFieldsRequest(request_id=str(new_id()), person_id=str(person), fields=[change])
            await call_service(co_op.stub(RecordServiceStub).SetFields, request, co_op.token(person))
        async with HttpUser(f"127.0.0.1:{port}") as user:
            await user.get(f"/sign-in/{link}")
            await user.submit("/sign-in/code")
            page, packed = await user.get("/you/data"), await user.download("/you/data/file")
        for consumer in ("membership", "web"):
            await co_op.wait_until_consumed(consumer, "identity")
        await _wait_until_told(co_op, ada)

        exports = {service: await _export(co_op, service, ada, co_op.token(ada)) for service in PERSON_SERVICES}

        kinds = {service: {kind for kind, _ in records} for service, records in exports.items()}
        assert {"person", "contact", "sign_in_code", "session", "read_audit"} <= kinds["identity"]
        assert (kinds["membership"], kinds["governance"], kinds["web"]) == ({"known_person"}, set(), {"news", "notice", "session"})
        reads = [(data["reader"], data["hat"], data["record"]) for kind, data in exports["identity"] if kind == "read_audit"]
        assert ("job:deliver_notices", "", "person") in reads, "who told her"
        reads = [read for read in reads if not str(read[0]).startswith("job:")]
        assert reads == [(str(secretary), "secretary", "person")]
        texts = [data["sealed"] for kind, data in exports["identity"] if kind == "record_field"]
        assert texts == ["The key is under the pot."], "sealed where it is stored, opened for the person"
        assert "The key is under the pot." in page
        everything = json.dumps(exports)
        assert "Ada Ample" in everything
        assert str(bo) not in everything
        assert link not in everything
        for service, export in exports.items():
            assert await _export(co_op, service, ada, co_op.token(ada), page_size=1) == export, service
            for token in (co_op.token(secretary, hat="secretary"), co_op.token(bo)):
                with pytest.raises(NotAllowed, match="NOT_YOURS"):
                    await _export(co_op, service, ada, token)

        assert "Ada Ample" in page
        assert "Ash Example" in page, "who looked, by name"
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            looked = [row["reader"] for row in csv.DictReader(io.TextIOWrapper(archive.open("readers.csv"), "utf-8-sig"))]
            assert [reader for reader in looked if not reader.startswith("job:")] == [str(secretary)]
            for service in PERSON_SERVICES:
                Draft202012Validator(make_schema()).validate(json.loads(archive.read(f"{service}.json")))

        foreign = pb.ExportRequest(person_id=str(ada), page_token="of another list")
        with pytest.raises(Invalid, match="PAGE_TOKEN_FOREIGN"):
            await call_service(co_op.stub_at("identity", PersonRightsServiceStub).Export, foreign, co_op.token(ada))


@pytest.mark.capability("L5")
async def test_governance_gives_a_person_their_own_ballots(infrastructure: Infrastructure) -> None:
    """A paper vote that waits for the second secretary is theirs, too."""
    async with member_assembly(infrastructure, user=3) as assembly:
        ada, bo, cy = assembly.members["user"]
        motion = await assembly.open_motion()
        await assembly.cast(ada, motion, "for")
        await assembly.cast(bo, motion, "against")
        await assembly.record(cy, motion, "abstain")

        exports = {person: await _export(assembly.co_op, "governance", person, assembly.co_op.token(person)) for person in (ada, cy)}

        choices = {person: [(kind, data["choice"]) for kind, data in records if "choice" in data] for person, records in exports.items()}
        assert choices == {ada: [("ballot", "for")], cy: [("ballot_entry", "abstain")]}
        assert {"standing", "roll"} <= {kind for kind, _ in exports[ada]}
        assert str(bo) not in json.dumps([*exports.values()])
