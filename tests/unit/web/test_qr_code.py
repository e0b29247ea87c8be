"""The printed card carries a QR code that a reader of another make reads as the address of its code."""

import re

import zxingcpp

from services.web.drawings.qr_code import qr_code
from tests.unit.web.fake_people import JO
from tests.unit.web.fake_services import CODE, FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

_PIXELS = 4
_SVG = re.compile(r'<svg class="qr" viewBox="0 0 (\d+) \d+".*?</svg>', re.DOTALL)
_MODULE = re.compile(r"M(\d+) (\d+)h1v1h-1z")


def read_qr(page: str) -> list[str]:
    """What a reader sees in the drawing, four pixels for each module."""
    drawing = _SVG.search(page)
    assert drawing
    side = int(drawing[1]) * _PIXELS
    pixels = bytearray(b"\xff" * side * side)
    for column, row in _MODULE.findall(drawing[0]):
        for line in range(int(row) * _PIXELS, (int(row) + 1) * _PIXELS):
            start = line * side + int(column) * _PIXELS
            pixels[start : start + _PIXELS] = bytes(_PIXELS)
    return [code.text for code in zxingcpp.read_barcodes(memoryview(bytes(pixels)).cast("B", (side, side)))]


def test_the_square_on_a_card_leads_to_its_code_at_the_public_address() -> None:
    browser = ScriptlessBrowser(FakeServices(public_url="https://care.elm-row.example")).sign_in()
    browser.open(f"/members/{JO}")
    code, page = browser.submit(f"/members/{JO}/card")
    assert (code, read_qr(page)) == (200, [f"https://care.elm-row.example/sign-in/{CODE}"])
    assert "Sign in" in browser.open(f"/sign-in/{CODE}")


def test_text_for_screen_readers_is_escaped() -> None:
    assert 'aria-label="&lt;b&gt; &amp; &#34;"' in qr_code("x", '<b> & "')
