"""The record of a visit on pages: what both sides read, and what they send."""

from datetime import timedelta
from typing import TypeVar

import pytest

from kith.identity.v1 import relationships_pb2 as relationships
from kith.scheduling.v1 import visit_records_pb2 as pb
from libs.refusals import Conflict, invalid
from tests.unit.web.fake_people import JO, NOW, to_timestamp
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_visit_records import BY_ADA, TO_ADA, say
from tests.unit.web.fake_visits import GIVEN, HAD, OPEN, TAKEN
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text

ANSWERS = {"day-day": "22", "day-month": "11", "day-year": "2026", "start": "9:10", "end": "10:20", "ends_on": "same", "note": "Lunch"}


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


Sent = TypeVar("Sent")


def last(fakes: FakeServices, kind: type[Sent]) -> Sent:
    """The last request of this kind: the page that is shown again may ask something after it."""
    return [request for request in fakes.visit_records.requests if isinstance(request, kind)][-1]


def text_of(browser: ScriptlessBrowser, path: str) -> str:
    return " ".join(visible_text(browser.open(path)))


@pytest.mark.capability("L6")
def test_the_person_reads_who_wrote_what_and_says_yes(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, f"/visits/{HAD}")
    assert "Is this right? Waits for your answer" in text
    assert "Mo Stone wrote: Monday 23 November, 9:05 in the morning to 10:05 in the morning." in text
    assert "Breakfast, and the post" in text
    assert "You can also say it later" in text
    assert "This one counts" not in text
    path = f"/visits/{HAD}/record/step"
    assert browser.submit(path, record=TO_ADA, version="1", do="confirm") == (303, f"/visits/{HAD}?done=record_confirm")
    confirmed = last(fakes, pb.ConfirmVisitRequest)
    assert (confirmed.record_id, confirmed.version) == (TO_ADA, 1)
    fakes.visit_records.refusals["ConfirmVisit"] = Conflict("VERSION_STALE")
    browser.open(f"/visits/{HAD}")
    assert browser.submit(path, record=TO_ADA, version="1", do="confirm")[0] == 409


@pytest.mark.capability("L6")
def test_what_is_confirmed_says_so_and_by_whom(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    record = fakes.visit_records.records[HAD]
    record.confirms_at.CopyFrom(to_timestamp(NOW + timedelta(days=6)))
    assert "If you say nothing, this counts as right from Monday 30 November, 9:05 in the morning on." in text_of(browser, f"/visits/{HAD}")
    record.ClearField("confirms_at")
    say(record, pb.VISIT_RECORD_ENTRY_KIND_CONFIRMED, "")
    record.state, record.confirmed_entry_id = pb.VISIT_RECORD_STATE_CONFIRMED, record.entry_id
    text = text_of(browser, f"/visits/{HAD}")
    assert "This one counts." in text
    assert "Nobody had said anything, so it counts as right. That was agreed before." in text
    assert "Yes, that is right" not in text
    assert "No, something is not right" in text


@pytest.mark.capability("L6")
def test_the_person_says_in_their_own_words_what_is_not_right(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    path = f"/visits/{HAD}/record/wrong"
    browser.open(f"{path}?record={TO_ADA}")
    assert browser.submit(path, record=TO_ADA, version="1", words="It was half an hour") == (303, f"/visits/{HAD}?done=record_dispute")
    disputed = last(fakes, pb.DisputeVisitRequest)
    assert (disputed.record_id, disputed.version, disputed.words) == (TO_ADA, 1, "It was half an hour")
    fakes.visit_records.refusals["DisputeVisit"] = invalid("words", "DISPUTE_WORDS_MISSING")
    assert browser.submit(path, record=TO_ADA, version="1", words="")[0] == 422
    assert "Write in a few words what is not right." in browser.page


@pytest.mark.capability("L6")
def test_the_worker_reads_the_words_and_writes_again_or_stands_by_it(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, f"/visits/{GIVEN}")
    assert "Mo Stone says that it is not right" in text
    assert "You left at ten" in text
    assert "Yes, that is right" not in text
    page = browser.open(f"/visits/{GIVEN}/record?record={BY_ADA}")
    assert 'value="09:05"' in page
    assert "Breakfast, and the post" in page
    assert browser.submit(f"/visits/{GIVEN}/record", record=BY_ADA, version="2", **ANSWERS) == (303, f"/visits/{GIVEN}?done=record_write")
    written = last(fakes, pb.RecordVisitRequest)
    assert (written.record_id, written.version, written.note) == (BY_ADA, 2, "Lunch")
    assert (written.starts, written.ends) == (pb.LocalMoment(day="2026-11-22", minute=550), pb.LocalMoment(day="2026-11-22", minute=620))
    path = f"/visits/{GIVEN}/record/stand-by"
    browser.open(f"{path}?record={BY_ADA}")
    assert browser.submit(path, record=BY_ADA, version="2", words="I had the bus at eleven") == (
        303,
        f"/visits/{GIVEN}?done=record_stand_by",
    )
    assert last(fakes, pb.StandByVisitRequest)


@pytest.mark.capability("L6")
def test_a_worker_starts_and_finishes_with_one_tap_or_writes_it_with_the_planned_times(
    fakes: FakeServices, browser: ScriptlessBrowser
) -> None:
    visit = fakes.visits.visits[TAKEN]
    visit.starts_at.CopyFrom(to_timestamp(NOW + timedelta(minutes=10)))
    visit.ends_at.CopyFrom(to_timestamp(NOW + timedelta(minutes=70)))
    fakes.visit_records.may_begin = True
    fakes.visit_tasks.tasks = []
    assert "I start now" in browser.open(f"/visits/{TAKEN}")
    assert browser.submit(f"/visits/{TAKEN}/record/step", do="start") == (303, f"/visits/{TAKEN}?done=record_start")
    assert last(fakes, pb.StartVisitRequest)
    page = browser.open(f"/visits/{TAKEN}/record")
    assert 'value="09:15"' in page
    assert 'value="10:15"' in page
    night = ANSWERS | {"start": "23:00", "end": "7:00", "ends_on": "next"}
    assert browser.submit(f"/visits/{TAKEN}/record", record="", version="0", **night)[0] == 303
    written = last(fakes, pb.RecordVisitRequest)
    assert (written.ends, written.record_id) == (pb.LocalMoment(day="2026-11-23", minute=420), "")
    fakes.visit_records.refusals["RecordVisit"] = invalid("ends", "RECORD_ENDS_FIRST")
    wrong = ANSWERS | {"start": "9:75", "end": "", "note": "Kept as typed"}
    assert browser.submit(f"/visits/{TAKEN}/record", record="", version="0", **wrong)[0] == 422
    assert "The end must be after the start." in browser.page
    assert "Kept as typed" in browser.page
    written = last(fakes, pb.RecordVisitRequest)
    assert (written.starts.minute, written.ends.minute) == (-1, -1), "the service refuses them"

    record = fakes.visit_records.records[TAKEN] = pb.VisitRecord()
    record.CopyFrom(fakes.visit_records.records[GIVEN])
    del record.entries[1:]
    record.entries[0].kind = pb.VISIT_RECORD_ENTRY_KIND_STARTED
    record.entries[0].ClearField("ends_at")
    record.state, record.version = pb.VISIT_RECORD_STATE_STARTED, 1
    fakes.visit_records.may_begin = False
    fakes.visit_records.refusals.clear()
    text = text_of(browser, f"/visits/{TAKEN}")
    assert "I finish now" in text
    assert "I start now" not in text
    assert "Ada Fenwick started at 9:05 in the morning." in text
    assert browser.submit(f"/visits/{TAKEN}/record/step", record=BY_ADA, version="1", do="finish")[0] == 303
    written = last(fakes, pb.RecordVisitRequest)
    assert not written.HasField("starts")
    assert not written.HasField("ends")


def test_before_a_visit_and_for_who_has_no_part_in_it_there_is_nothing(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    assert "What happened" not in browser.open(f"/visits/{TAKEN}")
    fakes.visits.visits[OPEN].starts_at.CopyFrom(to_timestamp(NOW - timedelta(hours=3)))
    assert "What happened" not in browser.open(f"/visits/{OPEN}")
    fakes.visit_records.records.clear()
    assert "Nothing is written down yet." in browser.open(f"/visits/{HAD}")


@pytest.mark.capability("L6")
def test_whoever_acts_confirms_in_the_persons_place_and_begins_nothing(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.identity.may_act_for = (JO,)
    fakes.relationships.acts_for = {JO: [relationships.ACTING_SCOPE_TEAM]}
    fakes.visits.visits[OPEN].starts_at.CopyFrom(to_timestamp(NOW - timedelta(hours=3)))
    fakes.visit_records.records[OPEN] = pb.VisitRecord()
    fakes.visit_records.records[OPEN].CopyFrom(fakes.visit_records.records[HAD])
    fakes.visit_records.records[OPEN].person_id = JO
    browser.open("/")
    browser.submit("/acting/begin", person=JO)
    text = text_of(browser, f"/visits/{OPEN}")
    assert "Yes, that is right" in text
    assert "I start now" not in text


@pytest.mark.capability("L6")
def test_a_person_chooses_whether_silence_is_a_yes(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/visits/confirming")
    assert "Nothing counts until you answer." in text
    assert "7 days later" in text
    for do, agreed in (("agree", True), ("take_back", False)):
        assert browser.submit("/visits/confirming", do=do) == (303, f"/visits/confirming?done={do}")
        chosen = last(fakes, pb.SetTimedConfirmationRequest)
        assert chosen.agreed is agreed
    fakes.visit_records.timer = pb.GetTimedConfirmationResponse(agreed=True, since=to_timestamp(NOW), after_days=1)
    assert "one day later" in text_of(browser, "/visits/confirming")
