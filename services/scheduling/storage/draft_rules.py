"""What the rulebook in force says of drafts of weeks: who has them made for others, and what counts how much."""

from dataclasses import asdict, dataclass, fields

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.week_problem import USUAL_WEIGHTS, WeekWeights
from services.scheduling.storage.week_draft_tables import draft_rule

_RULE = select(draft_rule)
_PARTS = tuple(field.name for field in fields(WeekWeights))
_INSERT = insert(draft_rule)
_SET = _INSERT.on_conflict_do_update(
    index_elements=["only_one"], set_={name: _INSERT.excluded[name] for name in ("hat", "rulebook_hash", *_PARTS)}
)


@dataclass(frozen=True)
class DraftRule:
    """`rulebook_hash` is empty while no rulebook has said anything."""

    hat: str = hats.SECRETARY
    weights: WeekWeights = USUAL_WEIGHTS
    rulebook_hash: str = ""


async def get(work: UnitOfWork) -> DraftRule:
    """Of the rulebook in force; as usual while none has said otherwise."""
    row = (await work.connection.execute(_RULE)).first()
    if row is None:
        return DraftRule()
    return DraftRule(row.hat, WeekWeights(**{part: getattr(row, part) for part in _PARTS}), row.rulebook_hash)


async def replace(work: UnitOfWork, rule: DraftRule) -> None:
    await work.connection.execute(_SET, {"hat": rule.hat, "rulebook_hash": rule.rulebook_hash, **asdict(rule.weights)})
