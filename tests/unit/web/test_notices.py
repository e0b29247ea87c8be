"""Notices: quiet hours, the signed way out, what mails and text messages say, and the pages about them."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.identity.v1 import notices_pb2 as pb
from kith.identity.v1.enums import NoticeTopic
from libs.refusals import TooMany
from services.web.notices.kinds import KINDS
from services.web.notices.quiet_hours import quiet_until
from services.web.notices.rendering import NoticeReader, NoticeRenderer, NoticeSender
from services.web.notices.stop_links import StopLinks
from tests.unit.web.fake_people import ADA, NOW
from tests.unit.web.fake_services import STOP_LINKS, STOP_TOKEN, FakeServices, make_notices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

LONDON = ZoneInfo("Europe/London")
pytestmark = pytest.mark.capability("I5")


@pytest.mark.parametrize(
    ("now", "begin", "end", "expected"),
    [
        ("2026-11-24T19:59", 20 * 60, 8 * 60, None),
        ("2026-11-24T20:00", 20 * 60, 8 * 60, "2026-11-25T08:00"),
        ("2026-11-25T07:59", 20 * 60, 8 * 60, "2026-11-25T08:00"),
        ("2026-11-25T08:00", 20 * 60, 8 * 60, None),
        ("2026-11-25T12:30", 12 * 60, 13 * 60, "2026-11-25T13:00"),
        ("2026-11-25T12:30", 0, 0, None),
        # The clocks go back in the night: it is still 8:00 on the clock when the quiet is over.
        ("2026-10-24T22:00", 20 * 60, 8 * 60, "2026-10-25T08:00"),
    ],
)
def test_quiet_hours_end_at_their_time_on_the_clock(now: str, begin: int, end: int, expected: str | None) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=LONDON).astimezone(UTC)
    until = quiet_until(moment, begin, end, LONDON)

    assert (until.astimezone(LONDON).replace(tzinfo=None).isoformat(timespec="minutes") if until else None) == expected


def test_a_way_out_is_ours_or_nothing() -> None:
    assert STOP_LINKS.read(STOP_TOKEN) == (UUID(ADA), NoticeTopic.MOTIONS)
    forged = StopLinks(b"x" * 32).token(UUID(ADA), NoticeTopic.MOTIONS)
    for token in ("", "A", "é", STOP_TOKEN[:-1], STOP_TOKEN[:5] + ("A" if STOP_TOKEN[5] != "A" else "B") + STOP_TOKEN[6:], forged):
        assert STOP_LINKS.read(token) is None


def _renderer(name: str = "Elm Row", phone: str = "01632 960 001") -> NoticeRenderer:
    state = FakeServices().app_state()
    return NoticeRenderer(NoticeSender(name, phone, "https://elm-row.example", LONDON), state.renderer.catalogues, STOP_LINKS)


@pytest.mark.parametrize("easy", [False, True])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_a_mail_that_says_why_and_how_to_stop(kind: str, *, easy: bool) -> None:
    [notice, *_] = make_notices()
    renderer, notice = _renderer("O'Neil & Elm"), notice.__class__(**{**vars(notice), "kind": kind})
    words = renderer.words(notice, NoticeReader("Ada"), NOW, easy=easy, code="7K3M9QWD2XTR5HVA")
    mail = renderer.mail(notice, words, "ada@elm.example\r\nBcc: all@elm.example", "hello@elm.example", NOW, large=easy)

    assert mail["Bcc"] is None
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "O'Neil & Elm" in text and words.link in text and words.why in text
    # What somebody waits for just now is stopped by what it is about: handing the watch back.
    stoppable = KINDS[kind].topic is not NoticeTopic.SECURITY and not KINDS[kind].at_once
    assert (mail["List-Unsubscribe"] is not None) is stoppable
    assert (mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click") is stoppable
    assert (mail.get_body(("html",)) is not None) is easy


@pytest.mark.parametrize("name", ["Elm", "The Very Long Name of a Care Co-operative " * 5])
@pytest.mark.parametrize("phone", ["01632 960 001", ""])
def test_a_text_message_is_short_and_tells_a_bystander_nothing(name: str, phone: str) -> None:
    for notice in make_notices():
        text = _renderer(name, phone).text_message(notice, easy=False)
        assert len(text) <= 160
        assert phone in text
        assert "changed" not in text


def test_what_is_chosen_is_saved_and_this_browser_follows() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/you/told")
    assert "We write you an e-mail." in page
    assert "Polish (polski)" in page
    assert "We do not tell you when a vote begins or ends." in page

    chosen = {"channel": "letter", "easy_read": "on", "large_print": "on", "motions": "on", "ballots": "on"}
    assert browser.submit("/you/told", **chosen) == (303, "/you/told?done=saved")

    [request] = [one for one in fakes.notices.requests if isinstance(one, pb.SetWaysToBeToldRequest)]
    assert (request.person_id, request.ways.channel, request.ways.easy_read) == (ADA, pb.NOTICE_CHANNEL_LETTER, True)
    assert list(request.ways.stopped) == []
    assert browser.http.cookies.get("kith-comfort") == "easy-bigger"


def test_a_mail_program_stops_notices_with_one_post_and_opening_the_link_stops_nothing() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes)
    for method in ("GET", "HEAD"):
        assert browser.http.request(method, f"/stop/{STOP_TOKEN}").status_code == 200
    assert fakes.notices.requests == []

    assert browser.http.post(f"/stop/{STOP_TOKEN}", data={"List-Unsubscribe": "One-Click"}).status_code == 200

    [request] = fakes.notices.requests
    assert isinstance(request, pb.StopNoticesRequest)
    assert (request.person_id, request.topic) == (ADA, pb.NOTICE_TOPIC_MOTIONS)
    assert browser.http.post(f"/stop/{STOP_TOKEN[:-2]}", data={"List-Unsubscribe": "One-Click"}).status_code == 404


def test_asking_for_a_link_is_answered_alike_or_told_to_wait() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes)
    browser.open("/sign-in/send")
    assert browser.submit("/sign-in/send", email="who@elm.example") == (303, "/sign-in/send?done=sent")

    fakes.notices.refusals["RequestSignInLink"] = TooMany("LINKS_TOO_OFTEN")
    browser.open("/sign-in/send")
    assert browser.submit("/sign-in/send", email="who@elm.example")[0] == 429


def test_the_secretary_sees_how_far_notices_are_and_not_what_they_say() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/notices")
    assert "The mail server says that the e-mail address is wrong." in page
    assert "Your vote at" not in page

    assert "Your vote at Elm Row Care Co-op was changed." in browser.open("/notices/letters")
    for kind in ("concern_step", "concern_waiting", "concern_look_back", "concern_overdue", "ask_replied"):
        fakes.notice_state.notices = [replace(notice, kind=kind) for notice in make_notices()]
        page = browser.open("/notices/letters")
        assert "There is something for you to read at Elm Row Care Co-op." in page
        assert not [word for word in ("team and", "looking for", "put in touch", "talk about", "look back") if word in page]
    fakes.notice_state.notices = make_notices()
    browser.open("/notices/letters")
    assert browser.submit("/notices/letters") == (303, "/notices?done=printed")
    [(ids, _, secretary)] = fakes.notice_state.finished
    assert (len(ids), secretary) == (1, ADA)

    lines = browser.http.get("/notices/texts/file").text.splitlines()
    assert lines[0] == "number,text"
    assert lines[1].startswith("01632960017,")
