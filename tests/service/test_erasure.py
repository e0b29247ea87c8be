"""Erasing a person: what goes from which service, what the law keeps, and what stands against it."""

from uuid import UUID

import pytest

from kith.governance.v1 import governance_pb2 as governance
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.identity.facts.v1.facts_pb2 import AccessEnded, ErasureAsked, ErasureFinished, HatTaken, PersonErased
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1 import record_pb2 as record
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.v1 import membership_pb2 as membership
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, FailedPrecondition, NotAllowed, NotFound, NotSignedIn
from libs.rpc.client import call_service
from services.identity.domain.erasure import ERASED_NAME
from services.identity.reactions import matching
from tests.service.test_read_audit import check_log, wait_until_sealed
from tests.support.erasing_co_op import ANSWER, ErasingCoOp, erasing_co_op
from tests.support.member_assembly import refused_with
from tests.support.person_records import person_audience
from tests.support.running_co_op import Infrastructure
from tests.support.teams_of_people import accept_invitation, invite_to_team

ADA, BO = "Ada Ample", "Bo Brook"
SECRET = "The key is under the pot."


async def _live(life: ErasingCoOp) -> identity.SignInResponse:
    """What Ada does before she leaves: a sealed text, grants both ways, an office, a sign-in; and a secretary looks at her."""
    co_op, ada, bo, stub = life.co_op, life.people[ADA], life.people[BO], life.co_op.stub(IdentityServiceStub)
    await life.admit(ADA, BO)
    await life.records.fill_in(ada, home__key_safe=SECRET)
    for person, other in ((ada, bo), (bo, ada)):
        grant = record.GiveAccessRequest(request_id=str(new_id()), fields=["home.key_safe"], audience=person_audience(other))
        await call_service(life.records.stub.GiveAccess, grant, co_op.token(person))
    assert await life.records.read(bo, ada, "home.key_safe") == {"home.key_safe": SECRET}
    await _join_team(life, ada, bo)
    await call_service(stub.GetPerson, identity.GetPersonRequest(person_id=str(ada)), life.secretary())
    hat = identity.GiveHatRequest(request_id=str(new_id()), person_id=str(ada), hat="scrutineer")
    await call_service(stub.GiveHat, hat, life.secretary())
    code = (await call_service(stub.IssueSignInCode, _new_link(ada), life.secretary())).code
    return await call_service(stub.SignIn, identity.SignInRequest(code=code))


async def _join_team(life: ErasingCoOp, owner: UUID, member: UUID) -> None:
    await accept_invitation(life.co_op, await invite_to_team(life.co_op, owner, member), member)
    assert [row[3] for row in await life.co_op.all_rows("identity", "team_place")] == [owner]


async def _assert_no_rebuild_brings_her_team_back(life: ErasingCoOp) -> None:
    """Matching's events still say that Bo joined it."""
    await life.co_op.rebuild("identity", matching.REACTIONS)
    await life.co_op.wait_until_consumed("identity", "matching")
    assert await life.co_op.all_rows("identity", "team_place") == []


def _new_link(person: UUID) -> identity.IssueSignInCodeRequest:
    return identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=identity.CODE_KIND_LINK)


async def _assert_asking_is_guarded(life: ErasingCoOp, asked: str) -> None:
    with refused_with(AlreadyExists, "ERASURE_ASKED_BEFORE"):
        await life.ask(ADA)
    with refused_with(NotAllowed, "NOT_YOURS"):
        await life.ask(ADA, by=life.co_op.token(life.people[BO]))
    with refused_with(NotAllowed, "HAT_NEEDED"):
        await life.decide(asked, by=life.co_op.token(life.people[ADA]))
    with refused_with(FailedPrecondition, "ERASURE_OF_MEMBER"):
        await life.decide(asked)


async def _assert_nobody_can_go_on(life: ErasingCoOp, asked: str, session: identity.SignInResponse) -> None:
    stub = life.co_op.stub(IdentityServiceStub)
    with refused_with(NotSignedIn, "SESSION_ENDED"):
        renewal = identity.RenewTokenRequest(session_id=session.session_id, session_key=session.session_key)
        await call_service(stub.RenewToken, renewal)
    with refused_with(NotFound, "PERSON_UNKNOWN"):
        await call_service(stub.IssueSignInCode, _new_link(life.people[ADA]), life.secretary())
    with refused_with(FailedPrecondition, "DATA_ANSWERED_BEFORE"):
        await life.decide(asked)
    with refused_with(NotFound, "PERSON_UNKNOWN"):
        await life.ask(ADA, by=life.secretary())


async def _assert_only_the_law_keeps_her(life: ErasingCoOp) -> None:
    """Neither her words nor her contacts are anywhere, nor what was written of her; her name only in the register.

    The logs of who looked still hold.
    """
    for gone in (SECRET, "person2@example.org", ANSWER):
        assert await life.rows_with(gone) == {}, gone
    assert await life.rows_with(ADA) == {"membership": ["register_entry"]}
    request = membership.GetMemberRequest(person_id=str(life.people[ADA]))
    member = (await call_service(life.co_op.stub(MembershipServiceStub).GetMember, request, life.secretary())).member
    assert member.register_name == ADA
    for service in ("identity", "membership", "governance"):
        assert (await check_log(life.co_op, service)).findings == (), service
    assert (await check_log(life.co_op)).erased >= 2


@pytest.mark.capability("L5")
async def test_erasing_takes_all_but_what_the_law_keeps_and_the_vote_stays_counted(infrastructure: Infrastructure) -> None:
    async with erasing_co_op(infrastructure, ADA, BO) as life:
        co_op, ada, bo = life.co_op, life.people[ADA], life.people[BO]
        session = await _live(life)
        motion = await life.open_motion()
        await life.vote(ADA, motion, "for")
        await life.vote(BO, motion, "for")
        asked = await life.ask(ADA)
        await _assert_asking_is_guarded(life, asked)
        await life.leave(ADA)
        sealed = (await wait_until_sealed(co_op, 3)).head.number

        erasure_id = await life.decide(asked)
        waiting = await life.wait_for_erasure(erasure_id, lambda erasure: len(erasure.parts) == 5)

        others = {"identity", "membership", "matching", "scheduling", "web"}
        assert {part.service for part in waiting.parts} == others, "governance waits for the close"
        assert await life.name_of(ada) == ADA, "who checks the roll still sees whose ballots are on it"
        await _assert_nobody_can_go_on(life, asked, session)
        await co_op.move_clock(2 * 3600 + 60)
        done = await life.wait_for_erasure(erasure_id, lambda erasure: erasure.HasField("finished_at"))

        get_result = governance.GetResultRequest(motion_id=motion)
        result = (await call_service(co_op.stub(GovernanceServiceStub).GetResult, get_result, life.secretary())).result
        assert [(row.member_class, row.votes_for) for row in result.classes if row.votes_for] == [("user", 2)], "both are counted"
        assert await life.name_of(ada) == ERASED_NAME
        parts = {part.service: part for part in done.parts}
        assert {"record_field", "person_key", "access_grant", "session", "sign_in_code", "team_place"} <= set(
            parts["identity"].deleted_kinds
        )
        assert {"contact", "read_audit", "data_request"} <= set(parts["identity"].blanked_kinds)
        assert {"register_entry", "member", "standing_change"} <= set(parts["membership"].kept_kinds)
        assert {"roll", "ballot"} <= set(parts["governance"].kept_kinds)
        assert "news" in parts["web"].deleted_kinds
        assert "current_member" in parts["matching"].deleted_kinds
        await _assert_only_the_law_keeps_her(life)
        await _assert_no_rebuild_brings_her_team_back(life)
        assert (await check_log(co_op)).head.number >= sealed
        events = await co_op.published_events("identity")
        assert [event.data_request_id for event in events if isinstance(event, ErasureAsked)] == [asked]
        assert PersonErased(erasure_id=erasure_id, person_ids=[str(ada)]) in events
        assert ErasureFinished(erasure_id=erasure_id, person_ids=[str(ada)]) in events
        assert HatTaken(person_id=str(ada), hat="scrutineer") in events
        assert {event.person_id for event in events if isinstance(event, AccessEnded)} == {str(ada), str(bo)}
