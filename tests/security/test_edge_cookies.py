"""Two co-ops on one machine: browsers ignore ports when they choose cookies, so the names say which co-op's they are."""

from starlette.responses import Response
from starlette.testclient import TestClient

from services.web.app import create_app
from services.web.http.cookies import Cookies, ReadingPreferences
from tests.support.hidden_fields import hidden_fields
from tests.unit.web.fake_services import CODE, FakeServices


def co_op(name: str, port: int) -> TestClient:
    url = f"http://127.0.0.1:{port}"
    return TestClient(create_app(FakeServices(public_url=url, co_op=name).app_state(), https=False), base_url=url, follow_redirects=False)


def sign_in(http: TestClient) -> None:
    fields = hidden_fields(http.get("/sign-in").text)
    assert http.post("/sign-in/code", data=fields | {"code": CODE}).status_code == 303


def test_signing_in_and_out_at_one_co_op_leaves_the_other_alone() -> None:
    elm_row, brook_side = co_op("elm-row", 8400), co_op("brook-side", 8402)
    brook_side._cookies = elm_row._cookies  # one browser
    sign_in(elm_row)
    sign_in(brook_side)
    assert [http.get("/you").status_code for http in (elm_row, brook_side)] == [200, 200]
    page = elm_row.get("/you").text
    assert elm_row.post("/sign-out", data=hidden_fields(page.partition('action="/sign-out"')[2])).status_code == 303
    assert [http.get("/you").status_code for http in (elm_row, brook_side)] == [303, 200]


def test_every_cookie_has_the_co_op_in_its_name() -> None:
    for https in (False, True):
        cookies = Cookies(https, "elm-row")
        response = Response()
        cookies.set(response, cookies.session, "a", days=1)
        cookies.set(response, cookies.visitor, "b", days=1)
        cookies.set_reading_preferences(response, ReadingPreferences(easy=True))
        names = [value.partition("=")[0] for name, value in response.headers.items() if name == "set-cookie"]
        assert len(set(names)) == 3
        assert all(name.endswith(".elm-row") for name in names)
        assert [name.startswith("__Host-") for name in names] == [https, https, False]


def test_no_co_ops_cookie_has_the_name_of_anothers_even_if_its_id_is_strange() -> None:
    ids = ("elm", "elm-visitor", "visitor.elm", "a;b", "a b", "a=b")
    names = [name for co_op_id in ids for cookies in [Cookies(https=False, co_op=co_op_id)] for name in (cookies.session, cookies.visitor)]
    assert len(set(names)) == len(names)
    assert not any(set(name) & set("; =,") for name in names)
