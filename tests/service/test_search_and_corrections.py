"""A secretary finds people by name, and puts right what is wrong about them."""

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonCorrected
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.facts.v1.facts_pb2 import RegisterEntryCorrected
from kith.membership.v1 import membership_pb2 as membership
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.database.engine import new_id
from libs.refusals import Conflict, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.membership_co_op import admit_members, make_admission, membership_co_op
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

NAMES = ("Sam Stone", "Zoë Ample-Smith", "Ada Ample", "Per Cent_Ample", "Ann O'Hara")


async def search(co_op: RunningCoOp, token: str, typed: str, size: int = 0, page: str = "") -> tuple[list[str], str]:
    request = identity.SearchPersonsRequest(text=typed, page_size=size, page_token=page)
    response = await call_service(co_op.stub(IdentityServiceStub).SearchPersons, request, token)
    return [name.full_name for name in response.names], response.next_page_token


async def test_people_are_found_by_words_of_their_names_page_by_page_and_each_is_audited(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, zoe, ada, *_ = await co_op.register_people(*NAMES)
        secretary = co_op.token(sam, hat="secretary")
        for typed, names in {
            "ample": ["Ada Ample", "Per Cent_Ample", "Zoë Ample-Smith"],
            "zoe": ["Zoë Ample-Smith"],
            "  SMITH   zoë ": ["Zoë Ample-Smith"],
            "o'hara": ["Ann O'Hara"],
            "%": [],
            "t_a": ["Per Cent_Ample"],
            "m_a": [],
        }.items():
            assert await search(co_op, secretary, typed) == (names, ""), typed
        first, token = await search(co_op, secretary, "ample", 2)
        assert (first, bool(token)) == (["Ada Ample", "Per Cent_Ample"], True)
        assert await search(co_op, secretary, "ample", 2, token) == (["Zoë Ample-Smith"], "")
        audited = [(row[1], row[3], row[4], row[5]) for row in await co_op.all_rows("identity", "read_audit")]
        assert audited.count((str(sam), zoe, "person", "search")) == 4
        assert (str(sam), ada, "person", "search") in audited


async def test_a_search_is_refused_without_the_hat_without_words_and_with_the_token_of_another(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, _, ada, *_ = await co_op.register_people(*NAMES)
        secretary = co_op.token(sam, hat="secretary")
        for token in (co_op.token(ada), co_op.token(ada, hat="secretary"), co_op.token(sam)):
            with pytest.raises(NotAllowed, match="HAT_NEEDED"):
                await search(co_op, token, "ample")
        _, next_page = await search(co_op, secretary, "ample", 1)
        for typed, page, reason in (
            (" ", "", "SEARCH_EMPTY"),
            ("a" * 101, "", "SEARCH_TOO_LONG"),
            ("sam", next_page, "PAGE_TOKEN_FOREIGN"),
        ):
            with pytest.raises(Invalid, match=reason):
                await search(co_op, secretary, typed, 1, page)
        assert all(row[3] != sam for row in await co_op.all_rows("identity", "read_audit"))


def correction(person: object, version: int, **fields: str) -> identity.CorrectPersonRequest:
    details = {"full_name": "Ada Ample", "called": "Ada", "email": "person1@example.org"} | fields
    return identity.CorrectPersonRequest(request_id=str(new_id()), person_id=str(person), version=version, **details)


async def test_a_person_is_corrected_once_for_each_version_and_published_without_a_word_of_it(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        stub, secretary = co_op.stub(IdentityServiceStub), co_op.token(sam, hat="secretary")
        right = correction(ada, 1, full_name="Ada  Ample-Ash", called="", email="ADA@example.org", phone="01632 960002")
        await call_service(stub.CorrectPerson, right, secretary)
        person = (await call_service(stub.GetPerson, identity.GetPersonRequest(person_id=str(ada)), secretary)).person
        assert (person.full_name, person.called, person.email, person.phone) == ("Ada  Ample-Ash", "Ada", "ADA@example.org", "01632 960002")
        assert person.version == 2
        assert await search(co_op, secretary, "ample-ash") == (["Ada  Ample-Ash"], "")
        assert (await co_op.published_events("identity"))[-1] == PersonCorrected(person_id=str(ada))
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await call_service(stub.CorrectPerson, correction(ada, 1), secretary)


async def test_a_correction_is_refused_by_what_is_wrong_with_it(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        stub, secretary = co_op.stub(IdentityServiceStub), co_op.token(sam, hat="secretary")
        for request, kind, reason, field in (
            (correction(ada, 1, full_name=" "), Invalid, "NAME_MISSING", "full_name"),
            (correction(ada, 1, email="ada"), Invalid, "EMAIL_MALFORMED", "email"),
            (correction(ada, 1, phone="1"), Invalid, "PHONE_MALFORMED", "phone"),
            (correction(ada, 1, full_name="sam sample", email="person0@example.org"), Invalid, "PERSON_KNOWN", "full_name"),
            (correction(new_id(), 1, full_name="Nobody", email="nobody@example.org"), NotFound, "PERSON_UNKNOWN", ""),
        ):
            with pytest.raises(kind, match=reason) as refused:
                await call_service(stub.CorrectPerson, request, secretary)
            assert [problem.field for problem in refused.value.problems] == ([field] if field else [])
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await call_service(stub.CorrectPerson, correction(ada, 1), co_op.token(ada))
        # A namesake with another address, and the own name again, are no other person.
        await call_service(stub.CorrectPerson, correction(ada, 1, full_name="Sam Sample"), secretary)
        await call_service(stub.CorrectPerson, correction(ada, 2, full_name="SAM SAMPLE"), secretary)


async def test_a_register_entry_is_corrected_and_only_the_wanted_members_are_listed(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample", "Ben Bample") as (co_op, _, [sam, ada, ben]):
        stub, secretary = co_op.stub(MembershipServiceStub), co_op.token(sam, hat="secretary")
        await admit_members(co_op, secretary, [make_admission(ada), make_admission(ben)])

        def entry(
            version: int, name: str = "Ada Ample-Ash", address: str = "2 Example Row\nExampleton"
        ) -> membership.CorrectRegisterEntryRequest:
            request = membership.CorrectRegisterEntryRequest(request_id=str(new_id()), person_id=str(ada), version=version)
            request.register_name, request.register_address = name, address
            return request

        await call_service(stub.CorrectRegisterEntry, entry(1), secretary)
        listed = await call_service(stub.ListMembers, membership.ListMembersRequest(person_ids=[str(ada), str(sam)]), secretary)
        assert [(row.register_name, row.register_address, row.version) for row in listed.members] == [
            ("Ada Ample-Ash", "2 Example Row\nExampleton", 2)
        ]
        assert (await co_op.published_events("membership"))[-1] == RegisterEntryCorrected(person_id=str(ada))
        for request, token, kind, reason in (
            (entry(1), secretary, Conflict, "VERSION_STALE"),
            (entry(2, name=" "), secretary, Invalid, "NAME_MISSING"),
            (entry(2, address="x" * 501), secretary, Invalid, "ADDRESS_TOO_LONG"),
            (entry(2), co_op.token(ada), NotAllowed, "HAT_NEEDED"),
        ):
            with pytest.raises(kind, match=reason):
                await call_service(stub.CorrectRegisterEntry, request, token)
        with pytest.raises(Invalid, match="TOO_MANY_IDS"):
            await call_service(stub.ListMembers, membership.ListMembersRequest(person_ids=[str(ada)] * 201), secretary)
