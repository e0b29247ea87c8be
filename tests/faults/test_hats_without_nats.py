"""NATS is gone while a secretary's hat is taken away: nobody drafts, looks or looks after alerts by it; those in the team go on."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs.database.engine import new_id
from libs.messages.consumer_progress import SILENT_AFTER, ConsumerProgress
from libs.refusals import NotAllowed, Unavailable
from libs.rpc.client import call_service
from tests.service.conftest import infrastructure as infrastructure  # noqa: PLC0414 - the fixture, under its name
from tests.support.disposable_nats import PASSWORD, USER, DisposableNats, disposable_nats
from tests.support.money_people import MoneyPeople
from tests.support.running_co_op import Infrastructure, RunningCoOp, event_publisher, running_co_op
from tests.support.visit_people import VisitPeople
from tests.support.waiting import wait_until
from tests.support.watch_people import SECRETARY, WatchPeople
from tests.support.week_draft_people import WeekDrafts


@asynccontextmanager
async def people_with_nats(infrastructure: Infrastructure) -> AsyncIterator[tuple[VisitPeople, DisposableNats]]:
    """Identity and scheduling on a NATS of their own."""
    async with disposable_nats() as nats:
        servers = replace(infrastructure.servers, nats_url=nats.url, nats_user=USER, nats_password=PASSWORD)
        own = replace(infrastructure, servers=servers)
        async with (
            running_co_op(own, "identity", "scheduling", scheduling={"draft_iterations": 400}) as co_op,
            event_publisher(co_op, "matching") as matching,
            event_publisher(co_op, "governance") as governance,
        ):
            yield VisitPeople(co_op, matching, matching, governance), nats


@pytest.mark.capability("I1", "S1", "L7", "X3")
async def test_a_hat_that_is_taken_away_without_nats_opens_nothing_and_the_team_goes_on(infrastructure: Infrastructure) -> None:
    async with people_with_nats(infrastructure) as (people, nats):
        co_op = people.co_op
        sam, kim, ada, wren = await co_op.register_people("Sam Sample", "Kim Other", "Ada Example", "Wren Ample")
        as_sam, hats = co_op.token(sam, SECRETARY), co_op.stub(IdentityServiceStub)
        await call_service(hats.GiveHat, pb.GiveHatRequest(request_id=str(new_id()), person_id=str(kim), hat=SECRETARY), as_sam)
        await people.form_team(ada, volunteer=[wren])
        await co_op.wait_until_consumed("scheduling", "identity")
        drafts, watch = WeekDrafts(people), WatchPeople(people)
        money = MoneyPeople(watch.records, sam)
        visit = await drafts.visit(ada, 3)
        await drafts.choose(ada, ada, together=True)
        await drafts.say_yes(wren)
        draft = await drafts.draft_of(as_sam, together=True)
        await drafts.send(draft, as_sam)
        await drafts.answer(draft, visit, wren)
        soon = await people.propose(ada, ada, people.at(1))
        assert await watch.open_alerts(sam, SECRETARY) == []
        await money.open_period()

        await nats.stop(signal.SIGKILL)
        take = pb.TakeHatRequest(request_id=str(new_id()), person_id=str(sam), hat=SECRETARY)
        await call_service(hats.TakeHat, take, co_op.token(kim, SECRETARY))
        let_seconds_pass(heard_of_identity(co_op))
        await all_are_away(
            drafts.publish(draft, as_sam, visit), drafts.get(draft, as_sam), drafts.start(as_sam, together=True),
            watch.open_alerts(sam, SECRETARY), watch.ask(sam, kim), money.open_period(),
        )  # fmt: skip
        await people.take(soon, wren)
        assert list((await people.get(soon, ada)).worker_ids) == [str(wren)], "care goes on"
        assert [each.visit.visit_id for each in (await drafts.proposals(wren)).to_worker] == [visit]

        await nats.start()
        await wait_until(lambda: is_refused(drafts.get(draft, as_sam)), "scheduling hears that the hat is gone")
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await drafts.publish(draft, as_sam, visit)
        assert not (await people.get(visit, ada)).worker_ids
        assert (await watch.open_alerts(kim, SECRETARY)) == [], "who wears the hat goes on"


def heard_of_identity(co_op: RunningCoOp) -> ConsumerProgress:
    """How far scheduling has followed identity."""
    [scheduling] = [running for running in co_op.process._running if running.component.name == "scheduling"]
    [progress] = [consumer.progress for consumer in scheduling.consumers if consumer.progress.source == "identity"]
    return progress


def let_seconds_pass(progress: ConsumerProgress) -> None:
    """As if those had passed in which what was heard last still counts."""
    assert progress.head_received_at is not None
    progress.head_received_at -= SILENT_AFTER


async def all_are_away(*calls: Awaitable[object]) -> None:
    """Each is refused, as nobody can tell whether the hat is still worn."""
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(outcome, Unavailable), outcome
        assert outcome.reason == "SOURCE_AWAY"


async def is_refused(call: Awaitable[object]) -> bool:
    """For want of the hat, and no longer because nobody can tell."""
    try:
        await call
    except (NotAllowed, Unavailable) as refusal:
        return isinstance(refusal, NotAllowed)
    return False
