"""Who acts for a person in the scope of data rights has that person's data from every service: until it ends, and nobody else's."""

import json

import pytest

from kith.identity.v1 import record_pb2 as record
from kith.identity.v1 import relationships_pb2 as relationships
from kith.identity.v1.record_pb2_grpc import RecordServiceStub
from kith.person.v1 import person_data_pb2 as reads
from kith.person.v1 import person_rights_pb2 as pb
from kith.person.v1.person_data_pb2_grpc import PersonDataServiceStub
from kith.person.v1.person_rights_pb2_grpc import PersonRightsServiceStub
from libs import callers
from libs.database import wakeups
from libs.database.engine import new_id
from libs.database.shared_ddl import FOLLOW_IDENTITY_AGAIN
from libs.refusals import Unavailable
from libs.rpc.client import call_service
from services.topology import PEOPLE_SERVICE_NAMES, PERSON_SERVICES
from services.web.reactions import identity as web_reactions
from tests.support.acting_circle import CONTACTS, Circle, circle_of
from tests.support.running_co_op import Infrastructure, running_co_op

DATA_RIGHTS = relationships.ACTING_SCOPE_DATA_RIGHTS


async def _export(circle: Circle, service: str, token: str, page_size: int = 200) -> list[tuple[str, dict[str, object]]]:
    stub, page_token = circle.co_op.stub_at(service, PersonRightsServiceStub), ""
    records: list[tuple[str, dict[str, object]]] = []
    while True:
        request = pb.ExportRequest(person_id=str(circle.ash), page_size=page_size, page_token=page_token)
        response: pb.ExportResponse = await call_service(stub.Export, request, token)
        records += [(found.kind, json.loads(found.json)) for found in response.records]
        if not (page_token := response.next_page_token):
            return records


async def _reads(circle: Circle, service: str, token: str) -> list[reads.Read]:
    request = reads.ListReadsRequest(person_id=str(circle.ash))
    response: reads.ListReadsResponse = await call_service(circle.co_op.stub_at(service, PersonDataServiceStub).ListReads, request, token)
    return list(response.reads)


def _without_reads(records: list[tuple[str, dict[str, object]]]) -> list[tuple[str, dict[str, object]]]:
    """What looking itself does not add to."""
    return [entry for entry in records if entry[0] not in {"read_audit", "notice"}]


@pytest.mark.capability("I4", "L5")
async def test_who_acts_for_a_person_gets_their_data_from_every_service_until_it_ends(infrastructure: Infrastructure) -> None:
    async with circle_of(infrastructure, *PERSON_SERVICES[1:]) as circle:
        co_op = circle.co_op
        own, acting = co_op.token(circle.ash), co_op.token(circle.bo, acting_for=circle.ash)
        change = record.FieldText(field="health.risks", text="Falls on stairs.")
        request = record.SetFieldsRequest(request_id=str(new_id()), person_id=str(circle.ash), fields=[change])
        await call_service(co_op.stub(RecordServiceStub).SetFields, request, own)
        contacts = await circle.propose(scopes=[CONTACTS])
        await circle.accept(contacts)
        for service in PERSON_SERVICES:
            await circle.refused("ACTING_OUTSIDE_SCOPE", _export(circle, service, acting))
        for service in PEOPLE_SERVICE_NAMES:
            await circle.refused("ACTING_OUTSIDE_SCOPE", _reads(circle, service, acting))

        # From the moment on at which it is accepted, in every service: each asks identity how far it is.
        given = await circle.propose(kind=relationships.RELATIONSHIP_KIND_ADVOCATE, scopes=[DATA_RIGHTS])
        await circle.accept(given)
        for service in PERSON_SERVICES:
            theirs, hers = await _export(circle, service, acting), await _export(circle, service, own)
            assert _without_reads(theirs) == _without_reads(hers), service
            assert str(circle.kim) not in json.dumps(_without_reads(theirs)), "nobody else's"
            assert await _export(circle, service, acting, page_size=1), "which ends, though each page is in the list of reads"
        texts = [data["sealed"] for kind, data in await _export(circle, "identity", acting) if kind == "record_field"]
        assert texts == ["Falls on stairs."], "also what lies outside the sections in which she acts"

        for service in PEOPLE_SERVICE_NAMES:
            looked = await _reads(circle, service, acting)
            assert {(read.reader_id, read.acting_for_person_id) for read in looked} == {(str(circle.bo), str(circle.ash))}, service
            assert {(read.record, read.action) for read in looked} >= {("personal data", "refused"), ("personal data", "get")}, service
            assert [read.action for read in looked if read.record == "reads"] == ["refused"], "each list is in the next one"
            assert ("reads", "list") in {(read.record, read.action) for read in await _reads(circle, service, own)}, service

        # Of her own she gets nothing meanwhile, and nobody gets anything without the right.
        for service in PERSON_SERVICES:
            mine = pb.ExportRequest(person_id=str(circle.bo))
            await circle.refused("NOT_YOURS", call_service(co_op.stub_at(service, PersonRightsServiceStub).Export, mine, acting))
            for other in (co_op.token(circle.bo), co_op.token(circle.sam, hat="secretary")):
                await circle.refused("NOT_YOURS", _export(circle, service, other))
            await circle.refused("ACTING_ENDED", _export(circle, service, co_op.token(circle.kim, acting_for=circle.ash)))

        await circle.end(given, own)
        for service in PERSON_SERVICES:
            await circle.refused("ACTING_OUTSIDE_SCOPE", _export(circle, service, acting))
        await circle.end(contacts, own)
        for service in PERSON_SERVICES:
            await circle.refused("ACTING_ENDED", _export(circle, service, acting))


@pytest.mark.capability("I4")
async def test_rights_to_act_are_the_same_in_every_service_also_after_a_rebuild(infrastructure: Infrastructure) -> None:
    async with circle_of(infrastructure, *PERSON_SERVICES[1:]) as circle:
        co_op = circle.co_op
        for changed in ({"until_day": circle.day(30)}, {"kind": relationships.RELATIONSHIP_KIND_FRIEND, "scopes": [CONTACTS, DATA_RIGHTS]}):
            await circle.accept(await circle.propose(**changed))
        ended = await circle.propose(holder_id=str(circle.kim), scopes=[DATA_RIGHTS])
        await circle.accept(ended, circle.kim)
        await circle.end(ended, co_op.token(circle.ash))
        for service in ("membership", "governance", "web"):
            await co_op.wait_until_consumed(service, "identity")
            assert await co_op.all_rows(service, "acting_right") == await co_op.all_rows("identity", "acting_right"), service
        news = await co_op.all_rows("web", "news")

        # As the migration does: read again, on top of what is there.
        async with co_op.database_transaction("web", owner=True) as connection:
            await connection.execute("delete from acting_right")
            await connection.execute(FOLLOW_IDENTITY_AGAIN)
            await connection.execute("select pg_notify($1, $2)", wakeups.CHANNEL, wakeups.POSITION)
        await co_op.wait_until_consumed("web", "identity")
        assert await co_op.all_rows("web", "acting_right") == await co_op.all_rows("identity", "acting_right")
        assert await co_op.all_rows("web", "news") == news

        await co_op.rebuild("web", web_reactions.REACTIONS)
        await co_op.wait_until_consumed("web", "identity")
        assert await co_op.all_rows("web", "acting_right") == await co_op.all_rows("identity", "acting_right")


@pytest.mark.capability("I4")
async def test_while_identity_is_not_heard_nobody_gets_data_on_rights_that_may_have_ended(infrastructure: Infrastructure) -> None:
    """The person themselves still do."""
    async with running_co_op(infrastructure, "membership") as co_op:
        ash, bo = new_id(), new_id()
        async with co_op.database_transaction("membership", caller=callers.reaction("identity")) as connection:
            columns = "relationship, scope, holder, subject, valid_from"
            right = f"'{new_id()}', 'data_rights', '{bo}', '{ash}', now() - interval '1 hour'"
            await connection.execute(f"insert into acting_right ({columns}) values ({right})")  # noqa: S608 - our own
        stub, request = co_op.stub_at("membership", PersonRightsServiceStub), pb.ExportRequest(person_id=str(ash))

        assert (await call_service(stub.Export, request, co_op.token(ash))).records
        with pytest.raises(Unavailable, match="SOURCE_AWAY"):
            await call_service(stub.Export, request, co_op.token(bo, acting_for=ash))
