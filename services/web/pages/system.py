"""How the services are, in words, for the operator. It works best when something does not."""

import asyncio

from markupsafe import Markup
from starlette.responses import Response

from kith.status.v1 import status_pb2 as pb
from libs.refusals import Refusal
from libs.rpc.wire import BrokenError
from services.web.pages.motion_view import Status
from services.web.visit import Visit, utc

_STATES = {
    pb.STATE_WELL: Status("yes", Markup("state.well")),
    pb.STATE_DEGRADED: Status("wait", Markup("state.degraded")),
    pb.STATE_STARTING: Status("wait", Markup("state.starting")),
    pb.STATE_STOPPING: Status("wait", Markup("state.stopping")),
}
_AWAY = Status("no", Markup("state.away"))


async def show(visit: Visit) -> Response:
    """Every service is asked at the same time; one that does not answer is said to be away."""
    names = list(visit.front.services.statuses)
    answers = await asyncio.gather(*(_ask(visit, name) for name in names))
    rows = [_row(visit, name, answer) for name, answer in zip(names, answers, strict=True)]
    well = all(row["kind"] == "yes" for row in rows)
    return visit.page("system", rows=rows, well=well)


async def _ask(visit: Visit, name: str) -> pb.GetStatusResponse | None:
    try:
        answer: pb.GetStatusResponse = await visit.ask(visit.front.services.statuses[name].GetStatus, pb.GetStatusRequest())
    except (Refusal, BrokenError):
        return None
    return answer


def _row(visit: Visit, name: str, answer: pb.GetStatusResponse | None) -> dict[str, object]:
    status = _STATES.get(answer.state, _AWAY) if answer else _AWAY
    said: dict[str, object] = {"name": name, "kind": status.kind, "state": visit.say(str(status.text))}
    if answer is None:
        return said | {"reasons": [visit.say("reason_why.NO_ANSWER")], "facts": [], "listening": [], "version": "", "since": ""}
    last = visit.moment(utc(answer.last_fact_at)) if answer.HasField("last_fact_at") else ""
    return said | {
        "reasons": [_why(visit, reason) for reason in answer.reasons],
        "facts": [
            visit.say("system.stated", answer.facts_stated),
            visit.say("system.waiting", answer.facts_waiting),
            visit.say("system.last", when=last) if last else visit.say("system.none"),
        ],
        "listening": [_following(visit, one) for one in answer.listening],
        "version": answer.version,
        "since": visit.moment(utc(answer.started_at)),
    }


def _why(visit: Visit, reason: str) -> Markup:
    if reason.startswith("REACTION_FAILS_"):
        return visit.say("reason_why.REACTION_FAILS", source=reason.removeprefix("REACTION_FAILS_").lower())
    key = f"reason_why.{reason}"
    return visit.say(key) if visit.words.knows(key) else visit.say("reason_why.other", reason=reason)


def _following(visit: Visit, one: pb.Listening) -> Markup:
    if one.stopped_by:
        return visit.say("system.stopped", source=one.source, fact=one.stopped_by.rpartition(".")[2])
    behind = max(one.head - one.position, 0)
    return visit.say("system.behind", behind, source=one.source) if behind else visit.say("system.follows", source=one.source)
