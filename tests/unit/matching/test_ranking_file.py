"""The file that a page offers: read again it is the same question, and it tells nobody of another's no."""

import json
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.ranking import rank
from services.matching.domain.ranking_file import ranking_file
from services.matching.domain.ranking_input import RankingInput, minutes_of
from tests.unit.matching.ranking_cases import ON, make_person, questions, read_question


@given(questions())
def test_the_file_gives_the_same_ranking(question: RankingInput) -> None:
    assert rank(read_question(ranking_file(question))) == rank(question)


@given(questions(), st.randoms(use_true_random=False))
def test_the_same_question_makes_the_same_file(question: RankingInput, random: Random) -> None:
    team, workers = list(question.team), list(question.workers)
    random.shuffle(team)
    random.shuffle(workers)
    other = RankingInput(question.on, question.person, tuple(team), tuple(workers))
    assert json.dumps(ranking_file(other)) == json.dumps(ranking_file(question))


def test_a_span_over_midnight_is_written_day_by_day() -> None:
    spans = ((1380, 3000), (10020, 10080), (0, 1))
    content = ranking_file(RankingInput(ON, make_person(wants=spans), (), ()))
    assert content["person"]["wants"] == [
        ["mon", "00:00", "00:01"],
        ["mon", "23:00", "24:00"],
        ["tue", "00:00", "24:00"],
        ["wed", "00:00", "02:00"],
        ["sun", "23:00", "24:00"],
    ]
    assert minutes_of(read_question(content).person.wants) == minutes_of(spans)
