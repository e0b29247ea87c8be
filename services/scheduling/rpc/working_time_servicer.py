"""The RPCs of working time."""

from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import working_time_pb2 as pb
from kith.scheduling.v1.enums import WorkingTimeRule
from libs.database.paging import Page, PageRequest
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_day, parse_id
from libs.rulebook import PassableRule
from services.scheduling.commands.end_opt_out import end_opt_out
from services.scheduling.commands.say_opt_out import say_opt_out
from services.scheduling.domain.opt_out import OptOut
from services.scheduling.domain.rest_reason import PassedRules
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.work_history import WorkedWeek
from services.scheduling.domain.working_time import Breach, Rule
from services.scheduling.queries.get_working_time import WorkingTime, get_working_time
from services.scheduling.queries.list_opt_outs import list_opt_outs


def working_time_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    return bind(
        pb,
        "WorkingTimeService",
        runtime.transactions,
        {
            "SayOptOut": command(_new, partial(say_opt_out, zone=zone), lambda opt_out: pb.SayOptOutResponse(opt_out_id=str(opt_out))),
            "EndOptOut": command(
                lambda request: (parse_id("opt_out_id", request.opt_out_id),),
                partial(end_opt_out, zone=zone),
                lambda last_day: pb.EndOptOutResponse(last_day=_iso(last_day)),
            ),
            "ListOptOuts": query(lambda request: (PageRequest(request.page_size, request.page_token),), list_opt_outs, _listed),
            "GetWorkingTime": query(
                lambda request: (parse_id("worker_id", request.worker_id),), partial(get_working_time, zone=zone), _working_time
            ),
        },
    )


def _new(request: pb.SayOptOutRequest) -> tuple[date | None, bool]:
    return parse_day("first_day", request.first_day), request.is_adult


def _listed(page: Page[OptOut]) -> pb.ListOptOutsResponse:
    return pb.ListOptOutsResponse(opt_outs=map(_opt_out, page.items), next_page_token=page.next_token)


def _opt_out(opt_out: OptOut) -> pb.OptOut:
    return pb.OptOut(
        opt_out_id=str(opt_out.id),
        worker_id=str(opt_out.worker),
        first_day=opt_out.first_day.isoformat(),
        last_day=_iso(opt_out.last_day),
    )


def _working_time(found: WorkingTime) -> pb.GetWorkingTimeResponse:
    history, rules = found.history, found.history.rules
    return pb.GetWorkingTimeResponse(
        weeks=map(_week, history.weeks),
        averaged_weeks=rules.averaged_weeks,
        average_week_minutes=rules.average_week,
        worked_minutes=history.worked,
        breaches=map(_breach, history.breaches),
        opt_outs=map(_opt_out, found.opt_outs),
        is_bound=found.is_bound,
        may_opt_out=all(each.last_day is not None for each in found.opt_outs),
        opt_out_notice_days=rules.opt_out_notice_days,
        file=history.file,
        with_reason=[_with_reason(at, passed) for at, passed in found.with_reason],
    )


def _week(week: WorkedWeek) -> pb.WorkedWeek:
    return pb.WorkedWeek(
        monday=week.monday.isoformat(),
        employed_minutes=week.minutes[Engagement.EMPLOYED],
        self_employed_minutes=week.minutes[Engagement.SELF_EMPLOYED],
        volunteer_minutes=week.minutes[Engagement.VOLUNTEER],
        planned_minutes=week.planned,
    )


def _breach(breach: Breach) -> pb.Breach:
    return pb.Breach(rule=_rule(breach.rule), at=breach.at.isoformat(timespec="minutes"))


def _with_reason(at: datetime, passed: PassedRules) -> pb.VisitWithReason:
    return pb.VisitWithReason(at=at.isoformat(timespec="minutes"), reason=passed.reason, rules=map(_rule, passed.rules))


def _rule(rule: Rule | PassableRule) -> "pb.WorkingTimeRule.ValueType":
    wire: pb.WorkingTimeRule.ValueType = to_wire(pb.WorkingTimeRule, WorkingTimeRule[rule.name])
    return wire


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
