"""A co-op on real servers with an open vote, as a fixture for measurements."""

import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from kith.governance.v1 import governance_pb2 as pb
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from libs.access import hats
from libs.database.engine import new_id
from libs.host import instance_keys, leader_election
from libs.rpc.client import call_service
from libs.rulebook import templates
from services.membership.domain import member_number
from services.topology import SERVICE_NAMES
from tests.support.backing_servers import backing_servers
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op
from tests.support.template_databases import TemplateDatabases

POOL_SETTINGS: dict[str, object] = {"pool_size": 8}
"""As in a real co-op, with an overflow of 4."""
_CLASSES = ("supported", "worker", "investor")
_MEMBER_SINCE = date(2024, 1, 1)


@dataclass(frozen=True)
class OpenVote:
    """An open motion and everybody on its roll."""

    co_op: RunningCoOp
    secretary: UUID
    people: list[UUID]
    motion: str


@contextmanager
def bench_environment() -> Iterator[Infrastructure]:
    """Starts PostgreSQL and NATS and creates a set of keys."""
    folder = Path(tempfile.mkdtemp(prefix="kb-", dir="/tmp"))
    instance_keys.create_keys(folder / "keys", "0000test", datetime.now(UTC), SERVICE_NAMES)
    try:
        with backing_servers() as started:
            yield Infrastructure(
                started, TemplateDatabases(started), folder / "keys", instance_keys.read_keys(folder / "keys", SERVICE_NAMES)
            )
    finally:
        shutil.rmtree(folder)


@asynccontextmanager
async def open_vote(infrastructure: Infrastructure, size: int) -> AsyncIterator[OpenVote]:
    """Opens a motion on which all of `size` members may vote; writes the members directly to the tables of membership and governance."""
    async with running_co_op(infrastructure, "membership", "governance", membership=POOL_SETTINGS, governance=POOL_SETTINGS) as co_op:
        secretary, people = new_id(), [new_id() for _ in range(size)]
        await _insert_members(co_op, secretary, people)
        stub = co_op.stub(GovernanceServiceStub)
        rules = re.sub(r"notice_days = \d+", "notice_days = 0", templates.template_text("equal-care-like"))
        rules = re.sub(r"minimum_open_hours = \d+", "minimum_open_hours = 1", rules)
        token = co_op.token(secretary, hats.SECRETARY)
        await call_service(stub.AdoptRulebook, pb.AdoptRulebookRequest(request_id=str(new_id()), text=rules), token)
        request = pb.OpenMotionRequest(request_id=str(new_id()), title="Shall we?", text="About it.", resolution_type="ordinary")
        request.closes_at.FromDatetime(datetime.now(UTC) + timedelta(hours=9))
        yield OpenVote(co_op, secretary, people, (await call_service(stub.OpenMotion, request, token)).motion_id)


async def _insert_members(co_op: RunningCoOp, secretary: UUID, people: list[UUID]) -> None:
    databases, now = co_op.databases, datetime.now(UTC)
    rows = [(person, number, _CLASSES[number % len(_CLASSES)]) for number, person in enumerate(people, start=1)]
    admin = {
        name: database.admin.set(database=database.roles.database_name).render_as_string(hide_password=False)
        for name, database in databases.items()
    }
    for service, url in admin.items():
        connection = await leader_election.connect(url)
        try:
            await connection.execute("insert into worn_hat values ($1, $2, $3)", secretary, hats.SECRETARY, now)
            if service == "governance":
                standings = [(person, _MEMBER_SINCE, member_class) for person, _, member_class in rows]
                await connection.executemany(
                    "insert into standing (person, from_day, member_class, may_vote) values ($1, $2, $3, true)", standings
                )
            else:
                numbers = [(person, str(number), member_number.sort_key(str(number))) for person, number, _ in rows]
                await connection.executemany("insert into member values ($1, $2, $3, 1)", numbers)
                changes = [(person, _MEMBER_SINCE, member_class, now) for person, _, member_class in rows]
                await connection.executemany("insert into standing_change values ($1, $2, $3, true, '', 'bench', $4)", changes)
                entries = [(person, "As Entered", "1 Example Row", now) for person, _, _ in rows]
                await connection.executemany("insert into register_entry values ($1, $2, $3, $4)", entries)
            await connection.execute("analyze")
        finally:
            await connection.close()
