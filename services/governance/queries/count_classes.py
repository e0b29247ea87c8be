"""CountClasses: how many people of each class may vote today. Federation sends it to a convener, which sets ceilings by it."""

from datetime import date

from libs.database.engine import UnitOfWork
from services.governance.storage import membership_projection, rulebooks


async def count_classes(work: UnitOfWork, today: date) -> dict[str, int]:
    """Return the number for every voting class of the rulebook in force, including empty ones."""
    adopted = await rulebooks.get_in_force(work)
    voting = [member_class.key for member_class in adopted.rulebook.classes if member_class.votes] if adopted else []
    return dict.fromkeys(voting, 0) | await membership_projection.count_voters_by_class(work, today)
