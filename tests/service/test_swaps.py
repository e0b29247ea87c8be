"""Swaps: both say yes, every rule holds for both at that moment, and of two who accept at one instant one gets it."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from kith.scheduling.facts.v1 import facts_pb2 as facts
from libs import callers
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.worker_weeks import WorkerWeeks


async def taken(people: VisitPeople, owner: UUID, worker: UUID, ahead: int, hour: float = 12, hours: float = 1) -> str:
    visit = await people.propose(owner, owner, people.at(ahead, hour, hours))
    await people.take(visit, worker)
    return visit


async def notices(people: VisitPeople) -> list[tuple[str, set[UUID]]]:
    events = await people.co_op.published_events("scheduling")
    return [(event.kind, set(map(UUID, event.person_ids))) for event in events if isinstance(event, facts.NoticeWanted)]


@pytest.mark.capability("S1")
async def test_a_swap_needs_both_and_nobody_else_and_the_person_hears(infrastructure: Infrastructure) -> None:
    ada, wren, robin, bo = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin], friend=[bo])
        first, second = await taken(people, ada, wren, 2), await taken(people, ada, robin, 4)
        assert await weeks.choices(first, wren) == {str(robin): [second]}
        swap = await weeks.offer(first, wren, robin, back=second)
        assert (await weeks.workers_of(first, ada), await weeks.list_swaps(robin)) == ([str(wren)], [swap]), (
            "nothing changes before the yes"
        )
        with pytest.raises(AlreadyExists, match="SWAP_OFFERED"):
            await weeks.offer(first, wren, robin, back=second)
        for by, reason, refusal in (
            (wren, "SWAP_NOT_FOR_YOU", NotAllowed),
            (bo, "SWAP_UNKNOWN", NotFound),
            (ada, "SWAP_UNKNOWN", NotFound),
        ):
            with pytest.raises(refusal, match=reason):
                await weeks.accept(swap, by)
        await weeks.accept(swap, robin)
        assert (await weeks.workers_of(first, ada), await weeks.workers_of(second, ada)) == ([str(robin)], [str(wren)])
        assert await weeks.list_swaps(robin) == []
        with pytest.raises(FailedPrecondition, match="SWAP_OVER"):
            await weeks.accept(swap, robin)
        assert (await notices(people))[-3:] == [("swap_offered", {robin}), ("swap_accepted", {wren}), ("visit_swapped", {ada})]
        events = [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.VisitSwapped)]
        assert [(event.visit_id, event.from_worker_id, event.to_worker_id) for event in events] == [
            (first, str(wren), str(robin)), (second, str(robin), str(wren)),
        ]  # fmt: skip


async def test_an_offer_is_declined_or_taken_back_and_bad_ones_are_refused(infrastructure: Infrastructure) -> None:
    ada, mo, wren, robin, bo = (new_id() for _ in range(5))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin], friend=[bo])
        await people.form_team(mo, worker=[wren, robin])
        visit, at_mos = await taken(people, ada, wren, 2), await taken(people, mo, robin, 4)
        swap = await weeks.offer(visit, wren, robin)
        with pytest.raises(NotAllowed, match="SWAP_NOT_FOR_YOU"):
            await weeks.withdraw(swap, robin)
        await weeks.decline(swap, robin)
        with pytest.raises(FailedPrecondition, match="SWAP_OVER"):
            await weeks.withdraw(swap, wren)
        assert ("swap_declined", {wren}) in await notices(people)
        again = await weeks.offer(visit, wren, robin)
        await weeks.withdraw(again, wren)
        with pytest.raises(FailedPrecondition, match="SWAP_OVER"):
            await weeks.accept(again, robin)
        with pytest.raises(Invalid, match="SWAP_WITH_YOURSELF"):
            await weeks.offer(visit, wren, wren)
        with pytest.raises(FailedPrecondition, match="VISIT_NOT_YOURS"):
            await weeks.offer(visit, robin, wren)
        with pytest.raises(FailedPrecondition, match="SWAP_NOT_COLLEAGUE"):
            await weeks.offer(visit, wren, bo)
        with pytest.raises(FailedPrecondition, match="SWAP_OTHER_TEAM"):
            await weeks.offer(visit, wren, robin, back=at_mos)
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await weeks.offer(visit, wren, robin, version=1)
        free = await people.propose(ada, ada, people.at(5))
        with pytest.raises(FailedPrecondition, match="SWAP_NOT_THEIRS"):
            await weeks.offer(visit, wren, robin, back=free)
        assert await weeks.workers_of(visit, ada) == [str(wren)]


@pytest.mark.capability("S1")
async def test_of_two_who_accept_at_one_instant_one_gets_the_visit(infrastructure: Infrastructure) -> None:
    ada, wren, *others = (new_id() for _ in range(10))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, *others])
        visit = await taken(people, ada, wren, 2)
        offers = [await weeks.offer(visit, wren, other) for other in others]
        results = await asyncio.gather(
            *(weeks.accept(offer, other) for offer, other in zip(offers, others, strict=True)), return_exceptions=True
        )
        assert sorted(getattr(result, "reason", "taken") for result in results) == ["SWAP_CHANGED"] * 7 + ["taken"]
        assert await weeks.workers_of(visit, ada) == [str(others[results.index(None)])]
        twice = await asyncio.gather(*(weeks.accept(offers[results.index(None)], others[results.index(None)]) for _ in range(2)),
                                     return_exceptions=True)  # fmt: skip
        assert [getattr(result, "reason", None) for result in twice] == ["SWAP_OVER"] * 2


@pytest.mark.capability("S1")
async def test_opposite_swaps_at_one_instant_wait_for_each_other_and_never_both(infrastructure: Infrastructure) -> None:
    ada, wren, robin = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin])
        for ahead in range(2, 12, 2):
            first, second = await taken(people, ada, wren, ahead), await taken(people, ada, robin, ahead + 1)
            there, back = await weeks.offer(first, wren, robin, back=second), await weeks.offer(second, robin, wren, back=first)
            results = await asyncio.gather(weeks.accept(there, robin), weeks.accept(back, wren), return_exceptions=True)
            assert sorted(getattr(result, "reason", "swapped") for result in results) == ["SWAP_CHANGED", "swapped"], "no deadlock"
            assert (await weeks.workers_of(first, ada), await weeks.workers_of(second, ada)) == ([str(robin)], [str(wren)])


@pytest.mark.capability("S1")
async def test_a_swap_is_refused_after_one_of_them_left_the_team(infrastructure: Infrastructure) -> None:
    ada, wren, robin, jay = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin, jay])
        first, second = await taken(people, ada, wren, 2), await taken(people, ada, wren, 4)
        to_who_left, by_who_left = await weeks.offer(first, wren, robin), await weeks.offer(second, wren, jay)
        await people.leave_team(ada, robin)
        with pytest.raises(FailedPrecondition, match="NOT_IN_TEAM"):
            await weeks.accept(to_who_left, robin)
        assert await weeks.workers_of(first, ada) == [str(wren)]
        await people.leave_team(ada, wren)
        with pytest.raises(FailedPrecondition, match="SWAP_CHANGED"):
            await weeks.accept(by_who_left, jay)
        assert (await weeks.workers_of(second, ada), await weeks.list_swaps(jay)) == ([], [])


@pytest.mark.capability("S1")
async def test_a_swap_is_refused_whole_when_one_rule_is_against_either(infrastructure: Infrastructure) -> None:
    ada, mo, wren, robin, vera = (new_id() for _ in range(5))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin, vera], unchecked=[vera])
        await people.form_team(mo, worker=[wren, robin])
        first, second = await taken(people, ada, wren, 2, 8, 2), await taken(people, ada, robin, 5, 12, 2)

        unclear = await weeks.offer(first, wren, vera)
        with pytest.raises(FailedPrecondition, match="VISIT_NEEDS_CREDENTIALS"):
            await weeks.accept(unclear, vera)
        swap = await weeks.offer(first, wren, robin, back=second)
        late = await taken(people, mo, robin, 1, 9, 13)
        with pytest.raises(FailedPrecondition, match="REST_TOO_SHORT"):
            await weeks.accept(swap, robin)
        await people.give_back(late, robin)
        elsewhere = await taken(people, mo, wren, 5, 13, 1)
        with pytest.raises(FailedPrecondition, match="SWAP_OTHER_CANNOT"):
            await weeks.accept(swap, robin)
        assert (await weeks.workers_of(first, ada), await weeks.workers_of(second, ada)) == ([str(wren)], [str(robin)])
        await people.give_back(elsewhere, wren)

        await people.move(first, ada, people.at(2, 9, 2), 2)
        with pytest.raises(FailedPrecondition, match="SWAP_CHANGED"):
            await weeks.accept(swap, robin)
        await people.take(first, wren, 4)
        with pytest.raises(FailedPrecondition, match="SWAP_CHANGED"):
            await weeks.accept(swap, robin)


async def test_an_offer_ends_when_the_visit_is_given_back_or_starts(
    infrastructure: Infrastructure,
) -> None:
    ada, wren, robin = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin])
        first, second = await taken(people, ada, wren, 2), await taken(people, ada, robin, 4)
        swap = await weeks.offer(second, robin, wren, back=first)
        await people.give_back(first, wren)
        await people.take(first, wren)
        assert await weeks.list_swaps(wren) == []
        with pytest.raises(FailedPrecondition, match="SWAP_CHANGED"):
            await weeks.accept(swap, wren)

        soon = await weeks.offer(first, wren, robin)
        assert await weeks.list_swaps(robin) == [soon]
        async with people.co_op.database_transaction("scheduling", caller=callers.job("tests"), owner=True) as connection:
            # As on the day itself: the earlier of its visits starts now.
            await connection.execute("update swap set expires_at = $2 where id = $1", UUID(soon), people.co_op.now() - timedelta(seconds=1))
        assert await weeks.list_swaps(robin) == []
        with pytest.raises(FailedPrecondition, match="SWAP_OVER"):
            await weeks.accept(soon, robin)
