"""Who is told of a visit; and that a worker whose credentials do not count on its day neither takes it nor keeps it."""

from uuid import UUID

import pytest

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import CredentialExpired, CredentialRevoked, PersonErased
from kith.scheduling.facts.v1 import facts_pb2 as facts
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import BEFORE_A_VISIT, VisitPeople, visit_people
from tests.support.waiting import wait_until


async def told(people: VisitPeople) -> list[tuple[str, set[UUID]]]:
    """Kinds of notices and whom they are for, in their order."""
    events = await people.co_op.published_events("scheduling")
    return [(event.kind, set(map(UUID, event.person_ids))) for event in events if isinstance(event, facts.NoticeWanted)]


@pytest.mark.capability("S6")
async def test_everybody_whom_a_change_touches_is_told_but_who_made_it(infrastructure: Infrastructure) -> None:
    ada, sister, wren, bo = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[wren], friend=[bo])
        as_ada = await people.let_act(sister, ada)
        visit = await people.propose(ada, bo, people.at(3))
        await people.agree(visit, ada)
        await people.take(visit, wren)
        await people.move(visit, bo, people.at(4, 10), 2)
        await people.decline(visit, as_ada, 3)
        await people.move(visit, as_ada, people.at(5, 10), 4)
        await people.take(visit, wren, 6)
        await people.give_back(visit, wren)
        await people.take(visit, wren, 6)
        await people.leave_team(ada, wren)
        await people.cancel(visit, ada, 6)
        assert await told(people) == [
            ("visit_proposed", {ada}),
            ("visit_agreed", {bo}),
            ("visit_taken", {ada}),
            ("visit_move_proposed", {ada}),
            ("visit_declined", {ada, bo}),
            ("visit_moved", {wren}),
            ("visit_agreed", {ada}),
            ("visit_taken", {ada}),
            ("visit_given_back", {ada}),
            ("visit_taken", {ada}),
            ("cover_needed", {ada}),
            ("visit_cancelled", {sister}),
        ]
        own = await people.propose(ada, ada, people.at(7))
        await people.cancel(own, ada, 2)
        assert len(await told(people)) == 12, "nobody is told of what they did themselves"
        events = [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.NoticeWanted)]
        assert len({event.about_id for event in events}) == len(events)
        [cover] = [event.cover_id for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.CoverNeeded)]
        about = {event.about_id.partition(".")[0] for event in events if event.kind != "cover_needed"}
        assert (about, events[10].about_id.partition(".")[0]) == ({visit}, cover)


@pytest.mark.capability("S6")
async def test_the_person_hears_that_who_is_erased_does_not_come(infrastructure: Infrastructure) -> None:
    ada, wren = new_id(), new_id()
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[wren])
        visits = [await people.propose(ada, ada, people.at(day)) for day in (2, 3)]
        for visit in visits:
            await people.take(visit, wren)
        erased, at = PersonErased(erasure_id=str(new_id()), person_ids=[str(wren)]), people.co_op.now()
        for _ in range(2):
            await people.identity.publish((erased, str(wren)), at=at)
            await people.co_op.wait_until_consumed("scheduling", "identity")
        assert [notice for notice in await told(people) if notice[0] == "cover_needed"] == [("cover_needed", {ada})], "once for both"
        events = await people.co_op.published_events("scheduling")
        assert [event.visit_id for event in events if isinstance(event, facts.VisitGivenBack)] == visits
        [cover] = await people.co_op.all_rows("scheduling", "cover")
        assert cover[1:3] == (ada, wren), "she looks for somebody still"


@pytest.mark.capability("I6", "L10")
async def test_a_worker_takes_no_visit_on_a_day_on_which_a_credential_does_not_count(infrastructure: Infrastructure) -> None:
    ada, wren, vera = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, volunteer=[vera], worker=[wren], unchecked=[wren])
        soon, later = await people.propose(ada, ada, people.at(2)), await people.propose(ada, ada, people.at(5))
        with pytest.raises(FailedPrecondition, match="VISIT_NEEDS_CREDENTIALS") as refused:
            await people.take(soon, wren)
        assert refused.value.details["kinds"].split() == list(BEFORE_A_VISIT)
        await people.verify(wren, expires_on=people.day(3))
        await people.take(soon, wren)
        with pytest.raises(FailedPrecondition, match="VISIT_NEEDS_CREDENTIALS"):
            await people.take(later, wren)
        await people.take(later, vera)


@pytest.mark.capability("I6")
@pytest.mark.parametrize("how", ["revoked", "expired", "rulebook"])
async def test_a_credential_that_ends_opens_the_visit_again_and_both_hear(infrastructure: Infrastructure, how: str) -> None:
    ada, wren, robin = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[wren, robin])
        lost, kept = await people.propose(ada, ada, people.at(2)), await people.propose(ada, ada, people.at(3))
        await people.take(lost, wren)
        await people.take(kept, robin)
        credential = people.verified[wren][0]
        if how == "rulebook":
            await people.verify(robin, kind="first_aid")
            adopted = RulebookAdopted()
            for kind in (*BEFORE_A_VISIT, "first_aid"):
                adopted.credentials.add(key=kind, gates=["visits"])
            await people.governance.publish((adopted, str(new_id())))
        else:
            ended = (CredentialRevoked if how == "revoked" else CredentialExpired)(
                credential_id=credential.credential_id, person_id=str(wren), kind=credential.kind
            )
            await people.identity.publish((ended, str(wren)))
        await wait_until(lambda: _is_open(people, lost, ada), "the visit is open again")
        assert list((await people.get(kept, ada)).worker_ids) == [str(robin)]
        assert (await told(people))[-2:] == [("visit_given_back", {ada}), ("visit_uncleared", {wren})]
        given_back = [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.VisitGivenBack)]
        assert [(event.visit_id, event.why) for event in given_back] == [(lost, "uncleared")]


async def _is_open(people: VisitPeople, visit: str, owner: UUID) -> bool:
    return not (await people.get(visit, owner)).worker_ids
