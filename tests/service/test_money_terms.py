"""What both sides agree to before money counts, what keeps a pay period from being closed, and the register of free activities."""

from datetime import timedelta
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonErased
from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import activities_pb2 as activities
from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1.activities_pb2_grpc import ActivityServiceStub
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, Invalid, NotAllowed, NotFound, Refusal
from libs.rpc.client import call_service
from tests.service.test_money_of_a_week import EMPLOYED, SELF_EMPLOYED, VOLUNTEER
from tests.support.money_people import MoneyPeople, money_people
from tests.support.running_co_op import Infrastructure


def states(plans: funding.GetFundingResponse) -> list[int]:
    return [plan.state for plan in plans.plans]


async def notices(money: MoneyPeople) -> list[tuple[str, tuple[str, ...]]]:
    events = await money.people.co_op.published_events("scheduling")
    return [(event.kind, tuple(event.person_ids)) for event in events if isinstance(event, facts.NoticeWanted)]


@pytest.mark.capability("S11")
async def test_who_pays_counts_once_the_person_has_said_yes(infrastructure: Infrastructure) -> None:
    ada, mo = new_id(), new_id()
    async with money_people(infrastructure) as money:
        council = await money.add_payer("Norwood Council")
        sister = await money.people.let_act(new_id(), ada, "money")
        for lines, reason in (
            (((council, "1/2"), (ada, "1/3")), "SHARES_NOT_WHOLE"),
            (((council, "1/2"), (council, "1/2")), "PAYERS_WRONG"),
            (((council, "0.5"), (ada, "1/2")), "SHARE_MALFORMED"),
            (((), "PAYERS_WRONG")),
            (((mo, "1"),), "PAYER_UNKNOWN"),
        ):
            with pytest.raises(Refusal) as refused:
                await money.propose_funding(ada, lines)
            assert reason in (refused.value.reason, *(problem.reason for problem in refused.value.problems))
        for shares, budget, field in ((("1/2", "0.5"), 2000, "lines.2.share"), (("1", "0"), -1, "lines.1.budget")):
            with pytest.raises(Invalid) as wrong:
                await money.propose_funding(ada, list(zip((council, ada), shares, strict=True)), budget=budget)
            assert [problem.field for problem in wrong.value.problems] == [field]
        first = await money.propose_funding(ada, [(council, "3/5"), (ada, "40 %")], budget=2000)
        second = await money.propose_funding(ada, [(council, "1")])
        with pytest.raises(FailedPrecondition, match="TERMS_ANSWERED"):
            await money.answer_funding(first, ada)
        for by in (mo, money.office):
            with pytest.raises((NotAllowed, NotFound)):
                await money.answer_funding(second, by)
        assert not (await money.get_funding(ada, ada)).balances, "nothing counts yet"
        secretary_as_ada = await money.people.let_act(money.secretary, ada, "money")
        with pytest.raises(NotAllowed, match="OTHER_SIDE_ANSWERS"):
            await money.answer_funding(second, secretary_as_ada)
        readers = (ada, sister, secretary_as_ada, mo, money.office)
        assert [(await money.waiting(by)).funding for by in readers] == [1, 1, 0, 0, 0], "it waits for who may answer"
        await money.answer_funding(second, ada, agrees=False)
        assert not (await money.waiting(ada)).funding
        third = await money.propose_funding(ada, [(council, "3/5"), (ada, "40 %")], budget=2000)
        await money.answer_funding(third, sister)
        found = await money.get_funding(ada, ada)
        assert states(found) == [funding.TERMS_STATE_AGREED, funding.TERMS_STATE_DECLINED, funding.TERMS_STATE_WITHDRAWN]
        assert [(line.payer_id, line.share) for line in found.plans[0].lines] == [(council, "3/5"), (str(ada), "2/5")]
        assert [payer.organisation for payer in found.payers] == ["Norwood Council"]
        assert [(balance.budget_pence, balance.left_pence) for balance in found.balances] == [(2000, 2000)]
        told = await notices(money)
        assert told[-2:] == [("funding_proposed", (str(ada),)), ("funding_answered", (str(money.secretary),))]
        request = funding.GetPayersRequest()
        assert len((await call_service(money.funding.GetPayers, request, money.office)).payers) == 1
        with pytest.raises(NotAllowed):
            await call_service(money.funding.GetPayers, request, money.people.token(ada))


@pytest.mark.capability("S8")
async def test_how_a_worker_works_is_agreed_by_both_and_rest_follows_it(infrastructure: Infrastructure) -> None:
    ada, wren, robin = new_id(), new_id(), new_id()
    async with money_people(infrastructure) as money:
        people = money.people
        await people.form_team(ada, worker=[wren, robin])
        for kind, rate, wage, reason in (
            (EMPLOYED, 1500, 0, "WAGE_WRONG"),
            (SELF_EMPLOYED, 0, 0, "RATE_WRONG"),
            (VOLUNTEER, 1, 0, "RATE_WRONG"),
        ):
            with pytest.raises(Invalid) as refused:
                await money.propose_engagement(wren, kind, rate, wage)
            assert refused.value.problems[0].reason == reason
        with pytest.raises(NotAllowed):
            await money.propose_engagement(wren, SELF_EMPLOYED, 2000, by=robin)
        proposed = await money.propose_engagement(wren, SELF_EMPLOYED, 2000)
        assert [(await money.waiting(by)).engagements for by in (wren, robin, money.office)] == [1, 0, 0]
        with pytest.raises((NotAllowed, NotFound)):
            await money.answer_engagement(proposed, robin)
        with pytest.raises(NotAllowed):
            await money.answer_engagement(proposed, money.office)
        evening, morning = [await people.propose(ada, ada, people.at(day, hour, 7), 2) for day, hour in ((3, 14), (4, 6))]
        for worker in (wren, robin):
            await people.take(evening, worker)
        # Nine hours between them. Nothing is agreed yet, so that both count as employed.
        for worker in (wren, robin):
            with pytest.raises(FailedPrecondition, match="REST_TOO_SHORT"):
                await people.take(morning, worker)
        await money.answer_engagement(proposed, wren)
        await people.take(morning, wren)
        own = await money.propose_engagement(robin, EMPLOYED, 1500, 1260, by=robin)
        with pytest.raises(NotAllowed, match="OTHER_SIDE_ANSWERS"):
            await money.answer_engagement(own, people.co_op.token(robin))
        asked = [list((await money.waiting(by)).engagement_worker_ids) for by in (money.office, robin, money.secretary)]
        assert asked == [[str(robin)], [], []], "a secretary is asked by their hat"
        await money.answer_engagement(own, money.office)
        with pytest.raises(FailedPrecondition, match="REST_TOO_SHORT"):
            await people.take(morning, robin)
        [terms] = await money.list_engagements(robin, robin)
        assert (terms.wage_pence, terms.state) == (1260, funding.TERMS_STATE_AGREED)
        with pytest.raises(NotAllowed):
            await money.list_engagements(robin, wren)
        kinds = [kind for kind, _ in await notices(money) if kind.startswith("engagement")]
        assert kinds == ["engagement_proposed", "engagement_from_worker", "engagement_from_worker", "engagement_answered"]


@pytest.mark.capability("S8")
async def test_pay_below_the_floor_is_refused_without_a_named_reason(infrastructure: Infrastructure) -> None:
    ada, wren = new_id(), new_id()
    async with money_people(infrastructure) as money:
        people = money.people
        await people.form_team(ada, worker=[wren])
        with pytest.raises(FailedPrecondition, match="MONEY_RULES_MISSING"):
            await money.close(await money.open_period())
        await money.adopt(floor=1300)
        await money.fund(ada, (ada, "1"))
        await money.engage(wren, EMPLOYED, 1500, 1260)
        visit, planned = await money.plan(ada, wren, 1), await money.plan(ada, wren, 6)
        await money.records.go_to(people.co_op.now() + timedelta(days=2))
        await money.write(visit, wren, 1, 12, 60, travel=30)
        with pytest.raises(Invalid):
            await money.write(visit, wren, 1, 12, 60, travel=601)
        await money.confirm(visit, ada)
        shown = await money.open_period()
        [pay] = shown.contents.pay
        # 1260 an hour for 90 minutes is 18.90, and 1300 would be 19.50.
        assert (pay.pence, pay.floor_pence, shown.below_floor_with_reason) == (1890, 1950, False)
        with pytest.raises(FailedPrecondition, match="PAY_BELOW_FLOOR"):
            await money.close(shown, [(wren, "Because")])
        await money.adopt(floor=1300, at=people.co_op.now() - timedelta(minutes=1), with_reason=True)
        with pytest.raises(Invalid):
            await money.close(shown)
        period = await money.close(shown, [(wren, "The difference is paid with the next wage")])
        own = await money.get_pay(wren, period)
        assert own.pay.below_floor_reason == "The difference is paid with the next wage"
        assert not own.period.statement.is_shown, "one worker alone"
        assert not (await money.get_pay(wren)).visits
        assert ("pay_ready", (str(wren),)) in await notices(money)
        assert planned
        await people.identity.publish((PersonErased(erasure_id=str(new_id()), person_ids=[str(ada)]), str(ada)))
        await people.co_op.wait_until_consumed("scheduling", "identity")
        assert len((await money.get_period(period)).contents.visits) == 1, "the accounts stay, under an id without a name"


@pytest.mark.capability("S11")
async def test_free_activities_are_counted_by_month_and_hold_nobody(infrastructure: Infrastructure) -> None:
    ada, mo = new_id(), new_id()
    async with money_people(infrastructure) as money:
        co_op = money.people.co_op
        stub, year = co_op.stub(ActivityServiceStub), co_op.today().year - 1

        async def record(day: str, by: UUID, **came: int) -> str:
            request = activities.RecordActivityRequest(request_id=str(new_id()), day=day, kind=activities.ACTIVITY_KIND_MEAL)
            for name, number in came.items():
                request.came.add(member_class=name, came=number)
            return str((await call_service(stub.RecordActivity, request, co_op.token(by))).activity_id)

        async def listed(by: UUID) -> activities.GetActivityYearResponse:
            request = activities.GetActivityYearRequest(year=year)
            response: activities.GetActivityYearResponse = await call_service(stub.GetActivityYear, request, co_op.token(by))
            return response

        lunch = await record(f"{year}-02-03", ada, supported=4, worker=2, guest=3)
        await record(f"{year}-02-10", mo, supported=5, guest=0)
        await record(f"{year}-03-01", ada, worker=1)
        for day, came, reason in (
            (co_op.today() + timedelta(days=1), {"worker": 1}, "ACTIVITY_IN_FUTURE"),
            (co_op.today(), {"worker": 0}, "NOBODY_CAME"),
            (co_op.today(), {"Ash Example": 1}, "CAME_WRONG"),
        ):
            with pytest.raises(Invalid) as refused:
                await record(day.isoformat(), ada, **came)
            assert refused.value.problems[0].reason == reason
        found = await listed(ada)
        months = [(month.month, month.activities, {each.member_class: each.came for each in month.came}) for month in found.months]
        assert months == [
            (f"{year}-02", 2, {"guest": 3, "supported": 9, "worker": 2}),
            (f"{year}-03", 1, {"worker": 1}),
        ]
        assert [activity.may_remove for activity in found.activities] == [True, False, True]
        request = activities.RemoveActivityRequest(request_id=str(new_id()), activity_id=lunch)
        with pytest.raises(NotAllowed):
            await call_service(stub.RemoveActivity, request, co_op.token(mo))
        await call_service(stub.RemoveActivity, request, co_op.token(ada))
        assert len((await listed(mo)).activities) == 2
