"""Acting for somebody: begun at the top of the page, seen on every screen, refused elsewhere, and ended in the middle of an act."""

import re
from dataclasses import replace
from typing import Any

import pytest

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import consent_pb2 as consent
from kith.identity.v1 import data_requests_pb2 as data
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1 import notices_pb2 as notices
from kith.identity.v1 import record_pb2 as record
from kith.identity.v1 import relationships_pb2 as pb
from kith.matching.v1 import waiting_pb2 as waiting
from kith.person.v1 import person_data_pb2 as reads
from kith.person.v1 import person_rights_pb2 as rights
from kith.scheduling.v1 import visits_pb2 as visits
from libs.refusals import NotAllowed
from services.web.page import Access
from services.web.routes import PAGES
from tests.support.hidden_fields import hidden_fields
from tests.unit.web import every_page
from tests.unit.web.fake_people import JO, MO
from tests.unit.web.fake_services import ASKED, LPA, FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

BAR = "Ada Fenwick for Jo Bright: you are acting for Jo Bright."


@pytest.fixture
def fakes() -> FakeServices:
    """Ada, who wears every hat, may act for Jo in her contacts and her health."""
    fakes = FakeServices()
    fakes.identity.may_act_for = (JO,)
    fakes.relationships.acts_for = {JO: [pb.ACTING_SCOPE_CONTACTS, pb.ACTING_SCOPE_HEALTH]}
    return fakes


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/")
    return browser


def begin(browser: ScriptlessBrowser) -> None:
    assert browser.submit("/acting/begin", person=JO) == (303, "/acting")
    browser.open("/acting")


@pytest.mark.capability("I4")
def test_acting_is_chosen_at_the_top_of_the_page_and_stopped_there(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    assert "You are Ada Fenwick. Act for:" in browser.page
    begin(browser)
    assert BAR in browser.page
    assert "You may see and change: contacts, health and risks." in browser.page
    assert "jo@elm-row.example" in browser.page
    renewed = [request for request in fakes.identity.requests if isinstance(request, identity.RenewTokenRequest)]
    assert (renewed[-1].acting_for, renewed[-1].hat) == (JO, "")
    assert browser.submit("/acting/stop") == (303, "/")
    assert BAR not in browser.open("/")


@pytest.mark.capability("I4")
def test_what_waits_for_the_other_is_asked_for_within_the_scopes_alone(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.visits.waiting = visits.GetWaitingResponse(visits=2, funding=1)
    fakes.waiting.waiting = waiting.GetWaitingResponse(referral_about_ids=[MO])
    begin(browser)
    assert "Waits for your answer" not in browser.page
    for scopes, shown in (([pb.ACTING_SCOPE_MONEY], 1), ([pb.ACTING_SCOPE_TEAM], 2)):
        fakes.relationships.acts_for = {JO: scopes}
        fakes.waiting.requests.clear()
        page = browser.open("/acting")
        assert "On this page, “you” and “my” mean Jo Bright." in page
        assert ("2 visits wait for your yes" in page, "A partner sent a referral about you: read it" in page) == (True, shown == 2)
        assert len(fakes.waiting.requests) == shown - 1


@pytest.mark.capability("I4")
def test_every_page_says_for_whom_one_acts_and_those_that_cannot_be_used_say_so(browser: ScriptlessBrowser) -> None:
    begin(browser)
    paths = dict(zip((page for page in PAGES if page.show), every_page.one_path_of_each_page(), strict=True))
    for page, path in [*paths.items(), (None, "/nope")]:
        response = browser.http.get(path, follow_redirects=True)
        if response.headers["content-type"].startswith("text/html"):
            assert BAR in response.text, path
        if page and page.access is not Access.ANYBODY and not page.acting:
            assert response.status_code == 403, path
            assert "This cannot be done for another person." in response.text or page.access is not Access.MEMBER, path


def test_a_vote_is_not_cast_and_no_hat_is_worn_while_acting(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    assert {page.path for page in PAGES if page.acting} == {
        *(
            "/",
            "/acting",
            "/acting/stop",
            "/you/record",
            "/you/record/{section}",
            "/you/record/about-me",
            "/you/record/about-me/file",
            "/you/consents",
            "/you/consents/decide",
        ),
        *("/you/told", "/you/data", "/you/data/file", "/you/data/erase", "/you/readers", "/support/getting"),
        *("/people", "/people/find", "/people/suggested", "/people/suggested/file", "/people/suggested/team", "/people/reviews"),
        *("/people/call-outs", "/people/call-outs/new"),
        *("/referrals", "/referrals/new", "/referrals/{referral:uuid}", "/referrals/{referral:uuid}/no"),
        *("/people/other-co-ops", "/people/other-co-ops/new", "/people/other-co-ops/new/check"),
        *("/people/days", "/people/days/{day:uuid}"),
        *("/people/days/{day:uuid}/enter/{side}", "/people/days/{day:uuid}/rank/{side}", "/people/days/{day:uuid}/file/{side}"),
        *("/people/reviews/{review:uuid}", "/people/reviews/{person:uuid}/{worker:uuid}"),
        *("/team", "/team/{team:uuid}/agreement", "/team/{team:uuid}/hand-back/{hat}", "/team/{team:uuid}/members/{person:uuid}/task"),
        *("/team/{team:uuid}/ask", "/team/questions/{question:uuid}", "/team/questions/{question:uuid}/withdraw"),
        *("/team/concerns", "/team/{team:uuid}/concern/{person:uuid}", "/team/concerns/{concern:uuid}", "/visits/covers"),
        *(f"/team/concerns/{{concern:uuid}}/{part}" for part in ("aside", "end", "beside", "write", "agree")),
        *("/week", "/week/who-came", "/visits/new", "/visits/{visit:uuid}", "/visits/{visit:uuid}/move", "/visits/{visit:uuid}/who-could"),
        *("/visits/distances", "/visits/distances/{gap:uuid}"),
        *("/visits/{visit:uuid}/distance", "/visits/series/{series:uuid}/distance"),
        *("/visits/sharing", "/visits/sharing/{sharing:uuid}", "/visits/{visit:uuid}/share", "/visits/series/{series:uuid}/share"),
        *("/together", "/together/{activity:uuid}"),
        *("/visits/confirming", "/visits/{visit:uuid}/record/step", "/visits/{visit:uuid}/record/wrong"),
        *("/money", "/money/file/{file:int}", "/money/invoices/{invoice:int}"),
        *("/money/shared", "/money/shared/new", "/money/shared/{shared:uuid}/end"),
        *("/week/drafts", "/week/drafts/wishes", "/week/drafts/{draft:uuid}", "/week/drafts/{draft:uuid}/drop", "/week/proposals"),
        *(
            "/week/drafts/{draft:uuid}/publish",
            "/week/drafts/{draft:uuid}/visits/{visit:uuid}",
            "/week/without/{worker:uuid}",
            "/week/drafts/{draft:uuid}/visits/{visit:uuid}/choose/{candidate:uuid}",
        ),
        *("/visits/series", "/visits/series/new", "/visits/series/new/check"),
        *("/visits/series/{series:uuid}", "/visits/series/{series:uuid}/end", "/visits/series/{series:uuid}/watched"),
        *("/visits/series/{series:uuid}/tasks", "/visits/{visit:uuid}/tasks", "/today/sheet", "/today/sheets"),
        *("/visits/watched", "/visits/{visit:uuid}/watched"),
        *("/team/{team:uuid}/members/{person:uuid}/hat", "/team/{team:uuid}/members/{person:uuid}/end"),
    }
    begin(browser)
    assert "Places for your hat" not in browser.page
    for path in (f"/motions/{MO}/check", f"/motions/{MO}/vote", "/members/new", "/you/people"):
        sent = browser.http.post(path, data={"choice": "for"}, headers={"origin": fakes.public_url})
        assert sent.status_code == 403, path
    assert not [request for request in fakes.governance.requests if isinstance(request, governance.CastBallotRequest)]


@pytest.mark.capability("I4")
def test_a_right_that_ends_between_page_and_form_ends_the_act_and_keeps_what_was_written(
    fakes: FakeServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`/you/people/new` stands for the pages that take a text in another's place: it is opened to that here."""
    monkeypatch.setattr("services.web.app.PAGES", tuple(_opened(page) for page in PAGES))
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/")
    begin(browser)
    sent = _write_and_lose(browser, lambda: fakes.relationships.refusals.update(GetActingRights=NotAllowed("ACTING_ENDED")))
    assert sent.status_code == 403
    assert "You may no longer act for this person." in sent.text
    assert BAR not in sent.text
    assert not [request for request in fakes.relationships.requests if isinstance(request, pb.ProposeRelationshipRequest)]
    assert "Kim Kind" not in browser.open("/you/people/new"), "what was written for another is not one's own"
    fakes.relationships.refusals.clear()
    browser.open("/")
    begin(browser)
    assert 'value="Kim Kind"' in browser.open("/you/people/new")
    # A service that refuses by itself, a moment later, ends it in the same way.
    fakes.relationships.refusals["ProposeRelationship"] = NotAllowed("ACTING_ENDED")
    refused = _write_and_lose(browser, lambda: None)
    assert (refused.status_code, BAR in refused.text) == (403, False)


@pytest.mark.parametrize("from_acting", [True, False])
def test_a_form_is_not_sent_as_somebody_else_than_it_was_shown_to(
    fakes: FakeServices, monkeypatch: pytest.MonkeyPatch, *, from_acting: bool
) -> None:
    monkeypatch.setattr("services.web.app.PAGES", tuple(_opened(page) for page in PAGES))
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/")
    if from_acting:
        begin(browser)

    def meanwhile() -> None:
        browser.open("/acting" if from_acting else "/")
        if from_acting:
            browser.submit("/acting/stop")
        else:
            begin(browser)

    sent = _write_and_lose(browser, meanwhile)
    assert sent.status_code == 400
    assert "You began or stopped acting for somebody after this page was shown." in sent.text
    assert not [request for request in fakes.relationships.requests if isinstance(request, pb.ProposeRelationshipRequest)]


ALL_SCOPES = [scope for scope in pb.ActingScope.values() if scope]


@pytest.mark.capability("I4")
def test_what_is_in_the_scope_is_in_the_navigation_and_is_about_the_other_person(fakes: FakeServices) -> None:
    fakes.relationships.acts_for = {JO: ALL_SCOPES}
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/")
    begin(browser)
    asked: dict[str, tuple[Any, Any]] = {
        "/you/record": (record.GetRecordRequest, fakes.records),
        "/you/consents": (consent.GetConsentsRequest, fakes.consents),
        "/you/told": (notices.GetWaysToBeToldRequest, fakes.notices),
        "/you/data": (rights.ExportRequest, fakes.person_rights["identity"]),
        "/you/readers": (reads.ListReadsRequest, fakes.person_data["membership"]),
    }
    assert re.findall(r'<li><a href="(/you/\w+)"', browser.page) == [*asked, *asked], "at the top, and on the page itself"
    for path, (kind, service) in asked.items():
        page = browser.open(path)
        assert BAR in page
        assert "On this page, “you” and “my” mean Jo Bright." in page, path
        assert "Jo Bright" in re.findall(r"<h1>(.*?)</h1>", page)[0], path
        assert [request.person_id for request in service.requests if isinstance(request, kind)][-1] == JO, path
        assert 'href="/you"' not in page, "nothing leads to one's own pages"


@pytest.mark.capability("I4")
def test_every_page_for_who_acts_asks_only_what_the_services_answer_then(fakes: FakeServices) -> None:
    """The fakes refuse what the real services have not bound for somebody who acts."""
    fakes.relationships.acts_for = {JO: ALL_SCOPES}
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/")
    begin(browser)
    paths = dict(zip((page for page in PAGES if page.show), every_page.one_path_of_each_page(), strict=True))
    for page, path in paths.items():
        if page.acting:
            response = browser.http.get(path, follow_redirects=True)
            assert response.status_code == 200, (path, response.text)
    browser.open("/you/data/erase")
    assert browser.submit("/you/data/erase") == (303, "/you/data?done=asked")
    asked = [request for request in fakes.data_requests.requests if isinstance(request, data.AskForErasureRequest | data.ListHoldsRequest)]
    assert {request.person_id for request in asked} == {JO}


@pytest.mark.capability("I4")
def test_what_is_outside_the_scope_is_not_in_the_navigation_and_is_refused_in_words(
    fakes: FakeServices, browser: ScriptlessBrowser
) -> None:
    begin(browser)
    assert re.findall(r'<li><a href="(/you/\w+)"', browser.page) == ["/you/record"] * 2
    sections = re.findall(r'href="/you/record/(\w+)"', browser.open("/you/record"))
    assert sections == ["health", "contacts"]
    assert "Choose who can see this" not in browser.open("/you/record/health")
    fakes.records.refusals["GetRecord"] = NotAllowed("ACTING_OUTSIDE_SCOPE", scope="money")
    fakes.person_rights["identity"].refusals["Export"] = NotAllowed("ACTING_OUTSIDE_SCOPE", scope="data_rights")
    for path, scope in (("/you/record/money", "money"), ("/you/data", "my records")):
        refused = browser.http.get(path)
        assert refused.status_code == 403
        assert f"You may act for this person, but not in this: {scope}. They, or a secretary, can give you more." in refused.text
        assert BAR in refused.text


@pytest.mark.capability("I4")
def test_a_right_that_ends_while_somebody_writes_loses_nothing_of_what_they_wrote(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    begin(browser)
    hidden = hidden_fields(browser.open("/you/record/health"), "/you/record/health")
    fakes.relationships.refusals["GetActingRights"] = NotAllowed("ACTING_ENDED")
    data = hidden | {"text-risks": "She falls on stairs."}
    sent = browser.http.post("/you/record/health", data=data, headers={"origin": fakes.public_url})
    assert sent.status_code == 403
    assert "You may no longer act for this person. You act for yourself again." in sent.text
    assert "we have kept it" in sent.text
    assert not [request for request in fakes.records.requests if isinstance(request, record.SetFieldsRequest)]
    assert "She falls on stairs." not in browser.open("/you/record/health"), "it is not one's own"
    fakes.relationships.refusals.clear()
    browser.open("/")
    begin(browser)
    assert "She falls on stairs." in browser.open("/you/record/health")


@pytest.mark.capability("I4")
def test_a_scope_that_ends_while_somebody_writes_loses_nothing_either(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    begin(browser)
    hidden = hidden_fields(browser.open("/you/record/health"), "/you/record/health")
    fakes.records.refusals.update(dict.fromkeys(("GetRecord", "SetFields"), NotAllowed("ACTING_OUTSIDE_SCOPE", scope="health")))
    data = hidden | {"text-risks": "She falls on stairs."}
    sent = browser.http.post("/you/record/health", data=data, headers={"origin": fakes.public_url})
    assert sent.status_code == 403
    assert "not in this: health and risks." in sent.text
    assert BAR in sent.text, "in the other scope one still acts"
    fakes.records.refusals.clear()
    assert "She falls on stairs." in browser.open("/you/record/health")


def test_the_browser_of_who_acts_does_not_follow_how_the_other_wants_to_be_told(fakes: FakeServices) -> None:
    fakes.relationships.acts_for = {JO: ALL_SCOPES}
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/")
    begin(browser)
    browser.open("/you/told")
    before = dict(browser.http.cookies)
    assert browser.submit("/you/told", easy_read="on", channel="email") == (303, "/you/told?done=saved")
    [saved] = [request for request in fakes.notices.requests if isinstance(request, notices.SetWaysToBeToldRequest)]
    assert (saved.person_id, saved.ways.easy_read) == (JO, True)
    assert dict(browser.http.cookies) == before


def test_who_may_act_for_nobody_is_asked_nothing_and_nobody_begins_for_somebody_else(browser: ScriptlessBrowser) -> None:
    assert "/acting/begin" not in ScriptlessBrowser(FakeServices()).sign_in().open("/")
    status, page = browser.submit("/acting/begin", person=MO)
    assert (status, "You may not act for this person." in page) == (403, True)
    assert "you are acting for" not in browser.open("/")


def test_both_directions_are_read_and_changed_on_one_page(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/you/people")
    mine, others = page.split("People I may act for")
    assert "May see and change: contacts, health and risks." in mine
    assert re.search(r"From [\w ]*2 November[\w ]* until [\w ]*31 March 2027\.", mine)
    assert "Lasting power of attorney, number 7000 1234 5678, seen " in mine
    assert "Waits for a second look" in mine
    assert "Mo Stone" in others
    assert browser.submit("/you/people", accept=ASKED) == (303, "/you/people?done=accepted")
    browser.open("/you/people")
    browser.open("/you/people/new")
    fields = {"holder_name": "Mo Stone", "kind": "friend", "scope-contacts": "yes", "scope-home": "yes", "until_day": "2027-03-31"}
    assert browser.submit_fields("/you/people/new", fields) == (303, "/you/people?done=given")
    [given] = [request for request in fakes.relationships.requests if isinstance(request, pb.ProposeRelationshipRequest)]
    assert (given.holder_name, given.kind, list(given.scopes)) == (
        "Mo Stone",
        pb.RELATIONSHIP_KIND_FRIEND,
        [pb.ACTING_SCOPE_HOME, pb.ACTING_SCOPE_CONTACTS],
    )
    browser.open("/you/people/new")
    fakes.relationships.refusals["ProposeRelationship"] = NotAllowed("HOLDER_LEFT")
    status, page = browser.submit_fields("/you/people/new", fields)
    assert status == 422
    assert 'value="Mo Stone"' in page
    assert re.search(r'name="scope-home" value="yes" id="scope-home" checked', page)


def test_a_secretary_records_with_evidence_and_another_confirms(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open(f"/members/{JO}/people/new")
    fields = {
        "holder_name": "Mo Stone",
        "kind": "attorney_for_health",
        "scope-consent": "yes",
        "evidence": "lasting_power",
        "evidence_reference": "7000 1",
        "evidence_seen_on": "2026-11-24",
    }
    assert browser.submit_fields(f"/members/{JO}/people/new", fields) == (303, f"/members/{JO}/people?done=recorded")
    [recorded] = [request for request in fakes.relationships.requests if isinstance(request, pb.RecordRelationshipRequest)]
    assert (recorded.subject_id, recorded.evidence, recorded.evidence_seen_on) == (JO, pb.EVIDENCE_KIND_LASTING_POWER, "2026-11-24")
    page = browser.open(f"/members/{JO}/people")
    assert "I have seen it: confirm" not in page, "Ada is the person whom it is about"
    assert browser.submit(f"/members/{JO}/people", reason="revoked") == (303, f"/members/{JO}/people?done=ended")
    [ended] = [request for request in fakes.relationships.requests if isinstance(request, pb.EndRelationshipRequest)]
    assert ended.reason == pb.END_REASON_REVOKED


@pytest.mark.capability("I4")
def test_a_scrutineer_confirms_the_evidence_of_others(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/second-looks")
    assert "Jo Bright for Ada Fenwick" in page
    assert "You cannot confirm this one: you wrote it down, or it is about you." in page, "it is about Ada"
    fakes.relationships.attorney_for = MO
    page = browser.open("/second-looks")
    assert "Lasting power of attorney, number 7000 1234 5678" in page
    asked = [request for request in fakes.relationships.requests if isinstance(request, pb.ListRelationshipsRequest)][-1]
    assert (asked.unconfirmed, asked.person_id) == (True, "")
    assert browser.submit("/second-looks", confirm=LPA) == (303, "/second-looks?done=confirmed")
    assert "It is confirmed. They may act now." in browser.open("/second-looks?done=confirmed")
    [confirmed] = [request for request in fakes.relationships.requests if isinstance(request, pb.ConfirmRelationshipRequest)]
    assert confirmed.relationship_id == LPA


def _opened(page: Any) -> Any:
    return replace(page, acting=True) if page.path == "/you/people/new" else page


def _write_and_lose(browser: ScriptlessBrowser, lose: Any) -> Any:
    hidden = hidden_fields(browser.open("/you/people/new"), "/you/people/new")
    lose()
    data = hidden | {"holder_name": "Kim Kind", "kind": "friend", "scope-contacts": "yes"}
    return browser.http.post("/you/people/new", data=data, headers={"origin": browser.fakes.public_url})
