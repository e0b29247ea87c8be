"""The money of a week: invoices are the confirmed visits, shares are the invoices, and `kith settle` comes to the same penny."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonErased
from kith.person.v1 import person_rights_pb2 as rights
from kith.person.v1.person_rights_pb2_grpc import PersonRightsServiceStub
from kith.scheduling.facts.v1.facts_pb2 import PersonDataErased
from kith.scheduling.v1 import engagements_pb2 as engagements
from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1 import pay_periods_pb2 as pb
from libs import callers
from libs.database.engine import new_id
from libs.refusals import Conflict, FailedPrecondition, NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.money_people import MoneyPeople, money_people
from tests.support.running_co_op import Infrastructure
from tests.support.settled_money import by_payer, by_worker, settle
from tests.support.visit_people import VisitPeople
from tests.support.waiting import wait_until

SELF_EMPLOYED, EMPLOYED, VOLUNTEER = (
    engagements.ENGAGEMENT_KIND_SELF_EMPLOYED,
    engagements.ENGAGEMENT_KIND_EMPLOYED,
    engagements.ENGAGEMENT_KIND_VOLUNTEER,
)


@pytest.mark.capability("S8")
@pytest.mark.capability("S11")
async def test_three_payers_and_one_week_come_to_the_confirmed_visits(
    infrastructure: Infrastructure, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ada, mo, wren, robin, finch = (new_id() for _ in range(5))
    async with money_people(infrastructure) as money:
        people = money.people
        await people.form_team(ada, worker=[wren, robin], volunteer=[finch])
        await people.form_team(mo, worker=[wren])
        await money.adopt(floor=1221)
        council = await money.add_payer("Norwood Council")
        health = await money.add_payer("Norwood Health", funding.PAYER_KIND_HEALTH)
        await money.fund(ada, (council, "1/2"), (health, "3/10"), (ada, "1/5"), budget=5000)
        await money.engage(wren, EMPLOYED, 1500, 1260)
        await money.engage(robin, SELF_EMPLOYED, 2000)
        first, second, third = [await money.plan(ada, worker, 1, hour) for worker, hour in ((wren, 9), (robin, 11), (finch, 14))]
        to_mo, unsaid, unwritten = [await money.plan(mo, wren, day, 12) for day in (1, 2, 3)]
        begun = people.co_op.now()
        # The rulebook changes in the night after the first day, while the week goes on.
        later = await money.plan(ada, robin, 2, 9)
        await money.records.go_to(begun + timedelta(days=5))
        await money.adopt("1/10", "1/10", at=begun + timedelta(days=2) - timedelta(hours=begun.hour))
        for visit, worker, ago, hour, minutes, beside in (
            (first, wren, 4, 9, 70, (12, 5)), (second, robin, 4, 11, 50, (10, 0)), (third, finch, 4, 14, 60, (9, 0)),
            (to_mo, wren, 4, 12, 60, (0, 0)), (unsaid, wren, 3, 12, 60, (0, 0)), (later, robin, 3, 9, 60, (0, 0)),
        ):  # fmt: skip
            await money.write(visit, worker, ago, hour, minutes, *beside)
        for visit, person in ((first, ada), (second, ada), (third, ada), (later, ada), (to_mo, mo)):
            await money.confirm(visit, person)

        shown = await money.open_period(first=-6, last=-1)
        lacking = {(each.visit_id, each.reason) for each in shown.not_settled}
        assert lacking == {
            (to_mo, pb.NOT_SETTLED_REASON_NO_FUNDING),
            (unsaid, pb.NOT_SETTLED_REASON_NOT_CONFIRMED),
            (unwritten, pb.NOT_SETTLED_REASON_NOT_WRITTEN),
        }
        # 1500 x 70/60 x 1.175 = 2056.25, 2000 x 50/60 x 1.175 = 1958.33; the day after 2000 x 1.1 = 2200.
        prices = {visit.visit_id: sum(charge.pence for charge in visit.charges) for visit in shown.contents.visits}
        assert prices == {first: 2056, second: 1958, third: 0, later: 2200}
        # Wages for 87 minutes; 2000 x 50/60 less 7.5 %; 2000 less 10 %.
        assert by_worker(shown.contents.visits) == {str(wren): 1827, str(robin): 1542 + 1800, str(finch): 0}
        await money.fund(mo, (mo, "1"))
        with pytest.raises(Conflict, match="PERIOD_CHANGED"):
            await money.close(shown)

        period = await money.close(await money.open_period(first=-6, last=-1))
        closed = await money.get_period(period)
        assert len(closed.contents.visits) == 5
        assert [invoice.number for invoice in closed.invoices] == [1, 2, 3, 4]
        owed = {invoice.payer_id: invoice.pence for invoice in closed.invoices}
        assert owed == by_payer(closed.contents.visits)
        paid = {pay.worker_id: pay.pence for pay in closed.contents.pay}
        assert sum(owed.values()) == sum(paid.values()) + closed.contents.co_op_pence
        assert len(closed.contents.files) == 2, "one for each rulebook"
        payers, workers, co_op = settle(closed.contents.files, tmp_path, capsys)
        assert (payers, workers, co_op) == (owed, paid, closed.contents.co_op_pence)

        own = await money.get_pay(wren, period)
        # 70 + 60 minutes of care, 12 of travel and 5 of waiting; the floor of 137 minutes at 12.21 is 27.88.
        assert (own.pay.care_minutes, own.pay.travel_minutes, own.pay.waiting_minutes) == (130, 12, 5)
        assert (own.pay.pence, own.pay.floor_pence) == (1827 + 1260, 2992)
        _, workers, _ = settle(own.files, tmp_path, capsys)
        assert workers == {str(wren): own.pay.pence}
        assert str(council) not in own.files[0].content.decode(), "who pays for somebody is not for the worker"
        await _check_who_reads_what(money, period, ada, mo, robin)


async def _check_who_reads_what(money: MoneyPeople, period: str, ada: UUID, mo: UUID, robin: UUID) -> None:
    """Each of them reads their own: nobody else's money, however they ask."""
    people = money.people
    of_ada = await money.get_funding(ada, ada)
    assert {charge.payer_id for each in of_ada.charged for charge in each.charges} >= {str(ada)}
    assert not of_ada.files, "an employed worker's wage would be in it"
    assert len((await money.get_funding(mo, mo)).charged) == 1
    sister = await people.let_act(new_id(), ada, "money")
    assert len((await money.get_funding(ada, sister)).charged) == 4
    for by in (mo, robin, await people.let_act(new_id(), ada, "team")):
        with pytest.raises(NotAllowed):
            await money.get_funding(ada, by)
    numbers = {invoice.payer_id: invoice.number for invoice in (await money.get_period(period)).invoices}
    on_invoice = (await money.get_invoice(numbers[str(ada)], ada)).visits
    assert [each.hour_pence for each in on_invoice] == [1763, 2350, 2200]
    for by in (mo, robin):
        with pytest.raises(NotFound):
            await money.get_invoice(numbers[str(ada)], by)
    with pytest.raises(NotAllowed):
        await money.get_period(period, by=people.token(ada))
    with pytest.raises(NotAllowed):
        await money.open_period(by=people.token(money.secretary))
    assert not (await money.get_pay(ada, period)).visits
    statement = (await money.list_periods(robin))[0].statement
    assert (statement.is_shown, statement.is_travel_shown) == (True, False), "one worker alone was paid for travel"
    assert statement.price_pence == statement.pay_pence + statement.overhead_pence
    async with people.co_op.database_transaction("scheduling", caller=callers.person(robin)) as connection:
        assert await connection.fetchval("select count(*) from charge") == 0
        assert await connection.fetchval("select count(distinct worker) from earning") == 1
        reads = await connection.fetchval("select count(*) from read_audit where record = 'pay period'")
    assert reads > 0


@pytest.mark.capability("S11")
async def test_what_is_corrected_after_closing_is_credited_and_settled_anew(
    infrastructure: Infrastructure, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ada, robin = new_id(), new_id()
    async with money_people(infrastructure) as money:
        people = money.people
        await people.form_team(ada, worker=[robin])
        await money.adopt()
        await money.fund(ada, (ada, "1"), budget=6000)
        await money.engage(robin, SELF_EMPLOYED, 2000)
        visit, other = await money.plan(ada, robin, 1), await money.plan(ada, robin, 2)
        await money.records.go_to(people.co_op.now() + timedelta(days=3))
        await money.write(visit, robin, 2, 12, 60)
        await money.confirm(visit, ada)
        with pytest.raises(FailedPrecondition, match="PERIOD_NOT_OVER"):
            await money.open_period(first=-9, last=1)
        first = await money.close(await money.open_period(first=-9, last=-2))
        [invoice] = (await money.get_period(first)).invoices
        assert (invoice.number, invoice.pence, invoice.is_credit_note) == (1, 2350, False)
        with pytest.raises(FailedPrecondition, match="PERIOD_NOT_NEXT"):
            await money.open_period(first=-9, last=-1)

        # The worker had written ten minutes too many; the engagement of the time has changed meanwhile, for times to come.
        await money.write(visit, robin, 2, 12, 50)
        await money.confirm(visit, ada)
        await money.write(other, robin, 1, 12, 60)
        await money.confirm(other, ada)
        shown = await money.open_period(last=-1)
        assert {(each.visit_id, each.taken_back) for each in shown.contents.visits} == {(visit, True), (visit, False), (other, False)}
        second = await money.get_period(await money.close(shown))
        # 2000 x 50/60 x 1.175 = 1958.33, and 2350 for the other one.
        assert [(each.number, each.pence, each.is_credit_note) for each in second.invoices] == [(2, 1958 + 2350, False), (3, 2350, True)]
        payers, workers, co_op = settle(second.contents.files, tmp_path, capsys)
        assert payers == by_payer(second.contents.visits) == {str(ada): 1958}
        assert (workers, co_op) == (by_worker(second.contents.visits), second.contents.co_op_pence)
        assert [file.taken_back for file in second.contents.files] == [False, True]
        found = await money.get_funding(ada, ada)
        this_week = people.day(0).isocalendar()[1]
        spent = sum(pence for ago, pence in ((-2, 1958), (-1, 2350)) if people.day(ago).isocalendar()[1] == this_week)
        assert [balance.spent_pence for balance in found.balances] == [spent]
        _, workers, _ = settle(found.files, tmp_path, capsys)
        pay = [*(await money.get_period(first)).contents.pay, *second.contents.pay]
        assert workers == {str(robin): sum(each.pence for each in pay)}
        async with people.co_op.database_transaction("scheduling", caller=callers.job("x")) as connection:
            for table in ("invoice", "charge", "earning", "settled_visit", "pay_period"):
                with pytest.raises(Exception, match="permission denied"):
                    async with connection.transaction():
                        await connection.execute(f"delete from {table}")  # noqa: S608 - our own names


@pytest.mark.capability("S8")
async def test_who_is_erased_leaves_no_worker_without_their_pay(infrastructure: Infrastructure) -> None:
    ada, mo, robin, wren = (new_id() for _ in range(4))
    async with money_people(infrastructure) as money:
        people = money.people
        for person in (ada, mo):
            await people.form_team(person, worker=[robin, wren])
        await money.adopt()
        await money.fund(ada, (ada, "1"))
        await money.engage(robin, SELF_EMPLOYED, 2000)
        to_ada, to_mo = await money.plan(ada, robin, 1), await money.plan(mo, wren, 1)
        await money.records.go_to(people.co_op.now() + timedelta(days=2))
        for visit, worker, person in ((to_ada, robin, ada), (to_mo, wren, mo)):
            await money.write(visit, worker, 1, 12, 60)
            await money.confirm(visit, person)
        erasures = {person: str(new_id()) for person in (ada, wren)}
        for person, erasure in erasures.items():
            await people.identity.publish((PersonErased(erasure_id=erasure, person_ids=[str(person)]), str(person)))
        await people.co_op.wait_until_consumed("scheduling", "identity")
        assert await _erased(people) == {wren}, "nothing was agreed that could be settled"
        waits = [rights.ErasureWait(erasure_id=erasures[ada], waits_for=rights.ERASURE_WAITS_FOR_PAY_PERIOD)]
        assert await _list_waits(money, money.office) == waits
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await _list_waits(money, people.token(mo))
        shown = await money.open_period(last=-1)
        assert [visit.visit_id for visit in shown.contents.visits] == [to_ada]
        assert [(each.visit_id, each.reason) for each in shown.not_settled] == [(to_mo, pb.NOT_SETTLED_REASON_WORKER_ERASED)]
        period = await money.close(shown)
        await wait_until(lambda: _are_erased(people, {ada, wren}), "it is settled, so that Ada is erased")
        for table in ("visit", "visit_record", "visit_record_entry"):
            assert not any(ada in row for row in await people.co_op.all_rows("scheduling", table)), table
        assert (await money.get_pay(robin, period)).pay.pence == 1850
        assert await _list_waits(money, money.office) == []


async def _list_waits(money: MoneyPeople, token: str) -> list[rights.ErasureWait]:
    stub = money.people.co_op.stub_at("scheduling", PersonRightsServiceStub)
    return list((await call_service(stub.ListErasureWaits, rights.ListErasureWaitsRequest(), token)).waits)


async def _are_erased(people: VisitPeople, expected: set[UUID]) -> bool:
    return await _erased(people) == expected


async def _erased(people: VisitPeople) -> set[UUID]:
    events = await people.co_op.published_events("scheduling")
    return {UUID(person) for event in events if isinstance(event, PersonDataErased) for person in event.person_ids}
