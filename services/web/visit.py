"""A visit: one request, who makes it, and how they like to read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain

from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kith.identity.v1.identity_pb2 import GetNamesRequest, GetNamesResponse
from libs.refusals import Refusal
from libs.rpc.client import DEADLINE_SECONDS, Method
from services.web.asking import Answered, Asked
from services.web.door import forms
from services.web.door.cookies import Comfort, new_secret
from services.web.door.sessions import Session
from services.web.front import Front
from services.web.words import dates
from services.web.words.catalogue import Words
from services.web.words.refusals import sentence

_MOST_NAMES = 200


@dataclass(frozen=True)
class Problem:
    """One thing to put right on a form; `field` is its input's id, empty for the whole form."""

    field: str
    text: Markup


@dataclass(frozen=True)
class Called:
    """What pages call a person."""

    full: str
    short: str


@dataclass
class Visit:
    """Given to every page."""

    front: Front
    request: Request
    session: Session | None
    comfort: Comfort
    hat: str
    now: datetime
    words: Words
    visitor: str
    """The secret that forms are bound to before sign-in."""
    fresh_visitor: bool = False
    _names: dict[str, Called] = field(default_factory=dict)

    @property
    def person_id(self) -> str:
        """Who is signed in, or empty."""
        return self.session.who.person_id if self.session else ""

    @property
    def phone(self) -> str | Markup:
        """Whom to ring: the co-op's number, or "the secretary" where there is none."""
        return self.front.co_op.phone or self.say("base.secretary")

    @property
    def path(self) -> str:
        """The path asked for."""
        return self.request.url.path

    def part(self, name: str) -> str:
        """A part of the path, such as the motion's id."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str:
        """A question's value, without blank edges; empty when it was left out."""
        return self.request.query_params.get(name, "").strip()

    def say(self, key: str, n: int | None = None, /, **values: object) -> Markup:
        """A sentence in the visitor's register."""
        return self.words.say(key, n, **values)

    def local_day(self, at: datetime | None = None) -> date:
        """The day of a moment, or today, in the co-op's zone."""
        return (at or self.now).astimezone(self.front.co_op.zone).date()

    def moment(self, at: datetime) -> str:
        """A day and time in words."""
        return dates.moment(at, self.front.co_op.zone, self.now)

    def day(self, iso: str) -> str:
        """An ISO day from the wire in words; empty stays empty."""
        return dates.day(date.fromisoformat(iso), self.local_day()) if iso else ""

    async def ask(
        self, method: Method[Asked, Answered], request: Asked, hat: str | None = None, seconds: float = DEADLINE_SECONDS
    ) -> Answered:
        """Ask a service as this visitor, wearing the page's hat unless another is named."""
        claimed = self.hat if hat is None else hat
        token = await self.front.tokens.of(self.session, claimed, self.now) if self.session else ""
        return await self.front.services.ask(method, request, token, seconds)

    async def names(self, ids: Iterable[str]) -> Mapping[str, Called]:
        """What the people of a page are called, asked for together. Somebody unknown is said to be so."""
        missing = sorted({one for one in ids if one} - self._names.keys())
        for start in range(0, len(missing), _MOST_NAMES):
            batch = missing[start : start + _MOST_NAMES]
            answer: GetNamesResponse = await self.ask(self.front.services.identity.GetNames, GetNamesRequest(person_ids=batch))
            unknown = str(self.say("person.unknown"))
            self._names |= {one: Called(unknown, unknown) for one in batch}
            self._names |= {name.person_id: Called(name.full_name, name.called) for name in answer.names}
        return self._names

    async def draft(self, name: str) -> Mapping[str, str]:
        """What this visitor filled in so far."""
        return await self.front.sessions.draft(self.session, name) if self.session else {}

    async def keep_draft(self, name: str, fields: Mapping[str, str]) -> None:
        """Keep what was filled in until it is sent."""
        if self.session:
            await self.front.sessions.keep_draft(self.session, name, fields)

    async def drop_draft(self, name: str) -> None:
        """It was sent."""
        if self.session:
            await self.front.sessions.drop_draft(self.session, name)

    def problems(self, refusal: Refusal, fields: Mapping[str, str] | None = None) -> list[Problem]:
        """A refusal as things to put right; `fields` names our inputs for the proto's fields."""
        known = fields or {}
        details = self.details(refusal)
        found = [Problem(known.get(one.field, ""), sentence(self.words, one.reason, details)) for one in refusal.problems]
        return found or [Problem("", sentence(self.words, refusal.reason, details))]

    def details(self, refusal: Refusal) -> Mapping[str, str]:
        """What a refusal's sentence may need, with moments in words."""
        return {name: self._in_words(value) for name, value in refusal.details.items()}

    def _in_words(self, value: str) -> str:
        try:
            return self.moment(datetime.fromisoformat(value)) if "T" in value else value
        except ValueError:
            return value

    def problem(self, field_name: str, key: str, /, **values: object) -> Problem:
        """One thing to put right, in our own words."""
        return Problem(field_name, self.say(key, **values))

    def page(self, template: str, status: int = 200, *, problems: Iterable[Problem] = (), **values: object) -> Response:
        """The page made from a template and plain values."""
        text = self.front.templates.get_template(f"pages/{template}.html").render(self._around(), problems=list(problems), **values)
        response = HTMLResponse(text, status)
        if self.fresh_visitor:
            self.front.cookies.set(response, self.front.cookies.visitor, self.visitor, days=1)
        return response

    def file(self, data: bytes, name: str, media_type: str) -> Response:
        """A file to keep. `name` is ours and needs no quoting."""
        return Response(data, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})

    def go(self, path: str) -> Response:
        """See another page: what a form that was taken answers."""
        return RedirectResponse(path, 303)

    def form_token(self, name: str) -> str:
        """What a form of that name carries in this session."""
        return forms.token(self.front.forms_key, self.secret, name)

    @property
    def secret(self) -> str:
        """What this visitor's forms are bound to."""
        return self.session.cookie if self.session else self.visitor

    def _around(self) -> dict[str, object]:
        co_op = self.front.co_op
        zone = co_op.zone
        return {
            "say": self.words.say,
            "lines": self.words.lines,
            "keys": partial(_keys, self),
            "moment": self.moment,
            "easy": self.comfort.easy,
            "bigger": self.comfort.bigger,
            "printing": "print" in self.request.query_params,
            "co_op": co_op.name,
            "phone": self.phone,
            "phone_link": co_op.phone.replace(" ", ""),
            "version": co_op.version,
            "signed_in": self.session is not None,
            "places": _places(self),
            "path": self.path,
            "now_said": self.moment(self.now),
            "today": dates.day(self.local_day(), date.min),
            "shifted": bool(self.front.clock.offset()),
            "day": self.day,
            "hour": partial(dates.hour, zone=zone),
        }


def utc(at: Timestamp) -> datetime:
    """A moment from the wire."""
    return at.ToDatetime(tzinfo=UTC)


def visitor_secret(found: str) -> tuple[str, bool]:
    """The visitor's secret, and whether it is new and must be set."""
    return (found, False) if found else (new_secret(), True)


def _keys(visit: Visit, name: str) -> Markup:
    """The hidden fields of a form: its token and the id of the request it will make."""
    hidden = Markup('<input type="hidden" name="{}" value="{}">')
    return hidden.format(forms.TOKEN, visit.form_token(name)) + hidden.format(forms.REQUEST_ID, forms.new_request_id())


@dataclass(frozen=True)
class Place:
    """One of the places a hat opens."""

    path: str
    name: Markup
    here: bool


_OPENED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "secretary": (
        ("/members", "place.members"),
        ("/applications", "place.applications"),
        ("/paper-votes", "place.paper_votes"),
        ("/co-ops", "place.co_ops"),
    ),
    "scrutineer": (),
    "operator": (("/system", "place.system"),),
}


def _places(visit: Visit) -> list[Place]:
    if not visit.session:
        return []
    worn = [places for hat, places in _OPENED.items() if visit.session.wears(hat)]
    common = [("/", "place.home"), ("/motions", "place.motions"), ("/votes", "place.votes")]
    return [Place(path, visit.say(key), visit.path == path) for path, key in (*common, *chain.from_iterable(worn))] if worn else []
