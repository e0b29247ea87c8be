"""Two people get to know each other: both choose at every step, and a no stays private."""

import asyncio
from uuid import UUID

import pytest

from kith.matching.facts.v1 import facts_pb2 as facts
from kith.matching.v1 import introductions_pb2 as pb
from kith.matching.v1 import support_profiles_pb2 as profiles
from kith.matching.v1 import teams_pb2 as teams
from libs import callers
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from tests.support.matching_people import MatchingPeople, matching_people
from tests.support.peer_people import INTEREST, MEETING, peer_people
from tests.support.running_co_op import Infrastructure
from tests.support.waiting import wait_until


@pytest.mark.capability("T1", "L10")
async def test_both_say_yes_to_every_step_and_then_there_is_a_team(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, sister, wren, stranger = await people.members(4)
        token = people.co_op.token
        await people.look_for_support(ada)
        await people.offer_support(wren)
        as_ada = await people.let_act(sister, ada)

        assert await people.yes(ada, wren, token(wren)) == pb.INTRODUCTION_STEP_INTEREST
        [asked] = (await people.introductions(ada, token=as_ada)).introductions
        assert (asked.asked, asked.said_yes) == (True, False)
        assert await people.yes(ada, wren, as_ada, pb.INTRODUCTION_STEP_INTEREST) == pb.INTRODUCTION_STEP_MEETING
        with pytest.raises(Conflict, match="STEP_PASSED"):
            await people.yes(ada, wren, token(wren), pb.INTRODUCTION_STEP_INTEREST)
        for said in (token(ada), token(wren)):
            with pytest.raises(FailedPrecondition, match="CREDENTIALS_MISSING") as refused:
                await people.yes(ada, wren, said, pb.INTRODUCTION_STEP_MEETING)
            assert refused.value.details == {"kinds": "dbs references right_to_work"}
        await people.get_ready(wren)
        assert await people.yes(ada, wren, token(ada), pb.INTRODUCTION_STEP_MEETING) == pb.INTRODUCTION_STEP_MEETING
        assert await people.yes(ada, wren, token(wren), pb.INTRODUCTION_STEP_MEETING) == pb.INTRODUCTION_STEP_TRIAL
        assert await people.yes(ada, wren, token(wren), pb.INTRODUCTION_STEP_TRIAL) == pb.INTRODUCTION_STEP_TRIAL
        assert await people.teams(ada) == [], "one yes makes no team"
        assert await people.yes(ada, wren, token(ada), pb.INTRODUCTION_STEP_TRIAL) == pb.INTRODUCTION_STEP_JOINED

        [own] = await people.teams(ada)
        [place] = await people.teams(wren)
        assert (own.team_id, place.owner_id, place.kind, place.invited) == (place.team_id, str(ada), teams.TEAM_MEMBER_KIND_WORKER, False)
        with pytest.raises(AlreadyExists, match="ALREADY_IN_TEAM"):
            await people.yes(ada, wren, token(ada))
        with pytest.raises(NotFound, match="TEAM_UNKNOWN"):
            await people.get_team(own.team_id, token(stranger))
        events = [event for event in await people.co_op.published_events("matching") if not isinstance(event, facts.SupportProfileChanged)]
        assert [type(event) for event in events] == [facts.TrialStarted, facts.TeamFormed, facts.TeamMemberJoined]


@pytest.mark.capability("T1")
async def test_a_no_cannot_be_told_from_silence(infrastructure: Infrastructure) -> None:
    """One worker hears nothing, one is refused, one is blocked: lists, events and answers are the same for all three, to the end."""
    async with matching_people(infrastructure) as people:
        ada, silent, refused, blocked = await people.members(4)
        token, workers = people.co_op.token, (silent, refused, blocked)
        await people.look_for_support(ada)
        await people.offer_support(*workers)
        await people.no(ada, blocked, token(ada), block=True)
        for worker in workers:
            assert await people.yes(ada, worker, token(worker)) == pb.INTRODUCTION_STEP_INTEREST
        await people.no(ada, refused, token(ada))
        assert {one.pair.worker_id for one in (await people.introductions(ada)).introductions} == {str(silent)}

        async def seen() -> list[list[tuple[object, ...]]]:
            lists = [await people.introductions(worker, giving=True) for worker in workers]
            return [
                [(one.step, one.said_yes, one.asked) for one in found.introductions] + [(one.kind,) for one in found.not_now]
                for found in lists
            ]

        async def exported() -> list[list[dict[str, object]]]:
            records = [await people.exported(worker) for worker in workers]
            alike = {str(worker): "worker" for worker in workers}
            own = [[fields for kind, fields in found if kind in {"introduction", "working_pair", "private_no"}] for found in records]
            varying = {"id", "since", "until", "at"}  # one call is made after the other
            return [
                [{name: alike.get(str(value), value) for name, value in row.items() if name not in varying} for row in found]
                for found in own
            ]

        first, *others = await seen()
        assert first == [(pb.INTRODUCTION_STEP_INTEREST, True, False)]
        assert others == [first, first]
        [row], *rows = await exported()
        assert (row["worker"], row["step"]) == ("worker", "interest")
        assert rows == [[row], [row]], "what a worker gets when they ask for their data"
        await people.co_op.move_clock(15 * 24 * 3600)
        await _until_over(people, silent)
        first, *others = await seen()
        assert first == [(pb.NO_KIND_LAPSED,)]
        assert others == [first, first]
        own, *rest = await exported()
        assert {"other", "step"} <= {name for row in own for name in row}
        assert rest == [own, own]
        assert not [
            event for event in await people.co_op.published_events("matching") if not isinstance(event, facts.SupportProfileChanged)
        ]

        # Asking again looks the same for all, too; and she, who has not lifted anything, sees none of it.
        for worker in workers:
            assert await people.yes(ada, worker, token(worker)) == pb.INTRODUCTION_STEP_INTEREST
        assert list((await people.introductions(ada)).introductions) == []
        await people.lift(ada, silent, token(ada))
        [asked] = (await people.introductions(ada)).introductions
        assert (asked.pair.worker_id, asked.asked) == (str(silent), True)


@pytest.mark.capability("T1")
async def test_a_no_of_who_has_asked_cannot_be_told_from_silence(infrastructure: Infrastructure) -> None:
    """She asks three, and changes her mind about two: what they see and are answered is the same, and she sees and finds only the third."""
    async with matching_people(infrastructure) as people:
        ada, *workers = await people.members(4)
        silent, refused, blocked = workers
        token = people.co_op.token
        await people.look_for_support(ada)
        await people.offer_support(*workers)
        await people.get_ready(*workers)
        for worker in workers:
            assert await people.yes(ada, worker, token(ada)) == pb.INTRODUCTION_STEP_INTEREST
        await people.no(ada, refused, token(ada))
        await people.no(ada, blocked, token(ada), block=True)

        async def seen() -> list[list[tuple[object, ...]]]:
            lists = [await people.introductions(worker, giving=True) for worker in workers]
            return [
                [(one.step, one.said_yes, one.asked) for one in found.introductions] + [(one.kind,) for one in found.not_now]
                for found in lists
            ]

        assert await seen() == [[(pb.INTRODUCTION_STEP_INTEREST, False, True)]] * 3
        for step in (pb.INTRODUCTION_STEP_INTEREST, pb.INTRODUCTION_STEP_MEETING):
            answered = [await people.yes(ada, worker, token(worker), step) for worker in workers]
            assert answered == [pb.INTRODUCTION_STEP_MEETING] * 3
        assert await seen() == [[(pb.INTRODUCTION_STEP_MEETING, True, False)]] * 3
        assert [one.pair.worker_id for one in (await people.introductions(ada)).introductions] == [str(silent)]
        assert await people.find_offers(ada) == [], "nobody is proposed again"

        await people.co_op.move_clock(90 * 24 * 3600)
        await _until_over(people, silent)
        assert await seen() == [[(pb.NO_KIND_LAPSED,)]] * 3
        assert await people.find_offers(ada) == []


@pytest.mark.capability("T1", "L5")
async def test_never_again_said_as_a_peer_hides_them_from_who_acts_too(infrastructure: Infrastructure) -> None:
    """And who acts for her answers nothing between peers: a "never again" of theirs leaves her own answer there as it is."""
    async with peer_people(infrastructure) as peers:
        people = peers.people
        ada, sister, hidden, wren, link = await people.members(5)
        token = people.co_op.token
        await peers.make_link(link)
        await people.look_for_support(ada)
        await people.offer_support(hidden, wren)
        for worker in (hidden, wren):
            await people.yes(ada, worker, token(worker))
        await peers.no(ada, hidden, block=True)
        as_ada = await people.let_act(sister, ada)
        for said in (token(ada), as_ada):
            assert [one.pair.worker_id for one in (await people.introductions(ada, token=said)).introductions] == [str(wren)]
            assert not await people.sees_offer(hidden, ada, said)

        await peers.answer(await peers.write(wren), ada)
        await peers.yes(wren, ada, INTEREST)
        await peers.yes(ada, wren, MEETING)
        await people.no(ada, wren, as_ada, block=True)
        rows = [row for row in await people.co_op.all_rows("matching", "introduction") if "peer" in row]
        assert [{row[6], row[7]} for row in rows] == [{True, None}], "her yes to Wren as a peer"


@pytest.mark.capability("T1", "T5")
async def test_offers_are_found_but_for_those_either_side_does_not_want_to_see(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, sister, wren, refused, refuses, closed, outsider = await people.members(7)
        await people.look_for_support(ada)
        await people.offer_support(wren, refused, refuses, outsider)
        await people.no(ada, refused, people.co_op.token(ada))
        await people.no(ada, refuses, people.co_op.token(refuses))
        await people.leave(outsider)
        assert await people.find_offers(ada) == [wren]
        assert await people.find_offers(ada, await people.let_act(sister, ada)) == [wren]
        assert await people.find_offers(ada, language="tr") == []
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await people.find_offers(ada, people.co_op.token(closed))


@pytest.mark.capability("T1", "T5")
async def test_an_offer_shows_no_difference_between_a_no_and_silence(infrastructure: Infrastructure) -> None:
    """She asks one who is silent and one who says no; one said no before, one closed their offer."""
    async with matching_people(infrastructure) as people:
        ada, bo, silent, refuses, refused_before, closed = await people.members(6)
        token, asked = people.co_op.token, (silent, refuses)
        await people.look_for_support(ada)
        await people.offer_support(*asked, refused_before)
        await people.no(ada, refused_before, token(refused_before))
        for worker in asked:
            assert await people.yes(ada, worker, token(ada)) == pb.INTRODUCTION_STEP_INTEREST

        async def seen() -> list[tuple[object, ...]]:
            found = await people.find_offers(ada)
            return [(worker in found, await people.sees_offer(worker, ada)) for worker in asked]

        before = await seen()
        await people.no(ada, refuses, token(refuses))
        assert await seen() == before == [(False, True)] * 2
        for gone in (refused_before, closed):
            assert (await people.find_offers(ada), await people.sees_offer(gone, ada)) == ([], False)
            with pytest.raises(NotFound, match="OFFER_UNKNOWN"):
                await people.yes(ada, gone, token(ada))
        assert await people.sees_offer(refused_before, bo), "it is closed to her alone"

        await people.co_op.move_clock(15 * 24 * 3600)
        await _until_over(people, ada, giving=False)
        await people.lift(ada, silent, token(ada))
        await people.lift(ada, refuses, token(ada))
        assert await seen() == [(False, False)] * 2
        for worker in asked:
            with pytest.raises(NotFound, match="OFFER_UNKNOWN"):
                await people.yes(ada, worker, token(ada))
        await people.lift(ada, silent, token(silent))
        assert await seen() == [(True, True), (False, False)], "both want another try"
        assert await people.yes(ada, silent, token(ada)) == pb.INTRODUCTION_STEP_INTEREST


async def test_nobody_speaks_for_a_side_that_is_not_theirs(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, wren, stranger, closed = await people.members(4)
        token = people.co_op.token
        await people.look_for_support(ada)
        await people.offer_support(wren)
        as_wren = await people.let_act(stranger, wren)
        for said in (token(stranger), as_wren):
            with pytest.raises(NotAllowed, match="NOT_YOURS"):
                await people.yes(ada, wren, said)
            with pytest.raises(NotAllowed, match="NOT_YOURS"):
                await people.introductions(ada, token=said)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await people.introductions(wren, giving=True, token=as_wren)
        with pytest.raises(Invalid, match="SAME_PERSON"):
            await people.yes(ada, ada, token(ada))
        for person, worker, caller in ((ada, closed, ada), (closed, wren, wren), (ada, new_id(), ada)):
            with pytest.raises(NotFound, match="OFFER_UNKNOWN"):
                await people.yes(person, worker, token(caller))
        with pytest.raises(FailedPrecondition, match="INTRODUCTION_OVER"):
            await people.yes(ada, wren, token(ada), pb.INTRODUCTION_STEP_TRIAL)


async def test_only_members_come_together(infrastructure: Infrastructure) -> None:
    """Who has left neither asks, is asked nor answers; who acts needs no membership of their own."""
    async with matching_people(infrastructure) as people:
        ada, wren, robin, gone = await people.members(4)
        helper, token = new_id(), people.co_op.token
        await people.look_for_support(ada, gone)
        await people.offer_support(wren, robin, gone)
        assert await people.yes(ada, gone, token(ada)) == pb.INTRODUCTION_STEP_INTEREST
        assert await people.yes(gone, robin, token(robin)) == pb.INTRODUCTION_STEP_INTEREST
        await people.leave(gone)
        for person, worker, caller in ((ada, gone, ada), (gone, robin, robin)):
            with pytest.raises(FailedPrecondition, match="INTRODUCTION_OVER"):
                await people.yes(person, worker, token(caller), pb.INTRODUCTION_STEP_INTEREST)
        for person, worker in ((ada, gone), (gone, wren)):
            with pytest.raises(NotAllowed, match="MEMBERS_ONLY"):
                await people.yes(person, worker, token(gone))
        for person, worker, caller in ((robin, gone, robin), (gone, wren, wren)):
            with pytest.raises(NotFound, match="OFFER_UNKNOWN"):
                await people.yes(person, worker, token(caller))
        assert not await people.sees_offer(gone, wren)
        assert (await people.sees_offer(wren, helper), await people.sees_offer(wren, gone)) == (False, False)

        as_ada = await people.let_act(helper, ada)
        assert sorted(await people.find_offers(ada, as_ada)) == sorted([wren, robin])
        assert await people.sees_offer(wren, helper, as_ada)
        assert await people.yes(ada, wren, as_ada) == pb.INTRODUCTION_STEP_INTEREST
        outside = await people.let_act(helper, wren, scope="health")
        for looking in (people.sees_offer(robin, helper, outside), people.find_offers(wren, outside)):
            with pytest.raises(NotAllowed, match="ACTING_OUTSIDE_SCOPE"):
                await looking


async def test_two_who_ask_in_the_same_moment_have_one_introduction(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        [ada, *workers] = await people.members(9)
        await people.look_for_support(ada)
        await people.offer_support(*workers, works_as=profiles.WORKS_AS_VOLUNTEER)

        async def both(worker: UUID) -> list[object]:
            return await asyncio.gather(
                *(people.yes(ada, worker, people.co_op.token(one)) for one in (ada, worker)), return_exceptions=True
            )

        for said in await asyncio.gather(*map(both, workers)):
            reached = {one for one in said if isinstance(one, int)}
            assert reached
            assert all(isinstance(one, int | Conflict) for one in said)
        live = (await people.introductions(ada)).introductions
        assert sorted(one.pair.worker_id for one in live) == sorted(map(str, workers))


async def test_a_last_yes_that_is_being_written_is_not_ended(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, wren, robin = await people.members(3)
        await people.look_for_support(ada)
        await people.offer_support(wren, robin)
        for worker in (wren, robin):
            await people.yes(ada, worker, people.co_op.token(ada))
        async with people.co_op.database_transaction("matching", caller=callers.job("tests")) as connection:
            await connection.execute("update introduction set step = 'joined', until = null where worker = $1", wren)
            await people.co_op.move_clock(15 * 24 * 3600)
            await people.look_for_support(robin)  # an event of our own wakes the job
            await asyncio.sleep(0.5)
        await _until_over(people, robin)
        ended = {row[2]: row[3] for row in await people.co_op.all_rows("matching", "introduction")}
        assert ended == {wren: "joined", robin: "over"}
        assert not [no.pair.worker_id for no in (await people.introductions(wren, giving=True)).not_now]


async def _until_over(people: MatchingPeople, person: UUID, *, giving: bool = True) -> None:
    async def is_over() -> bool:
        introductions = await people.introductions(person, giving=giving)
        return bool(introductions.not_now) and not introductions.introductions

    await wait_until(is_over, "no introduction has ended")


@pytest.mark.capability("L5", "T1")
async def test_who_acts_for_somebody_does_not_get_their_noes_with_their_data(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, sister, worker = await people.members(3)
        await people.look_for_support(ada)
        await people.offer_support(sister, worker)
        for refused in (sister, worker):
            await people.no(ada, refused, people.co_op.token(ada), block=True)
        assert [record["other"] for kind, record in await people.exported(ada) if kind == "private_no"] == [str(sister), str(worker)]
        as_ada = await people.let_act(sister, ada, "data_rights")
        kinds = [kind for kind, _ in await people.exported(ada, as_ada)]
        assert "private_no" not in kinds
        assert "getting_support" in kinds
