"""Every way a ballot can be refused: with a reason, and with nothing half done."""

import asyncio
from datetime import timedelta
from uuid import UUID

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kith.governance.v1 import governance_pb2 as pb
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MembershipEnded
from libs import callers
from libs.callers import tokens
from libs.database.engine import Database, new_id
from libs.host import leader_election
from libs.host.jobs import forget_idempotency_keys
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound, NotSignedIn, TooMany, Unavailable
from libs.rpc.client import call_service
from tests.support.member_assembly import HOUR, MemberAssembly, member_assembly, refused_with
from tests.support.running_co_op import Infrastructure


async def count_rows(assembly: MemberAssembly) -> tuple[int, ...]:
    """How many ballots, answers and facts there are."""
    return tuple([len(await assembly.co_op.all_rows("governance", table)) for table in ("ballot", "answer", "outbox")])


async def test_a_ballot_needs_an_open_motion_a_known_choice_and_the_page_that_shows_the_last_one(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=2) as assembly:
        [pat, _] = assembly.members["user"]
        motion = await assembly.open_motion(assembly.question(opens_in=HOUR))
        before = await count_rows(assembly)
        with refused_with(FailedPrecondition, "BALLOT_NOT_OPEN"):
            await assembly.cast(pat, motion, "for")
        await assembly.co_op.move_clock(HOUR + 60)
        with refused_with(Invalid, "CHOICE_UNKNOWN"):
            await assembly.cast(pat, motion, "maybe")
        with refused_with(Invalid, "CHOICE_MISSING"):
            await assembly.cast(pat, motion, "")
        with refused_with(NotFound, "MOTION_UNKNOWN"):
            await assembly.cast(pat, str(new_id()), "for")
        with refused_with(Invalid, "ID_MALFORMED"):
            await assembly.cast(pat, "motion 7", "for")
        with refused_with(Conflict, "BALLOT_STALE"):
            await assembly.cast(pat, motion, "for", revision=1)
        assert await count_rows(assembly) == before
        assert (await assembly.cast(pat, motion, "for")).revision == 1
        with refused_with(Conflict, "BALLOT_STALE"):
            await assembly.cast(pat, motion, "against")
        assert (await assembly.cast(pat, motion, "against", revision=1)).revision == 2
        await assembly.co_op.move_clock(4 * HOUR)
        with refused_with(FailedPrecondition, "BALLOT_CLOSED"):
            await assembly.cast(pat, motion, "for", revision=2)
        result = await assembly.wait_for_result(motion)
        with refused_with(FailedPrecondition, "BALLOT_CLOSED"):
            await assembly.cast(pat, motion, "for", revision=2)
        assert [(member_class.votes_for, member_class.votes_against) for member_class in result.classes] == [(0, 1)]


async def test_a_person_who_is_not_on_the_roll_is_told_why(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1, worker=1, friend=1) as assembly:
        motion = await assembly.open_motion()
        with_notice = await assembly.open_motion(assembly.question(kind="announced", opens_in=7 * 24 * HOUR + 60, hours=30))
        [late] = await assembly.admit("user")
        [later] = await assembly.admit("worker", from_day=assembly.co_op.today() + timedelta(days=1))
        await assembly.co_op.wait_until_consumed("governance", "membership")
        for person, reason in (
            (new_id(), "NOT_A_MEMBER"),
            (assembly.members["friend"][0], "CLASS_HAS_NO_VOTE"),
            (late, "JOINED_TOO_LATE"),
            (later, "JOINED_TOO_LATE"),
        ):
            with refused_with(NotAllowed, reason):
                await assembly.cast(person, motion, "for")
            assert (await assembly.get_motion(motion, assembly.co_op.token(person))).my_standing == reason
        await assembly.co_op.move_clock(7 * 24 * HOUR + 2 * HOUR)
        with refused_with(NotAllowed, "CLASS_HAS_NO_VOTE"):
            await assembly.cast(assembly.members["user"][0], with_notice, "for")
        assert (await assembly.cast(assembly.members["worker"][0], with_notice, "for")).member_class == "worker"


async def test_one_request_id_is_one_ballot_however_often_and_how_fast_it_comes(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=2) as assembly:
        pat, kim = assembly.members["user"]
        motion = await assembly.open_motion()
        once = str(new_id())
        twenty = await asyncio.gather(*(assembly.cast(pat, motion, "for", request_id=once) for _ in range(20)))
        assert len({one.SerializeToString() for one in twenty}) == 1
        assert await assembly.cast(pat, motion, "for", request_id=once) == twenty[0]
        with refused_with(Conflict, "REQUEST_ID_REUSED"):
            await assembly.cast(pat, motion, "against", request_id=once)
        assert len(await assembly.co_op.all_rows("governance", "ballot")) == 1
        # The same id from another person is another request.
        assert (await assembly.cast(kim, motion, "against", request_id=once)).person_id == str(kim)
        for none in ("", "x" * 65, "a b\t", "é"):
            request = pb.CastBallotRequest(request_id=none, motion_id=motion, choice="for", revision=1)
            with refused_with(Invalid, "REQUEST_ID_MISSING"):
                await call_service(assembly.stub.CastBallot, request, assembly.co_op.token(pat))


async def test_an_answer_is_kept_for_30_days_and_then_forgotten_by_the_job_alone(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1) as assembly:
        [pat] = assembly.members["user"]
        motion = await assembly.open_motion()
        await assembly.cast(pat, motion, "for")
        database = Database(assembly.co_op.databases["governance"].run_url, pool_size=1)
        forgotten = []
        for caller, days in ((callers.job("forget_answers"), 29), (callers.job("another"), 31), (callers.job("forget_answers"), 31)):
            async with database.work(caller, assembly.co_op.now() + timedelta(days=days)) as work:
                forgotten.append(await forget_idempotency_keys(work))
        await database.close()
        # The rulebook's, the motion's and the ballot's.
        assert forgotten == [0, 0, 3]
        assert await assembly.co_op.all_rows("governance", "answer") == []


async def test_of_two_ballots_of_one_person_at_one_moment_one_counts_and_the_other_is_stale(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1) as assembly:
        [pat] = assembly.members["user"]
        motion = await assembly.open_motion()
        for revision in range(5):
            both = await asyncio.gather(
                *(assembly.cast(pat, motion, choice, revision=revision) for choice in ("for", "against")), return_exceptions=True
            )
            [ballot] = [one for one in both if isinstance(one, pb.Ballot)]
            [refusal] = [one for one in both if not isinstance(one, pb.Ballot)]
            assert isinstance(refusal, Conflict)
            assert refusal.reason == "BALLOT_STALE"
            mine = await call_service(assembly.stub.GetMyBallot, pb.GetMyBallotRequest(motion_id=motion), assembly.co_op.token(pat))
            assert mine.ballot == ballot


async def test_a_token_is_needed_and_must_be_ours_and_fresh(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1) as assembly:
        [pat] = assembly.members["user"]
        motion = await assembly.open_motion()
        request = pb.CastBallotRequest(request_id=str(new_id()), motion_id=motion, choice="for")
        now = assembly.co_op.now()
        good = assembly.co_op.token(pat)
        body, signature = good.split(".")
        forged = tokens.issue_token(Ed25519PrivateKey.generate(), callers.person(pat), now)
        for token, reason in (
            ("", "TOKEN_MISSING"),
            (forged, "TOKEN_FORGED"),
            (f"{body}.{signature[:-4]}AAAA", "TOKEN_FORGED"),
            (f"{forged.split('.')[0]}.{signature}", "TOKEN_FORGED"),
            ("x" * 5000, "TOKEN_FORGED"),
            (tokens.issue_token(infrastructure.keys.token_private, callers.person(pat), now - timedelta(minutes=6)), "TOKEN_EXPIRED"),
            (tokens.issue_token(infrastructure.keys.token_private, callers.person(pat), now + timedelta(minutes=2)), "TOKEN_EXPIRED"),
        ):
            with refused_with(NotSignedIn, reason):
                await call_service(assembly.stub.CastBallot, request, token)
        assert await assembly.co_op.all_rows("governance", "ballot") == []
        assert (await call_service(assembly.stub.CastBallot, request, good)).ballot.revision == 1


async def test_a_request_of_100_mb_is_refused_and_the_service_lives_on(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1) as assembly:
        huge = assembly.question()
        huge.text = "x" * (100 * 1024 * 1024)
        with refused_with(TooMany, "MESSAGE_TOO_LARGE"):
            await call_service(assembly.stub.OpenMotion, huge, assembly.secretary_token())
        # A client that leaves out the limit on its own side meets ours.
        options = [("grpc.max_send_message_length", -1)]
        async with grpc.aio.insecure_channel(assembly.co_op.address("governance"), options=options) as channel:
            method = channel.unary_unary("/kith.governance.v1.GovernanceService/OpenMotion")
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await method(huge.SerializeToString(), timeout=60)
            assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        motion = await assembly.open_motion()
        assert (await assembly.cast(assembly.members["user"][0], motion, "for")).revision == 1


async def test_a_call_whose_time_is_over_is_refused_and_leaves_nothing_behind(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1) as assembly:
        [pat] = assembly.members["user"]
        motion = await assembly.open_motion()
        before = await count_rows(assembly)
        holder = await leader_election.connect(assembly.co_op.databases["governance"].run_url)
        await holder.execute("begin")
        await holder.execute("select 1 from motion where id = $1 for update", UUID(motion))
        request = pb.CastBallotRequest(request_id=str(new_id()), motion_id=motion, choice="for")
        with refused_with(Unavailable, "TOOK_TOO_LONG"):
            await call_service(assembly.stub.CastBallot, request, assembly.co_op.token(pat), seconds=0.5)
        await holder.close()
        assert await count_rows(assembly) == before
        assert (await call_service(assembly.stub.CastBallot, request, assembly.co_op.token(pat))).ballot.revision == 1


async def test_a_paper_vote_counts_when_two_people_wrote_down_the_same(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=4) as assembly:
        pat, kim, lou, _ = assembly.members["user"]
        motion = await assembly.open_motion()
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await assembly.record(pat, motion, "for", by=kim)
        with refused_with(Invalid, "TAKEN_UNKNOWN"):
            await assembly.record(pat, motion, "for", taken="page")
        with refused_with(Invalid, "TAKEN_UNKNOWN"):
            await assembly.record(pat, motion, "for", taken="pigeon")
        with refused_with(NotAllowed, "NOT_A_MEMBER"):
            await assembly.record(new_id(), motion, "for")
        entry = await assembly.record(pat, motion, "against")
        assert await assembly.co_op.all_rows("governance", "ballot") == []
        with refused_with(NotAllowed, "SAME_RECORDER"):
            await assembly.confirm(entry, "against", by=assembly.secretary)
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await assembly.confirm(entry, "against", by=kim)
        assert await assembly.differs(entry, "for")
        assert await assembly.co_op.all_rows("governance", "ballot_entry") == []
        with refused_with(NotFound, "ENTRY_UNKNOWN"):
            await assembly.confirm(entry, "against")
        entry = await assembly.record(pat, motion, "against")
        ballot = await assembly.confirm(entry, "against")
        assert (ballot.taken, ballot.choice, list(ballot.recorders)) == (
            "paper",
            "against",
            [str(assembly.secretary), str(assembly.second)],
        )
        with refused_with(NotFound, "ENTRY_UNKNOWN"):
            await assembly.confirm(entry, "against")
        with refused_with(Invalid, "PHONE_CONSENT_MISSING"):
            await assembly.record(kim, motion, "for", taken="phone")
        by_phone = await assembly.record(kim, motion, "for", taken="phone", asked_for=True)
        assert (await assembly.cast(kim, motion, "abstain")).revision == 1
        with refused_with(Conflict, "BALLOT_STALE"):
            await assembly.confirm(by_phone, "for", asked_for=True)
        await assembly.record(lou, motion, "for", taken="phone", asked_for=True)
        await assembly.co_op.move_clock(3 * HOUR)
        with refused_with(FailedPrecondition, "BALLOT_CLOSED"):
            await assembly.confirm(by_phone, "for", asked_for=True)
        result = await assembly.wait_for_result(motion)
        assert [(member_class.votes_for, member_class.votes_against, member_class.abstentions) for member_class in result.classes] == [
            (0, 1, 1)
        ]


async def test_nobody_records_their_own_vote_on_paper(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=2) as assembly:
        # Both secretaries are members now.
        assembly.secretary, assembly.second = assembly.members["user"]
        await assembly.give_hats()
        motion = await assembly.open_motion()
        with refused_with(NotAllowed, "RECORDER_IS_VOTER"):
            await assembly.record(assembly.secretary, motion, "for")
        entry = await assembly.record(assembly.second, motion, "for")
        with refused_with(NotAllowed, "RECORDER_IS_VOTER"):
            await assembly.confirm(entry, "for", by=assembly.second)


async def test_somebody_who_leaves_and_joins_again_on_one_day_is_on_the_roll_once(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1) as assembly:
        [pat] = assembly.members["user"]
        # Left and joined again on one day, as a worker.
        ended = MembershipEnded(person_id=str(pat), on="2020-06-01", reason="asked")
        again = MemberAdmitted(person_id=str(pat), member_class="worker", may_vote=True, from_day="2020-06-01")
        await assembly.membership.publish((ended, str(pat)), (again, str(pat)))
        await assembly.co_op.wait_until_consumed("governance", "membership")
        motion = await assembly.open_motion()
        assert (await assembly.cast(pat, motion, "for")).member_class == "worker"
