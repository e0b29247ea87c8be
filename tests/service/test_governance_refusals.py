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
from libs.host import leader
from libs.host.jobs import forget_answers
from libs.refusals import Conflict, Elsewhere, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn, TooMany
from libs.rpc.client import ask
from tests.support.assembly import HOUR, Assembly, an_assembly, told
from tests.support.running import Kith


async def written(assembly: Assembly) -> tuple[int, ...]:
    """How many ballots, answers and facts there are."""
    return tuple([len(await assembly.co_op.everything("governance", table)) for table in ("ballot", "answer", "outbox")])


async def test_a_ballot_needs_an_open_motion_a_known_choice_and_the_page_that_shows_the_last_one(kith: Kith) -> None:
    async with an_assembly(kith, user=2) as assembly:
        [pat, _] = assembly.members["user"]
        motion = await assembly.open_motion(assembly.question(opens_in=HOUR))
        before = await written(assembly)
        with told(NotNow, "BALLOT_NOT_OPEN"):
            await assembly.cast(pat, motion, "for")
        await assembly.co_op.move_clock(HOUR + 60)
        with told(Invalid, "CHOICE_UNKNOWN"):
            await assembly.cast(pat, motion, "maybe\x00")
        with told(Invalid, "CHOICE_MISSING"):
            await assembly.cast(pat, motion, "")
        with told(NotFound, "MOTION_UNKNOWN"):
            await assembly.cast(pat, str(new_id()), "for")
        with told(Invalid, "ID_MALFORMED"):
            await assembly.cast(pat, "motion 7", "for")
        with told(Conflict, "BALLOT_STALE"):
            await assembly.cast(pat, motion, "for", revision=1)
        assert await written(assembly) == before
        assert (await assembly.cast(pat, motion, "for")).revision == 1
        with told(Conflict, "BALLOT_STALE"):
            await assembly.cast(pat, motion, "against")
        assert (await assembly.cast(pat, motion, "against", revision=1)).revision == 2
        await assembly.co_op.move_clock(4 * HOUR)
        with told(NotNow, "BALLOT_CLOSED"):
            await assembly.cast(pat, motion, "for", revision=2)
        result = await assembly.result(motion)
        with told(NotNow, "BALLOT_CLOSED"):
            await assembly.cast(pat, motion, "for", revision=2)
        assert [(one.votes_for, one.votes_against) for one in result.classes] == [(0, 1)]


async def test_whoever_is_not_on_the_roll_hears_why(kith: Kith) -> None:
    async with an_assembly(kith, user=1, worker=1, friend=1) as assembly:
        motion = await assembly.open_motion()
        with_notice = await assembly.open_motion(assembly.question(kind="announced", opens_in=7 * 24 * HOUR + 60, hours=30))
        [late] = await assembly.admit("user")
        [later] = await assembly.admit("worker", from_day=assembly.co_op.now().date() + timedelta(days=1))
        await assembly.co_op.heard("governance", "membership")
        for person, reason in (
            (new_id(), "NOT_A_MEMBER"),
            (assembly.members["friend"][0], "CLASS_HAS_NO_VOTE"),
            (late, "JOINED_TOO_LATE"),
            (later, "JOINED_TOO_LATE"),
        ):
            with told(NotAllowed, reason):
                await assembly.cast(person, motion, "for")
            assert (await assembly.motion(motion, assembly.co_op.token(person))).my_standing == reason
        await assembly.co_op.move_clock(7 * 24 * HOUR + 2 * HOUR)
        with told(NotAllowed, "CLASS_HAS_NO_VOTE"):
            await assembly.cast(assembly.members["user"][0], with_notice, "for")
        assert (await assembly.cast(assembly.members["worker"][0], with_notice, "for")).member_class == "worker"


async def test_one_request_id_is_one_ballot_however_often_and_how_fast_it_comes(kith: Kith) -> None:
    async with an_assembly(kith, user=2) as assembly:
        pat, kim = assembly.members["user"]
        motion = await assembly.open_motion()
        once = str(new_id())
        twenty = await asyncio.gather(*(assembly.cast(pat, motion, "for", request_id=once) for _ in range(20)))
        assert len({one.SerializeToString() for one in twenty}) == 1
        assert await assembly.cast(pat, motion, "for", request_id=once) == twenty[0]
        with told(Conflict, "REQUEST_ID_REUSED"):
            await assembly.cast(pat, motion, "against", request_id=once)
        assert len(await assembly.co_op.everything("governance", "ballot")) == 1
        # The same id from another person is another request.
        assert (await assembly.cast(kim, motion, "against", request_id=once)).person_id == str(kim)
        for none in ("", "x" * 65, "a\x00b", "é"):
            asked = pb.CastBallotRequest(request_id=none, motion_id=motion, choice="for", revision=1)
            with told(Invalid, "REQUEST_ID_MISSING"):
                await ask(assembly.desk.CastBallot, asked, assembly.co_op.token(pat))


async def test_an_answer_is_kept_for_30_days_and_then_forgotten_by_the_job_alone(kith: Kith) -> None:
    async with an_assembly(kith, user=1) as assembly:
        [pat] = assembly.members["user"]
        motion = await assembly.open_motion()
        await assembly.cast(pat, motion, "for")
        database = Database(assembly.co_op.databases["governance"].run_url, pool_size=1)
        forgotten = []
        for caller, days in ((callers.job("forget_answers"), 29), (callers.job("another"), 31), (callers.job("forget_answers"), 31)):
            async with database.work(caller, assembly.co_op.now() + timedelta(days=days)) as work:
                forgotten.append(await forget_answers(work))
        await database.close()
        # The rulebook's, the motion's and the ballot's.
        assert forgotten == [0, 0, 3]
        assert await assembly.co_op.everything("governance", "answer") == []


async def test_of_two_ballots_of_one_person_at_one_moment_one_counts_and_the_other_is_stale(kith: Kith) -> None:
    async with an_assembly(kith, user=1) as assembly:
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
            mine = await ask(assembly.desk.GetMyBallot, pb.GetMyBallotRequest(motion_id=motion), assembly.co_op.token(pat))
            assert mine.ballot == ballot


async def test_a_token_is_needed_and_must_be_ours_and_fresh(kith: Kith) -> None:
    async with an_assembly(kith, user=1) as assembly:
        [pat] = assembly.members["user"]
        motion = await assembly.open_motion()
        asked = pb.CastBallotRequest(request_id=str(new_id()), motion_id=motion, choice="for")
        now = assembly.co_op.now()
        good = assembly.co_op.token(pat)
        body, signature = good.split(".")
        forged = tokens.mint(Ed25519PrivateKey.generate(), callers.person(pat), now)
        for token, reason in (
            ("", "TOKEN_MISSING"),
            (forged, "TOKEN_FORGED"),
            (f"{body}.{signature[:-4]}AAAA", "TOKEN_FORGED"),
            (f"{forged.split('.')[0]}.{signature}", "TOKEN_FORGED"),
            ("x" * 5000, "TOKEN_FORGED"),
            (tokens.mint(kith.keys.token_private, callers.person(pat), now - timedelta(minutes=6)), "TOKEN_EXPIRED"),
            (tokens.mint(kith.keys.token_private, callers.person(pat), now + timedelta(minutes=2)), "TOKEN_EXPIRED"),
        ):
            with told(NotSignedIn, reason):
                await ask(assembly.desk.CastBallot, asked, token)
        assert await assembly.co_op.everything("governance", "ballot") == []
        assert (await ask(assembly.desk.CastBallot, asked, good)).ballot.revision == 1


async def test_a_request_of_100_mb_is_refused_and_the_service_lives_on(kith: Kith) -> None:
    async with an_assembly(kith, user=1) as assembly:
        huge = assembly.question()
        huge.text = "x" * (100 * 1024 * 1024)
        with told(TooMany, "MESSAGE_TOO_LARGE"):
            await ask(assembly.desk.OpenMotion, huge, assembly.chair())
        # Whoever leaves out the limit on their own side meets ours.
        options = [("grpc.max_send_message_length", -1)]
        async with grpc.aio.insecure_channel(assembly.co_op.address("governance"), options=options) as channel:
            method = channel.unary_unary("/kith.governance.v1.GovernanceService/OpenMotion")
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await method(huge.SerializeToString(), timeout=20)
            assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        motion = await assembly.open_motion()
        assert (await assembly.cast(assembly.members["user"][0], motion, "for")).revision == 1


async def test_a_call_whose_time_is_over_is_refused_and_leaves_nothing_behind(kith: Kith) -> None:
    async with an_assembly(kith, user=1) as assembly:
        [pat] = assembly.members["user"]
        motion = await assembly.open_motion()
        before = await written(assembly)
        holder = await leader.connect(assembly.co_op.databases["governance"].run_url)
        await holder.execute("begin")
        await holder.execute("select 1 from motion where id = $1 for update", UUID(motion))
        asked = pb.CastBallotRequest(request_id=str(new_id()), motion_id=motion, choice="for")
        with told(Elsewhere, "TOOK_TOO_LONG"):
            await ask(assembly.desk.CastBallot, asked, assembly.co_op.token(pat), seconds=0.5)
        await holder.close()
        assert await written(assembly) == before
        assert (await ask(assembly.desk.CastBallot, asked, assembly.co_op.token(pat))).ballot.revision == 1


async def test_a_paper_vote_counts_when_two_people_wrote_down_the_same(kith: Kith) -> None:
    async with an_assembly(kith, user=4) as assembly:
        pat, kim, lou, _ = assembly.members["user"]
        motion = await assembly.open_motion()
        with told(NotAllowed, "HAT_NEEDED"):
            await assembly.record(pat, motion, "for", by=kim)
        with told(Invalid, "TAKEN_UNKNOWN"):
            await assembly.record(pat, motion, "for", taken="page")
        with told(Invalid, "TAKEN_UNKNOWN"):
            await assembly.record(pat, motion, "for", taken="pigeon")
        with told(NotAllowed, "NOT_A_MEMBER"):
            await assembly.record(new_id(), motion, "for")
        entry = await assembly.record(pat, motion, "against")
        assert await assembly.co_op.everything("governance", "ballot") == []
        with told(NotAllowed, "SAME_RECORDER"):
            await assembly.confirm(entry, "against", by=assembly.secretary)
        with told(NotAllowed, "HAT_NEEDED"):
            await assembly.confirm(entry, "against", by=kim)
        assert await assembly.differs(entry, "for")
        assert await assembly.co_op.everything("governance", "ballot_entry") == []
        with told(NotFound, "ENTRY_UNKNOWN"):
            await assembly.confirm(entry, "against")
        entry = await assembly.record(pat, motion, "against")
        ballot = await assembly.confirm(entry, "against")
        assert (ballot.taken, ballot.choice, list(ballot.recorders)) == (
            "paper",
            "against",
            [str(assembly.secretary), str(assembly.second)],
        )
        with told(NotFound, "ENTRY_UNKNOWN"):
            await assembly.confirm(entry, "against")
        by_phone = await assembly.record(kim, motion, "for", taken="phone")
        assert (await assembly.cast(kim, motion, "abstain")).revision == 1
        with told(Conflict, "BALLOT_STALE"):
            await assembly.confirm(by_phone, "for")
        await assembly.record(lou, motion, "for", taken="phone")
        await assembly.co_op.move_clock(3 * HOUR)
        with told(NotNow, "BALLOT_CLOSED"):
            await assembly.confirm(by_phone, "for")
        result = await assembly.result(motion)
        assert [(one.votes_for, one.votes_against, one.abstentions) for one in result.classes] == [(0, 1, 1)]


async def test_nobody_records_their_own_vote_on_paper(kith: Kith) -> None:
    async with an_assembly(kith, user=2) as assembly:
        # Both secretaries are members now.
        assembly.secretary, assembly.second = assembly.members["user"]
        await assembly.give_hats()
        motion = await assembly.open_motion()
        with told(NotAllowed, "RECORDER_IS_VOTER"):
            await assembly.record(assembly.secretary, motion, "for")
        entry = await assembly.record(assembly.second, motion, "for")
        with told(NotAllowed, "RECORDER_IS_VOTER"):
            await assembly.confirm(entry, "for", by=assembly.second)


async def test_whoever_leaves_and_joins_again_on_one_day_is_on_the_roll_once(kith: Kith) -> None:
    async with an_assembly(kith, user=1) as assembly:
        [pat] = assembly.members["user"]
        # Left and joined again on one day, as a worker.
        ended = MembershipEnded(person_id=str(pat), on="2020-06-01", reason="asked")
        again = MemberAdmitted(person_id=str(pat), member_class="worker", may_vote=True, from_day="2020-06-01")
        await assembly.membership.state((ended, str(pat)), (again, str(pat)))
        await assembly.co_op.heard("governance", "membership")
        motion = await assembly.open_motion()
        assert (await assembly.cast(pat, motion, "for")).member_class == "worker"
