"""The telemetry of a vote: one trace from the page to the projection, log lines and metrics, without personal data."""

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
import structlog
from opentelemetry.trace import SpanKind
from sqlalchemy import text

from kith.governance.facts.v1.facts_pb2 import BallotCast
from kith.governance.v1 import governance_pb2 as pb
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted
from kith.membership.v1 import membership_pb2 as membership
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from kith.status.v1 import status_pb2
from kith.status.v1.status_pb2_grpc import StatusServiceStub
from libs import callers
from libs.clock import SystemClock
from libs.database.engine import Database, UnitOfWork, new_id
from libs.messages import rebuild
from libs.messages.bus import Bus, BusAddress
from libs.messages.consumer import Consumer
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.observe import logs, traces
from libs.refusals import FailedPrecondition, NotAllowed, Refusal
from libs.rpc.client import call_service, open_channel
from libs.rpc.refusal_status import InternalServerError
from tests.support.member_assembly import HOUR, RULEBOOK, MemberAssembly, member_assembly
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

SEEDED = ("Wilhelmina", "Quackenbush", "wilma.quack@example.org", "07700 900123", "07700900123", "14 Marzipan Crescent", "blue cardigan")
PERSON_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass
class Telemetry:
    """Everything that leaves a process to be looked at."""

    log: io.StringIO
    file: Path

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def spans(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Telemetry]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    seen = Telemetry(io.StringIO(), tmp_path / "spans.jsonl")
    logs.configure_logging(level="DEBUG", stream=seen.log, co_op="0000test")
    provider = traces.configure_tracing(file=str(seen.file), sample=1.0)
    assert provider is not None
    monkeypatch.setattr(traces, "_TRACER", provider.get_tracer("kith"))
    yield seen
    traces._PROVIDERS.remove(provider)
    provider.shutdown()
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


async def test_one_trace_follows_a_vote_from_the_page_to_another_services_projection(
    infrastructure: Infrastructure, watched: Telemetry
) -> None:
    taken: asyncio.Queue[Event] = asyncio.Queue()

    async def count(work: UnitOfWork, fact: Event) -> None:
        await work.connection.execute(text("select 1"))
        await taken.put(fact)

    servers = infrastructure.servers
    async with member_assembly(infrastructure, user=1) as assembly, infrastructure.databases.fresh_outbox_database("listener") as wanted:
        database = Database(wanted.run_url)
        bus = Bus(BusAddress(servers.nats_url, servers.nats_user, servers.nats_password), "listener")
        bus.start()
        consumer = Consumer("listener", Reactions("governance", {type_of(BallotCast): count}, ()), database, bus, SystemClock())
        following = asyncio.create_task(consumer.run())
        try:
            motion = await assembly.open_motion()
            with traces.span("vote page", SpanKind.SERVER):
                ballot = await assembly.cast(assembly.members["user"][0], motion, "for")
            fact = await asyncio.wait_for(taken.get(), 60)
            await asyncio.sleep(0.1)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await bus.close()
            await database.close()
        [row] = [row for row in await assembly.co_op.all_rows("governance", "outbox") if str(row[3]).endswith(".BallotCast")]
    spans = {str(span["name"]): span for span in watched.spans() if span["name"] != "GovernanceService/CastBallot"}
    client, server = sorted(
        (span for span in watched.spans() if span["name"] == "GovernanceService/CastBallot"), key=lambda one: str(one["kind"])
    )
    page, projected = spans["vote page"], spans["listener BallotCast"]
    assert [one["kind"] for one in (page, client, server, projected)] == [
        f"SpanKind.{kind}" for kind in ("SERVER", "CLIENT", "SERVER", "CONSUMER")
    ]
    assert len({_trace_and_span_id(one)[0] for one in (page, client, server, projected)}) == 1
    for child, parent in ((client, page), (server, client), (projected, server)):
        assert child["parent_id"] == _trace_and_span_id(parent)[1]
    trace_id, server_id = (item_id.removeprefix("0x") for item_id in _trace_and_span_id(server))
    assert fact.traceparent.startswith(f"00-{trace_id}-{server_id}-")
    assert fact.traceparent in row
    assert BallotCast.FromString(fact.payload).ballot_id == ballot.ballot_id


def _trace_and_span_id(span: dict[str, object]) -> tuple[str, str]:
    context = span["context"]
    assert isinstance(context, dict)
    return context["trace_id"], context["span_id"]


async def test_a_failed_call_is_logged_in_its_trace_with_an_id_and_no_word_of_what_failed(
    infrastructure: Infrastructure, watched: Telemetry
) -> None:
    async with member_assembly(infrastructure, user=1) as assembly:
        motion = await assembly.open_motion()
        await _execute_as_owner(assembly.co_op, "alter table ballot add check (taken <> 'page')")
        with pytest.raises(InternalServerError) as broken, traces.span("vote page", SpanKind.SERVER):
            await assembly.cast(assembly.members["user"][0], motion, "for")
        await _execute_as_owner(assembly.co_op, "alter table ballot drop constraint ballot_taken_check")
        assert (await assembly.cast(assembly.members["user"][0], motion, "for")).revision == 1
    [line] = [line for line in watched.lines() if line["event"] == "call_failed"]
    [page] = [span for span in watched.spans() if span["name"] == "vote page"]
    assert line["error_id"] == broken.value.error_id
    assert f"0x{line['trace_id']}" == _trace_and_span_id(page)[0]
    assert (line["service"], line["method"], line["error"]) == ("governance", "GovernanceService/CastBallot", "IntegrityError")
    assert "commands/cast_ballot.py" in str(line["where"])
    assert "failing row" not in watched.log.getvalue().lower()


@pytest.mark.capability("X3")
async def test_metrics_tell_rate_errors_and_duration_of_every_call_and_name_nobody(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=2) as assembly:
        before = await fetch_metrics(assembly.co_op)
        pat, kim = assembly.members["user"]
        motion = await assembly.open_motion(assembly.question(opens_in=HOUR))
        with pytest.raises(FailedPrecondition):
            await assembly.cast(pat, motion, "for")
        await assembly.co_op.move_clock(HOUR + 60)
        for person in (pat, kim):
            await assembly.cast(person, motion, "for")
        with pytest.raises(NotAllowed):
            await assembly.cast(new_id(), motion, "for")
        await assembly.co_op.wait_until_consumed("governance", "membership")
        after = await fetch_metrics(assembly.co_op)
        for code, number in (("OK", 2), ("FAILED_PRECONDITION", 1), ("PERMISSION_DENIED", 1)):
            labels = f'{{code="{code}",method="GovernanceService/CastBallot",service="governance"}}'
            assert (
                _metric_value(after, f"kith_rpc_server_seconds_count{labels}")
                - _metric_value(before, f"kith_rpc_server_seconds_count{labels}")
                == number
            )
            assert _metric_value(after, f"kith_rpc_server_seconds_sum{labels}") > 0
        assert _metric_value(after, 'kith_facts_published_total{source="governance"}') > _metric_value(
            before, 'kith_facts_published_total{source="governance"}'
        )
        assert not PERSON_ID.search(after)


async def test_a_reaction_that_fails_is_seen_in_the_status_and_an_operator_can_pass_it_by(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=1) as assembly, open_channel(assembly.co_op.address("governance")) as line:
        status = StatusServiceStub(line)
        well = await call_service(status.GetStatus, status_pb2.GetStatusRequest())
        assert (well.state, list(well.reasons)) == (status_pb2.STATE_WELL, [])
        number = well.listening[1].position + 1
        assert well.listening[1].source == "membership"
        unreadable = MemberAdmitted(person_id="nobody", member_class="user", may_vote=True, from_day="the day after")
        await assembly.membership.publish((unreadable, "nobody"))
        await assembly.admit("user")
        async with asyncio.timeout(60):
            while (now := await call_service(status.GetStatus, status_pb2.GetStatusRequest())).state != status_pb2.STATE_DEGRADED:
                await asyncio.sleep(0.05)
        assert list(now.reasons) == ["REACTION_FAILS_MEMBERSHIP"]
        assert (now.listening[1].stopped_by, now.listening[1].position) == ("kith.membership.facts.v1.MemberAdmitted", number - 1)
        with pytest.raises(Refusal) as refused:
            await assembly.open_motion()
        assert refused.value.reason == "SOURCE_AWAY"
        database = Database(assembly.co_op.databases["governance"].run_url)
        async with database.work(callers.job("operator"), SystemClock().now()) as work:
            await rebuild.skip_event(work, "membership", number, "a date nobody can read")
        await database.close()
        await assembly.co_op.wait_until_consumed("governance", "membership")
        assert (await call_service(status.GetStatus, status_pb2.GetStatusRequest())).state == status_pb2.STATE_WELL
        motion = await assembly.open_motion()
        assert [one.eligible for one in (await assembly.get_motion(motion)).roll] == [2]


async def test_nobodys_name_address_phone_or_words_are_seen_in_facts_logs_metrics_or_traces(
    infrastructure: Infrastructure, watched: Telemetry
) -> None:
    async with running_co_op(infrastructure, "identity", "membership", "governance") as co_op:
        person = await _run_whole_vote(co_op)
        seen = {
            "facts": "\n".join([str(row) for name in co_op.databases for row in await co_op.all_rows(name, "outbox")]),
            "answers of metrics": await fetch_metrics(co_op),
            "log": watched.log.getvalue(),
            "spans": watched.file.read_text(encoding="utf-8"),
        }
        kept = str(await co_op.all_rows("identity", "person"))
    assert "Quackenbush" in kept, "the seeded data never arrived, so this test would prove nothing"
    for place, content in seen.items():
        assert len(content) > 500, place
        for word in SEEDED:
            assert word.lower() not in content.lower(), f"{word} is seen in the {place}"
    assert str(person) not in seen["answers of metrics"]
    assert str(person) not in seen["spans"]
    for line in watched.lines():
        assert set(line) >= {"event", "level", "ts", "part"}, line


async def _run_whole_vote(co_op: RunningCoOp) -> UUID:
    """Registered, signed in, admitted, voting, making mistakes; with their own words wherever words can be put."""
    people, members = co_op.stub(IdentityServiceStub), co_op.stub(MembershipServiceStub)
    rows = [
        identity.NewPerson(full_name="Wilhelmina Quackenbush", email="wilma.quack@example.org", phone="07700 900123"),
        identity.NewPerson(full_name="Wilhelmina Quackenbush the Second", email="wilma.quack@example.org", phone="07700900123"),
        identity.NewPerson(full_name="Sam Sample", email="sam@example.org"),
    ]
    request = identity.RegisterPersonsRequest(request_id=str(new_id()), persons=rows)
    response = await call_service(people.RegisterPersons, request, co_op.founder_token())
    ids = [UUID(person.person_id) for person in response.persons if person.person_id]
    wilma, sam = ids[0], ids[-1]
    await call_service(
        people.GiveHat, identity.GiveHatRequest(request_id=str(new_id()), person_id=str(sam), hat="secretary"), co_op.founder_token()
    )
    assembly = MemberAssembly(co_op, None, None, secretary=sam)  # type: ignore[arg-type]  # identity and membership speak for themselves here
    await assembly.adopt(RULEBOOK.replace("People who get support.", "Wilhelmina Quackenbush of 14 Marzipan Crescent wrote this."))
    for listener, source in (("membership", "identity"), ("membership", "governance"), ("governance", "identity")):
        await co_op.wait_until_consumed(listener, source)
    admission = membership.Admission(
        person_id=str(wilma), member_class="user", register_name="Wilhelmina Quackenbush", register_address="14 Marzipan Crescent"
    )
    admit = membership.AdmitMembersRequest(request_id=str(new_id()), admissions=[admission, admission])
    admitted = await call_service(members.AdmitMembers, admit, assembly.secretary_token())
    assert admitted.members[0].refusal == ""
    question = assembly.question()
    question.title, question.text = "Shall Wilhelmina Quackenbush keep the blue cardigan?", "Ring 07700 900123 or wilma.quack@example.org."
    motion = await assembly.open_motion(question)
    await assembly.cast(wilma, motion, "for")
    for choice in ("Wilhelmina", "blue cardigan"):
        with pytest.raises(Refusal):
            await assembly.cast(wilma, motion, choice, 1)
    desk = co_op.stub(GovernanceServiceStub)
    for strange in (
        call_service(desk.GetMotion, pb.GetMotionRequest(motion_id="wilma.quack@example.org"), assembly.secretary_token()),
        call_service(desk.GetRulebook, pb.GetRulebookRequest(rulebook_hash="Quackenbush"), assembly.secretary_token()),
        call_service(people.SignIn, identity.SignInRequest(code="07700900123")),
        call_service(
            desk.AdoptRulebook,
            pb.AdoptRulebookRequest(request_id="Quackenbush", text="Wilhelmina = blue cardigan"),
            assembly.secretary_token(),
        ),
    ):
        with pytest.raises(Refusal):
            await strange
    await _execute_as_owner(co_op, "alter table motion add check (title not like '%mittens%')")
    question = assembly.question()
    question.title, question.text = "Wilhelmina Quackenbush's mittens?", "See the blue cardigan."
    with pytest.raises(InternalServerError):
        await assembly.open_motion(question)
    await co_op.move_clock(3 * HOUR)
    assert (await assembly.wait_for_result(motion)).passes
    return wilma


async def fetch_metrics(co_op: RunningCoOp) -> str:
    """GET /metrics, as a collector would."""
    [server] = co_op.process._listeners[0]._server.servers  # type: ignore[attr-defined]  # the first is the HTTP server of operations
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    document = (await reader.read()).decode()
    writer.close()
    assert document.startswith("HTTP/1.1 200")
    return document


def _metric_value(exposed: str, series: str) -> float:
    return next((float(line.rsplit(" ", 1)[1]) for line in exposed.splitlines() if line.startswith(f"{series} ")), 0.0)


async def _execute_as_owner(co_op: RunningCoOp, statement: str) -> None:
    async with co_op.database_transaction("governance", owner=True) as rows:
        await rows.execute(statement)
