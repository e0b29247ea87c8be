"""How two members take part in a matching day: by keyboard alone, without scripts, as on a small phone."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DemoSite, Window
from tests.browser.keyboard import Keyboard, MagnifyingGlass, admit_with_letter, open_office

DAYS = "/people/days"
ADA, WREN = "Ada Ample", "Bo Brook"
CALL_OUT = "I look for somebody who mends kites with me."


@pytest.mark.capability("T5")
def test_from_an_announcement_to_a_choice(demo_site: DemoSite, window: Window) -> None:
    office, glass = open_office(demo_site.demo, window), MagnifyingGlass(window)
    ada, wren = (Keyboard(window, glass) for _ in range(2))
    for keyboard, name in ((ada, ADA), (wren, WREN)):
        link, _ = admit_with_letter(office, name)
        keyboard.sign_in_with_letter(link)
    _look_for_support(ada, demo_site)
    _offer_support(wren)

    _call_off_what_is_announced(office)
    office.goto(f"{DAYS}/new")
    office.locator("[name=words]").fill("For all who mend kites.")
    for name, days in (("closes_on", 5), ("runs_on", 6)):
        day = demo_site.now + timedelta(days=days)
        for part, number in (("day", day.day), ("month", day.month), ("year", day.year)):
            office.locator(f"[name={name}-{part}]").fill(str(number))
    office.locator("main form button.first").click()
    office.wait_for_url("**?done=announced")
    day_path = office.url.removesuffix("?done=announced").removeprefix(demo_site.home)
    glass.check(office)

    for keyboard, side in ((ada, "getting"), (wren, "giving")):
        keyboard.open(DAYS)
        keyboard.look()
        keyboard.follow(re.compile("Open it"), day_path)
        keyboard.follow(re.compile(f"Take part ?: .*{'looks for' if side == 'getting' else 'gives'}"), f"{day_path}/enter/{side}")
        keyboard.tick("recount")
        keyboard.look()
        keyboard.send(keyboard.first_button, f"{day_path}?done=entered")
    wren.follow(re.compile("Choose people"), f"{day_path}/rank/giving")
    wren.expect_text(CALL_OUT)
    wren.reach(wren.page.get_by_label(f"Your number for {ADA}"))
    wren.press("1")
    wren.look()
    wren.send(wren.first_button, f"{day_path}?done=ranked")
    wren.expect_text("You have chosen 1.")
    wren.look()

    ada.follow(re.compile("Choose people"), f"{day_path}/rank/getting")
    ada.expect_text("Nobody is here yet who fits what you need.")
    ada.look()
    ada.open(day_path)
    assert WREN not in ada.page.inner_text("main"), "nobody learns that somebody chose them"
    ada.send(ada.page.get_by_role("button", name=re.compile("Take part no more")), f"{day_path}?done=withdrawn")
    ada.look()
    office.goto(f"{day_path}/call-off")
    glass.check(office)
    office.locator("main form button.first").click()
    office.wait_for_url(f"**{DAYS}")


def _call_off_what_is_announced(office: Page) -> None:
    """There is one day at a time, and the demo has announced one."""
    office.goto(DAYS)
    announced = office.locator(f"main a[href^='{DAYS}/']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    for path in announced:
        if re.fullmatch(rf"{DAYS}/[0-9a-f-]{{36}}", path):
            office.goto(f"{path}/call-off")
            office.locator("main form button.first").click()
            office.wait_for_url(f"**{DAYS}")


def _look_for_support(ada: Keyboard, demo_site: DemoSite) -> None:
    ada.open("/support/getting")
    ada.write("postcode", "ZZ1 1AA")
    ada.write("time_sat", "10:00-12:00")
    ada.choose("open", "on")
    ada.send(ada.first_button, "/support/getting?done=saved")
    ada.open("/people/call-outs/new")
    ada.write("words", CALL_OUT)
    ada.write_day("until_day", demo_site.now + timedelta(days=20))
    ada.send(ada.first_button, "/people/call-outs?done=written")


def _offer_support(wren: Keyboard) -> None:
    wren.open("/support/giving")
    wren.write("words", "I mend what flies.")
    wren.write("postcode", "ZZ1 2AA")
    wren.write("hours_a_week", "6")
    wren.choose("works_as", "volunteer")
    wren.choose("open", "on")
    wren.send(wren.first_button, "/support/giving?done=saved")
