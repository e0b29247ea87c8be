"""Who fits an ask: whom a page of suggestions would show to somebody who looked for the same, and nobody else."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.matching.domain.co_op_ask import ReceivedAsk
from services.matching.domain.ranking import rank
from services.matching.domain.suggestion_question import Supporter, suggestion_question
from services.matching.domain.support_profile import GettingSupport

_ASKER, _WORKER = "who asks", "who may fit"
"""A ranking needs ids for its lot; here no order is read."""


def who_fits(
    on: date, wanted: GettingSupport, supporters: Mapping[str, Supporter], gates_by_kind: Mapping[str, Sequence[str]]
) -> frozenset[str]:
    """The ids of those who fit; in no order."""
    return frozenset(rank(suggestion_question(on, (_ASKER, wanted), (supporters, {}), gates_by_kind)).order)


def asks_that_fit(
    on: date, asks: Sequence[ReceivedAsk], worker: Supporter, gates_by_kind: Mapping[str, Sequence[str]]
) -> list[ReceivedAsk]:
    """Those that one worker fits, in the order in which they came."""
    return [asked for asked in asks if who_fits(on, asked.wanted, {_WORKER: worker}, gates_by_kind)]
