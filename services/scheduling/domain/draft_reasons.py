"""What of the reasons for and against a worker others read: the worker alone reads all of theirs (ADR 68)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

OTHERS_READ = frozenset({"nobody", "new_face", "not_preferred", "change"})
"""Parts of the points that are about the visit and its person, and that both know anyway."""
OWN = "own"
"""The sum of the others: the way to the visit, the hours wished for, and what else the worker does."""


def points_for_others(points: Mapping[str, int]) -> Mapping[str, int]:
    """The sum is the same; which of their own parts it comes from is not said."""
    shown = {name: value for name, value in points.items() if name in OTHERS_READ}
    own = sum(value for name, value in points.items() if name not in OTHERS_READ)
    return shown | ({OWN: own} if own else {})


@dataclass(frozen=True)
class ShownReason:
    """`reason` is only for the worker themselves."""

    worker: UUID
    can_come: bool
    comes: bool
    reason: str = ""
    points: Mapping[str, int] = field(default_factory=dict)


def shown_to_others(worker: UUID, reason: str, points: Mapping[str, int], *, comes: bool) -> ShownReason:
    """What others read of a worker: whether they can, never why not."""
    return ShownReason(worker, not reason, comes, points=points_for_others(points))


def sort_key(shown: ShownReason) -> tuple[bool, bool, int, UUID]:
    """Who comes is first, then who could, fewer points before more."""
    return not shown.comes, not shown.can_come, sum(shown.points.values()), shown.worker
