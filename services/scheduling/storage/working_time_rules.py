"""The figures of working time of the rulebook in force: a projection, which only reactions write."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.rulebook import PassableRule, RestReason, RestRules, WorkingTimeRules
from services.scheduling.storage.working_time_tables import FIGURES, rest_reason_rule, working_time_rule

_RULES = select(working_time_rule)
_INSERT = insert(working_time_rule)
_SET = _INSERT.on_conflict_do_update(
    index_elements=["only_one"],
    set_={column.name: _INSERT.excluded[column.name] for column in working_time_rule.c if column.name != "only_one"},
)
_REASONS = select(rest_reason_rule).order_by(rest_reason_rule.c.position)
_DROP_REASONS, _ADD_REASONS = delete(rest_reason_rule), insert(rest_reason_rule)


async def get(work: UnitOfWork) -> WorkingTimeRules:
    """As usual while no rulebook has said otherwise. Reasons are without their names."""
    row = (await work.connection.execute(_RULES)).first()
    if row is None:
        return WorkingTimeRules()
    values = row._asdict()
    reasons = tuple(
        RestReason(reason.key, "", tuple(map(PassableRule, reason.passes))) for reason in await work.connection.execute(_REASONS)
    )
    return WorkingTimeRules(_rest(values, "adult"), _rest(values, "young"), **{name: values[name] for name in FIGURES}, reasons=reasons)


async def replace(work: UnitOfWork, rules: WorkingTimeRules) -> None:
    values = {name: getattr(rules, name) for name in FIGURES}
    for age, rest in (("adult", rules.adult), ("young", rules.young)):
        values |= {
            f"{age}_daily_rest": rest.daily_rest,
            f"{age}_weekly_rest": rest.weekly_rest,
            f"{age}_break_after": rest.break_after,
            f"{age}_shortest_break": rest.shortest_break,
            f"{age}_night_starts": rest.night[0],
            f"{age}_night_ends": rest.night[1],
        }
    await work.connection.execute(_SET, values)
    await work.connection.execute(_DROP_REASONS)
    reasons = [{"key": each.key, "position": place, "passes": list(each.passes)} for place, each in enumerate(rules.reasons)]
    if reasons:
        await work.connection.execute(_ADD_REASONS, reasons)


def _rest(values: Mapping[str, int], age: str) -> RestRules:
    return RestRules(
        daily_rest=values[f"{age}_daily_rest"],
        weekly_rest=values[f"{age}_weekly_rest"],
        break_after=values[f"{age}_break_after"],
        shortest_break=values[f"{age}_shortest_break"],
        night=(values[f"{age}_night_starts"], values[f"{age}_night_ends"]),
    )
