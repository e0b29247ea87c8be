"""People are registered, found and named; what a secretary reads of somebody is written down."""

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonRegistered
from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs.callers import job, person
from libs.database.engine import new_id
from libs.refusals import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op


def register_persons_request(*rows: pb.NewPerson, validate_only: bool = False) -> pb.RegisterPersonsRequest:
    return pb.RegisterPersonsRequest(request_id=str(new_id()), persons=rows, validate_only=validate_only)


async def count_rows(co_op: RunningCoOp, table: str) -> int:
    return len(await co_op.all_rows("identity", table))


async def test_a_batch_is_registered_row_by_row_and_stated_without_a_name(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        [sam] = await co_op.register_people("Sam Sample")
        identity, secretary = co_op.stub(IdentityServiceStub), co_op.token(sam, hat="secretary")
        rows = [
            pb.NewPerson(full_name="Ada Ample", email="ada@example.org"),
            pb.NewPerson(full_name=""),
            pb.NewPerson(full_name="Ben Bample", email="ben"),
            pb.NewPerson(full_name="ada  ample", email="ADA@example.org"),
            pb.NewPerson(full_name="SAM SAMPLE", email="person0@example.org"),
        ]
        tried = (await call_service(identity.RegisterPersons, register_persons_request(*rows, validate_only=True), secretary)).persons
        assert [one.refusal for one in tried] == ["", "NAME_MISSING", "EMAIL_MALFORMED", "PERSON_KNOWN", "PERSON_KNOWN"]
        assert [one.person_id for one in tried] == ["", "", "", "", str(sam)]
        assert await count_rows(co_op, "person") == 1
        done = (await call_service(identity.RegisterPersons, register_persons_request(*rows), secretary)).persons
        assert [one.refusal for one in done] == [one.refusal for one in tried]
        assert [one.field for one in done] == ["", "full_name", "email", "full_name", "full_name"]
        assert done[3].person_id == done[0].person_id
        assert done[4].person_id == str(sam)
        stated = [event for event in await co_op.published_events("identity") if isinstance(event, PersonRegistered)]
        assert [one.person_id for one in stated] == [str(sam), done[0].person_id]
        assert not any(
            word in event.SerializeToString()
            for event in await co_op.published_events("identity")
            for word in (b"Ample", b"example", b"Sam")
        )


async def test_two_hundred_rows_are_taken_and_one_more_is_refused(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        [sam] = await co_op.register_people("Sam Sample")
        identity, secretary = co_op.stub(IdentityServiceStub), co_op.token(sam, hat="secretary")
        rows = [pb.NewPerson(full_name=f"Person {n}", email=f"person{n}@example.net") for n in range(201)]
        answers = (await call_service(identity.RegisterPersons, register_persons_request(*rows[:200]), secretary)).persons
        assert len({response.person_id for response in answers if not response.refusal}) == 200
        for batch, reason in ((rows, "TOO_MANY_ROWS"), ([], "ROWS_MISSING")):
            with pytest.raises(Invalid) as refused:
                await call_service(identity.RegisterPersons, register_persons_request(*batch), secretary)
            assert refused.value.reason == reason


async def test_a_repeated_request_gets_its_first_answer_and_another_body_is_a_conflict(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        [sam] = await co_op.register_people("Sam Sample")
        identity, secretary = co_op.stub(IdentityServiceStub), co_op.token(sam, hat="secretary")
        request = register_persons_request(pb.NewPerson(full_name="Ada Ample"))
        first = await call_service(identity.RegisterPersons, request, secretary)
        assert await call_service(identity.RegisterPersons, request, secretary) == first
        assert await count_rows(co_op, "person") == 2
        request.persons[0].full_name = "Another Ample"
        with pytest.raises(Conflict) as refused:
            await call_service(identity.RegisterPersons, request, secretary)
        assert refused.value.reason == "REQUEST_ID_REUSED"
        with pytest.raises(Invalid) as missing:
            await call_service(identity.RegisterPersons, pb.RegisterPersonsRequest(persons=request.persons), secretary)
        assert missing.value.reason == "REQUEST_ID_MISSING"


async def test_only_a_worn_hat_registers_and_reads_others(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity = co_op.stub(IdentityServiceStub)
        pretender, bareheaded = co_op.token(ada, hat="secretary"), co_op.token(sam)
        for token in (pretender, bareheaded):
            with pytest.raises(NotAllowed, match="HAT_NEEDED"):
                await call_service(identity.RegisterPersons, register_persons_request(pb.NewPerson(full_name="Ben")), token)
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await call_service(identity.GetPerson, pb.GetPersonRequest(person_id=str(sam)), pretender)
        with pytest.raises(NotSignedIn, match="TOKEN_MISSING"):
            await call_service(identity.GetPerson, pb.GetPersonRequest(person_id=str(sam)))


async def test_a_secretary_reads_a_person_and_it_is_written_down(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity = co_op.stub(IdentityServiceStub)
        mine = (await call_service(identity.GetPerson, pb.GetPersonRequest(person_id=str(ada)), co_op.token(ada))).person
        assert (mine.full_name, mine.called, mine.email, list(mine.hats)) == ("Ada Ample", "Ada", "person1@example.org", [])
        assert await count_rows(co_op, "read_audit") == 0
        theirs = (await call_service(identity.GetPerson, pb.GetPersonRequest(person_id=str(ada)), co_op.token(sam, hat="secretary"))).person
        assert theirs == mine
        [(_, reader, hat, subject, record, action, *_)] = await co_op.all_rows("identity", "read_audit")
        assert (reader, hat, subject, record, action) == (str(sam), "secretary", ada, "person", "get")
        with pytest.raises(NotFound, match="PERSON_UNKNOWN"):
            await call_service(identity.GetPerson, pb.GetPersonRequest(person_id=str(new_id())), co_op.token(sam, hat="secretary"))
        with pytest.raises(Invalid, match="ID_MALFORMED"):
            await call_service(identity.GetPerson, pb.GetPersonRequest(person_id="ada"), co_op.token(ada))


async def test_names_are_there_for_everybody_signed_in_two_hundred_at_a_time(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity, token = co_op.stub(IdentityServiceStub), co_op.token(ada)
        response = await call_service(identity.GetNames, pb.GetNamesRequest(person_ids=[str(sam), str(new_id()), str(ada)]), token)
        assert {(name.full_name, name.called) for name in response.names} == {("Sam Sample", "Sam"), ("Ada Ample", "Ada")}
        with pytest.raises(Invalid, match="TOO_MANY_IDS"):
            await call_service(identity.GetNames, pb.GetNamesRequest(person_ids=[str(sam)] * 201), token)
        with pytest.raises(NotSignedIn):
            await call_service(identity.GetNames, pb.GetNamesRequest(person_ids=[str(sam)]))


async def test_the_database_itself_hides_contact_details_from_everybody_else(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        text = "select count(*) from contact"
        for caller, rows in (
            (None, 0),
            (person(new_id()), 0),
            (person(ada), 1),
            (person(ada, hat="secretary"), 1),
            (person(sam), 1),
            (person(sam, hat="secretary"), 2),
            (job("sign_in"), 2),
        ):
            async with co_op.database_transaction("identity", caller=caller) as connection:
                assert await connection.fetchval(text) == rows, caller
        async with co_op.database_transaction("identity", owner=True) as connection:
            assert await connection.fetchval(text) == 0, "the owner of the tables is bound as well"
        async with co_op.database_transaction("identity") as connection:
            assert await connection.fetchval("select count(*) from person") == 0
        async with co_op.database_transaction("identity", caller=person(ada)) as connection:
            changed = await connection.execute("update contact set email = 'mine@example.org' where person = $1", sam)
            assert changed == "UPDATE 0"
