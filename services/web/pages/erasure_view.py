"""What erasing somebody does, in words: what goes, what stays, and the law that says so."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kith.person.v1 import person_rights_pb2 as rights
from services.web.page_context import PageContext


@dataclass(frozen=True)
class KeptView:
    """A reason for which something stays, and what."""

    why: Markup
    kinds: Sequence[str]


@dataclass(frozen=True)
class ErasureView:
    """Kinds of records in words, each once; `kept` has those that stay, wholly or in part, by their reason."""

    gone: Sequence[str]
    kept: Sequence[KeptView]


async def describe(ctx: PageContext) -> ErasureView:
    """What would happen, as the services declare it."""
    kinds = await _declared(ctx)
    return _view(ctx, kinds, {kind.kind for kind in kinds})


async def describe_done(ctx: PageContext, gone: Iterable[str], stayed: Iterable[str]) -> ErasureView:
    """What happened: only kinds of which there was something."""
    done, left = set(gone), set(stayed)
    kinds = [kind for kind in await _declared(ctx) if kind.kind in (done if kind.action == rights.ERASURE_ACTION_DELETE else left)]
    return _view(ctx, kinds, done | left)


async def _declared(ctx: PageContext) -> list[rights.ErasureOfKind]:
    services = ctx.state.services.person_rights.values()
    responses: list[rights.DescribeErasureResponse] = await asyncio.gather(
        *(ctx.call(service.DescribeErasure, rights.DescribeErasureRequest()) for service in services)
    )
    return [kind for response in responses for kind in response.kinds]


def _view(ctx: PageContext, kinds: Sequence[rights.ErasureOfKind], among: set[str]) -> ErasureView:
    gone = dict.fromkeys(_words(ctx, kind) for kind in kinds if kind.action == rights.ERASURE_ACTION_DELETE and kind.kind in among)
    kept: dict[str, dict[str, None]] = {}
    for kind in kinds:
        if kind.action != rights.ERASURE_ACTION_DELETE:
            kept.setdefault(kind.kept_for, {})[_words(ctx, kind)] = None
    return ErasureView(list(gone), [KeptView(ctx.say(f"erasure.kept_{why}"), list(words)) for why, words in kept.items()])


def _words(ctx: PageContext, kind: rights.ErasureOfKind) -> str:
    return str(ctx.say(f"data.kind.{kind.kind}"))


def values(view: ErasureView) -> Mapping[str, object]:
    """For the template."""
    return {"gone": view.gone, "kept": view.kept}
