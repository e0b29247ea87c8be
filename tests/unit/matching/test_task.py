"""Who may do which kind of task in a team, by the rulebook's credentials."""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.matching.v1.enums import TaskKind, TeamMemberKind
from libs.refusals import FailedPrecondition
from libs.rulebook import default_credentials
from libs.rulebook.credentials import Gate
from services.matching.domain.task import check_task, require_clearance

USUAL = {kind.key: tuple(gate.value for gate in kind.gates) for kind in default_credentials()}
TODAY = date(2026, 11, 2)
UNPAID = (TeamMemberKind.VOLUNTEER, TeamMemberKind.FRIEND, TeamMemberKind.PEER)


@dataclass(frozen=True)
class Paper:
    kind: str
    expires_on: date | None = None


def test_every_kind_of_task_has_a_gate_of_its_name() -> None:
    assert {kind.value for kind in TaskKind} == {gate.value for gate in Gate} - {"visits"}


@pytest.mark.capability("T8")
@pytest.mark.parametrize("member", UNPAID)
@pytest.mark.parametrize("kind", [TaskKind.PERSONAL_CARE, TaskKind.MEDICINES])
def test_a_volunteer_without_checks_gets_no_personal_care_and_no_medicines(member: TeamMemberKind, kind: TaskKind) -> None:
    trained = [Paper(name) for name, gates in USUAL.items() if kind.value in gates]
    for held in ([], trained):
        clearance = check_task(kind, member, USUAL, held, TODAY)
        with pytest.raises(FailedPrecondition, match="TASK_NEEDS_CREDENTIALS") as refused:
            require_clearance(clearance)
        assert "dbs" in refused.value.details["kinds"].split()
    cleared = check_task(kind, member, USUAL, [Paper(name) for name in USUAL], TODAY)
    assert require_clearance(cleared) is None
    with pytest.raises(FailedPrecondition, match="TASK_NOT_FOR_VOLUNTEERS"):
        require_clearance(check_task(kind, member, {"dbs": ("visits",)}, [Paper("dbs")], TODAY))
    assert check_task(kind, TeamMemberKind.WORKER, {"dbs": ("visits",)}, [], TODAY).given, "this rulebook asks for nothing"


@pytest.mark.capability("T8", "I6")
@given(
    kind=st.sampled_from(TaskKind),
    member=st.sampled_from(TeamMemberKind),
    held=st.lists(
        st.tuples(st.sampled_from(sorted(USUAL)), st.none() | st.integers(-3, 3).map(lambda days: TODAY + timedelta(days=days))),
        max_size=12,
    ),
)
def test_the_last_day_is_the_first_on_which_something_is_over(
    kind: TaskKind, member: TeamMemberKind, held: list[tuple[str, date | None]]
) -> None:
    """Against a look at each day on its own."""
    papers = list(itertools.starmap(Paper, held))
    gates = {kind.value} | ({"visits"} if member in UNPAID and kind in (TaskKind.PERSONAL_CARE, TaskKind.MEDICINES) else set())
    needed = {name for name, names in USUAL.items() if gates & set(names)}

    def lacking(day: date) -> tuple[str, ...]:
        counting = {paper.kind for paper in papers if paper.expires_on is None or day <= paper.expires_on}
        return tuple(sorted(needed - counting))

    clearance = check_task(kind, member, USUAL, papers, TODAY)
    assert clearance.missing == lacking(TODAY)
    good = list(itertools.takewhile(lambda day: not lacking(day), (TODAY + timedelta(days=days) for days in range(5))))
    assert clearance.until_day == (good[-1] if 0 < len(good) < 5 else None)
