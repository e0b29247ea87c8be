"""The command line's way into a running co-op: its sockets, and tokens signed with the key in its data folder.

Whoever holds the data folder holds the co-op's keys, so nothing more is asked of them here; every act is still written down, with
the name of the person it is done as and `command_line` as the way it came.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import grpc

from kith.federation.v1.federation_pb2_grpc import EvidenceServiceStub, FederationServiceStub
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from kith.status.v1.status_pb2_grpc import StatusServiceStub
from libs import callers
from libs.access import hats
from libs.callers import Strength, Via, tokens
from libs.database.engine import new_id
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.holder import co_op_of
from services.instance import Instance

ZONE: ContextVar[ZoneInfo | None] = ContextVar("zone", default=None)
"""In which zone a command tells times: that of the co-op whose door it opened."""


class Door:
    """Stubs of the services of a running co-op."""

    def __init__(self, instance: Instance, channels: dict[str, grpc.aio.Channel]) -> None:
        self.instance = instance
        self.identity = IdentityServiceStub(channels["identity"])
        self.membership = MembershipServiceStub(channels["membership"])
        self.governance = GovernanceServiceStub(channels["governance"])
        self.votes = VoteServiceStub(channels["governance"])
        self.federation = FederationServiceStub(channels["federation"])
        self.evidence = EvidenceServiceStub(channels["federation"])
        self.status = {name: StatusServiceStub(one) for name, one in channels.items()}

    def now(self) -> datetime:
        """By the co-op's clock: a demonstration's is shifted."""
        try:
            shifted = int(self.instance.clock_file.read_text(encoding="ascii")) if self.instance.co_op.demo else 0
        except (OSError, ValueError):
            shifted = 0
        return datetime.now(UTC) + timedelta(seconds=shifted)

    def founder(self) -> str:
        """A token for the very first acts, before anybody is known."""
        return self._mint(new_id(), "", Strength.INSTANCE_KEY)

    def secretary(self) -> str:
        """A token for the person this machine's acts are done as."""
        return self.person(self.steward(), hats.SECRETARY)

    def person(self, who: UUID, hat: str = "") -> str:
        return self._mint(who, hat, Strength.INSTANCE_KEY)

    def steward(self) -> UUID:
        """Raises `CommandError` before the founding."""
        try:
            return UUID(self.instance.steward.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            what = "This co-op has not been founded yet."
            raise CommandError(what, "The first start registers the first member.", "Run kith up first.", ExitCode.CONFLICT) from None

    def _mint(self, who: UUID, hat: str, strength: Strength) -> str:
        caller = callers.person(who, hat=hat, via=Via.COMMAND_LINE, strength=strength)
        return tokens.mint(self.instance.keys.token_private, caller, self.now())


@asynccontextmanager
async def door(folder: Path) -> AsyncIterator[Door]:
    """Raises `CommandError` when no co-op runs there."""
    instance, _ = co_op_of(folder, "If it is in another folder, name that with --folder.")
    require_running(instance)
    ZONE.set(instance.co_op.zone)
    names = ("identity", "membership", "governance", "federation", "web")
    channels = {name: instance.channel(name) for name in names}
    try:
        yield Door(instance, channels)
    finally:
        for one in channels.values():
            await one.close()


def require_running(instance: Instance) -> None:
    """Raises `CommandError` when the folder has no co-op, or it is not up."""
    co_op = instance.co_op
    if not co_op.elsewhere and not (instance.folder.sockets / "identity.sock").exists():
        fix = f"Start it: kith up {instance.folder.path}"
        raise CommandError(f"{co_op.name} is not running.", "Its services do not answer.", fix, ExitCode.UNAVAILABLE)
