"""A co-op on real servers with a vote going on, for measurements to work on."""

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
from libs.host import instance_keys, leader
from libs.rpc.client import ask
from libs.rulebook import templates
from services.membership.domain import member_number
from tests.support.databases import Databases
from tests.support.running import CoOp, Kith, running
from tests.support.servers import servers

POOL: dict[str, object] = {"pool_size": 8}
"""As a co-op has it, with an overflow of 4."""
_CLASSES = ("supported", "worker", "investor")
_JOINED = date(2024, 1, 1)


@dataclass(frozen=True)
class Vote:
    """One motion that is open, and everybody on its roll."""

    co_op: CoOp
    secretary: UUID
    people: list[UUID]
    motion: str


@contextmanager
def a_kith() -> Iterator[Kith]:
    """PostgreSQL, NATS and a set of keys."""
    place = Path(tempfile.mkdtemp(prefix="kb-", dir="/tmp"))
    instance_keys.make(place / "keys", "0000test", datetime.now(UTC))
    try:
        with servers() as found:
            yield Kith(found, Databases(found), place / "keys", instance_keys.read(place / "keys"))
    finally:
        shutil.rmtree(place)


@asynccontextmanager
async def a_vote(kith: Kith, size: int) -> AsyncIterator[Vote]:
    """`size` members, put straight into the tables of membership and governance, and a motion all of them may vote on."""
    async with running(kith, "membership", "governance", membership=POOL, governance=POOL) as co_op:
        secretary, people = new_id(), [new_id() for _ in range(size)]
        await _members(co_op, secretary, people)
        stub = co_op.stub(GovernanceServiceStub)
        rules = re.sub(r"notice_days = \d+", "notice_days = 0", templates.text("equal-care-like"))
        rules = re.sub(r"minimum_open_hours = \d+", "minimum_open_hours = 1", rules)
        token = co_op.token(secretary, hats.SECRETARY)
        await ask(stub.AdoptRulebook, pb.AdoptRulebookRequest(request_id=str(new_id()), text=rules), token)
        asked = pb.OpenMotionRequest(request_id=str(new_id()), title="Shall we?", text="About it.", resolution_type="ordinary")
        asked.closes_at.FromDatetime(datetime.now(UTC) + timedelta(hours=9))
        yield Vote(co_op, secretary, people, (await ask(stub.OpenMotion, asked, token)).motion_id)


async def _members(co_op: CoOp, secretary: UUID, people: list[UUID]) -> None:
    wanted, now = co_op.databases, datetime.now(UTC)
    rows = [(person, number, _CLASSES[number % len(_CLASSES)]) for number, person in enumerate(people, start=1)]
    admin = {name: one.admin.set(database=one.roles.database_name).render_as_string(hide_password=False) for name, one in wanted.items()}
    for service, url in admin.items():
        connection = await leader.connect(url)
        try:
            await connection.execute("insert into worn_hat values ($1, $2, $3)", secretary, hats.SECRETARY, now)
            if service == "governance":
                standings = [(who, _JOINED, kind) for who, _, kind in rows]
                await connection.executemany(
                    "insert into standing (person, from_day, member_class, may_vote) values ($1, $2, $3, true)", standings
                )
            else:
                numbers = [(who, str(number), member_number.order(str(number))) for who, number, _ in rows]
                await connection.executemany("insert into member values ($1, $2, $3, 1)", numbers)
                changes = [(who, _JOINED, kind, now) for who, _, kind in rows]
                await connection.executemany("insert into standing_change values ($1, $2, $3, true, '', 'bench', $4)", changes)
                entries = [(who, "As Entered", "1 Example Row", now) for who, _, _ in rows]
                await connection.executemany("insert into register_entry values ($1, $2, $3, $4)", entries)
            await connection.execute("analyze")
        finally:
            await connection.close()
