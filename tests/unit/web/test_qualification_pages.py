"""Qualifications: a person sees what each paper lets them do and hands one in; the secretary decides with the evidence beside it."""

from collections.abc import Iterator

import pytest

from kith.identity.v1 import credentials_pb2 as cred
from libs.refusals import FailedPrecondition, Invalid, invalid
from services.web.storage.news import NewsItem
from tests.unit.web.fake_people import ADA, JO, NOW
from tests.unit.web.fake_services import CLAIMED_PAPER, PNG, VERIFIED_PAPER, FakeServices, InMemoryNews
from tests.unit.web.scriptless_browser import ScriptlessBrowser

ISSUED = {"issued_on-day": "2", "issued_on-month": "11", "issued_on-year": "2026"}
WORDS = {"kind": "dbs", **ISSUED, "expires_on-day": "", "expires_on-month": "", "expires_on-year": "", "note": ""}
PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 6000


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> Iterator[ScriptlessBrowser]:
    yield ScriptlessBrowser(fakes).sign_in()


@pytest.mark.capability("I6")
def test_a_person_sees_what_they_may_do_and_what_is_lacking(browser: ScriptlessBrowser) -> None:
    page = browser.open("/you/qualifications")

    assert "DBS check waits for the secretary." in page
    assert "Medicines: the last day is over." in page
    assert "Yes, with these papers" in page
    assert "I saw the certificate on Monday." in page
    # A kind that the rulebook no longer has is still shown.
    assert "wizardry" in page


@pytest.mark.capability("I6")
def test_a_paper_is_handed_in_with_a_photo_in_parts(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/you/qualifications/new")

    sent = browser.submit_fields("/you/qualifications/new", WORDS, {"paper": ("../../etc/passwd.html", PHOTO)})

    assert sent == (303, "/you/qualifications?done=added")
    requests = fakes.files.requests
    [begun] = [one for one in requests if isinstance(one, cred.BeginFileRequest)]
    [finished] = [one for one in requests if isinstance(one, cred.FinishFileRequest)]
    parts = [one for one in requests if isinstance(one, cred.AddFilePartRequest)]
    assert requests == [begun, *parts, finished]
    assert (begun.person_id, begun.purpose, begun.size) == (ADA, "evidence", len(PHOTO))
    assert b"".join(part.content for part in parts) == PHOTO
    assert [part.offset for part in parts] == [0, 1024 * 1024]
    assert len({begun.request_id, finished.request_id, *(part.request_id for part in parts)}) == len(requests)
    [added] = [one for one in fakes.credentials.requests if isinstance(one, cred.AddCredentialRequest)]
    assert (added.person_id, added.kind, added.issued_on, added.expires_on, added.file_id) == (
        ADA, "dbs", "2026-11-02", "", "01939f00-0000-7000-8000-0000000000d9"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"note": ""}, "Add a photo or a PDF"),
        ({"note": "Seen.", "kind": ""}, "Choose which paper it is."),
        ({"note": "Seen.", "issued_on-day": "", "issued_on-month": "", "issued_on-year": ""}, "Enter the date on the paper."),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    browser: ScriptlessBrowser, fakes: FakeServices, fields: dict[str, str], said: str
) -> None:
    browser.open("/you/qualifications/new")

    code, page = browser.submit_fields("/you/qualifications/new", WORDS | fields, {"paper": ("", b"")})

    assert code == 422
    assert said in page
    assert fakes.files.requests == []


def test_a_file_that_will_not_do_is_said_beside_the_file(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.files.refusals["FinishFile"] = invalid("file", "FILE_KIND_UNKNOWN")
    browser.open("/you/qualifications/new")

    code, page = browser.submit_fields("/you/qualifications/new", WORDS, {"paper": ("photo.png", b"<html>")})

    assert code == 422
    assert 'href="#paper"' in page
    assert "This is no photo and no PDF." in page


def test_a_photo_of_forty_megabytes_is_refused_before_it_is_held(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/you/qualifications/new")

    code, _ = browser.submit_fields("/you/qualifications/new", WORDS, {"paper": ("photo.jpg", bytes(40 * 1024 * 1024))})

    assert code == 413
    assert fakes.files.requests == []


def test_a_form_without_a_file_takes_no_more_than_before(browser: ScriptlessBrowser) -> None:
    browser.open("/you")

    code, _ = browser.submit_fields("/sign-out", {}, {"paper": ("photo.jpg", bytes(200_000))})

    assert code == 413


@pytest.mark.capability("I6")
def test_the_secretary_looks_with_the_evidence_beside_it_and_says_that_it_counts(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    page = browser.open(f"/qualifications/{CLAIMED_PAPER}")
    assert f'src="/qualifications/{CLAIMED_PAPER}/evidence"' in page
    assert "DBS check of Jo Bright" in page

    code, page = browser.submit(f"/qualifications/{CLAIMED_PAPER}", decision="reject")
    assert (code, "Say why." in page) == (422, True)
    assert browser.submit(f"/qualifications/{CLAIMED_PAPER}", decision="verify") == (303, "/qualifications?done=verify")

    [verified] = [one for one in fakes.credentials.requests if isinstance(one, cred.VerifyCredentialRequest)]
    assert (verified.credential_id, verified.version) == (CLAIMED_PAPER, 1)


def test_what_counts_is_revoked_with_a_reason_that_the_person_reads(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/qualifications/{VERIFIED_PAPER}")
    sent = browser.submit(f"/qualifications/{VERIFIED_PAPER}", decision="revoke", reason="It was false.")
    assert sent == (303, "/qualifications?done=revoke")
    [revoked] = [one for one in fakes.credentials.requests if isinstance(one, cred.RevokeCredentialRequest)]
    assert (revoked.reason, revoked.version) == ("It was false.", 2)

    fakes.credentials.refusals["VerifyCredential"] = FailedPrecondition("CREDENTIAL_SETTLED")
    browser.open(f"/qualifications/{CLAIMED_PAPER}")
    assert "decided on this paper already" in browser.submit(f"/qualifications/{CLAIMED_PAPER}", decision="verify")[1]


def test_evidence_is_only_ever_a_download(browser: ScriptlessBrowser) -> None:
    for path in (f"/qualifications/{CLAIMED_PAPER}/evidence", f"/you/qualifications/{CLAIMED_PAPER}/evidence"):
        response = browser.http.get(path)
        assert response.content == PNG
        assert response.headers["content-type"] == "image/png"
        assert response.headers["content-disposition"] == 'attachment; filename="paper.png"'
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in response.headers["content-security-policy"]
    assert browser.http.get(f"/you/qualifications/{VERIFIED_PAPER}/evidence").status_code == 404


def test_what_expires_next_is_listed_for_the_secretary_alone(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    page = browser.open("/qualifications")
    assert f'href="/qualifications/{CLAIMED_PAPER}"' in page
    assert "Medicines" in page
    assert "Jo Bright" in browser.open(f"/members/{JO}/qualifications")

    fakes.identity.hats = ()
    member = ScriptlessBrowser(fakes).sign_in()
    assert member.http.get("/qualifications").status_code == 403
    assert member.http.get(f"/members/{JO}/qualifications").status_code == 403


def test_news_name_the_paper_and_lead_to_it(fakes: FakeServices) -> None:
    kinds = ("credential_due", "credential_expired", "credential_verified", "credential_rejected", "credential_revoked", "credential_added")
    fakes.news = InMemoryNews([NewsItem(kind, CLAIMED_PAPER, "dbs", NOW) for kind in kinds])

    page = ScriptlessBrowser(fakes).sign_in().open("/news")

    assert page.count("DBS check</h2>") == len(kinds)
    assert "Your paper soon has its last day." in page
    assert f'href="/qualifications/{CLAIMED_PAPER}"' in page


def test_a_service_that_refuses_a_day_is_heard_beside_that_day(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.credentials.refusals["AddCredential"] = too_late()
    browser.open("/you/qualifications/new")

    code, page = browser.submit_fields("/you/qualifications/new", WORDS | {"note": "Seen."}, {"paper": ("", b"")})

    assert code == 422
    assert 'href="#expires_on"' in page
    assert "2 November 2029" in page


def too_late() -> Invalid:
    return invalid("expires_on", "EXPIRES_TOO_LATE", latest="2029-11-02")
