"""The pages on which a team is asked something, says what it thinks, and reads what it decided."""

import pytest

from kith.matching.v1 import team_questions_pb2 as pb
from libs.refusals import Conflict, FailedPrecondition, invalid
from tests.unit.web.fake_people import ADA, JO, MO, NAMES
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_team_questions import AGREED, OBJECTED, OPEN, WITHDRAWN
from tests.unit.web.fake_teams import OWN_TEAM
from tests.unit.web.scriptless_browser import ScriptlessBrowser


def last(fakes: FakeServices) -> object:
    """What changed something last."""
    reads = pb.GetTeamQuestionRequest | pb.GetTeamQuestionsRequest
    return [one for one in fakes.team_questions.requests if not isinstance(one, reads)][-1]


@pytest.mark.capability("T2")
def test_a_team_is_asked_answers_and_reads_what_it_decided() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/team")
    decided, asked, over = (page.index(f'href="/team/questions/{one}"') for one in (AGREED, OPEN, OBJECTED))
    assert page.index("We come on time.") < page.index("What the team decided") < decided < asked < over
    assert page.count(f"/team/questions/{WITHDRAWN}") == 1

    ask = f"/team/{OWN_TEAM}/ask"
    browser.open(ask)
    day = {"until_day-day": "4", "until_day-month": "12", "until_day-year": "2026"}
    fakes.team_questions.refusals["AskTeam"] = invalid("words", "QUESTION_WORDS_MISSING")
    status, page = browser.submit_fields(ask, {"words": "", **day})
    assert (status, "Write what you would like to ask." in page) == (422, True)
    del fakes.team_questions.refusals["AskTeam"]
    one = f"/team/questions/{OPEN}"
    assert browser.submit_fields(ask, {"words": "Shall we cook?", **day}) == (303, f"{one}?done=asked")
    sent = last(fakes)
    assert isinstance(sent, pb.AskTeamRequest)
    assert (sent.team_id, sent.words, sent.until_day) == (OWN_TEAM, "Shall we cook?", "2026-12-04")

    page = browser.open(one)
    for words in (
        "Shall we cook together on Fridays?",
        f"Said by {NAMES[MO][0]}, who acts for them.",
        "Nothing is decided without you, and your no stands.",
        f"Said by {NAMES[JO][0]}, who acts for them.",
        "No longer in the team. It does not count.",
        "Has not answered",
        "the pans.",
    ):
        assert words in page, words
    status, page = browser.submit_fields(one, {"answer": "", "words": "I like it.", "version": "0"})
    assert (status, "Choose yes, no, or that you do not mind." in page, "I like it." in page) == (422, True, True)
    for refusal in (Conflict("VERSION_STALE"), FailedPrecondition("TEAM_QUESTION_CLOSED")):
        fakes.team_questions.refusals["AnswerTeamQuestion"] = refusal
        assert browser.submit_fields(one, {"answer": "yes", "words": "", "version": "0"})[0] == 422
    del fakes.team_questions.refusals["AnswerTeamQuestion"]
    assert browser.submit_fields(one, {"answer": "either", "words": "I like it.", "version": "0"}) == (303, f"{one}?done=answered")
    answered = last(fakes)
    assert isinstance(answered, pb.AnswerTeamQuestionRequest)
    assert (answered.question_id, answered.answer, answered.words, answered.version) == (OPEN, pb.TEAM_ANSWER_EITHER, "I like it.", 0)

    own = pb.TeamQuestionAnswer(person_id=ADA, answer=pb.TEAM_ANSWER_NO, words="Too early.", in_team=True, version=3)
    fakes.team_questions.answers.append(own)
    fakes.team_questions.questions[OPEN].own_answer = pb.TEAM_ANSWER_NO
    page = browser.open(one)
    assert "Has not answered" not in page
    assert 'name="version" value="3"' in page
    assert "Too early.</textarea>" in page, "what she said before stands in the form"
    assert browser.submit(one, answer="yes", words="Well then.") == (303, f"{one}?done=answered")
    changed = last(fakes)
    assert isinstance(changed, pb.AnswerTeamQuestionRequest)
    assert (changed.words, changed.version) == ("Well then.", 3)

    browser.open(f"{one}/withdraw")
    assert browser.submit(f"{one}/withdraw") == (303, f"{one}?done=withdrawn")
    assert isinstance(last(fakes), pb.WithdrawTeamQuestionRequest)
    assert "/withdraw" not in browser.open(f"/team/questions/{AGREED}"), "it is over, and somebody else asked it"
    assert "Give your answer" not in browser.page
