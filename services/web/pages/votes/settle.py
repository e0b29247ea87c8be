"""Agreeing to a way out of a dispute: what the others signed, how far each board counts, or that the vote does not count.

Choose what and by which decision; where boards are to count, choose for each how far, among the sizes that the evidence speaks for; look at
it once more. Nothing of it is secret, so the choices stand in the address until the last step.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.governance.v1 import votes_pb2 as pb
from libs.boards.papers import ANNUL, CUTS, Settlement, read_settlement_body
from libs.refusals import NotSignedIn, Refusal
from services.web.door.forms import Form
from services.web.pages.deeds import Passed, choices, chosen_of, passed
from services.web.pages.votes import evidence
from services.web.pages.votes.evidence import Evidence
from services.web.pages.votes.sizes import Size, offered, said
from services.web.pages.votes.view import VoteView, fetch, unbroken
from services.web.visit import Problem, Visit

SETTLE = "vote-settle"
AGREE = "agree"
_SIZE = "size-"


@dataclass(frozen=True)
class Chosen:
    """What was chosen so far; `sizes` by co-op, as far as they are among those offered."""

    kind: str
    decision: Passed | None
    sizes: Mapping[str, Size]


async def show(visit: Visit) -> Response:
    """The step that is next."""
    vote = await fetch(visit)
    found = await evidence.fetch(visit, vote.id)
    given = dict(visit.request.query_params)
    return await _step(visit, vote, found, given, [])


async def settle(visit: Visit, form: Form) -> Response:
    """This co-op agrees. It holds once every co-op without proven misconduct has agreed to the same."""
    vote = await fetch(visit)
    found = await evidence.fetch(visit, vote.id)
    chosen = await _chosen(visit, vote, found, form.fields)
    settlement = _settlement(vote, found, chosen) if found else None
    if chosen.decision is None or settlement is None:
        return visit.go(f"{vote.path}/settle")
    number = chosen.decision.number
    request = pb.SettleVoteRequest(request_id=form.request_id, vote_id=vote.id, decision_number=number, settlement=settlement)
    try:
        await visit.ask(visit.front.services.votes.SettleVote, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _step(visit, vote, found, form.fields, visit.problems(refusal))
    return visit.go(f"{vote.path}/dispute?done=settled")


def pending(found: Evidence | None) -> Settlement | None:
    """What some have signed and others have not."""
    return read_settlement_body(found.settlement) if found and found.settlement else None


def table(visit: Visit, found: Evidence, sizes: Mapping[str, int]) -> list[list[str | Markup]]:
    """A row for each board: whose it is, and how far it counts."""
    return [[unbroken(one.name or one.co_op), said(visit, sizes[one.co_op], None)] for one in found.participants if one.co_op in sizes]


async def _step(visit: Visit, vote: VoteView, found: Evidence | None, given: Mapping[str, str], problems: list[Problem]) -> Response:
    chosen = await _chosen(visit, vote, found, given)
    if not problems and "decision" in given:
        problems = [visit.problem("kind", "settle.kind_missing")] if not chosen.kind else []
        problems += [visit.problem("decision", "deed.decision_missing")] if chosen.decision is None else []
    if found is None or not chosen.kind or chosen.decision is None:
        return await _kind(visit, vote, found, chosen, problems)
    if chosen.kind == CUTS and len(chosen.sizes) < len(found.participants):
        asked = any(name.startswith(_SIZE) for name in given)
        missing = [one.co_op for one in found.participants if asked and one.co_op not in chosen.sizes]
        problems += [visit.problem(f"{_SIZE}{one}", "settle.size_missing", co_op=found.named([one])) for one in missing]
        return await _sizes(visit, vote, found, chosen, problems)
    return _check(visit, vote, found, chosen, problems)


async def _kind(visit: Visit, vote: VoteView, found: Evidence | None, chosen: Chosen, problems: list[Problem]) -> Response:
    return visit.page(
        "votes/settle",
        422 if problems else 200,
        problems=problems,
        vote=vote,
        kind=chosen.kind,
        chosen=chosen.decision,
        kinds=[{"value": one, "text": visit.say(f"settle.{one}"), "hint": visit.say(f"settle.{one}_hint")} for one in _kinds(found)],
        decisions=choices(await passed(visit)),
    )


async def _sizes(visit: Visit, vote: VoteView, found: Evidence, chosen: Chosen, problems: list[Problem]) -> Response:
    every = await offered(visit, vote, found)
    boards = [
        {
            "field": f"{_SIZE}{co_op}",
            "name": found.named([co_op]),
            "picks": [one.pick for one in sizes],
            "value": str((chosen.sizes.get(co_op) or next(one for one in sizes if one.in_time)).size),
        }
        for co_op, sizes in every.items()
        if len(sizes) > 1
    ]
    clear = {co_op: sizes[0] for co_op, sizes in every.items() if len(sizes) == 1}
    return visit.page(
        "votes/settle_sizes",
        422 if problems else 200,
        problems=problems,
        vote=vote,
        chosen=chosen,
        boards=boards,
        clear=[[unbroken(found.named([co_op])), one.said] for co_op, one in clear.items()],
        kept={f"{_SIZE}{co_op}": one.size for co_op, one in clear.items()},
    )


def _check(visit: Visit, vote: VoteView, found: Evidence, chosen: Chosen, problems: list[Problem]) -> Response:
    settled = pending(found) if chosen.kind == AGREE else None
    number = chosen.decision.number if chosen.decision else 0
    again = f"{vote.path}/settle?kind={chosen.kind}&decision={number}"
    kind = settled.kind if settled else chosen.kind
    boards = [(found.named([co_op]), size.said) for co_op, size in chosen.sizes.items()]
    if settled:
        boards = [(found.named([co_op]), said(visit, size, None)) for co_op, size in settled.cuts]
    return visit.page(
        "votes/settle_check",
        422 if problems else 200,
        problems=problems,
        vote=vote,
        chosen=chosen,
        kind=visit.say(f"settle.{kind}"),
        by_others=found.named(found.settled_by) if settled else "",
        boards=[{"name": name, "value": value, "path": "" if settled else again} for name, value in boards],
        without=found.named(sorted(found.guilty)),
        kept={f"{_SIZE}{co_op}": size.size for co_op, size in chosen.sizes.items()},
        form=SETTLE,
    )


async def _chosen(visit: Visit, vote: VoteView, found: Evidence | None, given: Mapping[str, str]) -> Chosen:
    kind = given.get("kind", "")
    decision = chosen_of(await passed(visit), given.get("decision", ""))
    sizes: dict[str, Size] = {}
    if found is not None and kind == CUTS and any(name.startswith(_SIZE) for name in given):
        for co_op, choice in (await offered(visit, vote, found)).items():
            found_size = next((one for one in choice if str(one.size) == given.get(f"{_SIZE}{co_op}")), None)
            sizes |= {co_op: found_size} if found_size else {}
    return Chosen(kind if kind in _kinds(found) else "", decision, sizes)


def _kinds(found: Evidence | None) -> list[str]:
    """What others have signed comes alone: who agreed to two would have agreed to neither."""
    if found is None:
        return []
    return [AGREE] if found.settlement else [CUTS, ANNUL]


def _settlement(vote: VoteView, found: Evidence, chosen: Chosen) -> bytes | None:
    """The body's bytes, once everything is chosen."""
    if not chosen.kind or (chosen.kind == CUTS and len(chosen.sizes) < len(found.participants)):
        return None
    if chosen.kind == AGREE:
        return found.settlement
    cuts = tuple(sorted((co_op, one.size) for co_op, one in chosen.sizes.items()))
    return Settlement(vote.id, found.revision + 1, chosen.kind, cuts, tuple(sorted(found.guilty))).data()
