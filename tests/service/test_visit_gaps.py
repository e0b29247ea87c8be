"""Two visits keep a distance that the person agreed to, also when others give one of them another time."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import UTC
from uuid import UUID

import pytest

from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import visit_gaps_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound, Refusal
from libs.rpc.client import call_service
from tests.support.gap_people import GapPeople, Parts
from tests.support.running_co_op import Infrastructure
from tests.support.series_people import ZONE, SeriesPeople
from tests.support.visit_people import VisitPeople, visit_people


async def refused(attempt: Awaitable[object], kind: type[Refusal], reason: str) -> Refusal:
    with pytest.raises(kind) as refusal:
        await attempt
    reasons = [problem.reason for problem in refusal.value.problems] or [refusal.value.reason]
    assert reasons == [reason]
    return refusal.value


async def told(people: VisitPeople) -> list[tuple[str, set[UUID]]]:
    events = await people.co_op.published_events("scheduling")
    return [(event.kind, set(map(UUID, event.person_ids))) for event in events if isinstance(event, facts.NoticeWanted)]


def ahead(people: VisitPeople, found: Sequence[visits.Visit], day: int) -> visits.Visit:
    """The one that is so many days ahead."""
    return next(visit for visit in found if visit.starts_at.ToDatetime(tzinfo=UTC).astimezone(ZONE).date() == people.day(day))


@pytest.mark.capability("S6")
async def test_two_visits_keep_the_distance_that_the_person_agreed_to(infrastructure: Infrastructure) -> None:
    ada, wren, bo, jo, stranger = (new_id() for _ in range(5))
    async with visit_people(infrastructure) as people:
        everybody, gaps = SeriesPeople(people), GapPeople(people)
        await people.form_team(ada, volunteer=[wren], friend=[bo])
        await people.form_team(jo)
        token = await people.let_act(bo, ada)
        breakfast = await people.propose(ada, ada, people.at(3, 8))
        lunch = await people.propose(ada, ada, people.at(3, 13))
        pair = ("visit", breakfast), ("visit", lunch)

        await refuse_what_is_no_rule(people, gaps, pair, wren, jo)
        # Anybody in the team proposes; the person agrees, or who acts for them.
        gap = await gaps.propose(wren, pair, 240, 360)
        assert (await told(people))[-1] == ("gap_proposed", {ada})
        waiting = await call_service(people.stub.GetWaiting, visits.GetWaitingRequest(), people.token(ada))
        assert list(waiting.gap_ids) == [gap]
        at_noon = await people.move(lunch, ada, people.at(3, 12), 2)  # It holds nothing yet.
        await refused(gaps.agree(gap, wren), NotAllowed, "NOT_YOURS")
        await refused(gaps.agree(gap, ada), FailedPrecondition, "GAP_ARE_TOO_CLOSE")
        version = await people.move(lunch, ada, people.at(3, 13), at_noon)
        await refused(gaps.agree(gap, ada, version=7), Conflict, "VERSION_STALE")
        assert await gaps.agree(gap, token) == 2
        assert (await told(people))[-1] == ("gap_agreed", {ada, wren}), "in whose place it was done hears of it, too"
        await refused(gaps.propose(wren, pair, 300), AlreadyExists, "GAP_EXISTS")
        await refused(gaps.propose(wren, pair[::-1], 60), Invalid, "GAP_LOOP")

        # Nobody gives either of them a time that breaks it: not who proposes one, and not the person.
        for by in (wren, ada):
            refusal = await refused(people.move(lunch, by, people.at(3, 12), version), FailedPrecondition, "GAP_TOO_CLOSE_AFTER")
            assert refusal.details["other"] < refusal.details["visit"] < refusal.details["at"]
        await refused(people.move(breakfast, wren, people.at(3, 10), 2), FailedPrecondition, "GAP_TOO_CLOSE_BEFORE")
        await refused(people.move(lunch, wren, people.at(3, 16), version), FailedPrecondition, "GAP_TOO_FAR_AFTER")
        # Each of these two is right beside the time that is agreed for the other, and both together are not.
        proposed = await people.move(lunch, wren, people.at(3, 15), version), await people.move(breakfast, wren, people.at(3, 7), 2)
        answers = await asyncio.gather(
            people.agree(lunch, ada, proposed[0]), people.agree(breakfast, ada, proposed[1]), return_exceptions=True
        )
        assert [one.reason for one in answers if isinstance(one, FailedPrecondition)] in (
            ["GAP_TOO_FAR_AFTER"],
            ["GAP_TOO_FAR_BEFORE"],
        ), "of two at one moment the later one sees what the other did"
        shown = await gaps.distances(wren, [breakfast, lunch])
        assert [(one.visit_id, one.other_visit_id, one.is_first, one.distance) for one in shown] == [
            (breakfast, lunch, True, pb.VISIT_DISTANCE_KEPT),
            (lunch, breakfast, False, pb.VISIT_DISTANCE_KEPT),
        ]
        assert await gaps.distances(stranger, [breakfast, lunch]) == []
        seen = [await gaps.list_of(ada, by) for by in (ada, bo, token, stranger)]
        assert seen == [[gap], [gap], [gap], []]
        await refused(gaps.get(gap, stranger), NotFound, "GAP_UNKNOWN")

        await refused(gaps.end(gap, wren), NotAllowed, "NOT_YOURS_TO_END")
        assert await gaps.end(gap, ada) == 3
        assert (await told(people))[-1] == ("gap_ended", {wren}), "who asked for it does not rely on it any more"
        assert await gaps.list_of(ada, ada) == []
        unwanted = await gaps.propose(wren, pair, 30)
        await gaps.decline(unwanted, ada)
        assert (await told(people))[-1] == ("gap_declined", {wren})
        assert await gaps.end(await gaps.propose(wren, pair, 30), wren, 1) == 2, "who proposed it takes it back"
        events = await people.co_op.published_events("scheduling")
        kinds = (facts.VisitGapProposed, facts.VisitGapAgreed, facts.VisitGapDeclined, facts.VisitGapEnded)
        assert [type(event).__name__.removeprefix("VisitGap") for event in events if isinstance(event, kinds)] == (
            ["Proposed", "Agreed", "Ended", "Proposed", "Declined", "Proposed", "Ended"]
        )

        await series_keep_apart(everybody, gaps, ada, wren)


async def refuse_what_is_no_rule(people: VisitPeople, gaps: GapPeople, pair: Parts, wren: UUID, jo: UUID) -> None:
    """Also what the two visits break as they are planned, before anybody is asked."""
    (_, breakfast), (_, lunch) = pair
    of_jo = await people.propose(jo, jo, people.at(3, 13))
    with_jo = pair[0], ("visit", of_jo)
    await refused(gaps.propose(new_id(), pair, 240), NotFound, "VISIT_UNKNOWN")
    await refused(gaps.propose(wren, pair, 240, 120), Invalid, "GAP_CROSSED")
    await refused(gaps.propose(wren, (pair[0], ("visit", "")), 240), Invalid, "GAP_WHAT")
    await refused(gaps.propose(wren, (pair[0], pair[0]), 240), Invalid, "GAP_SAME")
    await refused(gaps.propose(wren, with_jo, 240), NotFound, "VISIT_UNKNOWN")
    await people.form_team(jo, volunteer=[wren])
    await refused(gaps.propose(wren, with_jo, 240), Invalid, "GAP_TWO_PERSONS")
    refusal = await refused(gaps.propose(wren, pair, 300), FailedPrecondition, "GAP_ARE_TOO_CLOSE")
    assert set(refusal.details) == {"first", "second"}
    assert await gaps.choices(wren, visit=breakfast) == [lunch]


async def series_keep_apart(everybody: SeriesPeople, gaps: GapPeople, ada: UUID, wren: UUID) -> None:
    """Every visit of one with the visit of the other on its day."""
    people = everybody.people
    morning = await everybody.propose(ada, ada, everybody.pattern(hour=8))
    noon = await everybody.propose(ada, ada, everybody.pattern(hour=13))
    waits = await everybody.propose(ada, wren, everybody.pattern(hour=18))
    supper = await people.propose(ada, ada, people.at(58, 20))
    pair = ("series", morning), ("series", noon)
    assert set(await gaps.choices(wren, series=morning)) > {noon}
    await refused(gaps.propose(ada, (pair[0], ("series", waits)), 60), FailedPrecondition, "SERIES_NOT_AGREED")
    await refused(gaps.propose(ada, pair, 300), FailedPrecondition, "GAP_ARE_TOO_CLOSE")
    gap = await gaps.propose(ada, pair, 240, 600)
    found = list((await everybody.get(noon, ada)).visits)
    visit = ahead(people, found, 5)
    refusal = await refused(people.move(visit.visit_id, wren, people.at(5, 11), 2), FailedPrecondition, "GAP_TOO_CLOSE_AFTER")
    assert refusal.details["other"].startswith(people.day(5).isoformat()), "beside the one of that day"
    await people.move(visit.visit_id, ada, people.at(5, 19), 2)
    shown = await gaps.distances(wren, [visit.visit_id])
    assert [(one.distance, one.least_minutes, one.most_minutes) for one in shown] == [(pb.VISIT_DISTANCE_KEPT, 240, 600)]

    # Another time for the whole series is refused as well; with one that keeps it the rule goes on.
    for by in (wren, ada):
        earlier = everybody.propose(ada, by, everybody.pattern(ahead=20, hour=11), replaces=noon)
        refusal = await refused(earlier, FailedPrecondition, "GAP_TOO_CLOSE_AFTER")
        assert refusal.details["visit"].startswith(people.day(20).isoformat())
    await refused(everybody.preview(ada, wren, everybody.pattern(ahead=20, hour=11), noon), FailedPrecondition, "GAP_TOO_CLOSE_AFTER")
    called_off = await people.propose(ada, ada, people.at(25, 16))
    over = await gaps.propose(ada, (("series", noon), ("visit", called_off)), 120)
    await people.cancel(called_off, ada, 2)
    later = await everybody.propose(ada, wren, everybody.pattern(ahead=20, hour=14), replaces=noon)
    await everybody.agree(later, ada)
    [following] = [one for one in await gaps.list_of(ada, ada) if one not in (gap, over)]
    assert ((await gaps.get(following, wren)).gap.second.series_id, (await gaps.get(gap, ada)).gap.second.series_id) == (later, noon)

    # What a series makes later is made all the same: nobody loses a visit by a rule. The person hears of it, and the pages say so.
    night = await gaps.propose(ada, (("series", later), ("visit", supper)), 120)
    await people.move(supper, ada, people.at(58, 16), 2)
    await everybody.run_job(3)
    assert (await told(people))[-1] == ("gap_broken", {ada})
    broken = (await gaps.get(night, ada)).broken
    made = ahead(people, list((await everybody.get(later, ada)).visits), 58)
    assert [(one.visit_id, one.other_visit_id, one.distance) for one in broken] == [(supper, made.visit_id, pb.VISIT_DISTANCE_TOO_CLOSE)]
    await everybody.end(later, ada, people.day(30))
    assert following in await gaps.list_of(ada, ada), "as long as there are visits of it"
    await people.cancel(supper, ada, 4)
    assert night not in await gaps.list_of(ada, ada), "with a visit that is called off its rule is over"
