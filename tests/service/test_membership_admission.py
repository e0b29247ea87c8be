"""People become members: each row alone, over the real API, with what identity and governance stated."""

from uuid import UUID

import pytest

from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted
from kith.membership.v1 import membership_pb2 as pb
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, NotAllowed, Unavailable
from libs.rpc.client import call_service
from tests.support.membership_co_op import admit_members, make_admission, publish_rulebook_adopted
from tests.support.running_co_op import Infrastructure, event_publisher, running_co_op


async def test_nobody_is_admitted_before_there_are_rules(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity", "membership") as co_op, event_publisher(co_op, "governance"):
        [sam] = await co_op.register_people("Sam Sample")
        await co_op.wait_until_consumed("membership", "identity")
        with pytest.raises(FailedPrecondition) as refused:
            await admit_members(co_op, co_op.token(sam, hat="secretary"), [make_admission(sam)])
        assert refused.value.reason == "RULEBOOK_NOT_ADOPTED"


async def test_an_unknown_class_stops_its_own_row_alone_while_governance_cannot_be_asked(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity", "membership") as co_op:
        sam, ben = await co_op.register_people("Sam Sample", "Ben Bample")
        await co_op.wait_until_consumed("membership", "identity")
        rows, secretary = [make_admission(sam), make_admission(ben, "wizard")], co_op.token(sam, hat="secretary")
        with pytest.raises(Unavailable, match="SOURCE_AWAY"):
            await admit_members(co_op, secretary, rows)  # there may be rules by now
        async with event_publisher(co_op, "governance") as governance:
            await publish_rulebook_adopted(governance)
            await co_op.wait_until_consumed("membership", "governance")
        assert [row.refusal for row in await admit_members(co_op, secretary, rows)] == ["", "CLASS_UNKNOWN"]


@pytest.mark.capability("M2")
async def test_a_batch_is_admitted_row_by_row_and_stated_without_a_name(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity", "membership") as co_op, event_publisher(co_op, "governance") as governance:
        [sam] = await co_op.register_people("Sam Sample")
        await co_op.wait_until_consumed("membership", "identity")
        # Nobody waits until membership has heard of these people and of the rules: it asks.
        secretary = co_op.token(sam, hat="secretary")
        rows = [identity.NewPerson(full_name=name) for name in ("Ada Ample", "Ben Bample", "Cy Cample")]
        request = identity.RegisterPersonsRequest(request_id=str(new_id()), persons=rows)
        registered = await call_service(co_op.stub(IdentityServiceStub).RegisterPersons, request, secretary)
        ada, ben, cy = (UUID(person.person_id) for person in registered.persons)
        await publish_rulebook_adopted(governance)
        answers = await admit_members(
            co_op,
            secretary,
            [
                make_admission(sam),
                make_admission(ada, "investor", member_number="7"),
                make_admission(ada),
                make_admission(ben, member_number="007"),
                make_admission(ben, "wizard"),
                make_admission(new_id()),
                make_admission(ben, admitted_on="2999-01-01"),
                make_admission(cy, admitted_on="2020-02-29"),
            ],
        )
        assert [(response.member_number, response.refusal) for response in answers] == [
            ("1", ""),
            ("7", ""),
            ("", "ALREADY_MEMBER"),
            ("", "NUMBER_TAKEN"),
            ("", "CLASS_UNKNOWN"),
            ("", "PERSON_NOT_KNOWN_YET"),
            ("", "DATE_IN_FUTURE"),
            ("8", ""),
        ]
        events = await co_op.published_events("membership")
        assert [type(event) for event in events] == [MemberAdmitted] * 3
        assert [(event.person_id, event.may_vote) for event in events if isinstance(event, MemberAdmitted)] == [
            (str(sam), True),
            (str(ada), False),
            (str(cy), True),
        ]
        assert not any(b"As Entered" in event.SerializeToString() for event in events)
        shown = await call_service(co_op.stub(MembershipServiceStub).GetMember, pb.GetMemberRequest(person_id=str(cy)), co_op.token(cy))
        assert (shown.member.admitted_on, shown.member.member_class, shown.member.version) == ("2020-02-29", "worker", 1)
        with pytest.raises(NotAllowed):
            await admit_members(co_op, co_op.token(ada, hat="secretary"), [make_admission(ben)])
