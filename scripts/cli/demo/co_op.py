"""One co-op of the demonstration, up and running: its example's files, its people, and the ways in that its people would use."""

from pathlib import Path
from uuid import UUID

from kith.governance.v1 import governance_pb2 as pb
from kith.identity.v1 import identity_pb2 as identity
from libs.access import hats
from libs.database.engine import new_id
from libs.refusals import NotNow
from libs.rpc.client import ask
from scripts.cli.console import say
from scripts.cli.demo.example import classes_of
from scripts.cli.demo.steps import Steps
from scripts.cli.door import Door
from scripts.cli.member_file import inspect, read
from scripts.cli.member_import import Import
from scripts.cli.member_report import Line, Outcome
from scripts.cli.patience import patiently
from scripts.cli.register import members

SECOND_SECRETARY = "2"
SCRUTINEERS = ("3", "4")


class CoOp:
    """Its members are known by number."""

    def __init__(self, door: Door, example: Path, steps: Steps) -> None:
        self.door = door
        self.example = example
        self.steps = steps
        self.persons: dict[str, UUID] = {}

    @property
    def id(self) -> str:
        return self.door.instance.co_op.id

    @property
    def name(self) -> str:
        return self.door.instance.co_op.name

    async def admit(self) -> int:
        """The members, through the way of `kith member import`, and hats for a second secretary and two scrutineers."""
        file = self.example / "members.csv"
        layout = inspect(file)
        lines: list[Line] = []
        await Import(self.door, layout, lines.append, dry_run=False).run(read(file, layout))
        admitted = sum(one.outcome is Outcome.ADMITTED for one in lines)
        self.steps.expect(f"members admitted at {self.name}", admitted, layout.rows)
        for line in lines:
            if line.outcome is not Outcome.ADMITTED:
                say(line.sentence)
        self.persons = {one.member_number: UUID(one.person_id) async for one in members(self.door)}
        await self._give(SECOND_SECRETARY, hats.SECRETARY)
        for scrutineer in SCRUTINEERS:
            await self._give(scrutineer, hats.SCRUTINEER)
        return admitted

    async def sign_in(self, number: str) -> identity.SignInResponse:
        """With a card made for the member."""
        code = await self._code(number, identity.CODE_KIND_CARD)
        return await ask(self.door.identity.SignIn, identity.SignInRequest(code=code))

    async def as_secretary(self, number: str) -> str:
        """A token with the hat, got the way a secretary gets it: with a card, and then the hat."""
        session = await self.sign_in(number)
        asked = identity.RenewTokenRequest(session_id=session.session_id, session_key=session.session_key, hat=hats.SECRETARY)
        renewed: identity.RenewTokenResponse = await ask(self.door.identity.RenewToken, asked)
        return renewed.token

    async def recorders(self) -> tuple[str, str]:
        """Tokens of the two who write down votes on paper."""
        return await self.as_secretary("1"), await self.as_secretary(SECOND_SECRETARY)

    async def link(self, number: str) -> str:
        """To sign in with, once."""
        return f"{self.door.instance.co_op.public_url}/sign-in/{await self._code(number, identity.CODE_KIND_LINK)}"

    def somebody(self) -> str:
        """The first member by number who gets support, or the second of all where classes do not say so."""
        classes = classes_of(self.example)
        return min((number for number, one in classes.items() if one in {"supported", "user"}), key=int, default="2")

    async def motion(self, motion_id: str) -> pb.Motion:
        answer: pb.GetMotionResponse = await ask(self.door.governance.GetMotion, pb.GetMotionRequest(motion_id=motion_id), self._token)
        return answer.motion

    async def result(self, motion_id: str) -> pb.Result | None:
        """None until it is counted."""
        asked = pb.GetResultRequest(motion_id=motion_id)
        try:
            answer: pb.GetResultResponse = await ask(self.door.governance.GetResult, asked, self._token)
        except NotNow:
            return None
        return answer.result

    async def decision(self, motion_id: str) -> pb.Decision:
        """What the log says about a motion that was counted."""
        answer = await ask(self.door.governance.ListDecisions, pb.ListDecisionsRequest(page_size=20), self._token)
        found = [one for one in answer.decisions if one.motion_id == motion_id]
        self.steps.expect(f"decisions about a motion at {self.name}", len(found), 1)
        return found[0] if found else pb.Decision()

    @property
    def _token(self) -> str:
        return self.door.secretary()

    async def _code(self, number: str, kind: "identity.CodeKind.ValueType") -> str:
        asked = identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(self.persons[number]), kind=kind)
        answer: identity.IssueSignInCodeResponse = await ask(self.door.identity.IssueSignInCode, asked, self._token)
        return answer.code

    async def _give(self, number: str, hat: str) -> None:
        asked = identity.GiveHatRequest(request_id=str(new_id()), person_id=str(self.persons[number]), hat=hat)
        await patiently(lambda: ask(self.door.identity.GiveHat, asked, self._token))
