"""How many people of each class may vote today: what federation tells a convener, so that ceilings fit."""

from datetime import date

from libs.database.engine import Work
from services.governance.storage import rulebooks, vote_rolls


async def count_classes(work: Work, today: date) -> dict[str, int]:
    """Every class of the rulebook in force that votes, also with nobody in it."""
    adopted = await rulebooks.in_force(work)
    voting = [one.key for one in adopted.rulebook.classes if one.votes] if adopted else []
    return dict.fromkeys(voting, 0) | await vote_rolls.class_sizes(work, today)
