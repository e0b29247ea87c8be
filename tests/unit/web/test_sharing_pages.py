"""The pages on which two share visits, and on which people do something together."""

import pytest

from kith.scheduling.v1 import activities_pb2 as activities
from kith.scheduling.v1 import group_activities_pb2 as groups
from kith.scheduling.v1 import sharings_pb2 as pb
from kith.scheduling.v1 import visit_records_pb2 as records
from kith.scheduling.v1 import visits_pb2 as visits
from libs.refusals import AlreadyExists, invalid
from tests.unit.web.fake_people import ADA, JO, MO, NAMES, NOW, to_timestamp
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_sharing import ASKED, OFF, PAST, SHARED, SOUP, WAITING, WALK
from tests.unit.web.fake_visits import HAD, PROPOSED, TAKEN
from tests.unit.web.scriptless_browser import ScriptlessBrowser

SHARING = "/visits/sharing"


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


@pytest.mark.capability("T9")
def test_what_each_pays_is_said_to_each_of_the_two(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    page = browser.open(SHARING)
    for words in (
        f"{NAMES[MO][0]} asks you", f"You pay 1/3, and {NAMES[MO][0]} pays 2/3.",
        f"You pay for 20 of 60 minutes, and {NAMES[JO][0]} pays for 40.", f"You pay half, and {NAMES[MO][0]} pays half.",
        'role="img" aria-label="You pay half',
    ):  # fmt: skip
        assert words in page, words
    page = browser.open(f"{SHARING}/{SHARED}")
    for words in (NAMES[JO][0], "Not shared: somebody comes who is not in both teams.", "Stop sharing"):
        assert words in page, words
    assert browser.submit(f"{SHARING}/{SHARED}", do="end") == (303, f"{SHARING}?done=end")
    browser.open(f"{SHARING}/{ASKED}")
    assert browser.submit(f"{SHARING}/{ASKED}", do="no") == (303, f"{SHARING}?done=no")
    assert "Nobody is told" in browser.open(f"{SHARING}?done=no")
    assert "Take it back" in browser.open(f"{SHARING}/{WAITING}")
    ended, refused = [one for one in fakes.sharings.requests if isinstance(one, pb.EndSharingRequest | pb.AnswerSharingRequest)]
    assert isinstance(refused, pb.AnswerSharingRequest)
    assert (ended.version, refused.sharing_id, refused.agrees) == (1, ASKED, False)


@pytest.mark.capability("T9")
def test_a_visit_is_shared_by_parts_or_minutes(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.visits.visits[PROPOSED].state = visits.VISIT_STATE_AGREED
    assert f"/visits/{PROPOSED}/share" in browser.open(f"/visits/{PROPOSED}")
    path = f"/visits/{PROPOSED}/share"
    browser.open(path)
    status, page = browser.submit_fields(path, {"split": "half"})
    assert (status, "Choose a person." in page) == (422, True)
    fakes.sharings.refusals["ProposeSharing"] = invalid("person_part", "SHARING_MINUTES", minutes="60")
    typed = {"who": MO, "split": "minutes", "mine": "40", "theirs": "10"}
    status, page = browser.submit_fields(path, typed)
    assert (status, 'id="mine-error"' in page, "The visit takes 60 minutes." in page) == (422, True, True)
    del fakes.sharings.refusals["ProposeSharing"]
    assert browser.submit_fields(path, typed | {"theirs": "20"}) == (303, f"{SHARING}/{WAITING}?done=proposed")
    sent = [one for one in fakes.sharings.requests if isinstance(one, pb.ProposeSharingRequest)][-1]
    assert (sent.person_id, sent.sharer_id, sent.visit_id, sent.series_id) == (ADA, MO, PROPOSED, "")
    assert (sent.person_part, sent.sharer_part, sent.by_minutes) == (40, 20, True)


@pytest.mark.capability("T9")
def test_who_shares_a_visit_sees_it_and_answers_to_its_record_but_does_not_plan_it(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    theirs, ours = fakes.visits.visits[TAKEN], fakes.visits.visits[HAD]
    theirs.person_id, theirs.sharer_id, theirs.sharing_id = JO, ADA, SHARED
    page = browser.open(f"/visits/{TAKEN}")
    assert f"At the home of {NAMES[JO][0]}, and you share it" in page
    assert f"{SHARING}/{SHARED}" in page
    for step in ("take", "cancel", "agree"):
        assert f'value="{step}"' not in page
    assert "/move" not in page
    ours.sharer_id, ours.sharing_id = MO, SHARED
    assert f"To you, and {NAMES[MO][0]} is there too" in browser.open(f"/visits/{HAD}")
    ours.person_id, ours.sharer_id, fakes.visit_records.records[HAD].person_id = JO, ADA, JO
    page = browser.open(f"/visits/{HAD}")
    assert "Your yes is about the times." in page
    assert "Nothing was said of" not in page, "what was said of the tasks is not for who shares the visit"
    fakes.visit_records.records[HAD].entries.add(kind=records.VISIT_RECORD_ENTRY_KIND_CONFIRMED, by=ADA, at=to_timestamp(NOW))
    assert f"{NAMES[ADA][0]} was there too, and said: the times are right." in browser.open(f"/visits/{HAD}")
    fakes.visits.waiting.sharing_ids.append(ASKED)
    assert f'href="{SHARING}/{ASKED}"' in browser.open("/")
    # Another time waits for the yes of the visited person alone.
    plan = fakes.visits.visits[PROPOSED]
    asks = f'href="/visits/{PROPOSED}"'
    assert (asks in browser.open("/")) is (plan.person_id == ADA)
    plan.person_id, plan.sharer_id = JO, ADA
    assert asks not in browser.open("/")


@pytest.mark.capability("T9")
def test_people_announce_come_and_count(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    page = browser.open("/together")
    for words in ("Soup and cards", "You come with a helper", "It costs £2.50.", "You can come in without steps.", "One person comes."):
        assert words in page, words
    page = browser.open(f"/together/{SOUP}")
    assert NAMES[MO][0] in page
    assert "Who comes" not in browser.open(f"/together/{WALK}"), "only who comes sees who comes"
    fakes.group_activities.refusals["JoinActivity"] = AlreadyExists("ACTIVITY_FULL")
    assert browser.submit(f"/together/{WALK}", do="join", shows="yes", **{"as": "helper"})[0] == 409
    del fakes.group_activities.refusals["JoinActivity"]
    browser.open(f"/together/{WALK}")
    assert browser.submit(f"/together/{WALK}", do="join", shows="yes", **{"as": "helper"}) == (303, f"/together/{WALK}?done=join")
    joined = [one for one in fakes.group_activities.requests if isinstance(one, groups.JoinActivityRequest)][-1]
    assert (joined.with_helper, joined.shows, joined.version) == (True, True, 1)
    assert "It does not take place" in browser.open(f"/together/{OFF}")

    browser.open("/together/new")
    typed = {
        "what": "Singing", "kind": "making", "where": "The hall", "start": "14:30", "minutes": "90", "step_free": "partly", "price": "1.50",
        "day-day": "20", "day-month": "12", "day-year": "2026", "places": "12",
    }  # fmt: skip
    assert browser.submit_fields("/together/new", typed) == (303, f"/together/{WALK}?done=announced")
    sent = [one for one in fakes.group_activities.requests if isinstance(one, groups.AnnounceActivityRequest)][-1]
    assert (sent.kind, sent.when.day, sent.when.start, sent.when.minutes) == (activities.ACTIVITY_KIND_MAKING, "2026-12-20", 870, 90)
    assert (sent.places, sent.step_free, sent.price_pence) == (12, groups.STEP_FREE_ACCESS_PARTLY, 150)
    assert f"/together/{PAST}/close" in browser.open(f"/together/{PAST}")
    browser.open(f"/together/{PAST}/close")
    assert browser.submit_fields(f"/together/{PAST}/close", {"came_guest": "3"}) == (303, f"/together/{PAST}?done=closed")
    closed = [one for one in fakes.group_activities.requests if isinstance(one, groups.CloseActivityRequest)][-1]
    assert {came.member_class: came.came for came in closed.came if came.came} == {"guest": 3}
