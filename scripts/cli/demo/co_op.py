"""A running co-op of the demonstration: its example files, its members, and the RPCs that they would use."""

from pathlib import Path
from uuid import UUID

from kith.governance.v1 import governance_pb2 as pb
from kith.identity.v1 import identity_pb2 as identity
from libs.access import hat_names
from libs.refusals import FailedPrecondition
from scripts.cli.connection import Connection
from scripts.cli.console import print_note
from scripts.cli.demo.expected_results import read_classes
from scripts.cli.demo.step_log import StepLog
from scripts.cli.member_csv import inspect_file, read_rows
from scripts.cli.member_import import MemberImport
from scripts.cli.member_import_report import RowOutcome, RowResult
from scripts.cli.register_lookup import list_members

SECOND_SECRETARY = "2"
SCRUTINEERS = ("3", "4")
OFFICERS = 4
"""The first members wear hats; they look after the votes."""


class DemoCoOp:
    """A connection to one co-op, with its members by number."""

    def __init__(self, connection: Connection, example: Path, steps: StepLog) -> None:
        self.connection = connection
        self.example = example
        self.steps = steps
        self.persons: dict[str, UUID] = {}

    @property
    def id(self) -> str:
        return self.connection.instance.co_op.id

    @property
    def name(self) -> str:
        return self.connection.instance.co_op.name

    async def admit_members(self) -> int:
        """Imports the members as `kith member import` does, and gives hats to a second secretary and two scrutineers."""
        file = self.example / "members.csv"
        layout = inspect_file(file)
        results: list[RowResult] = []
        await MemberImport(self.connection, layout, results.append, dry_run=False).run(read_rows(file, layout))
        admitted = sum(result.outcome is RowOutcome.ADMITTED for result in results)
        self.steps.expect(f"members admitted at {self.name}", admitted, layout.rows)
        for result in results:
            if result.outcome is not RowOutcome.ADMITTED:
                print_note(result.sentence)
        self.persons = {member.member_number: UUID(member.person_id) for member in await list_members(self.connection)}
        await self._give_hat(SECOND_SECRETARY, hat_names.SECRETARY)
        for scrutineer in SCRUTINEERS:
            await self._give_hat(scrutineer, hat_names.SCRUTINEER)
        return admitted

    async def sign_in(self, number: str) -> identity.SignInResponse:
        """Signs a member in with a new card."""
        return await self.sign_in_person(str(self.persons[number]))

    async def sign_in_person(self, person: str) -> identity.SignInResponse:
        """Signs somebody in with a new card, who need not be a member."""
        code = await self._issue_sign_in_code(person, identity.CODE_KIND_CARD)
        return await self.connection.call(
            self.connection.identity.SignIn, identity.SignInRequest(code=code, device_use=identity.DEVICE_USE_OWN)
        )

    async def secretary_session_token(self, number: str) -> str:
        """A token with the secretary's hat, obtained as a secretary does: sign in with a card, then put on the hat."""
        session = await self.sign_in(number)
        request = identity.RenewTokenRequest(session_id=session.session_id, session_key=session.session_key, hat=hat_names.SECRETARY)
        renewed: identity.RenewTokenResponse = await self.connection.call(self.connection.identity.RenewToken, request)
        return renewed.token

    async def recorder_tokens(self) -> tuple[str, str]:
        """Tokens of the two people who record paper ballots."""
        return await self.secretary_session_token("1"), await self.secretary_session_token(SECOND_SECRETARY)

    async def sign_in_link(self, number: str) -> str:
        """A sign-in link for a member; it works once."""
        code = await self._issue_sign_in_code(str(self.persons[number]), identity.CODE_KIND_LINK)
        return f"{self.connection.instance.co_op.public_url}/sign-in/{code}"

    def example_member(self) -> str:
        """Number of the first member without a hat who receives support; the first of all if no class is about support."""
        by_number = {number: member_class for number, member_class in read_classes(self.example).items() if int(number) > OFFICERS}
        supported = [number for number, member_class in by_number.items() if member_class in {"supported", "user"}]
        return min(supported or by_number, key=int)

    async def get_motion(self, motion_id: str) -> pb.Motion:
        response: pb.GetMotionResponse = await self.connection.as_secretary(
            self.connection.governance.GetMotion, pb.GetMotionRequest(motion_id=motion_id)
        )
        return response.motion

    async def get_result(self, motion_id: str) -> pb.Result | None:
        """The result of a motion; None until it is counted."""
        request = pb.GetResultRequest(motion_id=motion_id)
        try:
            response: pb.GetResultResponse = await self.connection.as_secretary(self.connection.governance.GetResult, request)
        except FailedPrecondition:
            return None
        return response.result

    async def get_decision(self, motion_id: str) -> pb.Decision:
        """The decision-log entry of a counted motion."""
        response = await self.connection.as_secretary(self.connection.governance.ListDecisions, pb.ListDecisionsRequest(page_size=20))
        decisions = [decision for decision in response.decisions if decision.motion_id == motion_id]
        self.steps.expect(f"decisions about a motion at {self.name}", len(decisions), 1)
        return decisions[0] if decisions else pb.Decision()

    async def _issue_sign_in_code(self, person: str, kind: "identity.CodeKind.ValueType") -> str:
        request = identity.IssueSignInCodeRequest(person_id=person, kind=kind)
        response: identity.IssueSignInCodeResponse = await self.connection.as_secretary(self.connection.identity.IssueSignInCode, request)
        return response.code

    async def _give_hat(self, number: str, hat: str) -> None:
        request = identity.GiveHatRequest(person_id=str(self.persons[number]), hat=hat)
        await self.connection.as_secretary(self.connection.identity.GiveHat, request, retried=True)
