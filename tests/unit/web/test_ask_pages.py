"""The pages of asks between co-ops: for who asks, for who fits, and for the Link."""

import json
import re

import pytest

from kith.identity.v1 import identity_pb2 as ident
from kith.matching.v1 import asks_pb2 as pb
from libs.refusals import invalid
from tests.unit.web.fake_asks import ASK, OTHER_ASK, OWN_REPLY, REFERENCE, REPLY
from tests.unit.web.fake_people import ADA, NAMES
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_vote_services import HARBOUR
from tests.unit.web.scriptless_browser import ScriptlessBrowser

OWN, NEW, CHECK, ASKED = "/people/other-co-ops", "/people/other-co-ops/new", "/people/other-co-ops/new/check", "/people/asked"


@pytest.mark.capability("L12")
def test_what_leaves_is_shown_letter_for_letter_before_it_leaves() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open(NEW)
    ticks = {f"to_{HARBOUR}": "on", "block_tue_morning": "on", "language_bsl": "on", "district": "ls6"}
    assert browser.submit_fields(NEW, ticks | {"block_fri_night": "on"}) == (303, CHECK)
    # What was ticked before and is not now does not leave.
    browser.open(NEW)
    assert browser.submit_fields(NEW, ticks) == (303, CHECK)
    page = browser.open(CHECK)
    for words in ("Tuesday morning", "British Sign Language", "Harbour", "LS6 lies in", "This is not sent"):
        assert words in page, words
    [letter] = re.findall(r"<code>(.*?)</code>", page)
    shown = json.loads(letter.replace("&#34;", '"'))
    assert shown | {"until": 0} == {
        "ask": "a new random number", "area": [1438, 1784], "blocks": ["tue_morning"], "languages": ["bsl"], "skills": [], "until": 0,
    }  # fmt: skip
    assert not [one for one in fakes.asks.requests if isinstance(one, pb.AskOtherCoOpsRequest)]
    assert browser.submit(CHECK) == (303, f"{OWN}?done=asked")
    [sent] = [one for one in fakes.asks.requests if isinstance(one, pb.AskOtherCoOpsRequest)]
    assert (sent.person_id, list(sent.co_ops), list(sent.words.blocks)) == (ADA, [HARBOUR], ["tue_morning"])
    assert (list(sent.words.languages), list(sent.words.skills), sent.words.district) == (["bsl"], [], "ls6")


def test_a_mistake_stands_beside_its_field_and_nothing_is_lost() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    fakes.asks.refusals["PreviewAsk"] = invalid("blocks", "BLOCK_MISSING")
    browser.open(NEW)
    status, page = browser.submit_fields(NEW, {f"to_{HARBOUR}": "on", "language_bsl": "on", "district": "LS6"})
    assert status == 422
    for words in ("Tick at least one time.", 'id="blocks-error"', 'href="#blocks"', 'id="blocks"'):
        assert words in page, words
    assert re.search(r'name="language_bsl" value="on"[^>]* checked', page)
    del fakes.asks.refusals["PreviewAsk"]
    status, page = browser.submit_fields(NEW, {"block_mon_night": "on", "district": "LS6"})
    assert (status, "Tick at least one co-op." in page) == (422, True)


def test_who_asked_reads_what_came_back_and_answers() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open(OWN)
    for words in (
        "Monday night, Tuesday morning", "at least 10 people would fit", "has not answered yet", REFERENCE,
        "Somebody at", "would like to be put in touch", "This is over",
    ):  # fmt: skip
        assert words in page, words
    assert browser.submit(OWN, reply=REPLY, do="yes") == (303, f"{OWN}?done=yes")
    browser.open(OWN)
    assert browser.submit(OWN, reply=REPLY, do="no") == (303, f"{OWN}?done=no")
    browser.open(OWN)
    assert browser.submit(OWN, ask=ASK, do="withdrawn") == (303, f"{OWN}?done=withdrawn")
    answered = [(one.reply_id, one.yes) for one in fakes.asks.requests if isinstance(one, pb.AnswerAskReplyRequest)]
    withdrawn = [one.ask_id for one in fakes.asks.requests if isinstance(one, pb.WithdrawAskRequest)]
    assert (answered, withdrawn) == ([(REPLY, True), (REPLY, False)], [ASK])


def test_who_fits_replies_and_takes_it_back() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open(ASKED)
    for words in ("looks for somebody", "Saturday evening", "about 4 km from you", REFERENCE, "They do not know who you are"):
        assert words in page, words
    assert browser.submit(ASKED, co_op=HARBOUR, ask=OTHER_ASK, do="replied") == (303, f"{ASKED}?done=replied")
    browser.open(ASKED)
    assert browser.submit(ASKED, reply=OWN_REPLY, do="taken-back") == (303, f"{ASKED}?done=taken-back")
    [replied] = [one for one in fakes.asks.requests if isinstance(one, pb.ReplyToAskRequest)]
    [taken] = [one for one in fakes.asks.requests if isinstance(one, pb.TakeBackReplyRequest)]
    assert ((replied.co_op, replied.ask_id), taken.reply_id) == ((HARBOUR, OTHER_ASK), OWN_REPLY)
    fakes.asks.has_offer = False
    assert "once you say what support you offer" in browser.open(ASKED)


def test_the_link_reads_whom_to_ring_and_nobody_else_does() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/people/put-in-touch")
    for words in (REFERENCE, NAMES[ADA][0], "9ZZZ-0000", "would come"):
        assert words in page, words


def test_whom_to_ring_is_asked_for_with_the_hat_of_the_link() -> None:
    fakes = FakeServices()
    fakes.governance.link_hat = "link"
    ScriptlessBrowser(fakes).sign_in().open("/people/put-in-touch")
    assert "link" in [request.hat for request in fakes.identity.requests if isinstance(request, ident.RenewTokenRequest)]
