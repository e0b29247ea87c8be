"""The pages on which people say openly what they look for."""

import pytest

from kith.matching.v1 import call_outs_pb2 as pb
from kith.matching.v1 import introductions_pb2 as intro
from libs.refusals import invalid
from tests.unit.web.fake_matching import CALL_OUT
from tests.unit.web.fake_people import ADA, JO, MO, NAMES
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser


@pytest.mark.capability("T5")
def test_call_outs_of_others_are_answered_as_every_introduction_and_ones_own_is_taken_down() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/people/call-outs")
    for words in (
        "I look for somebody who signs.", "Members can read it until Sunday 20 December.", NAMES[JO][0], "Who likes to swim?",
        f"You are getting to know {NAMES[MO][0]}",
    ):  # fmt: skip
        assert words in page, words
    assert browser.submit("/people", do="yes") == (303, "/people?done=yes")
    [said] = [one for one in fakes.introductions.requests if isinstance(one, intro.SayYesRequest)]
    assert (said.pair.person_id, said.pair.worker_id, said.step) == (JO, ADA, intro.INTRODUCTION_STEP_UNSPECIFIED)

    browser.open("/people/call-outs")
    assert browser.submit("/people/call-outs", call_out=CALL_OUT) == (303, "/people/call-outs?done=ended")
    assert [one.call_out_id for one in fakes.call_outs.requests if isinstance(one, pb.EndCallOutRequest)] == [CALL_OUT]


def test_a_call_out_is_written_and_asks_once_about_the_health_of_others() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    fakes.call_outs.refusals["WriteCallOut"] = invalid("others_agreed", "OTHERS_HEALTH")
    browser.open("/people/call-outs/new")
    typed = {"words": "My mother has dementia.", "until_day-day": "20", "until_day-month": "12", "until_day-year": "2026"}
    status, page = browser.submit_fields("/people/call-outs/new", typed)
    assert status == 422
    for words in ("It seems to say something of somebody else", "My mother has dementia.", 'id="others_agreed-error"'):
        assert words in page, words
    del fakes.call_outs.refusals["WriteCallOut"]
    sent = browser.submit_fields("/people/call-outs/new", typed | {"others_agreed": "on"})
    assert sent == (303, "/people/call-outs?done=written")
    last = [one for one in fakes.call_outs.requests if isinstance(one, pb.WriteCallOutRequest)][-1]
    assert (last.person_id, last.words, last.until_day, last.others_agreed) == (ADA, "My mother has dementia.", "2026-12-20", True)
