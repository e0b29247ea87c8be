"""The planner chooses for one place by hand: who comes and goes by it, and what is refused."""

from uuid import UUID

import pytest

from kith.scheduling.v1.enums import DraftAnswer, DraftPlaceKind
from libs.refusals import Conflict, FailedPrecondition, Invalid
from services.scheduling.domain.draft_hand import HandChange, choose_by_hand
from services.scheduling.domain.week_draft import DraftPlace
from tests.unit.scheduling.test_week_draft import ADA, GONE, JAY, NEW, ROBIN, STAYS, WREN, YES, a_place, a_visit

pytestmark = pytest.mark.capability("S6")


def choose(places: list[DraftPlace], worker: UUID, instead_of: UUID | None, *, workers: int = 1, may_go: bool = False) -> HandChange:
    return choose_by_hand(a_visit(workers=workers), places, worker, instead_of, may_go=may_go)


def kinds(change: HandChange) -> dict[UUID, DraftPlaceKind]:
    assert all(place.chosen and place.answer is DraftAnswer.WAITING for place in change.saved), "each says their own yes"
    return {place.worker: place.kind for place in change.saved}


def test_an_empty_place_is_filled() -> None:
    change = choose([a_place(ROBIN, STAYS)], WREN, None, workers=2)
    assert (kinds(change), change.removed) == ({WREN: NEW}, None)
    assert change.saved[0].person == ADA


def test_who_was_proposed_is_not_any_more() -> None:
    change = choose([a_place(JAY, STAYS), a_place(ROBIN, NEW)], WREN, ROBIN, workers=2)
    assert (kinds(change), change.removed) == ({WREN: NEW}, a_place(ROBIN, NEW))


def test_who_has_taken_it_goes_only_where_both_agreed_beforehand() -> None:
    with pytest.raises(FailedPrecondition, match="DRAFT_WORKER_STAYS"):
        choose([a_place(ROBIN, STAYS)], WREN, ROBIN)
    assert kinds(choose([a_place(ROBIN, STAYS)], WREN, ROBIN, may_go=True)) == {WREN: NEW, ROBIN: GONE}


def test_who_was_to_go_stays_after_all() -> None:
    change = choose([a_place(WREN, NEW), a_place(ROBIN, GONE, YES)], ROBIN, WREN)
    assert (kinds(change), change.removed) == ({ROBIN: STAYS}, a_place(WREN, NEW))


def test_what_is_not_as_the_planner_saw_it_is_refused() -> None:
    for instead_of in (None, JAY):
        with pytest.raises(Conflict, match="WEEK_DRAFT_CHANGED"):
            choose([a_place(ROBIN, NEW)], WREN, instead_of)
    with pytest.raises(Invalid, match="DRAFT_WORKER_COMES"):
        choose([a_place(ROBIN, NEW)], ROBIN, None)
    with pytest.raises(FailedPrecondition, match="DRAFT_WORKER_SAID_YES"):
        choose([a_place(ROBIN, NEW, YES)], WREN, ROBIN)
