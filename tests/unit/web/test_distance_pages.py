"""The pages on which two visits keep a distance."""

import re

import pytest

from kith.scheduling.v1 import visit_gaps_pb2 as pb
from libs.refusals import FailedPrecondition, invalid
from services.web.drawings.distance_bar import distance_bar
from tests.unit.web.fake_distances import ASKED, HOLDS, OF_JO, OVER
from tests.unit.web.fake_people import NOW
from tests.unit.web.fake_series import JOS
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_visits import PROPOSED, TAKEN
from tests.unit.web.scriptless_browser import ScriptlessBrowser

DISTANCES = "/visits/distances"


@pytest.mark.parametrize(("least", "most"), [(240, 0), (0, 1), (240, 240), (1, 2880), (1440, 2880), (2, 3)])
def test_the_drawing_has_room_for_both_visits(least: int, most: int) -> None:
    drawn = str(distance_bar(least, most, "so far apart"))
    boxes = sorted((float(at), float(at) + float(wide)) for at, wide in re.findall(r'<rect x="([\d.]+)" y="\d" width="([\d.]+)"', drawn))
    assert len(boxes) == (3 if most > least else 2), "where the second begins at the latest, if that is not when it begins at the earliest"
    assert boxes[1][0] - boxes[0][1] >= 10, "there is time between them"
    assert boxes[-1][1] <= 300
    assert boxes[0][0] >= 0


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


@pytest.mark.capability("S6")
def test_a_rule_is_drawn_and_said_and_the_person_answers_it(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    page = browser.open(DISTANCES)
    for words in (
        "At least 4 hours between them", "At least 2 hours and at most 11 hours and 30 minutes between them", 'role="img"',
        "Every day, at 8:00 in the morning", "For every day on which there are both.",
    ):  # fmt: skip
        assert words in page, words
    assert "See it, and move it" not in page
    page = browser.open(f"{DISTANCES}/{HOLDS}")
    assert "Too close" in page, "what was planned all the same is named"
    assert browser.submit(f"{DISTANCES}/{HOLDS}", do="end") == (303, f"{DISTANCES}/{HOLDS}?done=end")
    browser.open(f"{DISTANCES}/{ASKED}")
    assert browser.submit(f"{DISTANCES}/{ASKED}", do="agree") == (303, f"{DISTANCES}/{ASKED}?done=agree")
    page = browser.open(f"{DISTANCES}/{OF_JO}")
    assert "The second visit is on the day after the first." in page
    assert ('value="withdraw"' in page, 'value="agree"' in page) == (True, False), "who proposed it takes it back"
    assert "<button name=" not in browser.open(f"{DISTANCES}/{OVER}").partition("<main")[2]
    fakes.visits.waiting.gap_ids.append(ASKED)
    assert f'href="{DISTANCES}/{ASKED}"' in browser.open("/")
    sent = [one for one in fakes.visit_gaps.requests if isinstance(one, pb.EndVisitGapRequest | pb.AgreeVisitGapRequest)]
    assert [(one.gap_id, one.version) for one in sent] == [(HOLDS, 1), (ASKED, 1)]


@pytest.mark.capability("S6")
def test_both_visits_say_it_on_their_page_and_in_the_week(browser: ScriptlessBrowser) -> None:
    for path in (f"/visits/{PROPOSED}", "/week"):
        page = browser.open(path)
        assert "At least 4 hours after the visit from 9:05 in the morning" in page, path
        assert "Too close" in page, path
    page = browser.open(f"/visits/{PROPOSED}")
    assert f'href="/visits/{PROPOSED}/distance"' in page
    assert f'href="/visits/series/{JOS}/distance"' in browser.open(f"/visits/series/{JOS}")


@pytest.mark.capability("S6")
def test_a_distance_is_proposed_in_hours_and_minutes(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    path = f"/visits/{PROPOSED}/distance"
    page = browser.open(path)
    assert ("on the next day" in page, f'value="visit:{TAKEN}"' in page) == (False, True)
    status, page = browser.submit_fields(path, {"least_hours": "four"})
    assert status == 422
    for words in ("Choose the other visit.", "Choose which comes first.", "Write a whole number, such as 4"):
        assert words in page, words
    typed = {"other": f"visit:{TAKEN}", "order": "other", "least_hours": "4", "least_minutes": "15", "most_hours": "4"}
    fakes.visit_gaps.refusals["ProposeVisitGap"] = invalid("most_minutes", "GAP_CROSSED")
    status, page = browser.submit_fields(path, typed)
    assert (status, 'id="most_hours-error"' in page) == (422, True)
    moments = {"first": NOW.isoformat(), "second": NOW.isoformat()}
    fakes.visit_gaps.refusals["ProposeVisitGap"] = FailedPrecondition("GAP_ARE_TOO_CLOSE", **moments)
    status, page = browser.submit_fields(path, typed | {"most_hours": ""})
    assert "are closer than that, or come the other way round. Move one of them first" in page
    del fakes.visit_gaps.refusals["ProposeVisitGap"]
    assert browser.submit_fields(path, typed | {"most_hours": "6"}) == (303, f"{DISTANCES}/{ASKED}?done=propose")
    sent = [one for one in fakes.visit_gaps.requests if isinstance(one, pb.ProposeVisitGapRequest)][-1]
    assert (sent.first_visit_id, sent.second_visit_id, sent.least_minutes, sent.most_minutes) == (TAKEN, PROPOSED, 255, 360)

    path = f"/visits/series/{JOS}/distance"
    assert "on the next day" in browser.open(path)
    other = fakes.visit_gaps.others[1].series_id
    assert browser.submit_fields(path, {"other": f"series:{other}", "order": "this_night", "most_hours": "16"})[0] == 303
    sent = [one for one in fakes.visit_gaps.requests if isinstance(one, pb.ProposeVisitGapRequest)][-1]
    assert (sent.first_series_id, sent.second_series_id, sent.most_minutes, sent.next_day) == (JOS, other, 960, True)


@pytest.mark.capability("S6")
def test_a_time_that_breaks_it_is_refused_with_the_one_that_is_right(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    moments = {"visit": "2026-12-03T12:00+00:00", "other": "2026-12-03T08:00+00:00", "at": "2026-12-03T12:30+00:00"}
    fakes.visits.refusals["MoveVisit"] = FailedPrecondition("GAP_TOO_CLOSE_AFTER", **moments)
    path = f"/visits/{PROPOSED}/move"
    assert "At least 4 hours after the visit from 9:05 in the morning" in browser.open(path), "who looks for a time reads what binds it"
    typed = {"day-day": "3", "day-month": "12", "day-year": "2026", "start": "12:00", "minutes": "30"}
    status, page = browser.submit_fields(path, typed)
    assert status == 422
    words = (
        "A visit on Thursday 3 December, 12 noon would be too close to the visit on Thursday 3 December, 8:00 in the morning. "
        "It can start on Thursday 3 December, 12:30 in the afternoon or later."
    )
    assert words in page
