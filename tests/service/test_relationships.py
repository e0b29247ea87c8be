"""Who may act for whom: given and accepted, recorded and confirmed, ended; and what somebody who acts may do, and may not."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from google.protobuf.message import Message

from kith.governance.v1 import governance_pb2 as governance
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.identity.facts.v1 import facts_pb2 as facts
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1 import relationships_pb2 as pb
from kith.membership.facts.v1.facts_pb2 import MembershipEnded
from libs import callers
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, FailedPrecondition, Invalid, NotAllowed, NotFound, Refusal
from libs.rpc.client import call_service
from tests.support.acting_circle import CONSENT, CONTACTS, HEALTH, MONEY, circle_of
from tests.support.running_co_op import Infrastructure, event_publisher


def named(events: list[Message], *kinds: type[Message]) -> list[Message]:
    return [event for event in events if isinstance(event, kinds)]


@pytest.mark.capability("I4")
async def test_a_scrutineer_sees_only_what_waits_for_a_second_look_and_confirms_it(infrastructure: Infrastructure) -> None:
    async with circle_of(infrastructure) as circle:
        kim = circle.co_op.token(circle.kim, hat="scrutineer")
        await circle.accept(await circle.propose(holder_id=str(circle.lou)), circle.lou)
        waiting = await circle.record()
        assert [row.relationship_id for row in await circle.listed(kim, unconfirmed=True)] == [waiting]
        assert await circle.listed(circle.co_op.token(circle.lou), unconfirmed=True) == [], "nobody else's without the hat"
        await circle.confirm(waiting, kim)
        assert await circle.listed(kim, unconfirmed=True) == []
        assert len(await circle.listed(kim)) == 2


@pytest.mark.capability("I4")
async def test_a_sister_acts_within_the_scope_until_it_is_ended_in_the_middle_of_an_act(infrastructure: Infrastructure) -> None:
    async with circle_of(infrastructure, "governance") as circle:
        co_op, acting = circle.co_op, circle.co_op.token(circle.bo, acting_for=circle.ash)
        given = await circle.propose()
        assert await circle.propose() == given, "two identical ones are one"
        await circle.refused("RELATIONSHIP_KNOWN", circle.propose(scopes=[HEALTH]))
        await circle.refused("ACTING_ENDED", circle.contacts(acting))
        await circle.refused("NOT_YOURS", circle.accept(given, circle.ash))
        await circle.refused("RELATIONSHIP_UNKNOWN", circle.accept(given, circle.kim))
        await circle.accept(given)
        await circle.refused("RELATIONSHIP_IN_FORCE", circle.accept(given))
        assert await circle.rights(acting) == {str(circle.ash): ["CONTACTS"]} == await circle.rights(co_op.token(circle.bo))
        shown = await circle.contacts(acting)
        assert (shown.full_name, shown.email, shown.live_cards) == ("Ash Example", "person1@example.org", 0)

        # Nothing of Bo's own, no office, no ballot, and nothing further can be given: an acting person only has the scope.
        own = identity.GetPersonRequest(person_id=str(circle.bo))
        await circle.refused("NOT_YOURS", call_service(circle.identity.GetPerson, own, acting))
        ballot = governance.CastBallotRequest(request_id=str(new_id()), motion_id=str(new_id()), choice="for")
        await circle.refused("NOT_WHILE_ACTING", call_service(co_op.stub(GovernanceServiceStub).CastBallot, ballot, acting))
        further = pb.ProposeRelationshipRequest(
            request_id=str(new_id()), holder_id=str(circle.kim), kind=pb.RELATIONSHIP_KIND_FRIEND, scopes=[CONTACTS]
        )
        await circle.refused("NOT_WHILE_ACTING", call_service(circle.relationships.ProposeRelationship, further, acting))

        # The token lives on; the right does not.
        await circle.end(given, co_op.token(circle.ash))
        await circle.refused("ACTING_ENDED", circle.contacts(acting))
        await circle.refused("ACTING_ENDED", circle.rights(acting))
        await circle.refused("RELATIONSHIP_ENDED", circle.end(given, co_op.token(circle.ash)))
        assert await circle.rights(co_op.token(circle.bo)) == {}

        async with co_op.database_transaction("identity", caller=callers.job("look")) as connection:
            rows = await connection.fetch(
                "select reader, action, reason, fields, acting_for from read_audit where subject = $1 order by id", circle.ash
            )
        assert [(row["action"], row["reason"], row["fields"]) for row in rows] == [
            ("refused", "ACTING_ENDED", []),
            ("get", "", ["contacts.email", "contacts.phone"]),
            ("refused", "NOT_YOURS", []),
            ("refused", "ACTING_ENDED", []),
            ("refused", "ACTING_ENDED", []),
        ]
        assert {(row["reader"], row["acting_for"]) for row in rows} == {(str(circle.bo), circle.ash)}
        told = named(
            await co_op.published_events("identity"), facts.RelationshipProposed, facts.RelationshipStarted, facts.RelationshipEnded
        )
        assert [type(event).__name__ for event in told] == ["RelationshipProposed", "RelationshipStarted", "RelationshipEnded"]
        assert isinstance(told[2], facts.RelationshipEnded)
        assert told[2].why == "person"


@pytest.mark.capability("I4")
async def test_an_attorney_takes_effect_when_a_second_person_has_seen_the_evidence(infrastructure: Infrastructure) -> None:
    async with circle_of(infrastructure) as circle:
        co_op, acting = circle.co_op, circle.co_op.token(circle.bo, acting_for=circle.ash)
        secretary, second = co_op.token(circle.sam, hat="secretary"), co_op.token(circle.lou, hat="secretary")
        await circle.refused("HAT_NEEDED", circle.record(by=co_op.token(circle.ash)))
        await circle.refused("KIND_NEEDS_EVIDENCE", circle.propose(kind=pb.RELATIONSHIP_KIND_ATTORNEY_FOR_MONEY, scopes=[MONEY]))
        recorded = await circle.record()
        assert await circle.record() == recorded
        await circle.refused("NOT_YOURS", circle.accept(recorded))
        await circle.refused("ACTING_ENDED", circle.rights(acting))
        await circle.refused("SECOND_PERSON_NEEDED", circle.confirm(recorded, secretary))
        await circle.refused("HAT_NEEDED", circle.confirm(recorded, co_op.token(circle.kim)))
        await circle.confirm(recorded, co_op.token(circle.kim, hat="scrutineer"))
        assert await circle.rights(acting) == {str(circle.ash): ["CONTACTS", "MONEY"]}

        [own] = await circle.listed(co_op.token(circle.ash))
        assert (own.evidence_reference, own.recorded_by, own.confirmed_by) == ("7000 1234 5678", str(circle.sam), str(circle.kim))
        assert [row.evidence_reference for row in await circle.listed(co_op.token(circle.bo))] == [""]
        assert [row.relationship_id for row in await circle.listed(second)] == [recorded]
        await circle.refused("HAT_NEEDED", circle.listed(co_op.token(circle.kim), person_id=str(circle.ash)))
        async with co_op.database_transaction("identity", caller=callers.job("look")) as connection:
            [stored] = await connection.fetch("select * from relationship")
            assert b"7000" not in bytes(stored["evidence_sealed"])
            seen = await connection.fetch("select reader from read_audit where record = 'relationship' and subject = $1", circle.ash)
        assert [row["reader"] for row in seen] == [str(circle.lou)]

        # What a document gives, the person cannot end; a secretary can, with a reason.
        await circle.refused("NOT_YOURS", circle.end(recorded, co_op.token(circle.ash)))
        await circle.refused("END_REASON_MISSING", circle.end(recorded, secretary, pb.END_REASON_PERSON))
        await circle.end(recorded, secretary, pb.END_REASON_REVOKED)
        await circle.refused("ACTING_ENDED", circle.rights(acting))
        assert await circle.listed(co_op.token(circle.ash)) == []
        assert [row.end_reason for row in await circle.listed(co_op.token(circle.ash), ended_too=True)] == [pb.END_REASON_REVOKED]


async def test_what_cannot_be_is_refused_with_its_reason(infrastructure: Infrastructure) -> None:
    async with circle_of(infrastructure) as circle:
        cases: list[tuple[str, type[Refusal], Callable[[], Awaitable[object]]]] = [
            ("SAME_PERSON", Invalid, lambda: circle.propose(holder_id=str(circle.ash))),
            ("PERSON_UNKNOWN", NotFound, lambda: circle.propose(holder_id=str(new_id()))),
            ("HOLDER_UNKNOWN", Invalid, lambda: circle.propose(holder_id="", holder_name="Nobody Known")),
            ("HOLDER_MISSING", Invalid, lambda: circle.propose(holder_id="", holder_name=" ")),
            ("SCOPES_MISSING", Invalid, lambda: circle.propose(scopes=[])),
            ("SCOPE_NOT_ALLOWED", Invalid, lambda: circle.propose(scopes=[CONSENT])),
            ("SCOPE_NOT_ALLOWED", Invalid, lambda: circle.record(scopes=[HEALTH])),
            ("SCOPE_NOT_ALLOWED", Invalid, lambda: circle.propose(scopes=[99])),
            ("RELATIONSHIP_BACKWARDS", Invalid, lambda: circle.propose(from_day=circle.day(5), until_day=circle.day(4))),
            ("RELATIONSHIP_OVER", Invalid, lambda: circle.propose(from_day=circle.day(-9), until_day=circle.day(-2))),
            ("RELATIONSHIP_OVER", Invalid, lambda: circle.record(from_day=circle.day(-9), until_day=circle.day(-2))),
            ("DATE_MALFORMED", Invalid, lambda: circle.propose(until_day="tomorrow")),
            ("RELATIONSHIP_KIND_MISSING", Invalid, lambda: circle.propose(kind=pb.RELATIONSHIP_KIND_UNSPECIFIED)),
            ("KIND_IS_CHOSEN", Invalid, lambda: circle.record(kind=pb.RELATIONSHIP_KIND_FRIEND)),
            ("EVIDENCE_NOT_FITTING", Invalid, lambda: circle.record(evidence=pb.EVIDENCE_KIND_COURT_ORDER)),
            ("EVIDENCE_MISSING", Invalid, lambda: circle.record(evidence_reference=" ")),
            ("DATE_IN_FUTURE", Invalid, lambda: circle.record(evidence_seen_on=circle.day(3))),
            ("SECOND_PERSON_NEEDED", NotAllowed, lambda: circle.record(holder_id=str(circle.sam))),
            ("RELATIONSHIP_UNKNOWN", NotFound, lambda: circle.accept(str(new_id()))),
        ]
        for reason, kind, act in cases:
            with pytest.raises(kind, match=f"^{reason}$"):
                await act()
        assert await circle.listed(circle.co_op.token(circle.sam, hat="secretary"), ended_too=True) == []
        results = await asyncio.gather(
            circle.propose(holder_id="", holder_name="bo  EXAMPLE"),
            circle.propose(),
            circle.propose(scopes=[HEALTH]),
            return_exceptions=True,
        )
        assert len({result for result in results if isinstance(result, str)}) == 1
        assert {type(result) for result in results} <= {str, AlreadyExists}


@pytest.mark.capability("I4")
async def test_a_right_begins_with_its_first_day_and_ends_with_its_last(infrastructure: Infrastructure) -> None:
    async with circle_of(infrastructure) as circle:
        co_op = circle.co_op
        dated = await circle.propose(until_day=circle.day(1))
        await circle.accept(dated)
        late = await circle.propose(holder_id=str(circle.kim), until_day=circle.day(1))
        later = await circle.propose(holder_id=str(circle.lou), from_day=circle.day(4))
        await circle.accept(later, circle.lou)
        assert await circle.rights(co_op.token(circle.lou)) == {}, "it has not begun"
        await co_op.move_clock(5 * 24 * 3600)
        acting = co_op.token(circle.bo, acting_for=circle.ash)
        await circle.refused("ACTING_ENDED", circle.contacts(acting))
        with pytest.raises(FailedPrecondition, match=r"RELATIONSHIP_(OVER|ENDED)"):
            await circle.accept(late, circle.kim)
        assert list(await circle.rights(co_op.token(circle.lou))) == [str(circle.ash)]
        async with asyncio.timeout(60):
            while (await circle.listed(co_op.token(circle.ash), ended_too=True))[-1].end_reason != pb.END_REASON_DATE:
                await asyncio.sleep(0.1)


@pytest.mark.capability("I4")
async def test_who_leaves_or_dies_acts_for_nobody_and_nobody_acts_for_the_dead(infrastructure: Infrastructure) -> None:
    async with circle_of(infrastructure) as circle, event_publisher(circle.co_op, "membership") as membership:
        co_op = circle.co_op
        for holder in (circle.bo, circle.kim):
            await circle.accept(await circle.propose(holder_id=str(holder)), holder)
        today = co_op.today().isoformat()

        async def why_ended(holder: UUID) -> int:
            rows = await circle.listed(co_op.token(circle.ash), ended_too=True)
            return next((row.end_reason for row in rows if row.holder_id == str(holder)), 0)

        async def ends(person: UUID, reason: str, holder: UUID, why: int) -> None:
            await membership.publish((MembershipEnded(person_id=str(person), on=today, reason=reason), str(person)))
            async with asyncio.timeout(60):
                while await why_ended(holder) != why:
                    await asyncio.sleep(0.05)

        await ends(circle.bo, "left", circle.bo, pb.END_REASON_HOLDER_LEFT)
        await circle.refused("ACTING_ENDED", circle.rights(co_op.token(circle.bo, acting_for=circle.ash)))
        await circle.refused("HOLDER_LEFT", circle.propose())
        assert list(await circle.rights(co_op.token(circle.kim))) == [str(circle.ash)]
        await ends(circle.ash, "died", circle.kim, pb.END_REASON_DEATH)
        assert await circle.rights(co_op.token(circle.kim)) == {}


@pytest.mark.capability("I4")
async def test_a_session_gets_a_token_to_act_only_while_it_may(infrastructure: Infrastructure) -> None:
    async with circle_of(infrastructure) as circle:
        co_op, secretary = circle.co_op, circle.co_op.token(circle.sam, hat="secretary")
        issue = identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(circle.lou), kind=identity.CODE_KIND_LINK)
        code = (await call_service(circle.identity.IssueSignInCode, issue, secretary)).code
        session = await call_service(circle.identity.SignIn, identity.SignInRequest(code=code))
        renewal = identity.RenewTokenRequest(
            session_id=session.session_id, session_key=session.session_key, hat="secretary", acting_for=str(circle.ash)
        )
        await circle.refused("ACTING_ENDED", call_service(circle.identity.RenewToken, renewal))
        given = await circle.propose(holder_id=str(circle.lou))
        await circle.accept(given, circle.lou)
        renewed = await call_service(circle.identity.RenewToken, renewal)
        assert list(renewed.may_act_for) == [str(circle.ash)]
        assert (await circle.contacts(renewed.token)).full_name == "Ash Example"
        search = identity.SearchPersonsRequest(text="kim")
        await circle.refused("NOT_WHILE_ACTING", call_service(circle.identity.SearchPersons, search, renewed.token))
        await circle.end(given, co_op.token(circle.lou))
        await circle.refused("ACTING_ENDED", circle.contacts(renewed.token))
        await circle.refused("ACTING_ENDED", call_service(circle.identity.RenewToken, renewal))


@pytest.mark.capability("I1")
async def test_rights_follow_the_hat_that_is_worn_and_go_with_it(infrastructure: Infrastructure) -> None:
    """One person is secretary and acts for a neighbour: with the hat they read everybody's, in her place hers alone."""
    async with circle_of(infrastructure) as circle:
        co_op = circle.co_op
        await circle.accept(await circle.propose(holder_id=str(circle.lou)), circle.lou)
        worn, bare = co_op.token(circle.lou, hat="secretary"), co_op.token(circle.lou)
        acting = co_op.token(circle.lou, hat="secretary", acting_for=circle.ash)
        other = identity.GetPersonRequest(person_id=str(circle.kim))
        assert (await call_service(circle.identity.GetPerson, other, worn)).person.full_name == "Kim Kind"
        await circle.refused("HAT_NEEDED", call_service(circle.identity.GetPerson, other, bare))
        await circle.refused("NOT_YOURS", call_service(circle.identity.GetPerson, other, acting))
        search = identity.SearchPersonsRequest(text="kim")
        await circle.refused("NOT_WHILE_ACTING", call_service(circle.identity.SearchPersons, search, acting))
        assert (await circle.contacts(acting)).full_name == "Ash Example"
        taken = identity.TakeHatRequest(request_id=str(new_id()), person_id=str(circle.lou), hat="secretary")
        await call_service(circle.identity.TakeHat, taken, co_op.token(circle.sam, hat="secretary"))
        await circle.refused("HAT_NEEDED", call_service(circle.identity.GetPerson, other, worn))
        assert (await circle.contacts(co_op.token(circle.lou, acting_for=circle.ash))).full_name == "Ash Example", (
            "the hat went, the right stayed"
        )
