"""Recovery: who lost card and password signs in again, as two people whom they named confirm who they are."""

from collections.abc import Awaitable

import pytest

from kith.identity.facts.v1 import facts_pb2 as facts
from kith.identity.v1 import identity_pb2 as ident
from kith.identity.v1 import recovery_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.facts.v1.facts_pb2 import MembershipEnded
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, Invalid, NotAllowed, NotFound, NotSignedIn, Refusal, TooMany
from libs.rpc.client import call_service
from tests.support.recovery import Recovery
from tests.support.running_co_op import Infrastructure, event_publisher, running_co_op

HOUR = 3600


async def refusal_of(call: Awaitable[object]) -> tuple[type[Refusal], str]:
    with pytest.raises(Refusal) as refused:
        await call
    reasons = [problem.reason for problem in refused.value.problems]
    return type(refused.value), reasons[0] if reasons else refused.value.reason


async def test_two_named_people_give_a_sign_in_back_and_neither_learns_a_secret(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada, kim, bo = await co_op.register_people("Sam Example", "Ada Example", "Kim Example", "Bo Example")
        identity, recovery = co_op.stub(IdentityServiceStub), Recovery(co_op)
        issue = ident.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(ada), kind=ident.CODE_KIND_CARD)
        lost_card = (await call_service(identity.IssueSignInCode, issue, co_op.token(sam, hat="secretary"))).code
        earlier = await call_service(identity.SignIn, ident.SignInRequest(code=lost_card))
        await recovery.prepare(ada, kim=kim, bo=bo)

        key = await recovery.ask(" ADA  example ")
        waiting = await recovery.look(key)
        assert (waiting.state, waiting.vouched, len(waiting.spoken_number)) == (pb.RECOVERY_STATE_WAITING, 0, 6)
        number = f"{waiting.spoken_number[:3]} {waiting.spoken_number[3:]}"
        await recovery.vouch(kim, ada, number)
        await recovery.vouch(kim, ada, number)
        assert (await recovery.look(key)).vouched == 1, "the same helper twice is one"
        assert await refusal_of(recovery.finish(key)) == (NotSignedIn, "RECOVERY_NOT_READY")
        await recovery.vouch(bo, ada, number)

        await co_op.restart()  # between the second confirmation and the new sign-in
        identity, recovery = co_op.stub(IdentityServiceStub), Recovery(co_op)
        assert (await recovery.look(key)).state == pb.RECOVERY_STATE_READY
        session = await recovery.finish(key)
        assert await recovery.finish(key) == session, "an answer that was lost is given again"
        renewal = ident.RenewTokenRequest(session_id=session.session_id, session_key=session.session_key)
        token = (await call_service(identity.RenewToken, renewal)).token
        password = ident.SetPasswordRequest(request_id=str(new_id()), password="seven green herons")
        await call_service(identity.SetPassword, password, token)

        with_lost_card = ident.SignInRequest(code=lost_card)
        assert await refusal_of(call_service(identity.SignIn, with_lost_card)) == (NotSignedIn, "SIGN_IN_FAILED")
        old = ident.RenewTokenRequest(session_id=earlier.session_id, session_key=earlier.session_key)
        assert await refusal_of(call_service(identity.RenewToken, old)) == (NotSignedIn, "SESSION_ENDED")
        events = await co_op.published_events("identity")
        assert facts.PersonRecovered(person_id=str(ada), helper_ids=sorted([str(kim), str(bo)])) in events
        assert facts.SessionsEnded(person_id=str(ada), session_ids=[earlier.session_id], why="recovered") in events
        assert facts.SignInCodesRevoked(person_id=str(ada)) in events, "or an older copy of the database lets the lost card in again"
        for table in ("recovery_request", "recovery_helper", "recovery_vouch", "outbox", "answer", "session"):
            stored = repr(await co_op.all_rows("identity", table))
            assert key not in stored, table
            assert session.session_key not in stored, table
            assert waiting.spoken_number not in stored.replace("-", " ").split(), table


async def test_nobody_learns_who_exists_and_who_cannot_be_helped(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        _, ada, kim, bo, *_ = await co_op.register_people("Sam Example", "Ada Example", "Kim Example", "Bo Example", "Mo Twin", "Mo Twin")
        recovery = Recovery(co_op)
        await recovery.prepare(ada, kim=kim)
        for at, who in enumerate(("Nobody Known", "Mo Twin", "Ada Example", "person1@example.org", "7", " ", "x" * 5_000)):
            if not who.strip():
                assert await refusal_of(recovery.ask(who)) == (Invalid, "WHO_MISSING")
                continue
            progress = await recovery.look(await recovery.ask(who, client=f"192.0.2.{at}"))
            assert (progress.state, progress.vouched, len(progress.spoken_number)) == (pb.RECOVERY_STATE_WAITING, 0, 6), who
        events = await co_op.published_events("identity")
        assert not any(isinstance(event, facts.RecoveryRequested) for event in events), "one helper is none"
        await recovery.prepare(ada, bo=bo)
        key = await recovery.ask("person1@example.org", client="192.0.2.100")
        await recovery.ask("Ada Example", client="192.0.2.101")
        wanted = [event.helper_id for event in await co_op.published_events("identity") if isinstance(event, facts.RecoveryVouchWanted)]
        assert sorted(wanted) == sorted([str(kim), str(bo)]), "asked twice, told once"
        number = (await recovery.look(key)).spoken_number
        assert await recovery.stop(ada) == 2
        assert await refusal_of(recovery.vouch(kim, ada, number)) == (Invalid, "SPOKEN_NUMBER_WRONG")
        assert (await recovery.look(key)).state == pb.RECOVERY_STATE_WAITING, "who was stopped does not learn it"
        assert (await recovery.look("never asked")).state == pb.RECOVERY_STATE_OVER


async def test_a_recovery_needs_two_different_people_who_still_may(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada, kim, kay, bo = await co_op.register_people(*(f"{name} Example" for name in ("Sam", "Ada", "Kim", "Kay", "Bo")))
        recovery, identity = Recovery(co_op), co_op.stub(IdentityServiceStub)
        await recovery.prepare(ada, kim=kim, kay=kay)
        assert await refusal_of(recovery.name(ada, "Ada Example")) == (Invalid, "OWN_HELPER")
        assert await refusal_of(recovery.name(ada, "kim  EXAMPLE")) == (Invalid, "HELPER_NAMED_BEFORE")
        assert await refusal_of(recovery.name(ada, "Nobody")) == (Invalid, "HELPER_UNKNOWN")
        assert await refusal_of(recovery.name(ada, " ")) == (Invalid, "HELPER_NAME_MISSING")
        assert await refusal_of(recovery.accept(bo, ada)) == (NotFound, "HELP_UNKNOWN")
        assert await refusal_of(recovery.end(bo, ada, kim)) == (NotAllowed, "NOT_YOURS")
        await recovery.name(ada, "Bo Example")
        assert await refusal_of(recovery.name(ada, "Sam Example")) == (FailedPrecondition, "HELPERS_ENOUGH")

        key = await recovery.ask("Ada Example")
        number = (await recovery.look(key)).spoken_number
        assert await refusal_of(recovery.vouch(bo, ada, number)) == (NotFound, "HELP_UNKNOWN"), "Bo has not accepted"
        assert await refusal_of(recovery.vouch(kim, ada, "12345")) == (Invalid, "SPOKEN_NUMBER_MALFORMED")
        await recovery.vouch(kim, ada, number)
        await recovery.vouch(kay, ada, number)
        assert (await recovery.look(key)).state == pb.RECOVERY_STATE_READY
        merge = ident.MergePersonsRequest(request_id=str(new_id()), kept_person_id=str(kim), other_person_id=str(kay), reason="one person")
        await call_service(identity.MergePersons, merge, co_op.token(sam, hat="secretary"))
        assert (await recovery.look(key)).vouched == 1, "two entries of one person are one"
        assert await refusal_of(recovery.finish(key)) == (NotSignedIn, "RECOVERY_NOT_READY")
        ended = facts.RecoveryHelpEnded(person_id=str(ada), helper_id=str(kay), why="merged")
        assert ended in await co_op.published_events("identity")

        await recovery.accept(bo, ada)
        await recovery.vouch(bo, ada, number)
        await recovery.end(kim, ada, kim)
        assert await refusal_of(recovery.finish(key)) == (NotSignedIn, "RECOVERY_NOT_READY")
        await recovery.prepare(ada, kim=kim)
        assert (await recovery.look(key)).vouched == 1, "who is named anew confirms anew"
        await recovery.vouch(kim, ada, number)
        async with event_publisher(co_op, "membership") as membership:
            await membership.publish((MembershipEnded(person_id=str(bo), on="2026-01-01"), str(bo)))
            await co_op.wait_until_consumed("identity", "membership")
        assert await refusal_of(recovery.finish(key)) == (NotSignedIn, "RECOVERY_NOT_READY"), "Bo has left"
        overview = await call_service(recovery.stub.GetRecoveryHelp, pb.GetRecoveryHelpRequest(), co_op.token(ada))
        assert ([entry.helper_id for entry in overview.helpers], overview.asked) == ([str(kim)], True)


async def test_a_request_is_over_after_three_days_and_ready_for_one_more(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        _, ada, kim, bo = await co_op.register_people("Sam Example", "Ada Example", "Kim Example", "Bo Example")
        recovery = Recovery(co_op)
        await recovery.prepare(ada, kim=kim, bo=bo)
        first, second = await recovery.ask("Ada Example"), await recovery.ask("Ada Example")
        numbers = [(await recovery.look(key)).spoken_number for key in (first, second)]
        await recovery.vouch(kim, ada, numbers[0])
        await co_op.move_clock(72 * HOUR - 60)
        await recovery.vouch(kim, ada, numbers[1])
        await recovery.vouch(bo, ada, numbers[1])
        await co_op.move_clock(72 * HOUR + 60)
        assert (await recovery.look(first)).state == pb.RECOVERY_STATE_OVER
        assert await refusal_of(recovery.vouch(bo, ada, numbers[0])) == (Invalid, "SPOKEN_NUMBER_WRONG")
        assert (await recovery.look(second)).state == pb.RECOVERY_STATE_READY
        await co_op.move_clock(96 * HOUR)
        assert await refusal_of(recovery.finish(second)) == (NotSignedIn, "RECOVERY_NOT_READY")


async def test_nobody_is_kept_out_by_others_who_ask_or_guess(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        _, ada, kim, bo = await co_op.register_people("Sam Example", "Ada Example", "Kim Example", "Bo Example")
        recovery = Recovery(co_op)
        await recovery.prepare(ada, kim=kim, bo=bo)
        for _ in range(5):
            await recovery.ask("Ada Example", client="198.51.100.9")
        assert await refusal_of(recovery.ask("Ada Example", client="198.51.100.9")) == (TooMany, "RECOVERY_TOO_OFTEN")
        key = await recovery.ask("Ada Example")
        number = (await recovery.look(key)).spoken_number
        wrong = str((int(number) + 1) % 10**6).zfill(6)
        for _ in range(6):
            await refusal_of(recovery.vouch(kim, ada, wrong))
        assert await refusal_of(recovery.vouch(kim, ada, number)) == (TooMany, "SPOKEN_NUMBER_TOO_OFTEN")
        await recovery.vouch(bo, ada, number)
        await co_op.move_clock(600)
        await recovery.vouch(kim, ada, number)
        assert (await recovery.finish(key)).person_id == str(ada)
