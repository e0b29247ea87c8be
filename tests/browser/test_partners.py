"""A church refers somebody to a co-op: who speaks for it is no member, and the person sees it and says no.

Both use the keyboard alone, without scripts, as on a small phone.
"""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DemoSite, Window
from tests.browser.keyboard import Keyboard, MagnifyingGlass, admit_with_letter, open_office
from tests.unit.web.test_qr_code import read_qr

CHURCH, VICAR, MOSS = "St Example's", "Vesper Vestry", "Morris Moorland"


@pytest.mark.capability("T10")
def test_from_a_partner_to_a_person_and_back(demo_site: DemoSite, window: Window) -> None:
    office, glass = open_office(demo_site.demo, window), MagnifyingGlass(window)
    vicar, moss = Keyboard(window, glass), Keyboard(window, glass)
    link, _ = admit_with_letter(office, MOSS)
    moss.sign_in_with_letter(link)
    office_page = _write_down(office, glass)
    vicar.sign_in_with_letter(_letter_for_somebody_new(office, office_page))
    vicar.open("/you")
    vicar.follow("Partners you speak for", "/partner")
    vicar.look()
    vicar.follow(CHURCH, office_page.replace("/partners/", "/partner/"))
    own_page = vicar.page.url
    vicar.look()
    vicar.follow("Send somebody to us", "/refer")
    vicar.look()
    for name, words in (("who", "Mr Moorland"), ("reach", "Elm Row 3"), ("words", "Would like company."), ("agreed_how", "After church")):
        vicar.write(name, words)
    vicar.send(vicar.first_button, "?done=referred")
    vicar.expect_text("Waits for an answer")
    vicar.look()

    referral = _put(office, glass)
    moss.open("/you")
    moss.follow("Referrals", "/referrals")
    moss.look()
    moss.follow("Mr Moorland", referral)
    moss.expect_text("After church")
    moss.look()
    moss.follow("Say no to it", "/no")
    moss.look()
    moss.send(moss.page.get_by_role("main").get_by_role("button"), "?done=refused")
    moss.expect_text("The person said no")
    moss.look()

    vicar.open(own_page)
    vicar.follow("Mr Moorland", referral)
    vicar.expect_text("Not taken on")
    assert "said no" not in vicar.page.inner_text("main")
    vicar.look()
    for elsewhere in ("/partners", f"/partners/referrals/{referral.rpartition('/')[2]}", "/people/pairs"):
        vicar.open(elsewhere)
        assert "Mr Moorland" not in vicar.page.inner_text("main")
    office.goto(f"/partners/referrals/{referral.rpartition('/')[2]}")
    glass.check(office)
    assert "The person said no" in office.inner_text("main")


def _write_down(office: Page, glass: MagnifyingGlass) -> str:
    office.goto("/partners")
    glass.check(office)
    office.get_by_role("link", name="Write down a partner").click()
    glass.check(office)
    office.locator("[name=title]").fill(CHURCH)
    office.locator("[name=kind][value=faith]").check()
    office.locator("main form button").last.click()
    office.wait_for_url("**?done=written")
    glass.check(office)
    return office.url.partition("?")[0].removeprefix(office.url.partition("/partners")[0])


def _letter_for_somebody_new(office: Page, page: str) -> str:
    office.goto(f"{page}/person")
    office.locator("[name=full_name]").fill(VICAR)
    office.locator("main form button").last.click()
    office.wait_for_url("**?done=place")
    office.get_by_role("main").get_by_role("link", name=VICAR).click()
    office.locator("form[action$='/card'] button").click()
    [link] = read_qr(office.content())
    return link


def _put(office: Page, glass: MagnifyingGlass) -> str:
    office.goto("/partners")
    office.get_by_role("link", name="Mr Moorland").click()
    glass.check(office)
    office.get_by_role("link", name="Say who it is").click()
    office.locator("[name=q]:not([type=hidden])").fill("Moorland")
    office.get_by_role("button", name="Look for them").click()
    glass.check(office)
    office.get_by_label(re.compile(MOSS)).check()
    office.locator("main form button").last.click()
    office.wait_for_url("**?done=put")
    return office.url.partition("?")[0].partition("/partners")[2]
