"""Foreign forms, forged tokens and oversized bodies are refused, and every response has the security headers."""

import re

import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.testclient import TestClient

from services.web.app import create_app
from services.web.http import forms, request_body, uploads
from services.web.http.forms import Form, FormRejected
from services.web.http.public_address import PublicAddress
from services.web.http.security_headers import CONTENT_SECURITY_POLICY
from services.web.templates import static_url
from tests.unit.web.fake_services import CODE, FORMS_KEY, FakeServices

URLENCODED = "application/x-www-form-urlencoded"
UPLOAD = Headers({"content-type": "multipart/form-data; boundary=x"})


@pytest.fixture
def http() -> TestClient:
    return TestClient(create_app(FakeServices().app_state(), https=False), base_url="http://localhost", follow_redirects=False)


def test_every_answer_forbids_scripts_frames_and_strangers(http: TestClient) -> None:
    for path in ("/sign-in", "/nope", "/static/kith.css"):
        headers = http.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_pages_are_not_kept_and_static_files_are(http: TestClient) -> None:
    assert http.get("/sign-in").headers["cache-control"] == "no-store"
    assert "immutable" in http.get("/static/kith.css").headers["cache-control"]


def test_no_page_has_a_script_of_its_own_or_an_inline_style(http: TestClient) -> None:
    page = http.get("/sign-in").text
    assert re.findall(r"<script.*?</script>", page) == [f'<script src="{static_url("passkeys.js")}" defer></script>']
    assert " style=" not in page
    assert " onclick" not in page
    assert "<script" not in http.get("/help").text


def test_only_the_pages_with_passkeys_run_a_script_and_only_that_one(http: TestClient) -> None:
    policy = http.get("/sign-in").headers["content-security-policy"]
    assert policy.startswith(CONTENT_SECURITY_POLICY)
    assert policy.endswith("; script-src https://elm-row.example/static/passkeys.js; connect-src https://elm-row.example")
    for path in ("/help", "/recover", "/static/passkeys.js", "/nope"):
        assert http.get(path).headers["content-security-policy"] == CONTENT_SECURITY_POLICY


def test_without_an_address_for_passkeys_there_is_no_script_at_all() -> None:
    fakes = FakeServices(public_url="http://127.0.0.1:8400")
    response = TestClient(create_app(fakes.app_state(), https=False), base_url="http://127.0.0.1:8400").get("/sign-in")
    assert "<script" not in response.text
    assert "passkey" not in response.text
    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}]
)
def test_a_form_from_another_site_does_nothing(http: TestClient, headers: dict[str, str]) -> None:
    response = http.post("/sign-in/code", data={"code": CODE}, headers=headers)
    assert response.status_code == 403
    assert "came from another place" in response.text


def test_a_form_without_its_token_does_nothing(http: TestClient) -> None:
    response = http.post("/sign-in/code", data={"code": CODE}, headers={"origin": "https://elm-row.example"})
    assert response.status_code == 400
    assert "kith" not in response.cookies


def test_a_token_fits_one_form_of_one_session() -> None:
    token = forms.form_token(FORMS_KEY, "secret", "vote")
    forms.check_token(Form({forms.TOKEN: token}), FORMS_KEY, "secret", "vote")
    for key, secret, name in ((FORMS_KEY, "other", "vote"), (FORMS_KEY, "secret", "close"), (b"other key", "secret", "vote")):
        with pytest.raises(FormRejected):
            forms.check_token(Form({forms.TOKEN: token}), key, secret, name)


def test_a_token_that_is_not_even_ascii_is_refused_and_no_fault() -> None:
    with pytest.raises(FormRejected):
        forms.check_token(Form({forms.TOKEN: "é"}), FORMS_KEY, "secret", "vote")


def test_a_client_that_says_nothing_about_itself_is_judged_by_the_token_alone() -> None:
    forms.check_origin(Headers({"host": "localhost"}), PublicAddress.parse("https://elm-row.example"))


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"a=\xff", URLENCODED),
        (b"&".join([b"a=1"] * 101), URLENCODED),
        (b"{}", "application/json"),
        (b"", "multipart/form-data; boundary=x"),
    ],
)
def test_a_body_that_is_no_form_of_ours_is_refused(sent: bytes, kind: str) -> None:
    with pytest.raises(FormRejected, match="FORM_UNREADABLE"):
        forms.parse_form(sent, kind)


def test_a_form_is_read_with_plain_line_ends_and_without_nul() -> None:
    assert forms.parse_form(b"text=one%0D%0Atwo%00", URLENCODED).text("text") == "one\ntwo"


def multipart(*parts: bytes) -> bytes:
    return b"".join(b"--x\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--x--\r\n"


async def test_a_form_with_a_file_is_read_with_plain_line_ends_and_without_nul() -> None:
    body = multipart(b'name="text"\r\n\r\none\r\ntwo\0', b'name="file"; filename="a.txt"\r\n\r\nthree\r\nfour\0')
    form = await uploads.parse_upload(body, UPLOAD)
    assert (form.text("text"), form.text("file")) == ("one\ntwo", "three\nfour")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", UPLOAD),
        (b"--x--\r\n", UPLOAD),
        (b"no form at all", UPLOAD),
        (multipart(b'name="a"\r\n\r\n1'), Headers({"content-type": "multipart/form-data"})),
        (multipart(b'other="a"\r\n\r\n1'), UPLOAD),
        (multipart(*[b'name="a"\r\n\r\n1'] * 21), UPLOAD),
        (multipart(*[b'name="a"; filename="a.txt"\r\n\r\n1'] * 2), UPLOAD),
        (multipart(b'name="a"; filename="a.txt"\r\n\r\n\xff'), UPLOAD),
    ],
    ids=["nothing", "no field", "no multipart", "no boundary", "no name", "too many fields", "two files", "no text"],
)
async def test_an_upload_that_is_no_form_of_ours_is_refused(body: bytes, headers: Headers) -> None:
    with pytest.raises(FormRejected, match="FORM_UNREADABLE"):
        await uploads.parse_upload(body, headers)


async def test_as_many_fields_as_a_form_may_have_are_read() -> None:
    form = await uploads.parse_upload(multipart(*[f'name="a{number}"\r\n\r\n1'.encode() for number in range(20)]), UPLOAD)
    assert len(form.fields) == 20


def test_an_invalid_request_id_is_refused() -> None:
    with pytest.raises(FormRejected):
        _ = Form({"request_id": "1"}).request_id


async def test_a_hundred_megabytes_without_a_length_are_refused_after_the_first_few() -> None:
    chunks_read = 0

    async def receive() -> dict[str, object]:
        nonlocal chunks_read
        chunks_read += 1
        return {"type": "http.request", "body": b"x" * 16384, "more_body": True}

    with pytest.raises(request_body.BodyTooLarge):
        await request_body.read_body(Request({"type": "http", "method": "POST", "headers": []}, receive))
    assert chunks_read == 5


def test_a_body_too_big_gets_a_plain_page(http: TestClient) -> None:
    response = http.post("/sign-in/code", data={"code": "x" * 100_000}, headers={"origin": "https://elm-row.example"})
    assert response.status_code == 413
    assert "Please send less." in response.text
