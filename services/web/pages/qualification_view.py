"""Credentials as pages show them: in words, with what each lets its person do."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from markupsafe import Markup

from kith.governance.v1 import governance_pb2 as gov
from kith.identity.v1 import credentials_pb2 as pb
from kith.identity.v1.enums import CredentialState, GateProblem
from libs.refusals import FailedPrecondition
from libs.rpc.enums import known_word
from services.web.page_context import PageContext
from services.web.pages.motion_view import StatusLabel
from services.web.pages.paging import fetch_all
from services.web.pages.rulebook_lookup import fetch_rulebook

_STATUS = {
    CredentialState.CLAIMED: "wait",
    CredentialState.VERIFIED: "yes",
    CredentialState.REJECTED: "no",
    CredentialState.REVOKED: "no",
    CredentialState.RENEWED: "calm",
    CredentialState.EXPIRED: "no",
}
IMAGE = "image/"


@dataclass(frozen=True)
class CredentialView:
    """One credential in words. `until` is its last day, or a word that it has none."""

    id: str
    person_id: str
    name: str
    status: StatusLabel
    state: CredentialState | None
    issued: str
    until: str
    note: str
    reason: str
    has_file: bool
    is_image: bool
    version: int


@dataclass(frozen=True)
class GateView:
    """Something that a person may do or not, and what is lacking for it."""

    name: Markup
    may_pass: bool
    lacking: Sequence[Markup]


class KindsOfRulebook:
    """The kinds of credentials of the rulebook in force."""

    def __init__(self, ctx: PageContext, kinds: Sequence[gov.CredentialKind]) -> None:
        self._easy = ctx.preferences.easy
        self.by_key: Mapping[str, gov.CredentialKind] = {kind.key: kind for kind in kinds}

    def name(self, key: str) -> str:
        """As the rulebook has it; by its key where the rulebook no longer has it."""
        return self.by_key[key].name if key in self.by_key else key.replace("_", " ")

    def choices(self) -> list[dict[str, str]]:
        """As options of a field."""
        return [{"value": kind.key, "text": kind.name, "hint": self._description(kind)} for kind in self.by_key.values()]

    def _description(self, kind: gov.CredentialKind) -> str:
        return (self._easy and kind.easy_description) or kind.description


async def fetch_kinds(ctx: PageContext) -> KindsOfRulebook:
    return KindsOfRulebook(ctx, (await fetch_rulebook(ctx)).credentials)


@asynccontextmanager
async def kinds_in_words(ctx: PageContext) -> AsyncIterator[None]:
    """A refusal that names kinds of credentials by their keys names them in words, as the rulebook does."""
    try:
        yield
    except FailedPrecondition as refusal:
        if "kinds" not in refusal.details:
            raise
        kinds = await fetch_kinds(ctx)
        named = ", ".join(kinds.name(kind) for kind in refusal.details["kinds"].split())
        raise FailedPrecondition(refusal.reason, **{**refusal.details, "kinds": named}) from refusal


async def fetch_credentials(ctx: PageContext, person_id: str) -> list[pb.Credential]:
    """All of a person's, the latest first."""
    request = pb.ListCredentialsRequest(person_id=person_id)
    return await fetch_all(ctx, ctx.state.services.credentials.ListCredentials, request, lambda response: response.credentials)


def credential_view(ctx: PageContext, kinds: KindsOfRulebook, credential: pb.Credential) -> CredentialView:
    state = known_word(pb.CredentialState, CredentialState, credential.state, None)
    return CredentialView(
        id=credential.credential_id,
        person_id=credential.person_id,
        name=kinds.name(credential.kind),
        status=StatusLabel(_STATUS[state], ctx.say(f"credential_state.{state}")) if state else StatusLabel("calm", Markup("")),
        state=state,
        issued=ctx.format_day(credential.issued_on),
        until=ctx.format_day(credential.expires_on) or str(ctx.say("qualifications.no_last_day")),
        note=credential.note,
        reason=credential.reason,
        has_file=bool(credential.file_id),
        is_image=credential.media_type.startswith(IMAGE),
        version=credential.version,
    )


async def fetch_gates(ctx: PageContext, kinds: KindsOfRulebook, person_id: str) -> list[GateView]:
    """What the person may do, and what is lacking for the rest."""
    request = pb.CheckGateRequest(person_ids=[person_id])
    response: pb.CheckGateResponse = await ctx.call(ctx.state.services.credentials.CheckGate, request)
    return [
        GateView(ctx.say(f"gate.{check.gate}"), check.may_pass, [_lacking(ctx, kinds, item) for item in check.lacking])
        for check in response.checks
        if ctx.catalogue.has(f"gate.{check.gate}")
    ]


def _lacking(ctx: PageContext, kinds: KindsOfRulebook, item: pb.GateItem) -> Markup:
    problem = known_word(pb.GateProblem, GateProblem, item.problem, GateProblem.MISSING)
    return ctx.say(f"gate_problem.{problem}", name=kinds.name(item.kind))
