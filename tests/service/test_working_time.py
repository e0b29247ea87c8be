"""The figures of working time are the rulebook's, and a worker's opt-out is theirs: from an adoption to the end of an opt-out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from kith.governance.facts.v1.facts_pb2 import AdoptedRest, AdoptedRestReason, AdoptedWorkingTime, RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import PersonErased
from kith.scheduling.facts.v1.facts_pb2 import VisitTaken
from kith.scheduling.v1 import working_time_pb2 as pb
from kith.scheduling.v1.working_time_pb2_grpc import WorkingTimeServiceStub
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from scripts.cli.hours_file import read_work
from scripts.cli.strict_json import JsonNode
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.working_time import minutes_in
from tests.service.test_money_of_a_week import EMPLOYED, SELF_EMPLOYED
from tests.support.money_people import MoneyPeople, money_people
from tests.support.running_co_op import Infrastructure
from tests.support.week_draft_people import WeekDrafts
from tests.support.worker_weeks import WorkerWeeks

MINUTES = {"weekly_rest_minutes": 1440, "break_after_minutes": 360, "break_minutes": 20, "night_starts": 1380, "night_ends": 360}
YOUNG = AdoptedRest(
    daily_rest_minutes=720, weekly_rest_minutes=2880, break_after_minutes=270, break_minutes=30, night_starts=1320, night_ends=360
)
REASONS = [AdoptedRestReason(key="ill", passes=["daily_rest"]), AdoptedRestReason(key="free", passes=["weekly_rest"])]
ILL = pb.SaidRestReason(key="ill", is_adult=True)


@dataclass
class Weeks:
    """Wren works for Ada, two Mondays ahead and on; Robin is in the team too."""

    money: MoneyPeople
    ada: UUID = field(default_factory=new_id)
    wren: UUID = field(default_factory=new_id)
    robin: UUID = field(default_factory=new_id)
    planned: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = self.money.people
        self.stub = self.people.co_op.stub(WorkingTimeServiceStub)
        self.monday = 14 - self.people.co_op.today().weekday()

    async def plan(self) -> None:
        await self.people.form_team(self.ada, worker=[self.wren, self.robin])
        times = {
            "mon": (0, 20, 2),
            "tue": (1, 8, 2),
            "tue early": (1, 7, 4),
            "wed": (2, 12, 2),
            "thu": (3, 12, 2),
            "fri": (4, 12, 2),
            "sat": (5, 12, 2),
        }
        for name, (day, hour, hours) in times.items():
            self.planned[name] = await self.people.propose(self.ada, self.ada, self.people.at(self.monday + day, hour, hours), 2)

    async def adopt(self, average_week: int, daily_rest: int = 600, reasons: Sequence[AdoptedRestReason] = ()) -> None:
        """An average over one week, three days' notice."""
        adopted = RulebookAdopted(rulebook_hash="b" * 64, decision_id=str(new_id()))
        adopted.working_time.CopyFrom(
            AdoptedWorkingTime(
                adult=AdoptedRest(**{**MINUTES, "daily_rest_minutes": daily_rest}),
                reasons=reasons,
                young=YOUNG,
                average_week_minutes=average_week,
                averaged_weeks=1,
                night_average_minutes=480,
                night_counts_from_minutes=180,
                young_day_minutes=480,
                young_week_minutes=2400,
                opt_out_notice_days=3,
            )
        )
        await self.people.governance.publish((adopted, adopted.decision_id))
        await self.people.co_op.wait_until_consumed("scheduling", "governance")

    async def take(self, name: str, said: pb.SaidRestReason | None = None, by: UUID | None = None) -> None:
        await self.people.take(self.planned[name], by or self.wren, said=said)

    async def give_back(self, name: str, by: UUID | None = None) -> None:
        await self.people.give_back(self.planned[name], by or self.wren)

    async def reasons_of(self, worker: UUID, by: UUID | str | None = None) -> list[tuple[str, list[int]]]:
        """With which reasons they take which visits, as `by` sees it."""
        return [(each.reason, list(each.rules)) for each in (await self.look(by or worker, worker)).with_reason]

    async def is_refused(self, name: str, reason: str) -> str:
        """How many hours the rulebook has, as the refusal says."""
        with pytest.raises(FailedPrecondition, match=reason) as refused:
            await self.take(name)
        return refused.value.details["hours"]

    async def say(self, by: UUID | str, ahead: int = 0, *, is_adult: bool = True) -> str:
        request = pb.SayOptOutRequest(request_id=str(new_id()), first_day=self.people.day(ahead).isoformat(), is_adult=is_adult)
        return str((await call_service(self.stub.SayOptOut, request, self.people.token(by))).opt_out_id)

    async def end(self, opt_out: str, by: UUID | str) -> str:
        request = pb.EndOptOutRequest(request_id=str(new_id()), opt_out_id=opt_out)
        return str((await call_service(self.stub.EndOptOut, request, self.people.token(by))).last_day)

    async def look(self, by: UUID | str, worker: UUID | None = None) -> pb.GetWorkingTimeResponse:
        request = pb.GetWorkingTimeRequest(worker_id=str(worker or self.wren))
        found: pb.GetWorkingTimeResponse = await call_service(self.stub.GetWorkingTime, request, self.people.token(by))
        return found


async def the_figures_are_the_rulebooks(weeks: Weeks) -> None:
    await weeks.take("mon")
    assert await weeks.is_refused("tue", "REST_TOO_SHORT") == "11"
    await a_worker_says_why(weeks)
    await a_reason_counts_in_a_swap(weeks)
    await no_planner_says_it_for_a_worker(weeks)
    await weeks.adopt(6 * 60)
    await weeks.take("tue")
    await weeks.give_back("tue")
    assert await weeks.is_refused("tue early", "REST_TOO_SHORT") == "10"
    await weeks.take("wed")
    await weeks.take("thu")
    assert await weeks.is_refused("fri", "WEEK_TOO_LONG") == "6"


DAILY = ("ill", [pb.WORKING_TIME_RULE_DAILY_REST])


async def a_worker_says_why(weeks: Weeks) -> None:
    """With the rulebook's reasons, for the rules that it names, and only where one is not kept."""
    await weeks.adopt(2880, 660, REASONS)
    with pytest.raises(FailedPrecondition, match="REST_TOO_SHORT") as refused:
        await weeks.take("tue")
    assert (refused.value.details["left"], refused.value.details["rest_reasons"]) == ("10", "ill")
    for name, said, reason in (
        ("tue", pb.SaidRestReason(key="tired", is_adult=True), "REST_REASON_UNKNOWN"),
        ("tue", pb.SaidRestReason(key="free", is_adult=True), "REST_REASON_OTHER_RULE"),
        ("tue", pb.SaidRestReason(key="ill"), "REST_REASON_FOR_ADULTS"),
        ("wed", ILL, "REST_REASON_NOT_NEEDED"),
    ):
        with pytest.raises(Invalid) as invalid:
            await weeks.take(name, said)
        assert invalid.value.problems[0].reason == reason
    assert await weeks.reasons_of(weeks.wren) == []
    await weeks.take("tue", ILL)
    assert await weeks.reasons_of(weeks.wren) == await weeks.reasons_of(weeks.wren, weeks.money.office) == [DAILY]
    events = [event for event in await weeks.people.co_op.published_events("scheduling") if isinstance(event, VisitTaken)]
    assert {event.visit_id: event.rest_reason for event in events} == {weeks.planned["mon"]: "", weeks.planned["tue"]: "ill"}
    await weeks.give_back("tue")
    assert await weeks.reasons_of(weeks.wren) == []
    await weeks.adopt(2880, 660, REASONS[1:])
    with pytest.raises(FailedPrecondition, match="REST_TOO_SHORT") as refused:
        await weeks.take("tue", ILL)
    assert "rest_reasons" not in refused.value.details, "the rulebook no longer knows one"
    await weeks.adopt(2880, 660, REASONS)


async def a_reason_counts_in_a_swap(weeks: Weeks) -> None:
    """Of who offers for what they take in return, of who accepts for what they take."""
    swaps, planned = WorkerWeeks(weeks.people), weeks.planned
    await weeks.take("thu")
    await weeks.take("tue", by=weeks.robin)
    with pytest.raises(FailedPrecondition, match="REST_TOO_SHORT"):
        await swaps.offer(planned["thu"], weeks.wren, weeks.robin, back=planned["tue"])
    with pytest.raises(Invalid, match="REST_REASON_NOT_NEEDED"):
        await swaps.offer(planned["thu"], weeks.wren, weeks.robin, said=ILL)
    await swaps.accept(await swaps.offer(planned["thu"], weeks.wren, weeks.robin, back=planned["tue"], said=ILL), weeks.robin)
    assert (await weeks.reasons_of(weeks.wren), await weeks.reasons_of(weeks.robin)) == ([DAILY], [])
    await weeks.take("mon", by=weeks.robin)
    swap = await swaps.offer(planned["tue"], weeks.wren, weeks.robin)
    with pytest.raises(FailedPrecondition, match="REST_TOO_SHORT"):
        await swaps.accept(swap, weeks.robin)
    await swaps.accept(swap, weeks.robin, ILL)
    assert (await weeks.reasons_of(weeks.wren), await weeks.reasons_of(weeks.robin)) == ([], [DAILY])
    for name in ("mon", "tue", "thu"):
        await weeks.give_back(name, weeks.robin)


async def no_planner_says_it_for_a_worker(weeks: Weeks) -> None:
    """Who answers a draft says it with their yes; when the rulebook no longer has it, the planner cannot publish."""
    drafts, (ada, robin) = WeekDrafts(weeks.people), (weeks.ada, weeks.robin)
    await weeks.adopt(2880, 660, REASONS)
    await drafts.say_yes(robin)
    early = await drafts.visit(ada, 1, 8, 2)
    draft = await drafts.draft_of(ada)
    await drafts.send(draft, ada)
    late = await drafts.visit(ada, 0, 20, 2)
    await weeks.people.take(late, robin)
    with pytest.raises(FailedPrecondition, match="REST_TOO_SHORT"):
        await drafts.answer(draft, early, robin)
    await drafts.answer(draft, early, robin, said=ILL)
    assert await weeks.reasons_of(robin) == [], "nothing is taken so far"
    await weeks.adopt(2880, 660)
    with pytest.raises(Conflict, match="WEEK_DRAFT_CHANGED"):
        await drafts.publish(draft, ada, early)
    await weeks.adopt(2880, 660, REASONS)
    await drafts.publish(draft, ada, early)
    assert await weeks.reasons_of(robin) == [DAILY]
    for visit in (late, early):
        await weeks.people.give_back(visit, robin)


async def nobody_says_it_for_a_worker(weeks: Weeks) -> None:
    for ahead, is_adult, reason in ((0, False, "OPT_OUT_FOR_ADULTS"), (-1, True, "OPT_OUT_PAST")):
        with pytest.raises(Invalid) as invalid:
            await weeks.say(weeks.wren, ahead, is_adult=is_adult)
        assert invalid.value.problems[0].reason == reason
    with pytest.raises(NotAllowed):
        await weeks.say(await weeks.people.let_act(weeks.robin, weeks.wren, "team"))
    await weeks.say(weeks.money.office)
    later = await weeks.say(weeks.wren, weeks.monday + 30)
    await weeks.is_refused("fri", "WEEK_TOO_LONG")
    assert await weeks.end(later, weeks.wren) == "", "it never begins"


async def who_sees_it(weeks: Weeks, opt_out: str) -> None:
    own, office = await weeks.look(weeks.wren), weeks.money.office
    assert ([each.employed_minutes for each in own.weeks], own.weeks[2].planned_minutes, own.is_bound) == ([0, 0, 480], 480, True)
    assert (own.averaged_weeks, own.average_week_minutes, own.may_opt_out, own.opt_out_notice_days) == (1, 360, False, 3)
    file = read_work(JsonNode.parse(own.file))
    employed = next(person for person in file.people if person.engagement is Engagement.EMPLOYED)
    assert (len(employed.work), minutes_in(file.window, employed), file.rules.adult.daily_rest) == (4, 0, 600)
    assert (await weeks.look(office)).weeks == own.weeks
    for by in (weeks.robin, weeks.ada):
        with pytest.raises(NotAllowed):
            await weeks.look(by)
    for other in (weeks.robin, weeks.ada, office):
        with pytest.raises(NotFound):
            await weeks.end(opt_out, other)
    listed = (await call_service(weeks.stub.ListOptOuts, pb.ListOptOutsRequest(), office)).opt_outs
    assert {(each.worker_id, each.last_day) for each in listed} == {(str(weeks.wren), ""), (str(weeks.money.secretary), "")}
    with pytest.raises(NotAllowed):
        await call_service(weeks.stub.ListOptOuts, pb.ListOptOutsRequest(), weeks.people.token(weeks.wren))


async def who_is_erased_is_bound_again(weeks: Weeks) -> None:
    """The record stays, as the law asks for."""
    co_op = weeks.people.co_op
    await weeks.say(weeks.robin)
    await weeks.people.identity.publish((PersonErased(erasure_id=str(new_id()), person_ids=[str(weeks.robin)]), str(weeks.robin)))
    await co_op.wait_until_consumed("scheduling", "identity")
    listed = (await call_service(weeks.stub.ListOptOuts, pb.ListOptOutsRequest(), weeks.money.office)).opt_outs
    [last_day] = [each.last_day for each in listed if each.worker_id == str(weeks.robin)]
    assert last_day


@pytest.mark.capability("L8")
async def test_the_rulebooks_figures_hold_at_the_take_until_the_worker_says_otherwise(infrastructure: Infrastructure) -> None:
    async with money_people(infrastructure, draft_iterations=1) as money:
        weeks = Weeks(money)
        await weeks.plan()
        await the_figures_are_the_rulebooks(weeks)
        await nobody_says_it_for_a_worker(weeks)
        opt_out = await weeks.say(weeks.wren)
        with pytest.raises(AlreadyExists, match="OPT_OUT_THERE"):
            await weeks.say(weeks.wren, 1)
        await weeks.take("fri")
        await who_sees_it(weeks, opt_out)
        assert await weeks.end(opt_out, weeks.wren) == weeks.people.day(3).isoformat()
        with pytest.raises(FailedPrecondition, match="OPT_OUT_ENDED"):
            await weeks.end(opt_out, weeks.wren)
        await weeks.give_back("fri")
        await weeks.is_refused("fri", "WEEK_TOO_LONG")
        await who_is_erased_is_bound_again(weeks)
        # Who is self-employed is not bound, whatever they took before.
        await money.engage(weeks.wren, SELF_EMPLOYED, 2000)
        await weeks.take("fri")
        seen = await weeks.look(weeks.wren)
        assert (seen.weeks[2].self_employed_minutes, seen.weeks[2].employed_minutes, seen.is_bound) == (480, 0, False)
        # From Saturday on they are employed again, and the eight hours of before are no working time.
        saturday = weeks.people.day(weeks.monday + 5).isoformat()
        await money.answer_engagement(await money.propose_engagement(weeks.wren, EMPLOYED, 1500, 1260, first_day=saturday), weeks.wren)
        await weeks.take("sat")
        seen = await weeks.look(weeks.wren)
        assert (seen.weeks[2].self_employed_minutes, seen.weeks[2].employed_minutes) == (480, 120)
