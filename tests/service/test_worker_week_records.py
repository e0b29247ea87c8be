"""What is stored of workers' weeks: who gets it, how it follows a merge, that it goes with its person; and repeats change nothing."""

import json
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonErased, PersonsMerged
from kith.person.v1 import person_rights_pb2 as rights
from kith.person.v1.person_rights_pb2_grpc import PersonRightsServiceStub
from kith.scheduling.v1 import worker_weeks_pb2 as pb
from libs import callers
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.worker_weeks import WorkerWeeks

KINDS = {"away", "swap", "asked_worker", "week_confirmation"}


async def exported(people: VisitPeople, person: UUID, by: UUID | str) -> dict[str, list[dict[str, object]]]:
    """The records of workers' weeks by their kind."""
    found: dict[str, list[dict[str, object]]] = {}
    request = rights.ExportRequest(person_id=str(person))
    while True:
        page = await call_service(people.co_op.stub_at("scheduling", PersonRightsServiceStub).Export, request, people.token(by))
        for record in page.records:
            if record.kind in KINDS:
                found.setdefault(record.kind, []).append(json.loads(record.json))
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


async def a_week_of(people: VisitPeople, weeks: WorkerWeeks, owner: UUID, worker: UUID, colleague: UUID) -> str:
    """The worker is away one day, was asked, took a visit, confirmed the week and offers the visit. Returns it."""
    monday = weeks.next_monday()
    ahead = (monday - people.day(0)).days
    visit = await people.propose(owner, owner, people.at(ahead))
    await weeks.say_away(worker, people.day(ahead + 2), people.day(ahead + 2))
    await weeks.ask(visit, owner, [worker])
    await people.take(visit, worker)
    await weeks.confirm(worker, monday, (await weeks.week(worker, monday)).fingerprint)
    await weeks.offer(visit, worker, colleague)
    return visit


@pytest.mark.capability("L5", "S1")
async def test_a_worker_gets_all_of_it_and_the_person_and_the_colleague_their_own_part(infrastructure: Infrastructure) -> None:
    ada, wren, robin, sister = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin])
        await a_week_of(people, weeks, ada, wren, robin)
        own = await exported(people, wren, wren)
        assert own.keys() == KINDS
        assert "fingerprint" not in own["week_confirmation"][0]
        assert own["away"][0].keys() == {"id", "worker", "begins", "ends"}, "no word why"
        assert (await exported(people, robin, robin)).keys() == {"swap"}
        assert (await exported(people, ada, ada)).keys() == {"asked_worker"}, "who asked"
        for_wren = await people.let_act(sister, wren, "data_rights")
        assert (await exported(people, wren, for_wren)).keys() == {"asked_worker"}, "nobody acts for a worker here"
        await people.leave_team(ada, wren)
        assert (await exported(people, wren, wren)).keys() == KINDS, "who left has it still"


async def test_the_database_itself_shows_it_to_whom_it_is_about_alone(infrastructure: Infrastructure) -> None:
    ada, wren, robin, bo = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin], friend=[bo])
        await a_week_of(people, weeks, ada, wren, robin)
        seen = {wren: KINDS, robin: {"swap", "asked_worker"}, ada: {"asked_worker"}, bo: {"asked_worker"}, new_id(): set()}
        for reader, kinds in seen.items():
            async with people.co_op.database_transaction("scheduling", caller=callers.person(reader)) as connection:
                assert {kind for kind in KINDS if await connection.fetch(f"select from {kind}")} == kinds


@pytest.mark.capability("L5", "S1")
async def test_it_goes_with_the_worker_and_with_the_person(infrastructure: Infrastructure) -> None:
    ada, mo, wren, robin = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin])
        await people.form_team(mo, worker=[robin, wren])
        await a_week_of(people, weeks, ada, wren, robin)
        to_mo = await people.propose(mo, mo, people.at(20))
        await weeks.ask(to_mo, mo, [robin])
        await people.take(to_mo, robin)
        await weeks.offer(to_mo, robin, wren)
        for gone, left in ((wren, {"asked_worker": [robin], "away": [], "swap": [], "week_confirmation": []}), (mo, {"asked_worker": []})):
            erased = PersonErased(erasure_id=str(new_id()), person_ids=[str(gone)])
            await people.identity.publish((erased, str(gone)))
            await people.co_op.wait_until_consumed("scheduling", "identity")
            for table, workers in left.items():
                rows = await people.co_op.all_rows("scheduling", table)
                assert [worker for row in rows for worker in (wren, robin) if worker in tuple(row)] == workers, table


@pytest.mark.capability("I1", "S1")
async def test_it_follows_a_merge_and_what_was_confirmed_apart_is_confirmed_anew(infrastructure: Infrastructure) -> None:
    ada, kept, other, robin = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[kept, other, robin])
        visit = await a_week_of(people, weeks, ada, other, robin)
        between = await weeks.offer(visit, other, kept)
        await weeks.ask(await people.propose(ada, ada, people.at(25)), ada, [kept, other])
        merged = PersonsMerged(kept_person_id=str(kept), other_person_id=str(other))
        for _ in range(2):
            await people.identity.publish((merged, str(kept)))
            await people.co_op.wait_until_consumed("scheduling", "identity")
        for table in KINDS:
            rows = await people.co_op.all_rows("scheduling", table)
            assert not [row for row in rows if other in tuple(row)], table
        assert not (await weeks.week(kept, weeks.next_monday())).HasField("confirmed_at")
        assert len(await weeks.list_away(kept)) == 1
        [offered] = await weeks.list_swaps(kept)
        assert offered != between, "nobody offers themselves a visit"
        await weeks.accept(offered, robin)
        assert await weeks.workers_of(visit, ada) == [str(robin)]


async def test_a_repeat_gets_the_first_answer_and_changes_nothing(infrastructure: Infrastructure) -> None:
    ada, wren, robin = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        weeks = WorkerWeeks(people)
        await people.form_team(ada, worker=[wren, robin])
        visit = await people.propose(ada, ada, people.at(3))
        await people.take(visit, wren)
        offer = pb.OfferSwapRequest(request_id=str(new_id()), visit_id=visit, version=2, colleague_id=str(robin))
        first = await call_service(weeks.stub.OfferSwap, offer, people.token(wren))
        assert await call_service(weeks.stub.OfferSwap, offer, people.token(wren)) == first
        accept = pb.AcceptSwapRequest(request_id=str(new_id()), swap_id=first.swap_id)
        for _ in range(2):
            await call_service(weeks.stub.AcceptSwap, accept, people.token(robin))
        with pytest.raises(FailedPrecondition, match="SWAP_OVER"):
            await weeks.accept(first.swap_id, robin)
        away = pb.SayAwayRequest(request_id=str(new_id()))
        said = await call_service(weeks.stub.SayAway, away, people.token(robin))
        assert said.given_back == 1
        assert await call_service(weeks.stub.SayAway, away, people.token(robin)) == said
        assert len(await weeks.list_away(robin)) == 1
