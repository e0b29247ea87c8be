"""Motions and rulebooks: who may put one, when its roll is frozen, what it changes."""

import asyncio

import pytest

from kith.governance.facts.v1.facts_pb2 import AdoptedMoney, MotionOpened, NoticeWanted, RulebookAdopted
from kith.governance.v1 import governance_pb2 as pb
from libs.database import paging
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, FailedPrecondition, Invalid, NotAllowed, NotFound, Refusal, Unavailable
from libs.rpc.client import call_service
from tests.support.member_assembly import HOUR, RULEBOOK, MemberAssembly, member_assembly, refused_with, to_timestamp
from tests.support.running_co_op import Infrastructure, event_publisher, running_co_op

BROKEN = RULEBOOK.replace('more_than = "1/2"', 'more_than = "3/2"') + "".join(f'\n[classes.extra{n}]\nname = ""\n' for n in range(60))


async def open_motion(assembly: MemberAssembly, question: pb.OpenMotionRequest, token: str = "") -> None:
    await call_service(assembly.stub.OpenMotion, question, token or assembly.secretary_token())


async def has_no_motion(assembly: MemberAssembly) -> bool:
    tables = [await assembly.co_op.all_rows("governance", table) for table in ("motion", "roll")]
    return tables == [[], []] and not [
        fact for fact in await assembly.co_op.published_events("governance") if isinstance(fact, MotionOpened)
    ]


async def test_a_motion_is_refused_for_every_mistake_in_it(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1) as assembly:
        for change, reason in (
            ({"title": " "}, "TITLE_MISSING"),
            ({"title": "x" * 201}, "TITLE_TOO_LONG"),
            ({"text": ""}, "TEXT_MISSING"),
            ({"easy_text": "a\x00b"}, "CHARACTER_NOT_ALLOWED"),
            ({"for_means": "x" * 201}, "FOR_MEANS_TOO_LONG"),
            ({"resolution_type": "vibes"}, "RESOLUTION_TYPE_UNKNOWN"),
            ({"resolution_type": "vi\x00es"}, "CHARACTER_NOT_ALLOWED"),
            ({"rulebook_text": RULEBOOK}, "CANNOT_CHANGE_RULEBOOK"),
            ({"resolution_type": "rules", "rulebook_text": BROKEN}, "RULEBOOK_HAS_MISTAKES"),
            ({"request_id": ""}, "REQUEST_ID_MISSING"),
        ):
            question = assembly.question()
            for field, value in change.items():
                setattr(question, field, value)
            with refused_with(Invalid, reason):
                await open_motion(assembly, question)
        with refused_with(FailedPrecondition, "TWO_MEETINGS_NEEDED"):
            await open_motion(assembly, assembly.question(kind="convert"))
        with refused_with(FailedPrecondition, "ROLL_EMPTY"):
            await open_motion(assembly, assembly.question(kind="announced", opens_in=7 * 24 * HOUR + 60, hours=30))
        assert await has_no_motion(assembly)


async def test_a_motion_is_refused_for_times_outside_the_rulebook(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1, worker=1) as assembly:
        for question, reason in (
            (assembly.question(hours=0.5), "OPEN_TOO_SHORT"),
            (assembly.question(hours=-1), "OPEN_TOO_SHORT"),
            (assembly.question(hours=24 * 29), "OPEN_TOO_LONG"),
            (assembly.question(opens_in=-HOUR), "NOTICE_TOO_SHORT"),
            (assembly.question(kind="announced", opens_in=6 * 24 * HOUR), "NOTICE_TOO_SHORT"),
        ):
            with refused_with(Invalid, reason):
                await open_motion(assembly, question)
        unset = assembly.question()
        unset.ClearField("closes_at")
        with refused_with(Invalid, "CLOSES_AT_MISSING"):
            await open_motion(assembly, unset)
        for seconds in (-(10**15), 253402300799, 10**15):
            strange = assembly.question(opens_in=0)
            strange.opens_at.seconds = seconds
            with pytest.raises(Invalid) as refused:
                await open_motion(assembly, strange)
            assert refused.value.reason in ("TIME_MALFORMED", "NOTICE_TOO_SHORT")
            strange = assembly.question()
            strange.closes_at.seconds = seconds
            with pytest.raises(Invalid) as refused:
                await open_motion(assembly, strange)
            assert refused.value.reason in ("TIME_MALFORMED", "OPEN_TOO_LONG", "OPEN_TOO_SHORT")
        assert await has_no_motion(assembly)


async def test_only_the_secretary_opens_a_motion_and_only_with_a_rulebook(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, rulebook="", user=1) as assembly:
        with refused_with(FailedPrecondition, "RULEBOOK_NOT_ADOPTED"):
            await open_motion(assembly, assembly.question())
        with refused_with(NotFound, "RULEBOOK_NOT_ADOPTED"):
            await call_service(assembly.stub.GetRulebook, pb.GetRulebookRequest(), assembly.secretary_token())
        for token in (
            assembly.co_op.token(assembly.secretary),
            assembly.secretary_token(assembly.members["user"][0]),
            assembly.co_op.founder_token(),
        ):
            with refused_with(NotAllowed, "HAT_NEEDED"):
                await open_motion(assembly, assembly.question(), token)
        assert await has_no_motion(assembly)


async def test_a_co_op_is_founded_once_and_mistakes_are_named_by_line(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, rulebook="", user=1) as assembly:
        with refused_with(NotAllowed, "HAT_NEEDED"):
            adopt = pb.AdoptRulebookRequest(request_id=str(new_id()), text=RULEBOOK)
            await call_service(assembly.stub.AdoptRulebook, adopt, assembly.co_op.token(assembly.members["user"][0]))
        with pytest.raises(Invalid) as refused:
            await assembly.adopt(BROKEN)
        assert refused.value.reason == "RULEBOOK_HAS_MISTAKES"
        assert len(refused.value.problems) > 60
        assert all(problem.field.startswith("line ") for problem in refused.value.problems)
        for junk in ("", "schema = ", "[" * 5000, "x" * 1_000_000):
            with refused_with(Invalid, "RULEBOOK_HAS_MISTAKES"):
                await assembly.adopt(junk)
        tries = await asyncio.gather(*(assembly.adopt() for _ in range(5)), return_exceptions=True)
        assert sorted(one.reason for one in tries if isinstance(one, Refusal)) == ["RULEBOOK_IN_FORCE"] * 4
        with refused_with(AlreadyExists, "RULEBOOK_IN_FORCE"):
            await assembly.adopt()
        decisions = await call_service(assembly.stub.ListDecisions, pb.ListDecisionsRequest(), assembly.secretary_token())
        assert [(decision.number, decision.kind, decision.effect) for decision in decisions.decisions] == [
            (1, "founding", "rulebook_adopted")
        ]
        for unknown in ("0" * 64, "' or 1=1"):
            with refused_with(NotFound, "RULEBOOK_UNKNOWN"):
                await call_service(assembly.stub.GetRulebook, pb.GetRulebookRequest(rulebook_hash=unknown), assembly.secretary_token())


async def test_no_roll_is_frozen_while_membership_cannot_be_asked(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "governance") as co_op, event_publisher(co_op, "identity") as identity:
        async with event_publisher(co_op, "membership") as voice:
            assembly = MemberAssembly(co_op, identity, voice)
            await assembly.give_hats()
            await assembly.adopt()
            await assembly.admit("user", 2)
            await co_op.wait_until_consumed("governance", "membership")
        question = assembly.question()
        with refused_with(Unavailable, "SOURCE_AWAY"):
            await open_motion(assembly, question)
        assert await has_no_motion(assembly)
        assert not [row for row in await co_op.all_rows("governance", "answer") if row[2] == question.request_id]


async def test_a_roll_holds_everybody_whom_membership_had_admitted_when_it_was_frozen(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1) as assembly:
        for round_ in range(1, 6):
            # Not waited for: the motion itself has to ask how far membership is.
            await assembly.admit("user", 100)
            motion = await assembly.open_motion()
            [opened] = [
                event
                for event in await assembly.co_op.published_events("governance")
                if isinstance(event, MotionOpened) and event.motion_id == motion
            ]
            assert [(one.member_class, one.eligible) for one in opened.roll] == [("user", 1 + 100 * round_)]
            assert opened.membership_number == 1 + 100 * round_
            # Everybody on it is told, once, in events of a size that any bus carries.
            wanted = [
                event
                for event in await assembly.co_op.published_events("governance")
                if isinstance(event, NoticeWanted) and (event.about_id, event.kind) == (motion, "motion_opened")
            ]
            told = [person for event in wanted for person in event.person_ids]
            assert len(told) == len(set(told)) == 1 + 100 * round_
            assert max(len(event.person_ids) for event in wanted) <= 200


async def test_no_roll_is_frozen_from_standings_that_are_being_rebuilt(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=50) as assembly:
        [consumer] = [consumer for consumer in assembly.co_op.process._running[0].consumers if consumer.progress.source == "membership"]
        # The consumer is held, so that it cannot follow again before the motion is put.
        async with consumer._apply_lock:
            async with assembly.co_op.database_transaction("governance") as rows:
                await rows.execute("delete from standing")
                await rows.execute("update position set n = 0 where source = 'membership'")
            with refused_with(Unavailable, "SOURCE_AWAY"):
                await open_motion(assembly, assembly.question())
        assert await has_no_motion(assembly)
        await assembly.co_op.wait_until_consumed("governance", "membership")
        motion = await assembly.open_motion()
        assert [one.eligible for one in (await assembly.get_motion(motion)).roll] == [50]


async def test_a_passed_motion_changes_the_rulebook_and_a_running_vote_keeps_its_own(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=3) as assembly:
        users = assembly.members["user"]
        old = (await call_service(assembly.stub.GetRulebook, pb.GetRulebookRequest(), assembly.secretary_token())).rulebook_hash
        stricter = (
            RULEBOOK.replace('explanation = "More for than against."\neasy_read', 'explanation = "All must agree."\neasy_read').replace(
                'changes_rulebook = false\nthreshold = { more_than = "1/2" }\nnotice_days = 0',
                'changes_rulebook = false\nthreshold = { at_least = "100 %" }\nnotice_days = 0',
                1,
            )
            + '\n[money]\npayer_adds = "17.5 %"\nworker_gives = "0 %"\ntravel_pence_a_km = 28\n\n[visits]\nconfirm_after_days = 14\n'
            + '\n[partners]\nanswer_days = 5\n\n[working_time]\ndaily_rest_minutes = 720\nnight_starts = "22:30"\n'
            + '[working_time.reasons.ill]\nname = "Somebody else is ill"\npasses = ["daily_rest", "weekly_rest"]\n'
        )
        change = await assembly.open_motion(assembly.question(kind="rules", rulebook=stricter))
        running_vote = await assembly.open_motion(assembly.question(hours=6))
        rejected = await assembly.open_motion(assembly.question(kind="rules", rulebook=RULEBOOK + "\n# again\n"))
        for motion, choices in (
            (change, ("for", "for", "against")),
            (running_vote, ("for", "for", "against")),
            (rejected, ("against",) * 3),
        ):
            for person, choice in zip(users, choices, strict=True):
                await assembly.cast(person, motion, choice)
        await assembly.co_op.move_clock(3 * HOUR)
        assert (await assembly.wait_for_result(change)).passes
        assert not (await assembly.wait_for_result(rejected)).passes
        now = await call_service(assembly.stub.GetRulebook, pb.GetRulebookRequest(), assembly.secretary_token())
        assert now.text == stricter
        assert (
            await call_service(assembly.stub.GetRulebook, pb.GetRulebookRequest(rulebook_hash=old), assembly.secretary_token())
        ).text == RULEBOOK
        under_new = await assembly.open_motion(assembly.question(hours=3))
        for person, choice in zip(users, ("for", "for", "against"), strict=True):
            await assembly.cast(person, under_new, choice)
        await assembly.co_op.move_clock(9 * HOUR)
        kept, new = await assembly.wait_for_result(running_vote), await assembly.wait_for_result(under_new)
        assert (kept.passes, kept.rulebook_hash) == (True, old)
        assert (new.passes, new.rulebook_hash) == (False, now.rulebook_hash)
        adopted = [event for event in await assembly.co_op.published_events("governance") if isinstance(event, RulebookAdopted)]
        assert [event.rulebook_hash for event in adopted] == [old, now.rulebook_hash]
        assert [event.HasField("money") for event in adopted] == [False, True]
        assert adopted[1].money == AdoptedMoney(payer_adds="7/40", worker_gives="0/1", travel_pence_a_km=28, fewest_in_line=5)
        assert [event.visits.confirm_after_days for event in adopted] == [7, 14]
        assert [event.partners.answer_days for event in adopted] == [14, 5]
        rests = [event.working_time.adult for event in adopted]
        assert [(rest.daily_rest_minutes, rest.night_starts, rest.night_ends) for rest in rests] == [(660, 1380, 360), (720, 1350, 360)]
        assert [[(each.key, list(each.passes)) for each in event.working_time.reasons] for event in adopted] == [
            [],
            [("ill", ["daily_rest", "weekly_rest"])],
        ]
        assert [(each.key, each.name) for each in now.rest_reasons] == [("ill", "Somebody else is ill")]
        assert [event.working_time.young.daily_rest_minutes for event in adopted] == [720, 720]
        log = (await call_service(assembly.stub.ListDecisions, pb.ListDecisionsRequest(), assembly.secretary_token())).decisions
        assert [one.number for one in log] == [5, 4, 3, 2, 1]
        assert [one.effect for one in log].count("rulebook_adopted") == 2


async def test_lists_go_on_where_the_page_ended_and_refuse_a_strange_token(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=2) as assembly:
        pat, _ = assembly.members["user"]
        put_ones = [await assembly.open_motion(assembly.question(hours=2 + number)) for number in range(5)]
        await assembly.cast(pat, put_ones[2], "for")

        async def listed(by: "pb.MotionFilter.ValueType", token: str = "") -> list[str]:
            request = pb.ListMotionsRequest(filter=by, page_size=2, page_token=token)
            page = await call_service(assembly.stub.ListMotions, request, assembly.co_op.token(pat))
            return [motion.motion_id for motion in page.motions] + (await listed(by, page.next_page_token) if page.next_page_token else [])

        assert await listed(pb.MOTION_FILTER_UNSPECIFIED) == put_ones[::-1]
        assert await listed(pb.MOTION_FILTER_OPEN) == put_ones
        assert await listed(pb.MOTION_FILTER_NEEDS_MY_VOICE) == [*put_ones[:2], *put_ones[3:]]
        assert await listed(pb.MOTION_FILTER_CLOSED) == []
        await assembly.co_op.move_clock(8 * HOUR)
        for motion in put_ones:
            await assembly.wait_for_result(motion)
        assert sorted(await listed(pb.MOTION_FILTER_CLOSED)) == sorted(put_ones)
        for token in (
            "x",
            paging.token_of("decisions", "1"),
            paging.token_of("motions all", "yesterday", str(new_id())),
            paging.token_of("motions all", "2020-01-01T00:00:00", str(new_id())),
            paging.token_of("motions all", to_timestamp(assembly.co_op.now()).ToJsonString(), "seven"),
        ):
            with refused_with(Invalid, "PAGE_TOKEN_FOREIGN"):
                await call_service(assembly.stub.ListMotions, pb.ListMotionsRequest(page_token=token), assembly.secretary_token())
        for number in ("seven", "9" * 40, "-1"):
            with refused_with(Invalid, "PAGE_TOKEN_FOREIGN"):
                strange = pb.ListDecisionsRequest(page_token=paging.token_of("decisions", number))
                await call_service(assembly.stub.ListDecisions, strange, assembly.secretary_token())
        with refused_with(Invalid, "PAGE_SIZE_NEGATIVE"):
            await call_service(assembly.stub.ListMotions, pb.ListMotionsRequest(page_size=-1), assembly.secretary_token())
