"""The pages on which two of a team say that something is wrong between them, and those that find who comes instead."""

import pytest

from kith.matching.v1 import concerns_pb2 as pb
from kith.scheduling.v1 import covers_pb2 as covers
from libs.refusals import AlreadyExists, invalid
from tests.unit.web.fake_concerns import (
    AGREED,
    ASKED,
    BESIDE,
    COVER,
    COVERING,
    FACILITATED,
    LOOKING_BACK,
    LOOKING_FOR,
    TALKING,
    UNCOVERED,
    WELL,
)
from tests.unit.web.fake_people import ADA, JO, MO, NAMES
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_teams import JOS_TEAM, OWN_TEAM
from tests.unit.web.scriptless_browser import ScriptlessBrowser

LIST = "/team/concerns"
DANGER = "You do not have to talk to anybody."


def sent(fakes: FakeServices) -> list[object]:
    """What changed something."""
    return [one for one in fakes.concerns.requests if not isinstance(one, pb.GetConcernRequest | pb.GetConcernsRequest)]


@pytest.mark.capability("T11")
def test_it_is_said_from_the_page_of_the_team_and_danger_is_named_first() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/team")
    own, others = f"/team/{OWN_TEAM}/concern/{JO}", f"/team/{JOS_TEAM}/concern/{JO}"
    assert f'href="{own}"' in page
    assert f'href="{others}"' in page, "the worker can say it too"
    assert f"/concern/{ADA}" not in page
    assert f"/team/{OWN_TEAM}/concern/{MO}" not in page, "whom she only asked to join is not in it"
    page = browser.open(own)
    assert page.index(DANGER) < page.index("How would you like to begin?") < page.index("Say it")
    status, page = browser.submit_fields(own, {"how": "", "words": "You were not there."})
    assert (status, "Choose how you would like to begin." in page, "You were not there." in page) == (422, True, True)
    fakes.concerns.refusals["RaiseConcern"] = AlreadyExists("CONCERN_OPEN")
    assert browser.submit_fields(own, {"how": "talk", "words": ""})[0] == 422
    del fakes.concerns.refusals["RaiseConcern"]
    assert browser.submit_fields(own, {"how": "beside", "words": "Hm."}) == (303, f"{LIST}/{TALKING}?done=raised")
    raised = sent(fakes)[-1]
    assert isinstance(raised, pb.RaiseConcernRequest)
    assert (raised.team_id, raised.person_id, raised.facilitated, raised.words) == (OWN_TEAM, JO, True, "Hm.")


@pytest.mark.capability("T11")
def test_the_two_and_who_is_beside_them_each_do_what_is_theirs() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    talking = f"{LIST}/{TALKING}"
    page = browser.open(talking)
    for words in (
        DANGER,
        f"You and {NAMES[JO][0]}",
        "You were not there.",
        "Mo rings first.",
        "Tuesday 12 January",
        "Yes, I agree to this",
    ):
        assert words in page, words
    assert browser.submit(talking, do="yes", version="2") == (303, f"{talking}?done=agreed")
    browser.open(talking)
    assert browser.submit(talking, do="beside") == (303, f"{talking}?done=beside")

    page = browser.open(f"{LIST}/{LOOKING_FOR}")
    for words in (
        f"You would like {NAMES[MO][0]}.",
        f"{NAMES[MO][0]} would like {NAMES[JO][0]}.",
        f"Yes, {NAMES[JO][0]}",
        "Nobody has to hurry",
    ):
        assert words in page, words
    assert browser.submit(f"{LIST}/{LOOKING_FOR}", do="asked", person=JO)[0] == 303
    name = f"{LIST}/{LOOKING_FOR}/beside"
    browser.open(name)
    assert browser.submit_fields(name, {"who": "", "q": ""})[0] == 422
    assert browser.submit_fields(name, {"who": MO, "q": ""}) == (303, f"{LIST}/{LOOKING_FOR}?done=named")
    fakes.concerns.refusals["NameFacilitator"] = invalid("person_id", "FACILITATOR_ON_A_SIDE")
    status, page = browser.submit_fields(name, {"who": JO, "q": ""})
    assert (status, "on nobody&#39;s side" in page or "on nobody's side" in page) == (422, True)

    page = browser.open(f"{LIST}/{ASKED}")
    assert "Mo rings first." not in page
    assert browser.submit(f"{LIST}/{ASKED}", do="accepted") == (303, f"{LIST}/{ASKED}?done=accepted")
    page = browser.open(f"{LIST}/{FACILITATED}")
    assert "Mo rings first." in page
    assert "Yes, I agree to this" not in page, "who is beside them says yes for nobody"
    assert "/end" not in page
    assert browser.submit(f"{LIST}/{FACILITATED}", do="declined") == (303, LIST)
    assert [type(one) for one in sent(fakes)] == [
        pb.AgreeRepairRequest, pb.AskForFacilitatorRequest, *[pb.NameFacilitatorRequest] * 3, *[pb.AnswerFacilitationRequest] * 2,
    ]  # fmt: skip


@pytest.mark.capability("T11")
def test_what_helps_is_written_agreed_on_and_looked_back_on() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    for path, typed in (
        (f"{LIST}/{BESIDE}/write", {"words": "I was afraid.", "reader": "alone"}),
        (
            f"{LIST}/{TALKING}/agree",
            {"words": "Jo rings first.", "look_back_on-day": "12", "look_back_on-month": "1", "look_back_on-year": "2027"},
        ),
    ):
        browser.open(path)
        assert browser.submit_fields(path, typed)[0] == 303, path
    written, proposed = sent(fakes)
    assert isinstance(written, pb.WriteConcernNoteRequest)
    assert (written.words, written.for_facilitator) == ("I was afraid.", True)
    assert isinstance(proposed, pb.ProposeRepairRequest)
    assert (proposed.words, proposed.look_back_on) == ("Jo rings first.", "2027-01-12")
    assert "We ask you both on the day" in browser.open(f"{LIST}/{AGREED}?done=agreed")
    back = f"{LIST}/{LOOKING_BACK}"
    for answer in ("well", "not_well"):
        browser.open(back)
        assert browser.submit(back, do=answer) == (303, f"{back}?done={answer}")
    assert [one.well for one in sent(fakes)[2:] if isinstance(one, pb.AnswerLookBackRequest)] == [True, False]
    fakes.concerns.concerns[LOOKING_BACK].own_answer = pb.LOOK_BACK_ANSWER_WELL
    assert "You have answered." in browser.open(back)
    assert "Mo rings first." in browser.open(f"{LIST}/{WELL}")


@pytest.mark.capability("T11")
def test_it_ends_at_any_time_and_the_visits_that_need_somebody_are_one_tap_away() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    for how, request in (("aside", pb.SetConcernAsideRequest), ("end", pb.EndWorkingTogetherRequest)):
        path = f"{LIST}/{TALKING}/{how}"
        assert f'href="{path}"' in browser.open(f"{LIST}/{TALKING}")
        assert "You need no reason." in browser.open(path)
        assert browser.submit(path)[0] == 303
        assert isinstance(sent(fakes)[-1], request)
    for page in (browser.open(f"{LIST}/{COVERING}"), browser.open("/visits/covers")):
        assert f'href="/visits/{UNCOVERED}/who-could"' in page
        assert "Needs somebody" in page or "somebody" in page
    assert browser.submit("/visits/covers", cover=COVER) == (303, "/visits/covers?done=not_needed")
    [said] = [one for one in fakes.covers.requests if isinstance(one, covers.NeedNoCoverRequest)]
    assert said.cover_id == COVER
    fakes.covers.visits = []
    assert "Each of these visits has somebody" in browser.open("/visits/covers")
    fakes.concerns.concerns[COVERING].owner_id = MO
    assert "/who-could" not in browser.open(f"{LIST}/{COVERING}"), "whose visits they are looks after them"


def test_the_list_has_what_goes_on_first_and_what_others_asked_for_apart() -> None:
    page = ScriptlessBrowser(FakeServices()).sign_in().open(LIST)
    places = [
        page.index(words)
        for words in (DANGER, f"{LIST}/{TALKING}", "You are beside these two", f"{LIST}/{ASKED}", "What is over", f"{LIST}/{WELL}")
    ]
    assert places == sorted(places)
