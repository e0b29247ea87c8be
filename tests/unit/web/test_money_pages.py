"""The pages of money: who pays, how workers work, pay, periods, invoices, the open statement, and free activities."""

import csv
import io

import pytest

from kith.identity.v1 import relationships_pb2 as relationships
from kith.scheduling.v1 import activities_pb2 as activities
from kith.scheduling.v1 import engagements_pb2 as engagements
from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1 import pay_periods_pb2 as pb
from kith.scheduling.v1 import visit_records_pb2 as visit_records
from libs.refusals import Conflict, FailedPrecondition, NotFound, invalid
from services.web.page import Access
from services.web.pages.money.money_words import amount, typed_pence
from services.web.routes import PAGES
from tests.unit.web.fake_money import AGREED, COUNCIL, FINGERPRINT, MEAL, OFFERED, PERIOD, PLAN
from tests.unit.web.fake_people import ADA, JO
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_visits import HAD
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


def text_of(browser: ScriptlessBrowser, path: str) -> str:
    return " ".join(visible_text(browser.open(path)))


def table_of(browser: ScriptlessBrowser, path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(browser.open(path).removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    ("typed", "pence"),
    [("", 0), ("18", 1800), ("£18.50", 1850), ("1,200", 120_000), ("1,200.05", 120_005), ("18,50", -1), ("1.2", -1), ("-1", -1), ("²", -1)],
)
def test_pounds_are_read_as_people_write_them_or_not_at_all(typed: str, pence: int) -> None:
    assert typed_pence(typed) == pence


def test_amounts_are_read_out_with_pounds_and_pence() -> None:
    assert (amount(123_450), amount(-5), amount(0)) == ("£1,234.50", "\u2212\u2060£0.05", "£0.00")


@pytest.mark.capability("S11")
def test_a_person_reads_who_pays_and_says_yes(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/money")
    for words in (
        "Waits for your yes",
        "Norwood Council pays 3/5. £150.00 a week.",
        "Ada Fenwick pays 2/5.",
        "£120.00",
        "2 visits are not",
    ):
        assert words in text
    assert "More is planned than there is" in text
    assert "Norwood Council £12.34, Ada Fenwick £8.22" in text
    assert "taken back" in text
    for said, agrees in (("yes", True), ("no", False)):
        browser.open("/money")
        assert browser.submit("/money", plan=PLAN, do=said) == (303, f"/money?done={said}")
        sent = fakes.funding.requests[-1]
        assert isinstance(sent, funding.AnswerFundingRequest)
        assert (sent.plan_id, sent.agrees) == (PLAN, agrees)
    assert browser.open("/money/file/1") == "{}"
    assert browser.http.get("/money/file/2").status_code == 404
    fakes.funding.files = []
    assert "You can check every sum" not in text_of(browser, "/money")


def test_who_acts_in_money_reads_it_and_says_yes_and_nobody_else(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.identity.may_act_for = (JO,)
    fakes.relationships.acts_for = {JO: [relationships.ACTING_SCOPE_MONEY]}
    browser.open("/")
    assert browser.submit("/acting/begin", person=JO) == (303, "/acting")
    assert "The money of Jo Bright" in text_of(browser, "/acting")
    text_of(browser, "/money")
    assert browser.submit("/money", plan=PLAN, do="yes") == (303, "/money?done=yes")
    assert browser.http.get("/money/pay").status_code == 403


@pytest.mark.capability("S11")
def test_a_secretary_writes_down_who_pays(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    path = f"/members/{JO}/funding"
    assert path in browser.open(f"/members/{JO}")
    assert "Norwood Council" in text_of(browser, path)
    fields = {"first_day-pick": "2026-11-25", "payer_1": COUNCIL, "share_1": "3/5", "budget_1": "£1,200", "span_1": "month"}
    fields |= {"payer_2": "self", "share_2": "2/5"}
    assert browser.submit_fields(path, fields) == (303, f"{path}?done=proposed")
    sent = fakes.funding.requests[-1]
    assert isinstance(sent, funding.ProposeFundingRequest)
    lines = [(line.payer_id, line.share, line.budget_pence, line.budget_span) for line in sent.lines]
    assert lines == [(COUNCIL, "3/5", 120_000, funding.BUDGET_SPAN_MONTH), (JO, "2/5", 0, 0)]
    assert (sent.person_id, sent.first_day, sent.last_day) == (JO, "2026-11-25", "")
    fakes.funding.refusals["ProposeFunding"] = invalid("lines", "SHARES_NOT_WHOLE", total="4/5")
    assert browser.submit_fields(path, fields)[0] == 422
    assert "All parts together must be 1. Now they are 4/5." in browser.page
    assert 'href="#payer_1"' in browser.page
    fakes.funding.refusals["ProposeFunding"] = invalid("lines.2.share", "SHARE_MALFORMED")
    below = {"payer_2": "", "share_2": "", "payer_3": "self", "share_3": "0.4"}
    assert browser.submit_fields(path, fields | below)[0] == 422
    assert 'href="#share_3"' in browser.page, "the second of the lines stands in the third row"
    browser.open("/money/payers")
    assert browser.submit("/money/payers", kind="health", organisation="Norwood Health", address="2 High St") == (
        303,
        "/money/payers?done=added",
    )
    payer = fakes.funding.requests[-1]
    assert isinstance(payer, funding.AddPayerRequest)
    assert (payer.kind, payer.organisation) == (funding.PAYER_KIND_HEALTH, "Norwood Health")


@pytest.mark.capability("S8")
def test_each_side_answers_what_the_other_proposes(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    assert "Employed, paid £12.60 an hour; payers are asked £15.00" in text_of(browser, "/money/work")
    assert browser.submit("/money/work/answer", engagement=OFFERED, do="yes") == (303, "/money/work?done=yes")
    sent = fakes.engagements.requests[-1]
    assert isinstance(sent, engagements.AnswerEngagementRequest)
    assert (sent.engagement_id, sent.agrees) == (OFFERED, True)
    assert AGREED not in browser.page
    fields = {"kind": "self_employed", "rate": "20", "wage": "", "first_day-pick": "2026-11-24"}
    for path, worker in (("/money/work", ADA), (f"/members/{JO}/engagement", JO)):
        browser.open(path)
        assert browser.submit_fields(path, fields) == (303, f"{path}?done=proposed")
        proposed = fakes.engagements.requests[-1]
        assert isinstance(proposed, engagements.ProposeEngagementRequest)
        assert (proposed.worker_id, proposed.rate_pence, proposed.wage_pence) == (worker, 2000, 0)
    browser.open(f"/members/{JO}/engagement")
    assert browser.submit(f"/members/{JO}/engagement/answer", engagement=OFFERED, do="no")[1].endswith("?done=no")
    browser.open(f"/members/{ADA}/engagement")
    assert f"/members/{ADA}/engagement/answer" not in browser.page, "nobody answers themselves"


@pytest.mark.capability("S8")
def test_a_worker_reads_their_pay_with_the_way_and_waiting(browser: ScriptlessBrowser) -> None:
    for path in ("/money/pay", f"/money/pay/{PERIOD}"):
        text = text_of(browser, path)
        for words in ("£18.27", "£19.00", "This is less than the rulebook asks for", "A slip", "Jo Bright"):
            assert words in text
        assert table_of(browser, f"{path}/csv")[1:] == [["Jo Bright", "2026-11-16", "09:05", "10:15", "70", "12", "5", "1470", "357"]]
        assert browser.open(f"{path}/file/2") == "{}"


@pytest.mark.capability("S11")
def test_a_secretary_checks_a_period_and_closes_it_as_they_saw_it(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/money/periods/check")
    for words in ("7 visits are not counted", "It is not agreed who pays. Ask the person.", "£0.73 less than the rulebook asks for"):
        assert words in text
    reason = {f"reason-{ADA}": "Paid with the next wage"}
    assert browser.submit_fields("/money/periods/check", reason) == (303, f"/money/periods/{PERIOD}?done=closed")
    sent = fakes.pay_periods.requests[-1]
    assert isinstance(sent, pb.ClosePeriodRequest)
    assert (sent.first_day, sent.last_day, sent.fingerprint) == ("2026-11-17", "2026-11-23", FINGERPRINT)
    assert [(each.worker_id, each.reason) for each in sent.reasons] == [(ADA, "Paid with the next wage")]
    fakes.pay_periods.refusals["ClosePeriod"] = Conflict("PERIOD_CHANGED")
    browser.open("/money/periods/check")
    assert browser.submit_fields("/money/periods/check", reason)[0] == 409
    assert "Something has changed in between" in browser.page
    fakes.pay_periods.open.below_floor_with_reason = False
    assert "Close this period" not in text_of(browser, "/money/periods/check")
    assert "older copy" not in text_of(browser, "/money/periods/check")
    fakes.pay_periods.open.last_invoice, fakes.pay_periods.open.new_series_from = 7, 1_000_001
    words = "The last invoice in them is number 7. Somebody may have a later one that we do not know of."
    assert words in (text := text_of(browser, "/money/periods/check"))
    assert "the next one is number 1000001." in text
    fakes.pay_periods.refusals["GetOpenPeriod"] = FailedPrecondition("PERIOD_NOT_OVER")
    assert browser.http.get("/money/periods/check").status_code == 409


@pytest.mark.capability("S11")
def test_a_closed_period_has_invoices_and_tables_for_payroll(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    assert PERIOD in browser.open("/money/periods")
    text = text_of(browser, f"/money/periods/{PERIOD}?done=closed")
    for words in ("Invoice 1: Norwood Council, £12.34", "Credit note 2: Norwood Council", "(is taken off again)", "£2.29"):
        assert words in text
    [head, row] = table_of(browser, f"/money/periods/{PERIOD}/pay.csv")
    assert dict(zip(head, row, strict=True))["travel_and_waiting_pence"] == "357"
    charges = table_of(browser, f"/money/periods/{PERIOD}/charges.csv")
    assert charges[1:] == [
        ["1", "Norwood Council", "Jo Bright", "2026-11-16", "09:05", "10:15", "70", "3/5", "1234"],
        ["2", "Jo Bright", "Jo Bright", "2026-11-16", "09:05", "10:15", "70", "2/5", "822"],
    ]
    assert browser.open(f"/money/periods/{PERIOD}/file/1") == "{}"
    path = "/money/periods/invoices/1"
    assert path in browser.open(f"/money/periods/{PERIOD}")
    assert next(page for page in PAGES if page.path == "/money/periods/invoices/{invoice:int}").access is Access.SECRETARY
    text = text_of(browser, path)
    for words in ("Invoice 1", "1 High St", "To pay £12.34", "Jo Bright", "3/5", "17 November 2026", "For an hour", "£17.62"):
        assert words in text
    assert "£8.22" not in text, "what others pay for the visit is not on it"
    fakes.pay_periods.refusals["GetInvoice"] = NotFound("INVOICE_UNKNOWN")
    assert browser.http.get("/money/invoices/9").status_code == 404


@pytest.mark.capability("S8")
def test_every_member_reads_pay_against_overhead_unless_too_few_are_in_it(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/money/statement")
    assert "Of £1,234.56 paid for visits, the co-op kept £134.56." in text
    assert "Pay for the way and for waiting £100.00" in text
    assert "Fewer than 5 people are in it" in text, "of the other period"
    assert browser.page.count('<svg class="drawing"') == 1
    fakes.pay_periods.statement.is_travel_shown = False
    assert "Pay for the way" not in text_of(browser, "/money/statement")


@pytest.mark.capability("S11")
def test_free_activities_are_counted_by_month(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/activities")
    assert "February 2026" in text
    assert "No members: 3" in text
    assert table_of(browser, "/activities/csv?year=2025") == [
        ["month", "activities", "class", "came"], ["2025-02", "2", "guest", "3"], ["2025-02", "2", "worker", "2"],
    ]  # fmt: skip
    browser.open("/activities")
    assert browser.submit("/activities", activity=MEAL) == (303, "/activities?done=removed")
    browser.open("/activities/new")
    fields = {"kind": "outing", "day-pick": "2026-11-24", "came_worker": "4", "came_guest": "x"}
    assert browser.submit_fields("/activities/new", fields) == (303, "/activities?done=recorded")
    sent = fakes.activities.requests[-1]
    assert isinstance(sent, activities.RecordActivityRequest)
    assert {each.member_class: each.came for each in sent.came if each.came} == {"worker": 4, "guest": -1}
    assert (sent.day, sent.kind) == ("2026-11-24", activities.ACTIVITY_KIND_OUTING)


@pytest.mark.capability("S8")
def test_a_worker_writes_the_way_and_waiting_with_the_visit(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    path = f"/visits/{HAD}/record"
    browser.open(path)
    fields = {"day-day": "23", "day-month": "11", "day-year": "2026", "start": "9:00", "end": "10:00", "travel": "12", "waiting": "x"}
    assert browser.submit_fields(path, fields)[0] == 303
    sent = fakes.visit_records.requests[-1]
    assert isinstance(sent, visit_records.RecordVisitRequest)
    assert (sent.travel_minutes, sent.waiting_minutes) == (12, -1)
