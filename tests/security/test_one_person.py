"""One person is one member with one vote, however their name, address or number was typed, copied or imported."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs import callers
from libs.database.engine import new_id
from libs.rpc.client import call_service
from services.identity.domain.identity_keys import fold_email, fold_name, fold_phone
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

on_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def co_op(infrastructure: Infrastructure) -> AsyncIterator[RunningCoOp]:
    async with running_co_op(infrastructure, "identity") as co_op:
        yield co_op


@pytest.mark.parametrize(
    "name",
    ["Una O\u2019Dell", "Una O-Dell", "una o\u2010dell", "Una  O\u02bcDell", "Una\u200b O'Dell", "\ufeffUna O'Dell", "UNA O\uff07DELL"],
)  # fmt: skip
def test_a_name_is_the_same_however_it_was_typed(name: str) -> None:
    assert fold_name(name) == fold_name("Una O'Dell")


def test_a_joiner_between_letters_is_spelling_and_elsewhere_it_is_not() -> None:
    assert fold_name("\u0646\u0627\u0645\u200c\u0647") != fold_name("\u0646\u0627\u0645\u0647")
    assert fold_name("Ada\u200d Ample") == fold_name("Ada Ample")


@pytest.mark.parametrize(
    "email", ["una@b\u00fccher.example", "UNA@B\u00dcCHER.example", "una\u200b@xn--bcher-kva.example", " una@xn--bcher-kva.EXAMPLE"]
)
def test_an_address_is_the_same_in_letters_and_in_ascii(email: str) -> None:
    assert fold_email(email) == "una@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "phone", ["01632 960777", "1632960777", "+44 1632 960777", "0044 1632 960777", "+44 (0)1632 960777", "(01632) 960-777"]
)
def test_a_phone_number_is_the_same_with_and_without_its_country(phone: str) -> None:
    assert fold_phone(phone, "GB") == "441632960777"


def test_the_country_is_the_co_ops_own() -> None:
    assert fold_phone("030 123456", "DE") == fold_phone("+49 30 123456", "GB") != fold_phone("030 123456", "GB")
    assert fold_phone("0312 345 678", "IT") == fold_phone("+39 0312 345678", "DE"), "the zero of an Italian number belongs to it"
    assert fold_phone("01632 960777", "") == "01632960777"


async def register(co_op: RunningCoOp, token: str, *people: pb.NewPerson) -> list[pb.RegisteredPerson]:
    request = pb.RegisterPersonsRequest(request_id=str(new_id()), persons=people)
    response: pb.RegisterPersonsResponse = await call_service(co_op.stub(IdentityServiceStub).RegisterPersons, request, token)
    return list(response.persons)


@on_one_loop
async def test_a_second_entry_of_one_person_is_refused_and_names_the_first(co_op: RunningCoOp) -> None:
    token = co_op.founder_token()
    [first] = await register(co_op, token, pb.NewPerson(full_name="Una O'Dell", email="una@example.org", phone="01632 960777"))
    results = await register(
        co_op,
        token,
        pb.NewPerson(full_name="Una O\u2019Dell", email="una\u200b@example.org"),
        pb.NewPerson(full_name="Una O-Dell", phone="+44 1632 960777"),
        pb.NewPerson(full_name="Una O'Dell", phone="1632960777"),
        pb.NewPerson(full_name="Una O'Dell", email="una@example.net", phone="01632 960778"),
    )
    assert [result.person_id for result in results[:3]] == [first.person_id] * 3
    assert [result.refusal for result in results] == ["PERSON_KNOWN"] * 3 + [""]


@on_one_loop
async def test_who_was_registered_before_is_recognised_as_well(co_op: RunningCoOp) -> None:
    """An earlier Kith made other keys; those of today are made at the start."""
    token = co_op.founder_token()
    [before] = await register(co_op, token, pb.NewPerson(full_name="Ned O'Neil", phone="01632 960779"))
    async with co_op.database_transaction("identity", caller=callers.job("tests"), owner=True) as connection:
        await connection.execute("update person set name_key = 'ned o''neil' where id = $1", before.person_id)
        await connection.execute("update contact set phone_key = '01632960779' where person = $1", before.person_id)
    [unknown] = await register(co_op, token, pb.NewPerson(full_name="Ned O'Neil", phone="+44 1632 960779"))
    assert not unknown.refusal, "the keys of before do not recognise him"

    async with co_op.database_transaction("identity", caller=callers.job("tests"), owner=True) as connection:
        await connection.execute("delete from contact where person = $1", unknown.person_id)
        await connection.execute("delete from person where id = $1", unknown.person_id)
    await co_op.restart()
    async with asyncio.timeout(60):
        while ("ned o-neil", "441632960779") not in await _keys(co_op):
            await asyncio.sleep(0.05)
    [again] = await register(co_op, token, pb.NewPerson(full_name="Ned O\u2019Neil", phone="+44 1632 960779"))
    assert (again.refusal, again.person_id) == ("PERSON_KNOWN", before.person_id)


async def _keys(co_op: RunningCoOp) -> list[tuple[str, str]]:
    async with co_op.database_transaction("identity", caller=callers.job("tests"), owner=True) as connection:
        rows = await connection.fetch("select name_key, phone_key from person join contact on contact.person = person.id")
    return [(row["name_key"], row["phone_key"]) for row in rows]
