"""People become members: each row alone, over the real API, with what identity and governance stated."""

import pytest

from kith.membership.facts.v1.facts_pb2 import MemberAdmitted
from kith.membership.v1 import membership_pb2 as pb
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.database.engine import new_id
from libs.refusals import NotAllowed, NotNow
from libs.rpc.client import ask
from tests.support.membership import admit, adopt, an_admission
from tests.support.running import Kith, running, voice_of


async def test_nobody_is_admitted_before_there_are_rules(kith: Kith) -> None:
    async with running(kith, "identity", "membership") as co_op:
        [sam] = await co_op.found("Sam Sample")
        await co_op.heard("membership", "identity")
        with pytest.raises(NotNow) as refused:
            await admit(co_op, co_op.token(sam, hat="secretary"), [an_admission(sam)])
        assert refused.value.reason == "RULEBOOK_NOT_ADOPTED"


@pytest.mark.capability("M2")
async def test_a_batch_is_admitted_row_by_row_and_stated_without_a_name(kith: Kith) -> None:
    async with running(kith, "identity", "membership") as co_op, voice_of(co_op, "governance") as governance:
        sam, ada, ben, cy = await co_op.found("Sam Sample", "Ada Ample", "Ben Bample", "Cy Cample")
        await adopt(governance)
        await co_op.heard("membership", "identity")
        await co_op.heard("membership", "governance")
        secretary = co_op.token(sam, hat="secretary")
        answers = await admit(
            co_op,
            secretary,
            [
                an_admission(sam),
                an_admission(ada, "investor", member_number="7"),
                an_admission(ada),
                an_admission(ben, member_number="007"),
                an_admission(ben, "wizard"),
                an_admission(new_id()),
                an_admission(ben, admitted_on="2999-01-01"),
                an_admission(cy, admitted_on="2020-02-29"),
            ],
        )
        assert [(one.member_number, one.refusal) for one in answers] == [
            ("1", ""),
            ("7", ""),
            ("", "ALREADY_MEMBER"),
            ("", "NUMBER_TAKEN"),
            ("", "CLASS_UNKNOWN"),
            ("", "PERSON_NOT_KNOWN_YET"),
            ("", "DATE_IN_FUTURE"),
            ("8", ""),
        ]
        stated = await co_op.facts("membership")
        assert [type(one) for one in stated] == [MemberAdmitted] * 3
        assert [(one.person_id, one.may_vote) for one in stated if isinstance(one, MemberAdmitted)] == [
            (str(sam), True),
            (str(ada), False),
            (str(cy), True),
        ]
        assert not any(b"As Entered" in one.SerializeToString() for one in stated)
        shown = await ask(co_op.stub(MembershipServiceStub).GetMember, pb.GetMemberRequest(person_id=str(cy)), co_op.token(cy))
        assert (shown.member.admitted_on, shown.member.member_class, shown.member.version) == ("2020-02-29", "worker", 1)
        with pytest.raises(NotAllowed):
            await admit(co_op, co_op.token(ada, hat="secretary"), [an_admission(ben)])
