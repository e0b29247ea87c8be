"""The context of a page: one request, who makes it, and their reading preferences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from urllib.parse import urlencode, urlsplit

from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.identity_pb2 import GetNamesRequest, GetNamesResponse
from libs.callers.relying_party import relying_party_of
from libs.refusals import Refusal
from libs.rpc.client import DEADLINE_SECONDS, Method
from services.clients import RequestT, ResponseT
from services.web import navigation
from services.web.app_state import AppState
from services.web.http import forms, kept_forms
from services.web.http.cookies import ReadingPreferences
from services.web.http.devices import device_kind
from services.web.http.forms import Form
from services.web.http.security_headers import POLICY, policy_with_script
from services.web.http.sessions import Session
from services.web.localisation import dates
from services.web.localisation.catalogue import Catalogue
from services.web.localisation.date_fields import join_dates
from services.web.localisation.refusal_messages import refusal_message
from services.web.templates import static_path, static_url

PASSKEY_SCRIPT = "passkeys.js"
_NAMES_PER_REQUEST = 200


@dataclass(frozen=True)
class FormProblem:
    """One problem of a form; `field` is the input's id, empty for the whole form."""

    field: str
    text: Markup


@dataclass(frozen=True)
class PersonName:
    """A person's names as pages show them."""

    full: str
    short: str


@dataclass(frozen=True)
class ActingNow:
    """For whom a person acts, and in what."""

    subject_id: str
    name: str
    actor: str
    """The full name of the person who acts."""
    scopes: Sequence[str]
    """`health`, `contacts`, ..."""
    until: datetime | None


@dataclass(frozen=True)
class HelpNow:
    """Who helps a person with the pages: both full names."""

    name: str
    helper: str


@dataclass(frozen=True)
class ActingChoice:
    """Somebody for whom a person could act."""

    person_id: str
    name: str


@dataclass
class PageContext:
    """The context of one request, given to every page: state, session, catalogue, and helpers to read, call and respond."""

    state: AppState
    request: Request
    session: Session | None
    preferences: ReadingPreferences
    hat: str
    now: datetime
    catalogue: Catalogue
    visitor_secret: str
    """The secret that form tokens are bound to before sign-in."""
    has_visitor_cookie: bool = False
    """The browser sent the visitor's secret; otherwise it was made for this request."""
    submitted: Form | None = None
    """The form that was sent with this request, once it has been read."""
    is_restored: bool = False
    """Whether the page shows what this person sent after their session had ended."""
    acting: ActingNow | None = None
    """For whom this person acts, on every page until they stop."""
    helped: HelpNow | None = None
    """Who helps this person, on every page until it ends."""
    act_for: Sequence[ActingChoice] = ()
    """For whom they could act instead."""
    _person_names: dict[str, PersonName] = field(default_factory=dict)

    @property
    def person_id(self) -> str:
        """The id of the person who is signed in, or empty."""
        return self.session.identity.person_id if self.session else ""

    @property
    def subject_id(self) -> str:
        """The id of the person whom the page is about: for whom somebody acts, or who is signed in."""
        return self.acting.subject_id if self.acting else self.person_id

    @property
    def client_address(self) -> str:
        """The network address that the request came from."""
        return self.request.client.host if self.request.client else ""

    @property
    def device_kind(self) -> "identity.DeviceKind.ValueType":
        """Roughly which kind of device the browser is on."""
        return device_kind(self.request.headers.get("user-agent", ""))

    @property
    def device(self) -> str:
        """Whose device it is: as was just said in a form, or as was said the last time in this browser, or else of others too."""
        chosen = self.submitted.text("device") if self.submitted else ""
        return chosen or ("own" if self.state.cookies.read(self.request, self.state.cookies.own_device) else "shared")

    @property
    def phone(self) -> str | Markup:
        """The co-op's phone number, or "the secretary" where there is none."""
        return self.state.co_op.phone or self.say("base.secretary")

    @property
    def request_path(self) -> str:
        """The path of the request."""
        return self.request.url.path

    def path_param(self, name: str) -> str:
        """A parameter of the path, such as the motion's id."""
        return str(self.request.path_params[name])

    def query_param(self, name: str) -> str:
        """A query parameter's value, stripped; empty when it was left out."""
        return join_dates(self.request.query_params).get(name, "").strip()

    def next_page(self, token: str) -> str:
        """The path of a list's next page, with the filters of this one; empty without a token."""
        filters = {name: value for name, value in self.request.query_params.items() if name not in {"page", "done"}}
        return f"{self.request_path}?{urlencode(filters | {'page': token})}" if token else ""

    def has_hat(self, hat: str) -> bool:
        """Whether the person is signed in and has this hat."""
        return bool(self.session and self.session.wears(hat))

    def say(self, key: str, n: int | None = None, /, **values: object) -> Markup:
        """A message of the catalogue that the person reads."""
        return self.catalogue.say(key, n, **values)

    def local_day(self, at: datetime | None = None) -> date:
        """The date of a moment, or today, in the co-op's time zone."""
        return (at or self.now).astimezone(self.state.co_op.zone).date()

    def format_moment(self, at: datetime) -> str:
        """A day and time in words."""
        return dates.format_moment(at, self.state.co_op.zone, self.now)

    def format_day(self, iso: str) -> str:
        """An ISO date in words; empty stays empty."""
        return dates.format_day(date.fromisoformat(iso), self.local_day()) if iso else ""

    def local_moment(self, day: str, hour: str) -> datetime | None:
        """The moment of an ISO date and time in the co-op's time zone; None when the texts are none."""
        try:
            return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), self.state.co_op.zone)
        except ValueError:
            return None

    async def call(
        self, method: Method[RequestT, ResponseT], request: RequestT, hat: str | None = None, seconds: float = DEADLINE_SECONDS
    ) -> ResponseT:
        """Call a service on behalf of this person, with the page's hat unless another is named."""
        claimed_hat = self.hat if hat is None else hat
        token = await self.state.access_tokens.get(self.session, claimed_hat, self.now) if self.session else ""
        return await self.state.services.call(method, request, token, seconds)

    async def person_names(self, ids: Iterable[str]) -> Mapping[str, PersonName]:
        """Names by person id, fetched in batches. Somebody unknown, or an id that a form left out, gets a placeholder."""
        unknown = str(self.say("person.unknown"))
        self._person_names.setdefault("", PersonName(unknown, unknown))
        missing = sorted(set(ids) - self._person_names.keys())
        for start in range(0, len(missing), _NAMES_PER_REQUEST):
            batch = missing[start : start + _NAMES_PER_REQUEST]
            response: GetNamesResponse = await self.call(self.state.services.identity.GetNames, GetNamesRequest(person_ids=batch))
            self._person_names |= {person_id: PersonName(unknown, unknown) for person_id in batch}
            self._person_names |= {name.person_id: PersonName(name.full_name, name.called) for name in response.names}
        return self._person_names

    def form_problems(self, refusal: Refusal, fields: Mapping[str, str] | None = None) -> list[FormProblem]:
        """A refusal as problems of the form; `fields` maps the proto's fields to our inputs."""
        input_by_field = fields or {}
        details = self.refusal_details(refusal)
        problems = [
            FormProblem(input_by_field.get(problem.field, ""), refusal_message(self.catalogue, problem.reason, details))
            for problem in refusal.problems
        ]
        return problems or [FormProblem("", refusal_message(self.catalogue, refusal.reason, details))]

    def refusal_details(self, refusal: Refusal) -> Mapping[str, str]:
        """The values for a refusal's sentence, with moments in words."""
        details = {name: self._format_detail(value) for name, value in refusal.details.items()}
        if "tasks" in details:
            details["tasks"] = ", ".join(str(self.say(f"visit_task.{kind}")) for kind in details["tasks"].split())
        words = {"decision": "consent_decision", "scope": "scope"}
        keys = {name: f"{prefix}.{details.get(name, '')}" for name, prefix in words.items()}
        return details | {name: str(self.say(key)) for name, key in keys.items() if self.catalogue.has(key)}

    def _format_detail(self, value: str) -> str:
        try:
            return self.format_moment(datetime.fromisoformat(value)) if "T" in value else self.format_day(value)
        except ValueError:
            return value

    def refusal_problem(self, field_name: str, reason: str) -> FormProblem:
        """A problem of the form with the sentence of a refusal."""
        return FormProblem(field_name, refusal_message(self.catalogue, reason))

    def day_choices(self, *days: int) -> list[dict[str, str]]:
        """Days to pick instead of typing one: 0 is today, 1 tomorrow."""
        names = {0: self.say("date.today"), 1: self.say("date.tomorrow")}
        chosen = {number: (self.local_day() + timedelta(days=number)).isoformat() for number in days}
        return [{"value": day, "text": names[number], "hint": self.format_day(day)} for number, day in chosen.items()]

    def form_problem(self, field_name: str, key: str, /, **values: object) -> FormProblem:
        """A problem of the form with a message of the catalogue."""
        return FormProblem(field_name, self.say(key, **values))

    def render(self, template: str, status: int = 200, *, problems: Iterable[FormProblem] = (), **values: object) -> Response:
        """The response with the page rendered from a template."""
        return self._response(template, status, {"problems": list(problems), "page_script": "", **values})

    def render_with_passkeys(self, template: str, status: int = 200, *, problems: Iterable[FormProblem] = (), **values: object) -> Response:
        """As `render`, with the script for passkeys, if browsers make any for our address. The page may run no other."""
        site = relying_party_of(self.state.co_op.public_url)
        script = static_url(PASSKEY_SCRIPT) if site is not None else ""
        response = self._response(template, status, {"problems": list(problems), "page_script": script, **values})
        if site is not None:
            response.headers[POLICY] = policy_with_script(site.origin, static_path(PASSKEY_SCRIPT))
        return response

    def render_with_script(self, template: str, script: str, worker: str, **values: object) -> Response:
        """As `render`, with a static file as its script, which may install the service worker at this path. The page may run no other."""
        response = self._response(template, 200, {"problems": [], "page_script": static_url(script), **values})
        origin = urlsplit(self.state.co_op.public_url)._replace(path="").geturl()
        response.headers[POLICY] = policy_with_script(origin, static_path(script), worker)
        return response

    def _response(self, template: str, status: int, values: Mapping[str, object]) -> Response:
        common = self._template_values()
        if clashing := common.keys() & values.keys():
            raise ValueError(f"every page has values of these names already: {sorted(clashing)}")
        text = self.state.templates.get_template(f"pages/{template}.html").render(common, **values)
        response = HTMLResponse(text, status)
        if not self.has_visitor_cookie and self.session is None:
            self.state.cookies.set(response, self.state.cookies.visitor, self.visitor_secret, days=1)
        return response

    def file_response(self, data: bytes, name: str, media_type: str) -> Response:
        """The response with a file to download. `name` is ours and needs no quoting."""
        return Response(data, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})

    def redirect(self, path: str) -> Response:
        """Redirect to another page, after a form was accepted."""
        return RedirectResponse(path, 303)

    def form_token(self, name: str) -> str:
        """The token of the form with this name in this session."""
        return forms.form_token(self.state.forms_key, self.form_secret, name)

    @property
    def form_person(self) -> str:
        """Whose the forms are: what is written in another person's place is not mixed with what is one's own."""
        return f"{self.person_id} {self.session.acting_for}" if self.session and self.session.acting_for else self.person_id

    @property
    def form_secret(self) -> str:
        """The secret that form tokens are bound to, and the person in whose place the form is sent."""
        return f"{self.session.cookie}{self.session.acting_for}" if self.session else self.visitor_secret

    @property
    def _acting_places(self) -> list[navigation.NavigationLink]:
        return navigation.acting_places(self.acting.scopes, self.acting.name, self.say, self.request_path) if self.acting else []

    @property
    def _places(self) -> list[navigation.NavigationGroup]:
        is_own = self.session is not None and not self.acting
        return navigation.places_of_hats(self.has_hat, self.say, self.request_path) if is_own else []

    def _template_values(self) -> dict[str, object]:
        co_op = self.state.co_op
        zone = co_op.zone
        return {
            "say": self.catalogue.say,
            "lines": self.catalogue.sentences,
            "keys": partial(_hidden_fields, self),
            "moment": self.format_moment,
            "easy": self.preferences.easy,
            "bigger": self.preferences.bigger,
            "printing": "print" in self.request.query_params,
            "co_op": co_op.name,
            "phone": self.phone,
            "phone_link": co_op.phone.replace(" ", ""),
            "software_version": co_op.version,
            "signed_in": self.session is not None,
            "restored": self.is_restored,
            "acting": self.acting,
            "acting_scopes": [self.say(f"scope.{scope}") for scope in self.acting.scopes] if self.acting else [],
            "acting_places": self._acting_places,
            "act_for": self.act_for,
            "help_now": self.helped,
            "shared_until": self.session.identity.expires_at if self.session and self.session.identity.is_shared else None,
            "quiet_minutes": self.session.identity.quiet_seconds // 60 if self.session else 0,
            "device": self.device,
            "device_choices": partial(_device_choices, self),
            "own_name": self._person_names[self.person_id].full if self.act_for else "",
            "places": self._places,
            "path": self.request_path,
            "now_said": self.format_moment(self.now),
            "today": dates.format_day(self.local_day(), date.min),
            "shifted": bool(self.state.clock.offset()),
            "clock_in_doubt": bool(self.state.clock.doubt()),
            "day": self.format_day,
            "hour": partial(dates.format_hour, zone=zone),
        }


def utc_datetime(at: Timestamp) -> datetime:
    """A protobuf timestamp as a datetime in UTC."""
    return at.ToDatetime(tzinfo=UTC)


def _device_choices(ctx: PageContext) -> list[dict[str, str | Markup]]:
    """The careful answer first."""
    co_op = ctx.state.co_op
    shared = ctx.say("device.shared_hint", minutes=co_op.quiet_minutes, longest=co_op.shared_session_minutes)
    return [
        {"value": "shared", "text": ctx.say("device.shared"), "hint": shared},
        {"value": "own", "text": ctx.say("device.own"), "hint": ctx.say("device.own_hint")},
    ]


def _hidden_fields(ctx: PageContext, name: str) -> Markup:
    """The hidden fields of a form: its token and its request id."""
    hidden = Markup('<input type="hidden" name="{}" value="{}">')
    fields = hidden.format(forms.TOKEN, ctx.form_token(name)) + hidden.format(forms.REQUEST_ID, forms.new_request_id())
    return fields + hidden.format(kept_forms.OWNER, ctx.state.form_owners.field(ctx.form_person, name)) if ctx.session else fields
