"""How fairly suggestions fall: who is shown and offered work how often, and a limit on how often one worker is shown in a week.

A showing is one worker on the page of one person in one week (Monday to Sunday). A page that is opened again is not a second showing, so
nobody disappears from it, and nobody uses up a limit by looking.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import islice

WEEKS = 4
"""Over how many weeks figures are made, today's included."""


@dataclass(frozen=True)
class Showing:
    """A worker was among the suggestions for a person on this local day."""

    worker: str
    person: str
    on: date


@dataclass(frozen=True)
class WorkerExposure:
    """How often a worker was shown, and how often they were offered work."""

    shown: int
    offered: int


@dataclass(frozen=True)
class FairnessFigures:
    """`workers` has everybody, with zeros too. The Gini coefficients are 0 where all have the same and near 1 where one has everything."""

    workers: dict[str, WorkerExposure]
    gini_shown: Fraction
    gini_offered: Fraction


def fairness_figures(workers: Collection[str], showings: Iterable[Showing], offers: Iterable[str]) -> FairnessFigures:
    """The figures over these workers; each offer is the id of its worker. Showings and offers of anybody else do not count.

    Who was never shown counts too: without the zeros the most unequal co-op would look fair.
    """
    shown = Counter(worker for worker, _, _ in {(showing.worker, showing.person, week_of(showing.on)) for showing in showings})
    offered = Counter(offers)
    exposures = {worker: WorkerExposure(shown[worker], offered[worker]) for worker in workers}
    return FairnessFigures(
        exposures,
        gini(exposure.shown for exposure in exposures.values()),
        gini(exposure.offered for exposure in exposures.values()),
    )


def gini(amounts: Iterable[int]) -> Fraction:
    """The Gini coefficient of amounts of at least 0, exactly: the mean difference of all pairs by twice the mean. 0 where there is nothing.

    Sorted, with ranks from 1: 2 x (sum of rank x amount) / (n x total) - (n + 1) / n.
    """
    ordered = sorted(amounts)
    count, total = len(ordered), sum(ordered)
    if total == 0:
        return Fraction(0)
    return Fraction(2 * sum(place * amount for place, amount in enumerate(ordered, start=1)), count * total) - Fraction(count + 1, count)


def week_of(on: date) -> date:
    """The Monday of a day's week."""
    return on - timedelta(days=on.weekday())


def first_week(today: date) -> date:
    """The Monday of the first of the weeks that figures are about."""
    return week_of(today) - timedelta(weeks=WEEKS - 1)


def shown_now(order: Sequence[str], person: str, on: date, showings: Iterable[Showing], *, at_most: int, size: int) -> tuple[str, ...]:
    """The first `size` workers of a ranking's order who may be shown to this person on this day, in that order.

    In a week a worker is shown to at most `at_most` people; who was shown to this person already stays. Those left out
    can still be found by searching.
    """
    shown_to: dict[str, set[str]] = {}
    for showing in showings:
        if week_of(showing.on) == week_of(on):
            shown_to.setdefault(showing.worker, set()).add(showing.person)
    return tuple(islice((worker for worker in order if _may_be_shown(shown_to.get(worker, set()), person, at_most)), size))


def _may_be_shown(shown_to: Collection[str], person: str, at_most: int) -> bool:
    return person in shown_to or len(shown_to) < at_most
