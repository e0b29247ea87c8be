"""A sick Monday: the week of `examples/sick-monday` from its draft to its invoices, and an auditor who recomputes what it came to.

People use the pages by keyboard, without scripts, as on a small phone; one phone loses its signal. What each figure was to be stood in the
example before.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, expect

from tests.browser.conftest import Site, Window
from tests.browser.keyboard import Keyboard, MagnifyingGlass
from tests.browser.phone import OUTBOX, wait_until_sent
from tests.support.sick_monday.auditor import Auditor
from tests.support.sick_monday.co_op import MondayCoOp, running_monday
from tests.support.sick_monday.example import SickMonday, at, clock
from tests.support.sick_monday.stored_week import DAMAGE, StoredWeek, hours_with_kith, settle_with_kith

PATIENCE = 15_000
OFFICE, SICK = "", "ida"
DOUBLE_UP, DISPUTED, WITHOUT_SIGNAL = "dora-mon", "bert-mon", "agnes-mon"
WRONG_BY = 10
"""Minutes too many that the worker writes of the visit which is disputed."""


@pytest.fixture
def co_op() -> Iterator[MondayCoOp]:
    with running_monday("2026-11-05T10:00") as running:
        yield running


@pytest.mark.capability("S1", "S8", "S11", "L6", "L7")
def test_a_sick_monday_is_covered_recorded_and_settled_to_the_penny(browser: Browser, co_op: MondayCoOp, tmp_path: Path) -> None:
    site = Site(browser, co_op.home, co_op.heard)
    window = Window(site)
    try:
        week = MondaysWeek(site, window, co_op)
        week.is_drafted_and_explained()
        week.is_agreed_and_published()
        week.somebody_falls_ill()
        week.is_covered()
        week.goes_on_without_signal()
        week.has_a_late_double_up()
        week.has_a_dispute_that_is_put_right()
        week.is_confirmed()
        files = week.is_settled()
    finally:
        window.close()

    stored = co_op.run(StoredWeek.read(co_op))
    example = SickMonday()
    auditor = Auditor(example, stored)
    assert auditor.findings(files) == []
    assert settle_with_kith(files, tmp_path, stored) == example.expected["invoices"]
    works_as = {key: worker.works_as for key, worker in example.workers.items()}
    expected_hours = {key: sum(figures["care"].values()) for key, figures in example.expected["workers"].items()}
    assert hours_with_kith(auditor.work(), works_as, tmp_path) == expected_hours
    for damage in DAMAGE:
        co_op.run(damage.do(co_op))
        found = Auditor(example, co_op.run(StoredWeek.read(co_op))).findings(files)
        assert any(damage.found in finding for finding in found), (damage, found)


class MondaysWeek:
    """Everybody at a keyboard of their own, from when they are first needed."""

    def __init__(self, site: Site, window: Window, co_op: MondayCoOp) -> None:
        self._site, self._window, self._co_op = site, window, co_op
        self._example = co_op.example
        self._sides: dict[str, Keyboard] = {}
        self._glass = MagnifyingGlass(window)
        self._draft = ""

    # --- the week before

    def is_drafted_and_explained(self) -> None:
        office = self._side(OFFICE)
        office.open("/week/drafts")
        office.send(office.page.locator("button[value=together]"), "/week/drafts/*-*")
        self._draft = re.sub(r".*(/week/drafts/[0-9a-f-]{36}).*", r"\1", office.page.url)
        self._until(office, self._draft, "When you ask")
        drafted = {key: self._drafted(office, key) for key in self._example.visits}
        assert drafted == {key: {self._name(worker) for worker in visit.drafted} for key, visit in self._example.visits.items()}
        office.look()
        office.follow(re.compile("Bert Button, .*9"), f"{self._draft}/visits/{self._id(DISPUTED)}")
        row = office.page.locator("tr.picked")
        expect(row).to_have_count(1)
        expect(row).to_contain_text(self._name("ida"))
        office.expect_text(self._name("cleo"))
        office.look()

    def is_agreed_and_published(self) -> None:
        office = self._side(OFFICE)
        office.open(self._draft)
        office.send(office.page.locator("button[value=send]"), f"{self._draft}?done=sent")
        for worker in self._example.workers:
            self._says_yes_to_all(worker)
        office.open(self._draft)
        office.follow(re.compile("^Go on with"), f"{self._draft}/publish")
        office.send(office.first_button, f"{self._draft}?done=published")
        bo = self._side("bo")
        bo.open("/week/mine?week=2026-11-09")
        bo.expect_text(self._name("ivor"))
        bo.send(bo.first_button, "/week/mine?week=*&done=right")

    def _says_yes_to_all(self, worker: str) -> None:
        side = self._side(worker)
        side.open("/week/proposals")
        yes = side.page.locator("button[value=yes]")
        self._press_each(side, yes, sum(worker in visit.drafted for visit in self._example.visits.values()))

    @staticmethod
    def _press_each(side: Keyboard, buttons: Locator, count: int) -> None:
        """There are so many, and each is gone with the page that comes once it was pressed."""
        for left in reversed(range(count)):
            expect(buttons).to_have_count(left + 1)
            side.reach(buttons.first)
            with side.page.expect_navigation():
                side.press("Enter")
        expect(buttons).to_have_count(0)

    # --- Monday

    def somebody_falls_ill(self) -> None:
        sick = self._side(SICK)
        sick.open("/week/away")
        self._co_op.go_to(self._example.expected["cover"]["given_back"])
        sick.send(sick.page.locator("button[value=today]"), "/week/away?done=away")
        sick.expect_text("You are away.")

    def is_covered(self) -> None:
        """Each person asks who could come; who is asked takes it. All of them by the time that the example names."""
        cover = {key: worker for key, worker in self._example.expected["cover"].items() if key in self._example.visits}
        for asked, visit in zip(("06:45", "06:48", "06:51"), cover, strict=True):
            person = self._side(self._example.visits[visit].person)
            person.open(self._path(visit))
            person.expect_text("Nobody has taken this visit so far.")
            person.follow("Who could take it?", f"{self._path(visit)}/who-could")
            self._co_op.go_to(f"2026-11-09T{asked}")
            person.send(person.page.get_by_role("button", name="Ask them"), f"{self._path(visit)}/who-could?done=asked")
            person.expect_text("Has been asked")
        for taken, (visit, worker) in zip(("06:54", "06:57", "07:02"), cover.items(), strict=True):
            colleague = self._side(worker)
            colleague.open(self._path(visit))
            self._co_op.go_to(f"2026-11-09T{taken}")
            colleague.send(colleague.page.locator("button[value=take]"), f"{self._path(visit)}?done=take")
        person = self._side(self._example.visits[WITHOUT_SIGNAL].person)
        person.open(self._path(WITHOUT_SIGNAL))
        person.expect_text(self._name(cover[WITHOUT_SIGNAL]))

    def goes_on_without_signal(self) -> None:
        """The worker writes the visit down on a phone that has no signal; it is sent when the signal is back."""
        record = next(record for record in self._example.records if record.visit == WITHOUT_SIGNAL)
        self._co_op.go_to("2026-11-09T07:30")
        phone = self._phone(record.worker)
        day = phone.new_page()
        day.goto("/today")
        day.get_by_role("button", name="Keep my day on this phone").click()
        expect(day.get_by_role("button", name="Do not keep it here")).to_be_visible(timeout=PATIENCE)
        day.goto("/today")
        phone.set_offline(True)
        day.goto("/today")
        expect(day.get_by_text("There is no signal.")).to_be_visible(timeout=PATIENCE)
        day.get_by_role("button", name="I start now").first.click()
        expect(day.get_by_role("heading", name="Waits on this phone")).to_be_visible()
        day.locator("summary").first.click()
        form = day.locator("details[open]")
        for name, text in (("start", clock(record.start)), ("end", clock(record.end)), ("travel", str(record.travel))):
            form.locator(f"[name={name}]").fill(text)
        form.locator("textarea").fill("We had breakfast together.")
        form.get_by_role("button", name=re.compile("^Save")).click()
        expect(day.locator("[data-waiting-list] > li")).to_have_count(2)
        assert [entry["fields"]["do"] for entry in json.loads(day.evaluate(OUTBOX))] == ["start", "write"]
        self._co_op.go_to("2026-11-09T08:20")
        phone.set_offline(False)
        day.goto("/today")
        # The list of what waits is hidden until the script has looked, too.
        wait_until_sent(day)
        expect(day.locator("[data-waiting]")).to_be_hidden(timeout=PATIENCE)
        phone.close()
        person = self._side(self._example.visits[WITHOUT_SIGNAL].person)
        person.open(self._path(WITHOUT_SIGNAL))
        person.expect_text("We had breakfast together.")

    def has_a_late_double_up(self) -> None:
        """One of two starts; the other does not, and those who hold the watch are told one after the other."""
        first, late = self._example.visits[DOUBLE_UP].drafted
        self._co_op.go_to("2026-11-09T10:00")
        self._co_op.start(DOUBLE_UP, first)
        self._co_op.go_to("2026-11-09T10:15")
        gwen, bo = self._side("gwen"), self._side("bo")
        self._co_op.wait_for_notices("watch_late", 1)
        gwen.open("/watch/open")
        gwen.expect_text(self._name("dora"))
        gwen.look()
        self._co_op.go_to("2026-11-09T10:25")
        self._co_op.wait_for_notices("watch_late", 2)
        bo.open("/watch/open")
        self._co_op.go_to("2026-11-09T10:27")
        bo.send(bo.first_button, "/watch/open?done=taken")
        worker = self._side(late)
        worker.open(f"{self._path(DOUBLE_UP)}/on-way")
        worker.choose("minutes", "10")
        self._co_op.go_to("2026-11-09T10:28")
        worker.send(worker.first_button, f"{self._path(DOUBLE_UP)}?done=on_way")
        person = self._side("dora")
        person.open(self._path(DOUBLE_UP))
        person.expect_text("10:38")
        person.look()
        worker.open(self._path(DOUBLE_UP))
        self._co_op.go_to("2026-11-09T10:38")
        worker.send(worker.page.locator("button[value=start]"), f"{self._path(DOUBLE_UP)}?done=record_start")
        gwen.open("/watch/open")
        gwen.expect_text("Nothing is open now.")

    def has_a_dispute_that_is_put_right(self) -> None:
        """The worker wrote some minutes too many. The person says so, the worker corrects it, and both say yes to what was."""
        self._co_op.go_to("2026-11-09T11:15")
        record = next(record for record in self._example.records if record.visit == DISPUTED)
        self._co_op.write(record, later=WRONG_BY)
        for of_two in (each for each in self._example.records if each.visit == DOUBLE_UP):
            self._co_op.write(of_two)
        path, person, worker = self._path(DISPUTED), self._side("bert"), self._side(record.worker)
        person.open(path)
        person.follow(re.compile("something is not right"), f"{path}/record/wrong?record=*")
        person.write("words", f"We were done at {clock(record.end)}.")
        person.send(person.first_button, f"{path}?done=record_dispute")
        person.look()
        worker.open(path)
        worker.expect_text(f"We were done at {clock(record.end)}.")
        worker.follow("Write it again", f"{path}/record?record=*")
        worker.write("end", clock(record.end))
        worker.send(worker.first_button, f"{path}?done=record_write")
        self._confirms(DISPUTED, 1)

    # --- the rest of the week, and the money

    def is_confirmed(self) -> None:
        """Most people agreed beforehand that silence is a yes after a week; the others say yes on the page of each visit."""
        self._co_op.go_to("2026-11-15T18:00")
        for record in self._example.records:
            if record.visit not in {DOUBLE_UP, DISPUTED, WITHOUT_SIGNAL}:
                self._co_op.write(record)
        for key, visit in self._example.visits.items():
            if key != DISPUTED and self._example.people[visit.person].confirms == "self":
                self._confirms(key, len(visit.drafted))

    def _confirms(self, visit: str, records: int) -> None:
        side = self._side(self._example.visits[visit].person)
        side.open(self._path(visit))
        self._press_each(side, side.page.locator("button[value=confirm]"), records)

    def is_settled(self) -> list[bytes]:
        """The secretary closes the period. Returns the files that recompute it, as they are offered on its page."""
        self._co_op.go_to("2026-11-23T09:00")
        self._co_op.wait_for_confirmed(len(self._example.records))
        # Nobody stays signed in over two quiet weeks.
        self._sides.pop(OFFICE, None)
        office = self._side(OFFICE)
        office.open("/money/periods/check")
        for name, day in (("first_day", 9), ("last_day", 15)):
            office.write_day(name, at(next(iter(self._example.visits.values())).day.replace(day=day), 0))
        office.send(office.page.get_by_role("button", name="Show these days"), "/money/periods/check?first_day*")
        expect(office.page.get_by_role("heading", name=re.compile("not counted"))).to_have_count(0)
        owed = office.page.get_by_role("table", name="What payers owe")
        expect(owed).to_contain_text(self._name("lotte"))
        expect(owed).not_to_contain_text(self._name("gus"))
        office.send(office.first_button, "/money/periods/*?done=closed")
        expected = self._example.expected["invoices"]
        for pence in expected.values():
            office.expect_text(f"£{pence // 100}.{pence % 100:02}")
        office.look()
        links = office.page.locator("main a[href*='/file/']")
        paths = [links.nth(number).get_attribute("href") or "" for number in range(links.count())]
        return [office.page.context.request.get(path).body() for path in paths]

    # --- whom, where

    def _side(self, key: str) -> Keyboard:
        if key not in self._sides:
            self._sides[key] = Keyboard(self._window, self._glass)
            self._sides[key].sign_in_with_letter(self._co_op.sign_in_link(key))
        return self._sides[key]

    def _phone(self, worker: str) -> BrowserContext:
        """The same person's phone: with scripts, under the policy that the pages have."""
        state = self._side(worker).page.context.storage_state()
        return self._site.browser.new_context(base_url=self._site.home, viewport={"width": 320, "height": 640}, storage_state=state)

    def _until(self, side: Keyboard, path: str, text: str) -> None:
        """Opens the page again until it says so."""
        shown: Locator = side.page.get_by_role("main").get_by_text(text).first
        side.open(path)
        for _ in range(120):
            if shown.count():
                return
            side.page.wait_for_timeout(300)
            side.open(path)
        expect(shown).to_be_attached()

    def _drafted(self, office: Keyboard, visit: str) -> set[str]:
        cells = office.page.locator("tbody tr").filter(has=office.page.locator(f"a[href$='/visits/{self._id(visit)}']")).locator("td b")
        return set(cells.first.inner_text().split(", ")) if cells.count() else set()

    def _name(self, key: str) -> str:
        return self._example.name(key)

    def _id(self, visit: str) -> str:
        return self._co_op.visits[visit]

    def _path(self, visit: str) -> str:
        return f"/visits/{self._id(visit)}"
