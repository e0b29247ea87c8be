"""Opens every page of the fake services, with every form on it submitted empty and filled in; for what must hold on all of them."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kith.identity.v1 import relationships_pb2 as relationships
from libs.access.record_fields import SECTIONS
from services.web.page import Page
from services.web.routes import PAGES
from tests.support.hidden_fields import hidden_fields
from tests.unit.web import (
    fake_calendars,
    fake_concerns,
    fake_distances,
    fake_matching,
    fake_matching_days,
    fake_money,
    fake_neighbours,
    fake_partners,
    fake_series,
    fake_services,
    fake_sharing,
    fake_team_questions,
    fake_teams,
    fake_visit_records,
    fake_visits,
    fake_vote_services,
    fake_watch,
    fake_week_drafts,
)
from tests.unit.web.fake_people import JO
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

VALUES: Mapping[str, tuple[str, ...]] = {
    "visit": (fake_visits.PROPOSED, fake_visits.TAKEN, fake_visits.OPEN, fake_visits.HAD, fake_visits.GIVEN),
    "draft": (fake_week_drafts.ASKED, fake_week_drafts.MAKING, fake_week_drafts.DRAFTED, fake_week_drafts.FAILED),
    "series": (fake_series.WAITING, fake_series.JOS, fake_series.RUNNING),
    "motion": (
        fake_services.OPEN_MOTION, fake_services.ANNOUNCED_MOTION, fake_services.CAPPED_MOTION, fake_services.CLOSED_MOTION,
    ),
    "vote": tuple(f"{digit}" * 64 for digit in "12345678"),
    "person": (JO,),
    "record": (fake_services.OTHERS_ENTRY, fake_services.OWN_ENTRY, fake_vote_services.RECORD),
    "credential": (fake_services.CLAIMED_PAPER, fake_services.VERIFIED_PAPER, fake_services.EXPIRED_PAPER),
    "co_op": tuple(fake_vote_services.CO_OPS),
    "code": (fake_services.CODE,),
    "section": tuple(SECTIONS),
    "field": ("home.key_safe", "about_me.story"),
    "passkey": (fake_services.PASSKEY,),
    "token": (fake_services.STOP_TOKEN,),
    "calendar": (fake_calendars.FILE_NAME,),
    "request": (fake_services.OTHERS_ENTRY,),
    "erasure": (fake_services.OTHERS_ENTRY,),
    "hold": (fake_services.OWN_ENTRY,),
    "team": (fake_teams.OWN_TEAM,),
    "review": (fake_matching.OPEN_REVIEW, fake_matching.CLOSED_REVIEW),
    "worker": (JO,),
    "candidate": (fake_week_drafts.FERN,),
    "hat": ("rota_holder",),
    "concern": (
        *(fake_concerns.TALKING, fake_concerns.LOOKING_FOR, fake_concerns.BESIDE, fake_concerns.AGREED, fake_concerns.LOOKING_BACK),
        *(fake_concerns.COVERING, fake_concerns.WELL, fake_concerns.ASIDE, fake_concerns.ASKED, fake_concerns.FACILITATED),
    ),
    "question": tuple(fake_team_questions.QUESTIONS),
    "pair": (fake_neighbours.PAIR,),
    "partner": (fake_partners.CHURCH, fake_partners.OVER),
    "referral": (fake_partners.NEW, fake_partners.ABOUT_ADA, fake_partners.ASKED),
    "period": (fake_money.PERIOD,),
    "shared": (fake_money.SHARED,),
    "invoice": ("1",),
    "file": ("1",),
    "day": (fake_matching_days.OPEN_DAY, fake_matching_days.RUN_DAY, fake_matching_days.LONELY_DAY),
    "side": ("getting", "giving"),
    "alert": (fake_watch.LATE, fake_watch.ALONE),
    "gap": (fake_distances.ASKED, fake_distances.HOLDS, fake_distances.OF_JO, fake_distances.OVER),
    "sharing": (fake_sharing.ASKED, fake_sharing.SHARED, fake_sharing.WAITING, fake_sharing.OVER),
    "activity": (fake_sharing.SOUP, fake_sharing.WALK, fake_sharing.PAST, fake_sharing.OFF),
}  # fmt: skip
"""What each parameter of a path can be among the fake services."""
QUERIES = (
    "/members?q=jo", "/members?q=2", "/members?q=nobody", "/members?as_of=never", "/members?class=worker", f"/members/{JO}?done=end",
    "/paper-votes?done=recorded", "/paper-votes?done=confirmed", "/paper-votes?done=differs", "/you?done=asked", "/you?done=password",
    "/you/sessions?done=ended", "/helping?done=over", "/you/readers?page=015", f"/emergency/{JO}?done=opened",
    "/emergency-access?done=reviewed",
    "/sign-in?again=yes", "/you/people?done=given", "/you/people?done=accepted", "/you/people?ended=yes",
    f"/members/{JO}/people?done=recorded", "/you/qualifications?done=added", "/qualifications?done=verify", "/you/record?done=home",
    "/you/record?print=yes", "/you/record/nothing", "/you/record/sharing/home.key_safe?q=jo",
    "/you/record/sharing/home.key_safe?q=nobody", "/you/record/sharing/home.key_safe?done=shared", "/you/record/sharing/home.nothing",
    "/you/consents?done=withdrawn", "/you/consents?print=yes", "/votes?done=drafted", "/look-up?ballot=",
    f"/look-up?ballot={fake_vote_services.OWN_PSEUDONYM}", "/look-up?ballot=0000000000000000", "/you/told?done=saved",
    "/support/getting?done=saved", "/people/find?tag=chess", "/people/suggested?skip=3",
    *(f"/people/days/{fake_matching_days.OPEN_DAY}?done={done}" for done in ("announced", "entered", "ranked", "withdrawn")),
    "/people/neighbours?done=no", "/people/neighbours?words=chess", "/people/pairs?done=asked",
    *(f"/people/neighbours/mine?done={done}" for done in ("yes", "paired", "no", "block", "lift", "written", "withdrawn", "ended")),
    *(f"/partners/{fake_partners.CHURCH}?done={done}" for done in ("written", "place", "place_ended", "proposed", "signed", "ended")),
    "/partners?done=ended", "/partner?done=left", f"/partner/{fake_partners.CHURCH}?done=referred", "/referrals?done=sent",
    *(
        f"/referrals/{fake_partners.ABOUT_ADA}?done={done}"
        for done in ("put", "accepted", "declined", "closed", "more", "less", "refused", "withdrawn")
    ),
    f"/partners/{fake_partners.CHURCH}/person?q=jo", f"/partners/{fake_partners.CHURCH}/person?q=nobody",
    *(f"/people/other-co-ops?done={done}" for done in ("asked", "withdrawn", "yes", "no")),
    "/people/asked?done=replied", "/people/asked?done=taken-back",
    "/people/call-outs?done=written", "/people/call-outs?done=ended",
    *(f"/people/reviews?done={done}" for done in ("counted", "recorded", "answered", "closed", "ended")), "/support/giving?done=saved",
    "/sign-in/send?done=sent", "/notices?done=printed", "/you/recovery?done=named", "/you/recovery?done=stopped",
    "/you/recovery?done=vouched", "/you/data?done=asked", "/holds?done=placed", "/holds?done=ended", "/holds?done=reviewed",
    *(f"/people?done={done}" for done in ("yes", "joined", "no", "block", "lift")), "/team/invite?q=jo", "/team/invite?q=nobody",
    *(f"/team?done={done}" for done in ("joined", "declined", "accepted", "left", "ended", "invited", "offered", "handed_back", "agreed")),
    *(
        f"/team/concerns/{fake_concerns.TALKING}?done={done}"
        for done in (
            *("raised", "beside", "named", "asked", "accepted", "declined", "written"),
            *("proposed", "yes", "agreed", "well", "not_well", "aside", "ended"),
        )
    ),
    f"/team/concerns/{fake_concerns.LOOKING_FOR}/beside?q=jo", f"/team/concerns/{fake_concerns.LOOKING_FOR}/beside?q=nobody",
    *(f"/team/questions/{fake_team_questions.OPEN}?done={done}" for done in ("asked", "answered", "withdrawn")),
    "/visits/covers?done=not_needed",
    "/team?done=assigned", "/team?done=task_ended",
    "/today?done=sent", "/today/sheets?done=saved", "/today/sheet?day=2026-11-26", "/today/sheet?day=2026-11-25&large=yes",
    "/week/calendar?done=open", "/week/calendar?done=close",
    "/week/mine?done=right", "/week/mine?week=2026-12-02", *(f"/week/away?done={done}" for done in ("away", "back")),
    *(f"/week/hours?done={done}" for done in ("said", "ended", "never")),
    *(f"/week/swaps?done={done}" for done in ("offered", "accept", "decline", "withdraw")),
    *(f"/visits/{fake_visits.OPEN}/who-could?done={done}" for done in ("asked", "before")),
    *(f"/week/proposals?done={done}" for done in ("yes", "no", "not_this", "again")), "/week/drafts?done=dropped",
    *(f"/week/drafts/{fake_week_drafts.ASKED}?done={done}" for done in ("sent", "published", "chosen")),
    *(f"/week/drafts/wishes?done={done}" for done in ("worker", "person")),
    f"/week/drafts/{fake_week_drafts.ASKED}/visits/{fake_visits.OPEN}?from=proposals",
    "/week?done=taken", "/week?done=proposed", "/week?from=2026-12-01",
    *(f"/visits/{fake_visits.PROPOSED}?done={done}" for done in ("propose", "agree", "decline", "take", "cancel", "move", "tasks")),
    *(f"/visits/{fake_visits.HAD}?done=record_{done}" for done in ("start", "write", "confirm", "dispute", "stand_by")),
    f"/visits/{fake_visits.HAD}/record/wrong?record={fake_visit_records.TO_ADA}",
    f"/visits/{fake_visits.GIVEN}/record/stand-by?record={fake_visit_records.BY_ADA}",
    f"/visits/{fake_visits.GIVEN}/record?record={fake_visit_records.BY_ADA}",
    *(f"/watch?done={done}" for done in ("asked", "accept", "decline", "hand_back", "end")), "/watch/ask?q=jo", "/watch/ask?q=nobody",
    "/watch/open?done=taken", "/watch/open?done=sorted", "/visits/watched?done=on", "/visits/watched?done=off",
    *(f"/visits/{fake_visits.TAKEN}?done={done}" for done in ("watch_on", "watch_off", "on_way", "safe")),
    "/visits/confirming?done=agree", "/visits/confirming?done=take_back",
    "/visits/series?done=proposed", "/visits/series?done=withdrawn", f"/visits/series/new?instead={fake_series.RUNNING}",
    *(f"/visits/series/{fake_series.WAITING}?done={done}" for done in ("propose", "agree", "decline", "end", "tasks", "standing_end")),
    *(f"/visits/distances/{fake_distances.HOLDS}?done={done}" for done in ("propose", "agree", "decline", "withdraw", "end")),
    *(f"/visits/sharing?done={done}" for done in ("no", "withdraw", "end")),
    f"/visits/sharing/{fake_sharing.SHARED}?done=yes", f"/visits/sharing/{fake_sharing.WAITING}?done=proposed",
    *(f"/together/{fake_sharing.SOUP}?done={done}" for done in ("announced", "join", "leave", "off", "closed")),
    *(f"/money/shared?done={done}" for done in ("proposed", "yes", "no", "back", "end")),
    "/money?done=yes", "/money/payers?done=added", "/money/work?done=proposed", "/activities?done=removed", "/activities?year=2025",
    f"/members/{JO}/funding?done=proposed", f"/money/periods/{fake_money.PERIOD}?done=closed", "/money/periods/check?last_day=nonsense",
    "/second-looks?done=confirmed", "/you/sign-in?done=renamed", "/you/sign-in?done=removed",
    f"/you/sign-in/{fake_services.PASSKEY}?done=added",
    *(f"/votes/{fake_vote_services.SPLIT_VOTE}/settle?kind={kind}&decision=2" for kind in ("cuts", "leave_out", "annul")), "/nope",
)  # fmt: skip
"""Pages that a query changes, and one that does not exist."""
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
_FORM = re.compile(r'<form method="post" action="([^"]*)".*?</form>', re.DOTALL)
_INPUT = re.compile(r"<(?:input|button)\b[^>]*>")
_KEYS = re.compile(r'<input type="hidden" name="(?:form_token|request_id)"[^>]*>')
_ATTRIBUTE = re.compile(r'\b(type|name|value)="([^"]*)"')
_SELECT = re.compile(r'<select id="([\w-]+)".*?<option value="([^"]+)"', re.DOTALL)
_TEXT_AREA = re.compile(r'<textarea [^>]*name="([\w-]+)"')
_DATE_PARTS = {"day": "20", "month": "12", "year": "2026"}
_CHOSEN = {"method": "score", "find": "stone"}
"""Where the first choice leads past a page, or a number finds nobody else."""
_FARTHEST = 12
_ELSEWHERE = {"/sign-out", "/comfort"}


def all_paths() -> list[str]:
    """All pages that can be opened, and those that a query changes."""
    return [*(path for page in PAGES if page.show for path in _paths_of(page)), *QUERIES]


def one_path_of_each_page() -> list[str]:
    """Each page that can be opened, once."""
    return [next(iter(_paths_of(page))) for page in PAGES if page.show]


def open_every_page(make_fakes: Callable[[], FakeServices], *, easy: bool = False) -> int:
    """Open every page and submit every form on it, empty and filled in, and follow where that leads. The browser checks every response.

    A form that another page has shown already, letter by letter, leads nowhere else.
    """
    browser = _browser(make_fakes, easy=easy)
    submitted, filled = set[str](), set[str]()
    opened = 0
    for path in all_paths():
        forms = _forms(browser.http.get(path))
        fresh = {_without_keys(form) for _, form in forms} - submitted
        for action, form in forms:
            if _without_keys(form) in fresh:
                _submit(browser, action, hidden_fields(form))
        opened += 1 + len(forms)
        submitted |= fresh
        if fresh:
            filling = _browser(make_fakes, easy=easy)
            # Here nothing was submitted before, so that a form may be another than the one above.
            for action, form in _forms(filling.http.get(path)):
                if _without_keys(form) not in filled:
                    opened += _follow(filling, _submit(filling, action, _filled(form)))
                filled.add(_without_keys(form))
    return opened + _open_acting(make_fakes(), easy=easy)


def _open_acting(fakes: FakeServices, *, easy: bool) -> int:
    """The pages that are there only while somebody acts for another."""
    fakes.identity.may_act_for = (JO,)
    fakes.relationships.acts_for = {JO: [relationships.ACTING_SCOPE_CONTACTS]}
    browser = _browser(lambda: fakes, easy=easy)
    browser.open("/help")
    browser.submit("/acting/begin", person=JO)
    for path in ("/acting", "/help"):
        browser.open(path)
    return 3


def filled_forms(browser: ScriptlessBrowser, path: str) -> list[tuple[str, dict[str, str]]]:
    """The forms of a page with their actions, filled in."""
    return [(action, _filled(form)) for action, form in _forms(browser.http.get(path))]


def _browser(make_fakes: Callable[[], FakeServices], *, easy: bool) -> ScriptlessBrowser:
    browser = ScriptlessBrowser(make_fakes()).sign_in()
    if easy:
        browser.http.cookies.set("kith-comfort", "easy")
    return browser


def _follow(browser: ScriptlessBrowser, sent: Any) -> int:
    """The page to which a form leads; where that goes on asking, or asks to check the answers, it is answered too."""
    opened = 1
    while sent.status_code == 303 and opened < _FARTHEST:
        shown = browser.http.get(sent.headers["location"])
        forms = (
            _forms(shown)
            if shown.url.path.endswith("/check") or shown.url.path.startswith("/votes/new/") or "/consents/new/" in shown.url.path
            else []
        )
        opened += 1
        sent = _submit(browser, forms[0][0], _filled(forms[0][1])) if forms else shown
    return opened


def _forms(response: Any) -> list[tuple[str, str]]:
    """The forms of a page with their actions, without those that are on every page."""
    if response.status_code != 200 or not response.headers["content-type"].startswith("text/html"):
        return []
    return [(form[1], form[0]) for form in _FORM.finditer(response.text) if form[1] not in _ELSEWHERE]


def _without_keys(form: str) -> str:
    """Without the two values that are others each time a page is shown."""
    return _KEYS.sub("", form)


def _submit(browser: ScriptlessBrowser, action: str, fields: dict[str, str]) -> Any:
    return browser.http.post(action, data=fields, headers={"origin": str(browser.http.base_url).rstrip("/")})


def _filled(form: str) -> dict[str, str]:
    """Something in every field: the first of each choice, a number where words stand as well, a day in a month."""
    fields: dict[str, str] = {}
    for tag in _INPUT.findall(form):
        attributes = dict(_ATTRIBUTE.findall(tag))
        kept = attributes.get("value", "") if attributes.get("type", "") in {"radio", "checkbox", "hidden", ""} else "2"
        if "name" in attributes:
            fields.setdefault(attributes["name"], kept)
    fields |= dict(_SELECT.findall(form)) | dict.fromkeys(_TEXT_AREA.findall(form), "Words.\nMore words.")
    dates = {name: _DATE_PARTS[name.rpartition("-")[2]] for name in fields if name.rpartition("-")[2] in _DATE_PARTS}
    return fields | dates | {name: value for name, value in _CHOSEN.items() if name in fields} | hidden_fields(form)


def _paths_of(page: Page) -> Iterator[str]:
    paths = [page.path]
    while parameter := _PARAMETER.search(paths[0]):
        paths = [path.replace(parameter[0], value) for path in paths for value in VALUES[parameter[1]]]
    yield from paths
