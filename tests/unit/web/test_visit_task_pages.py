"""What is to be done at a visit, on its pages: written a line a thing, answered with nothing chosen beforehand, and read back."""

import pytest

from kith.scheduling.v1 import day_sheets_pb2 as sheets
from kith.scheduling.v1 import visit_records_pb2 as records
from kith.scheduling.v1 import visit_tasks_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from libs.refusals import FailedPrecondition, FieldProblem, Invalid
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_visit_records import BY_ADA
from tests.unit.web.fake_visit_tasks import LIST, PAPER, TABLETS, WASH
from tests.unit.web.fake_visits import GIVEN, HAD, OPEN, PROPOSED, TAKEN
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text

TODAY = {"day-day": "24", "day-month": "11", "day-year": "2026"}


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


def words(page: str) -> str:
    return " ".join(visible_text(page))


@pytest.mark.capability("L6")
def test_a_person_writes_a_thing_a_line(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    assert "Help me wash" in words(browser.open(f"/visits/{PROPOSED}"))
    page = browser.open(f"/visits/{PROPOSED}/tasks")
    assert "The blue tablets &amp; water</textarea>" in page
    assert browser.submit(f"/visits/{PROPOSED}/tasks", personal_care="Help me wash", medicines="Tablets\n\nEye drops") == (
        303,
        f"/visits/{PROPOSED}?done=tasks",
    )
    sent = fakes.visit_tasks.requests[-1]
    assert isinstance(sent, pb.SetVisitTasksRequest)
    assert (sent.visit_id, sent.shown_list_id) == (PROPOSED, LIST)
    assert [(task.kind, task.words) for task in sent.tasks] == [
        (pb.VISIT_TASK_KIND_PERSONAL_CARE, "Help me wash"),
        (pb.VISIT_TASK_KIND_MEDICINES, "Tablets"),
        (pb.VISIT_TASK_KIND_MEDICINES, "Eye drops"),
    ]
    fakes.visit_tasks.refusals["SetVisitTasks"] = FailedPrecondition(
        "VISIT_WORKER_NEEDS_TASKS", tasks="personal_care medicines", at="2026-11-26T12:00:00+00:00"
    )
    status, page = browser.submit(f"/visits/{PROPOSED}/tasks", medicines="Tablets")
    assert status == 422
    assert "who may not do this then: Personal care, Medicines. You have not given it to them, or their papers for it end" in words(page)


@pytest.mark.capability("L6")
def test_who_does_not_come_reads_only_what_kind_it_is(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/visits/{OPEN}")
    assert "Medicines" in words(page)
    assert "tablets" not in page
    assert f"/visits/{OPEN}/tasks" not in page


@pytest.mark.capability("T8")
def test_who_may_not_do_it_reads_what_is_missing(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.visits.refusals["TakeVisit"] = FailedPrecondition("VISIT_NEEDS_TASKS", tasks="medicines")
    browser.open(f"/visits/{OPEN}")
    _, page = browser.submit(f"/visits/{OPEN}", do="take")
    assert "At this visit there is: Medicines." in words(page)


@pytest.mark.capability("L6")
def test_nothing_is_chosen_beforehand_and_what_is_missing_is_said_beside_it(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/visits/{TAKEN}/record")
    assert page.count('type="radio" name="outcome-') == 2 + 3 + 2
    assert not [line for line in page.splitlines() if 'name="outcome-' in line and " checked" in line]
    refusal = Invalid("TASK_REASON_MISSING", FieldProblem("tasks.1.reason", "TASK_REASON_MISSING"))
    fakes.visit_records.refusals["RecordVisit"] = refusal
    answers = {"outcome-1": "not_done", "outcome-2": "taken", "at-2": "9:20", "outcome-3": "done", "reason-3": "never sent"}
    status, page = browser.submit(f"/visits/{TAKEN}/record", **TODAY, start="9:00", end="10:00", **answers)
    assert status == 422
    assert 'id="reason-1-error"' in page
    assert 'value="not_done" id="outcome-1-not_done" data-needs="reason" data-why checked' in page, "what was chosen stays"
    del fakes.visit_records.refusals["RecordVisit"]
    assert (
        browser.submit(f"/visits/{TAKEN}/record", **TODAY, start="9:00", end="10:00", **answers, **{"reason-1": "No hot water"})[0] == 303
    )
    sent = fakes.visit_records.requests[-1]
    assert isinstance(sent, records.RecordVisitRequest)
    assert sent.task_list_id == LIST
    assert [(task.task_id, task.outcome, task.reason) for task in sent.tasks] == [
        (WASH, records.TASK_OUTCOME_KIND_NOT_DONE, "No hot water"),
        (TABLETS, records.TASK_OUTCOME_KIND_TAKEN, ""),
        (PAPER, records.TASK_OUTCOME_KIND_DONE, ""),
    ]
    assert (sent.tasks[1].at.day, sent.tasks[1].at.minute) == ("2026-11-24", 560)


@pytest.mark.capability("L6")
def test_what_became_of_each_is_read_back_and_stays_in_a_correction(browser: ScriptlessBrowser) -> None:
    said = words(browser.open(f"/visits/{HAD}"))
    assert "Not done: No hot water" in said
    assert "Taken, at 9:05 in the morning" in said
    assert "Nothing was said of: Company Read the paper with me" in said
    page = browser.open(f"/visits/{GIVEN}/record?record={BY_ADA}")
    assert 'value="taken" id="outcome-2-taken" data-needs="time" checked' in page.replace(
        'id="outcome-2" data', 'id="outcome-2-taken" data'
    )
    assert 'name="at-2" value="09:05"' in page


@pytest.mark.capability("L6")
def test_a_phone_sends_its_answers_with_the_list_that_it_had(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open(f"/visits/{GIVEN}")
    written = {"visit": TAKEN, "do": "write", "day": "2026-11-24", "planned": "23:00", "start": "23:30", "end": "0:30"}
    answers = {"tasks": LIST, "task-1": TABLETS, "outcome-1": "refused", "at-1": "0:10", "task-2": WASH, "outcome-2": "nonsense"}
    browser.open("/today")
    assert browser.submit("/today/send", **written, **answers)[0] in (204, 303)
    sent = fakes.visit_records.requests[-1]
    assert isinstance(sent, records.SendVisitRequest)
    assert sent.task_list_id == LIST
    [said] = sent.tasks
    assert (said.task_id, said.outcome, said.at.day, said.at.minute) == (TABLETS, records.TASK_OUTCOME_KIND_REFUSED, "2026-11-25", 10)


@pytest.mark.capability("L6")
def test_a_day_on_paper_has_a_place_for_all_that_the_phone_asks(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    day = fakes.visits.visits[TAKEN].starts_at.ToDatetime().date().isoformat()
    page = browser.open(f"/today/sheet?day={day}")
    said = words(page)
    for asked in (
        "When did you start?",
        "When did you finish?",
        "Help me wash",
        "Taken",
        "Not wanted",
        "Not given",
        "At what time?",
        "Why?",
    ):
        assert asked in said, asked
    assert page.count('class="tickbox"') == 2 + 3 + 2
    assert "Tick and write by pen" in said
    own = fakes.visits.visits[PROPOSED]
    own.state = visits.VISIT_STATE_AGREED
    assert "Tick and write by pen" not in words(browser.open(f"/today/sheet?day={own.starts_at.ToDatetime().date().isoformat()}"))
    assert 'class="daysheet large"' in browser.open(f"/today/sheet?day={day}&large=yes")
    page = browser.open("/today/sheets")
    assert 'name="wanted" value="yes" checked' in page
    assert browser.submit("/today/sheets", wanted="yes", named="yes") == (303, "/today/sheets?done=saved")
    chosen = fakes.day_sheets.requests[-1]
    assert isinstance(chosen, sheets.SetDaySheetChoiceRequest)
    assert (chosen.wanted, chosen.named) == (True, True)
