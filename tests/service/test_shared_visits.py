"""Visits that two people share: each says yes for themselves, both teams' rules hold, and what it costs is split as they agreed."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonErased
from kith.person.v1.person_rights_pb2 import ExportRequest
from kith.person.v1.person_rights_pb2_grpc import PersonRightsServiceStub
from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import engagements_pb2 as engagements
from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1 import pay_periods_pb2 as pb
from kith.scheduling.v1 import sharings_pb2 as sharing_pb
from kith.scheduling.v1 import visits_pb2 as visits
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.money_people import MoneyPeople, money_people
from tests.support.running_co_op import Infrastructure
from tests.support.series_people import SeriesPeople
from tests.support.settled_money import by_payer, by_worker, settle
from tests.support.shared_budget_people import SharedBudgetPeople
from tests.support.sharing_people import SharingPeople
from tests.support.task_people import COMPANY, TaskPeople
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.visit_record_people import RecordPeople
from tests.support.waiting import wait_until

SHORTER = "I was there, and it was shorter"
SELF_EMPLOYED = engagements.ENGAGEMENT_KIND_SELF_EMPLOYED


async def told(people: VisitPeople, kind: str) -> list[set[UUID]]:
    events = await people.co_op.published_events("scheduling")
    return [set(map(UUID, event.person_ids)) for event in events if isinstance(event, facts.NoticeWanted) and event.kind == kind]


@pytest.mark.capability("T9")
async def test_two_share_visits_as_long_as_both_like(infrastructure: Infrastructure) -> None:
    ada, bea, stranger, wren, robin, finch, sister = (new_id() for _ in range(7))
    async with visit_people(infrastructure) as people:
        sharing = SharingPeople(people)
        await people.form_team(ada, worker=[wren, robin], volunteer=[finch])
        # Finch is a volunteer in one team and paid in the other: as what would they come to both?
        await people.form_team(bea, worker=[wren, finch])
        await people.form_team(stranger, worker=[wren])
        await sharing.pair(ada, bea)
        visit = await people.propose(ada, ada, people.at(3))
        for other, parts, more, refusal in (
            (stranger, (1, 1), {"visit": visit}, "SHARING_NOT_NEIGHBOURS"),
            (ada, (1, 1), {"visit": visit}, "SHARING_WITH_SELF"),
            (bea, (0, 1), {"visit": visit}, "SHARING_PARTS"),
            (bea, (40, 30), {"visit": visit, "by_minutes": True}, "SHARING_MINUTES"),
            (bea, (1, 1), {}, "SHARING_WHAT"),
        ):
            with pytest.raises((FailedPrecondition, Invalid), match=refusal):
                await sharing.propose(ada, other, ada, parts, **more)
        with pytest.raises(NotFound, match="TEAM_UNKNOWN"):
            await sharing.propose(ada, bea, stranger, visit=visit)

        # A no is private: to who proposed it, it waits as before.
        refused = await sharing.propose(ada, bea, ada, (2, 1), visit=visit)
        before = await sharing.get(refused, ada)
        assert (await sharing.get(refused, bea)).worker_ids == [str(wren)], "who could come, for the one who decides"
        assert not before.worker_ids, "and not for the one who asks"
        await sharing.answer(refused, bea, agrees=False)
        assert await sharing.get(refused, ada) == before
        assert (await sharing.list_of(ada), await sharing.list_of(bea)) == ([before.sharing], [])
        with pytest.raises(AlreadyExists, match="SHARING_WAITING"):
            await sharing.propose(ada, bea, ada, visit=visit)
        for by in (ada, await people.let_act(ada, bea)):
            with pytest.raises(NotAllowed, match="SHARING_OTHER_ANSWERS"):
                await sharing.answer(refused, by)
        with pytest.raises(NotFound, match="VISIT_UNKNOWN"):
            await people.get(visit, bea)

        await _check_who_comes(people, sharing, refused, visit, (ada, bea, wren, robin, finch), await people.let_act(sister, bea))
        await _check_a_series(people, sharing, ada, bea, wren, robin)


async def _check_who_comes(
    people: VisitPeople, sharing: SharingPeople, refused: str, visit: str, persons: tuple[UUID, ...], as_bea: str
) -> None:
    ada, bea, wren, robin, finch = persons
    # She thinks better of it, by the one who acts for her.
    assert await sharing.answer(refused, as_bea) == 1
    assert await people.co_op.all_rows("scheduling", "sharing_no") == []
    assert [each.sharer_id for each in await people.list_visits(bea, bea)] == [str(bea)]
    assert (await people.get(visit, ada)).visit.sharer_id == (await people.get(visit, as_bea)).visit.sharer_id == str(bea)
    for worker, reason in ((robin, "NOT_IN_BOTH_TEAMS"), (finch, "NOT_IN_BOTH_TEAMS")):
        assert visit not in await people.list_open(worker) or worker == finch
        with pytest.raises(FailedPrecondition, match=reason):
            await people.take(visit, worker)
    tasks = TaskPeople(people)
    await tasks.set_tasks(ada, (COMPANY, "Read to me"), visit=visit)
    assert [task.kind for task in (await tasks.get(wren, visit)).tasks] == [COMPANY], "the team reads the kinds of help"
    for reader in (bea, as_bea):
        assert not (await tasks.get(reader, visit)).tasks, "and who is there too reads none"
    assert (await people.get(visit, wren)).visit.sharer_id == str(bea), "who comes knows who is there"
    await people.take(visit, wren)
    assert (await told(people, "visit_taken"))[-1] == {ada, bea}
    assert (await people.get(visit, bea)).worker_ids == [str(wren)]
    with pytest.raises((NotFound, NotAllowed)):
        await people.cancel(visit, bea, 2)
    # Who leaves one of the teams comes to neither's visit.
    await people.leave_team(bea, wren)
    assert not (await people.get(visit, ada)).worker_ids
    await people.form_team(bea, worker=[wren])
    left_at = people.co_op.now()
    await people.take(visit, wren)
    await people.leave_team(bea, wren, at=left_at)
    assert (await people.get(visit, ada)).worker_ids == [str(wren)], "an old leave that is handled again frees nothing taken since"
    await people.form_team(bea, worker=[wren])
    # Another time is another yes.
    await people.move(visit, ada, people.at(4), 2)
    assert not (await people.get(visit, ada)).visit.sharer_id
    assert await told(people, "sharing_moved") == [{bea}]
    assert (await sharing.get(refused, bea)).sharing.state == sharing_pb.SHARING_STATE_ENDED
    assert await sharing.propose(ada, bea, ada, visit=visit), "they can be asked anew"


async def _check_a_series(people: VisitPeople, sharing: SharingPeople, ada: UUID, bea: UUID, wren: UUID, robin: UUID) -> None:
    series_people = SeriesPeople(people)
    series = await series_people.propose(ada, ada, series_people.pattern(ahead=1, hour=15))
    ahead = (await series_people.get(series, ada)).visits
    await people.take(ahead[0].visit_id, robin)
    cy = new_id()
    await people.form_team(cy, worker=[wren])
    await sharing.pair(ada, cy)
    second = await sharing.propose(ada, cy, ada, series=series)
    agreed = await sharing.propose(ada, bea, ada, (20, 40), series=series, by_minutes=True)
    assert await sharing.answer(agreed, bea) == len(ahead) - 1, "Robin's visit stays as it is"
    with pytest.raises(AlreadyExists, match="SHARING_EXISTS"):
        await sharing.answer(second, cy)
    assert [each.is_shared for each in (await sharing.get(agreed, bea)).visits] == [False] + [True] * (len(ahead) - 1)
    await people.take(ahead[1].visit_id, wren)
    records = RecordPeople(people)
    await records.go_after(ahead[1].visit_id, ada, -10)
    await series_people.run_job(3)
    grown = [each for each in await people.list_visits(bea, bea, days=62) if each.series_id == series]
    assert len(grown) > len(ahead) - 1, "what the series makes later is shared as well"
    # What has begun nobody can cancel any more: it stays shared, also as one of them leaves.
    await records.start(ahead[1].visit_id, wren)
    ended = await sharing.end(agreed, bea)
    assert ended == len(grown) - 1
    assert (await told(people, "sharing_ended"))[-1] == {ada}
    assert [each.visit_id for each in await people.list_visits(ada, ada, days=62) if each.sharer_id] == [ahead[1].visit_id]
    assert (await people.get(ahead[1].visit_id, bea)).visit.sharer_id == str(bea)
    with pytest.raises(NotFound):
        await people.get(ahead[2].visit_id, bea)
    assert (await sharing.get(agreed, ada)).sharing.state == sharing_pb.SHARING_STATE_ENDED
    with pytest.raises(FailedPrecondition, match="SHARING_OVER"):
        await sharing.end(agreed, ada, 3)
    # Who shares a series that ends hears of that.
    assert await sharing.answer(second, cy)
    await series_people.end(series, ada, people.day(0))
    assert (await told(people, "sharing_ended"))[-1] == {cy}
    assert (await sharing.get(second, cy)).sharing.state == sharing_pb.SHARING_STATE_ENDED


@pytest.mark.capability("T9")
@pytest.mark.capability("S11")
async def test_a_shared_visit_costs_each_their_part_to_the_penny(
    infrastructure: Infrastructure, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ada, bea, wren = (new_id() for _ in range(3))
    async with money_people(infrastructure) as money:
        people, records = money.people, money.records
        sharing = SharingPeople(people)
        for owner in (ada, bea):
            await people.form_team(owner, worker=[wren])
        await sharing.pair(ada, bea)
        await money.adopt()
        council = await money.add_payer("Norwood Council")
        await money.fund(ada, (council, "1/2"), (ada, "1/2"), budget=5000, span=funding.BUDGET_SPAN_PLAN)
        await money.engage(wren, SELF_EMPLOYED, 2000)
        halves, thirds, alone = [await people.propose(ada, ada, people.at(day)) for day in (1, 2, 3)]
        await sharing.share(ada, bea, visit=halves)
        await sharing.share(ada, bea, (2, 1), visit=thirds)
        for visit in (halves, thirds, alone):
            await people.take(visit, wren)
        begun = people.co_op.now()
        await records.go_to(begun + timedelta(days=5))
        for visit, ago, minutes in ((halves, 4, 55), (thirds, 3, 50), (alone, 2, 60)):
            await money.write(visit, wren, ago, 12, minutes)
        assert {halves, thirds} <= set(await _to_confirm(people, bea))
        await _check_yes_and_no(people, records, halves, (ada, bea, wren))
        for visit, person in ((thirds, bea), (alone, ada)):
            await money.confirm(visit, person)

        shown = await money.open_period(first=-6, last=-1)
        lacking = {(each.visit_id, each.person_id) for each in shown.not_settled}
        assert lacking == {(halves, str(bea)), (thirds, str(bea))}, "Bea has to say who pays for her"
        await money.fund(bea, (council, "1/3"), (bea, "2/3"))
        shown = await money.open_period(first=-6, last=-1)
        charges = {
            visit.visit_id: [(charge.person_id, charge.payer_id, charge.part, charge.pence) for charge in visit.charges]
            for visit in shown.contents.visits
        }
        # 2000 x 55/60 x 1.175 = 2154.17; of halves of 1077 the council pays 538.5 and 359. 2000 x 50/60 x 1.175 = 1958.33: 1305 and 653.
        assert charges == {
            halves: [
                (str(ada), council, "1/2", 539),
                (str(ada), str(ada), "1/2", 538),
                (str(bea), council, "1/2", 359),
                (str(bea), str(bea), "1/2", 718),
            ],
            thirds: [
                (str(ada), council, "2/3", 653),
                (str(ada), str(ada), "2/3", 652),
                (str(bea), council, "1/3", 218),
                (str(bea), str(bea), "1/3", 435),
            ],
            alone: [(str(ada), council, "", 1175), (str(ada), str(ada), "", 1175)],
        }
        assert by_worker(shown.contents.visits) == {str(wren): 1696 + 1542 + 1850}, "Wren's work is paid once"

        period = await money.close(shown)
        closed = await money.get_period(period)
        owed = {invoice.payer_id: invoice.pence for invoice in closed.invoices}
        assert owed == by_payer(closed.contents.visits) == by_payer(shown.contents.visits)
        payers, workers, co_op = settle(closed.contents.files, tmp_path, capsys)
        assert (payers, workers, co_op) == (owed, {str(wren): 5088}, closed.contents.co_op_pence)
        await _check_own_parts(money, (ada, bea, council), closed.invoices, tmp_path, capsys)
        await _check_shared_budget(SharedBudgetPeople(money, council), (ada, bea, wren), owed[council], closed.invoices)
        # Corrected since: taken back as it was, and settled anew by the same parts.
        await money.write(thirds, wren, 3, 12, 70)
        await money.confirm(thirds, ada)
        await records.go_to(begun + timedelta(days=8))
        again = await money.open_period()
        assert [(visit.taken_back, len(visit.charges)) for visit in again.contents.visits] == [(True, 4), (False, 4)]
        assert sum(charge.pence for charge in again.contents.visits[0].charges) == -1958
        await money.close(again)
        await _check_erased_at_a_visit(money, ada, bea, wren)


async def _check_shared_budget(
    budgets: SharedBudgetPeople, three: tuple[UUID, UUID, UUID], owed: int, invoices: Sequence[pb.Invoice]
) -> None:
    """What the council has for Ada is used by Bea too: both see what is left, each their own costs and the other's sums."""
    (ada, bea, wren), money, people = three, budgets.money, budgets.people
    cy, meals = new_id(), await money.add_payer("Norwood Meals")
    for payer, other, kind, reason in (
        (str(new_id()), bea, NotFound, "PAYER_UNKNOWN"),
        (meals, bea, FailedPrecondition, "SHARED_BUDGET_NO_PAYER"),
        ("", cy, FailedPrecondition, "SHARING_NOT_NEIGHBOURS"),
        ("", ada, Invalid, "SHARED_BUDGET_WITH_SELF"),
    ):
        with pytest.raises(kind, match=reason):
            await budgets.propose(ada, other, payer=payer)
    with pytest.raises(Invalid, match="SHARED_BUDGET_DAYS"):
        await budgets.propose(ada, bea, first_day=people.day(-1).isoformat())
    await budgets.answer(await budgets.propose(ada, bea), bea, agrees=False)
    await budgets.end(await budgets.propose(ada, bea), ada, 1)
    helper = new_id()
    helps_with_money = await people.let_act(helper, bea, "money")
    shared = await budgets.propose(ada, bea)
    assert (await money.waiting(bea)).funding == (await money.waiting(helps_with_money)).funding == 1
    with pytest.raises(AlreadyExists, match="SHARED_BUDGET_WAITING"):
        await budgets.propose(ada, bea)
    for by, version, refusal in ((ada, 1, NotAllowed), (wren, 1, NotFound), (money.office, 1, NotFound), (bea, 2, Conflict)):
        with pytest.raises(refusal):
            await budgets.answer(shared, by, version)
    await budgets.answer(shared, helps_with_money)
    assert (await told(people, "shared_budget_agreed"))[-1] == {ada}

    by_person = await budgets.charged_by_person(invoices)
    assert by_person == {str(ada): 539 + 653 + 1175, str(bea): 359 + 218}, "the invoice has lines for each"
    assert sum(by_person.values()) == owed
    costs = {ada: [539, 653, 1175], bea: [359, 218]}
    for one, other, by in ((ada, bea, ada), (bea, ada, helps_with_money)):
        seen = next(each for each in await budgets.list_of(one, by) if each.state == funding.TERMS_STATE_AGREED)
        assert [(part.person_id, part.spent_pence, part.planned_pence) for part in seen.parts] == [
            (str(one), by_person[str(one)], 0),
            (str(other), by_person[str(other)], 0),
        ]
        assert {part.person_id: part.budget_pence for part in seen.parts} == {str(ada): 5000, str(bea): 0}
        assert (seen.left_pence, seen.span) == (5000 - owed, funding.BUDGET_SPAN_PLAN)
        assert [cost.pence for cost in seen.own_costs] == costs[one], "of the other one only sums"
    for by in (bea, wren, money.office):
        with pytest.raises(NotAllowed):
            await budgets.list_of(ada, by)

    await SharingPeople(people).pair(ada, cy)
    with pytest.raises(AlreadyExists, match="SHARED_BUDGET_EXISTS"):
        await budgets.propose(ada, cy)
    with pytest.raises(Invalid, match="SHARED_BUDGET_DAYS"):
        await budgets.end(shared, bea, 2, people.day(-1).isoformat())
    await budgets.end(shared, bea, 2, people.day(3).isoformat())
    assert (await told(people, "shared_budget_ended"))[-1] == {ada}
    [seen, *_] = await budgets.list_of(ada)
    assert (seen.last_day, len(seen.parts)) == (people.day(2).isoformat(), 2)
    with pytest.raises(FailedPrecondition, match="SHARED_BUDGET_OVER"):
        await budgets.end(shared, ada, 3, people.day(4).isoformat())
    await budgets.end(shared, ada, 3)
    assert [each.state for each in await budgets.list_of(ada)] == [funding.TERMS_STATE_DECLINED]
    # Again, until one of them is erased.
    await budgets.answer(await budgets.propose(bea, ada), ada)


async def _check_erased_at_a_visit(money: MoneyPeople, ada: UUID, bea: UUID, wren: UUID) -> None:
    """Who is erased while a visit that they share goes on pays their part of it first: it does not fall to the other one."""
    people, records = money.people, money.records
    assert any(SHORTER in row for row in await people.co_op.all_rows("scheduling", "visit_record_entry"))
    assert SHORTER in await exported(people, bea), "she gets what she said"
    visit = await people.propose(ada, ada, people.at(1))
    await SharingPeople(people).share(ada, bea, visit=visit)
    await people.take(visit, wren)
    await records.go_after(visit, ada, -5)
    started = await records.start(visit, wren)
    await records.go_after(visit, ada, 60)
    await people.identity.publish((PersonErased(erasure_id=str(new_id()), person_ids=[str(bea)]), str(bea)))
    await people.co_op.wait_until_consumed("scheduling", "identity")
    assert (await told(people, "shared_budget_ended"))[-1] == {ada}
    await records.write(visit, wren, record=started.record_id, version=1)
    await money.confirm(visit, ada)
    await records.go_after(visit, ada, 60 * 24)
    found = await money.open_period()
    [due] = found.contents.visits
    assert {charge.person_id for charge in due.charges} == {str(ada), str(bea)}
    await money.close(found)

    async def is_forgotten() -> bool:
        entries = await people.co_op.all_rows("scheduling", "visit_record_entry")
        return not any(SHORTER in row for row in entries)

    await wait_until(is_forgotten, "it is settled, so that she is erased, and her words with her")
    assert not any(bea in row for row in await people.co_op.all_rows("scheduling", "visit_record"))


async def _check_yes_and_no(people: VisitPeople, records: RecordPeople, visit: str, persons: tuple[UUID, UUID, UUID]) -> None:
    """The yes of either holds for both; the no of one waits for their own yes."""
    ada, bea, wren = persons
    record = await records.get_one(visit, bea)
    version = await records.confirm(record.record_id, bea, record.version)
    assert {ada, wren} <= set().union(*await told(people, "visit_confirmed"))
    version = await records.dispute(record.record_id, ada, version)
    with pytest.raises(FailedPrecondition, match="RECORD_DISPUTED_BY_OTHER"):
        await records.confirm(record.record_id, bea, version)
    assert visit not in await _to_confirm(people, bea)
    # The worker stands by it, and the other one says no as well: the first no is not forgotten with that.
    version = await records.stand_by(record.record_id, wren, version)
    assert {ada, bea} in await told(people, "visit_stood_by")
    version = await records.dispute(record.record_id, bea, version, SHORTER)
    with pytest.raises(FailedPrecondition, match="RECORD_DISPUTED_BY_OTHER"):
        await records.confirm(record.record_id, bea, version)
    await records.confirm(record.record_id, ada, version)


async def _check_own_parts(
    money: MoneyPeople, people: tuple[UUID, UUID, str], invoices: Sequence[pb.Invoice], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of them reads their own part, and a file that comes to it."""
    ada, bea, council = people
    of_ada, of_bea = {council: 539 + 653 + 1175, str(ada): 538 + 652 + 1175}, {council: 359 + 218, str(bea): 718 + 435}
    for person, part in ((ada, of_ada), (bea, of_bea)):
        own = await money.get_funding(person, person)
        assert _charged(own.charged) == part
        recomputed, _, _ = settle(own.files, tmp_path, capsys)
        assert {payer: pence for payer, pence in recomputed.items() if payer != "the other"} == part
        of_office = await money.get_funding(person, money.office)
        assert _charged(of_office.charged) == part, "also where the secretary could see both"
    [invoice] = [each.number for each in invoices if each.payer_id == str(bea)]
    on_invoice = by_payer((await money.get_invoice(invoice, bea)).visits)
    assert on_invoice[str(bea)] == 718 + 435
    with pytest.raises(NotFound):
        await money.get_invoice(invoice, ada)


async def _to_confirm(people: VisitPeople, person: UUID) -> list[str]:
    waiting = await call_service(people.stub.GetWaiting, visits.GetWaitingRequest(), people.token(person))
    return list(waiting.to_confirm_visit_ids)


def _charged(charged: Sequence[funding.ChargedVisit]) -> Counter[str]:
    owed = Counter[str]()
    for each in charged:
        for charge in each.charges:
            owed[charge.payer_id] += charge.pence
    return owed


async def exported(people: VisitPeople, person: UUID) -> str:
    """All that somebody gets of what was said of visits, as text."""
    stub, found = people.co_op.stub_at("scheduling", PersonRightsServiceStub), ""
    request = ExportRequest(person_id=str(person))
    while True:
        page = await call_service(stub.Export, request, people.token(person))
        found += "".join(str(row) for row in page.records if row.kind == "visit_record_entry")
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token
