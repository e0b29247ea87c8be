"""Somebody points a name at a co-op's machine, or sends any `Host`: nothing is printed, redirected or done under that name."""

import pytest
from starlette.testclient import TestClient

from services.web.app import create_app
from services.web.http.public_address import PublicAddress
from tests.support.hidden_fields import hidden_fields
from tests.unit.web import every_page
from tests.unit.web.fake_services import CODE, FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

PUBLIC = "https://elm-row.example"
INNER = "http://127.0.0.1:8400"


def client(base_url: str, public_url: str = PUBLIC) -> TestClient:
    return TestClient(create_app(FakeServices(public_url=public_url).app_state(), https=False), base_url=base_url, follow_redirects=False)


@pytest.mark.parametrize(
    "host", ["evil.example", "elm-row.example.evil.example", "evil.example:443", "192.0.2.1", "", "a b", "[::1", "x@elm-row"]
)
def test_a_request_for_another_host_gets_the_right_address_and_nothing_else(host: str) -> None:
    http = client(PUBLIC)
    for response in (http.get("/sign-in", headers={"host": host}), http.post("/sign-in/code", data={}, headers={"host": host})):
        assert response.status_code == 421
        assert f'<a href="{PUBLIC}">' in response.text
        assert host not in response.text or not host
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize("host", ["elm-row.example", "ELM-ROW.example", "elm-row.example:443", "127.0.0.1:8400", "localhost", "[::1]:8400"])
def test_our_own_host_and_this_machines_are_answered(host: str) -> None:
    assert client(PUBLIC).get("/sign-in", headers={"host": host}).status_code == 200


def test_a_trusted_proxy_need_not_pass_on_the_name() -> None:
    address = PublicAddress.parse(PUBLIC)
    for host in ("web:8400", "10.0.0.5:8400", "kith"):
        assert address.serves(host, via_trusted_proxy=True)
        assert not address.serves(host, via_trusted_proxy=False)
    assert not address.serves("evil.example", via_trusted_proxy=True)


@pytest.mark.parametrize("base_url", [INNER, "https://elm-row.example:443", PUBLIC])
def test_people_sign_in_behind_a_proxy_whatever_host_it_passes_on(base_url: str) -> None:
    http = client(base_url)
    fields = hidden_fields(http.get("/sign-in").text, "/sign-in/code")
    sent = http.post(
        "/sign-in/code", data=fields | {"code": CODE, "next": "/"}, headers={"origin": PUBLIC, "sec-fetch-site": "same-origin"}
    )
    assert (sent.status_code, sent.headers["location"]) == (303, "/")


@pytest.mark.parametrize("origin", [INNER, "http://elm-row.example", "https://elm-row.example:8443", "https://evil.example", "null", "x"])
def test_a_form_from_another_origin_does_nothing_even_if_the_host_agrees_with_it(origin: str) -> None:
    http = client(origin if "//" in origin and "evil" not in origin else PUBLIC)
    sent = http.post("/sign-in/code", data={"code": CODE}, headers={"origin": origin})
    assert sent.status_code == 403


def test_all_names_of_this_machine_are_one_while_only_it_opens_the_pages() -> None:
    local = PublicAddress.parse(INNER)
    assert local.is_origin("http://localhost:8400")
    assert not local.is_origin("http://localhost:8401")
    assert not local.is_origin("https://localhost:8400")
    assert PublicAddress.parse("http://0.0.0.0:8400").is_origin("http://192.168.1.5:8400")
    assert PublicAddress.parse("http://0.0.0.0:8400").serves("192.168.1.5:8400", via_trusted_proxy=False)
    assert not PublicAddress.parse("http://0.0.0.0:8400").serves("evil.example", via_trusted_proxy=False)


@pytest.mark.parametrize("url", ["elm-row.example", "ftp://elm-row.example", "https://", "https://elm-row.example:port", ""])
def test_an_address_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|port|Port"):
        PublicAddress.parse(url)


def test_a_slash_at_the_end_leads_to_the_page_on_whatever_host() -> None:
    http = client(INNER)
    assert http.get("/sign-in/?next=/news").headers["location"] == "/sign-in?next=/news"
    assert http.get("/static/").status_code == 303
    assert http.get("/%2Fevil.example/").headers["location"] == "/evil.example"
    assert http.get("/%2F%5Cevil.example/").headers["location"].startswith("/%")
    assert http.get("/nope").status_code == 404


def test_no_page_and_no_header_names_the_host_that_was_asked_for() -> None:
    """Every page, behind a proxy that does not pass on the name: what is printed and linked has the public address or none."""
    browser = ScriptlessBrowser(FakeServices(public_url=PUBLIC)).sign_in()
    for path in every_page.one_path_of_each_page():
        response = browser.http.get(path, headers={"host": "127.0.0.9:8499"})
        assert response.status_code != 421
        assert "127.0.0.9" not in response.text + str(response.headers), path
