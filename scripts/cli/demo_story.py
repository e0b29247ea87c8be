"""The story the demonstration tells on a running co-op: members, a question, 240 ballots, a count, a decision, and a question left open."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from kith.governance.v1 import governance_pb2 as pb
from kith.identity.v1 import identity_pb2 as identity
from libs.access import hats
from libs.database.engine import new_id
from libs.refusals import NotNow
from libs.rpc.client import ask
from scripts.cli import motion_file, result_words
from scripts.cli.console import result, say
from scripts.cli.demo_ballots import cast_all, paper_votes
from scripts.cli.demo_clock import move_clock, until
from scripts.cli.demo_example import PAGE, PAPER, Vote, classes_of, differences, expected, votes_of
from scripts.cli.demo_steps import Steps
from scripts.cli.door import Door, door
from scripts.cli.member_file import inspect, read
from scripts.cli.member_import import Import
from scripts.cli.member_report import Line, Outcome
from scripts.cli.motion import put
from scripts.cli.register import members

_SECOND_SECRETARY = "2"


async def tell(folder: Path, example: Path, steps: Steps, *, staying: bool) -> bool:
    """Whether everything was as it should be. `staying`: the pages stay up afterwards, so say how to get in."""
    async with door(folder) as open_door:
        story = _Story(open_door, example, steps)
        await story.admit()
        await story.ask()
        await story.vote()
        await story.count()
        await story.ask_again()
        if staying:
            await story.show()
        return not story.wrong


class _Story:
    def __init__(self, open_door: Door, example: Path, steps: Steps) -> None:
        self._door = open_door
        self._example = example
        self._steps = steps
        self._file = motion_file.read(example / "motion.toml", open_door.instance.co_op.zone)
        self._persons: dict[str, UUID] = {}
        self._motion = pb.Motion()
        self.wrong: list[str] = []

    async def admit(self) -> None:
        """The members, through the way of `kith member import`."""
        file = self._example / "members.csv"
        layout = inspect(file)
        lines: list[Line] = []
        await Import(self._door, layout, lines.append, dry_run=False).run(read(file, layout))
        admitted = sum(one.outcome is Outcome.ADMITTED for one in lines)
        self._expect("members admitted", admitted, layout.rows)
        for line in lines:
            if line.outcome is not Outcome.ADMITTED:
                say(line.sentence)
        self._persons = {one.member_number: UUID(one.person_id) async for one in members(self._door)}
        self._steps.done(f"{admitted} members were admitted from members.csv.")

    async def ask(self) -> None:
        """The question, as the secretary."""
        await self._put(self._file)
        roll = sum(one.eligible for one in self._motion.roll)
        self._expect("people on the roll", roll, len(self._persons))
        self._steps.done(f"A question was put to them: {self._motion.title} Notice is given, and the roll of {roll} is frozen.")

    async def vote(self) -> None:
        """Every ballot, each by a member who signed in; two on paper."""
        await self._give_second_hat()
        await self._pass_notice()
        self._steps.done("The clock was moved past the notice: voting is open.")
        votes = votes_of(self._example)
        by_hand = [one for one in votes if one.how == PAGE]
        await cast_all(self._door, self._motion.motion_id, by_hand, self._persons)
        changed = sum(len(one.choices) > 1 for one in by_hand)
        minds = "one changed their mind" if changed == 1 else f"{changed} changed their minds"
        self._steps.done(f"{len(by_hand)} members signed in with their cards and voted; {minds}.")
        on_paper = [one for one in votes if one.how == PAPER]
        recorders = (self._door.steward(), self._persons[_SECOND_SECRETARY])
        await paper_votes(self._door, self._motion.motion_id, on_paper, self._persons, recorders)
        self._steps.done(f"{len(on_paper)} votes came on paper; two secretaries wrote each down without seeing the other's entry.")
        await self._check_ballots(votes)

    async def count(self) -> None:
        """The close, the result, and the same counted from the files."""
        self._motion = await self._seen()
        await move_clock(self._door, self._motion.closes_at.ToDatetime(), timedelta(hours=1))
        self._steps.done("The clock was moved past the close.")
        counted = await until(self._result, seconds=15)
        wanted = expected(self._example, self._file.texts["resolution_type"])
        found = differences(counted, wanted)
        self.wrong += found
        number = await self._decision_number()
        self._steps.done(f"It was counted and stands in the decision log as number {number}.")
        result("\n" + "\n".join(result_words.in_words(counted, self._motion.title)) + "\n")
        if found:
            say("Counted again from ballots.csv it is something else: " + "; ".join(found))
        else:
            self._steps.done("Counted again from ballots.csv alone, every figure is the same.")

    async def ask_again(self) -> None:
        """A second question, which stays open."""
        await self._put(motion_file.read(self._example / "motion-open.toml", self._door.instance.co_op.zone))
        await self._pass_notice()
        self._steps.done(f"A second question was put, and the clock moved past its notice: {self._motion.title}")

    async def show(self) -> None:
        """Where to look, and how to sign in."""
        co_op, voter = self._door.instance.co_op, await self._somebody()
        member, secretary = await self._link(self._persons[voter]), await self._link(self._door.steward())
        days = (self._motion.opens_at.ToDatetime() - self._motion.announced_at.ToDatetime()).days
        result(
            f"{co_op.name} is yours to click through. Its clock was moved on, by {days} days for each notice; every page says so.\n\n"
            f"  As member {voter}, who can vote on: {self._motion.title}\n    {member}\n"
            f"  As the secretary and operator:\n    {secretary}\n\n"
            f"  Pages   {co_op.public_url}\n  Health  http://{co_op.operations_address}/readyz\n"
            f"  Stop    Ctrl-C, or: kith down {self._door.instance.folder.path}\n"
        )

    # --- the parts

    async def _put(self, file: motion_file.MotionFile) -> None:
        self._motion = pb.Motion(motion_id=await put(self._door, file))
        self._motion = await self._seen()

    async def _seen(self) -> pb.Motion:
        asked = pb.GetMotionRequest(motion_id=self._motion.motion_id)
        answer: pb.GetMotionResponse = await ask(self._door.governance.GetMotion, asked, self._door.secretary())
        return answer.motion

    async def _pass_notice(self) -> None:
        await move_clock(self._door, self._motion.opens_at.ToDatetime(), timedelta(hours=1))

        async def state() -> bool | None:
            return (await self._seen()).state == pb.MOTION_STATE_OPEN or None

        await until(state)

    async def _give_second_hat(self) -> None:
        asked = identity.GiveHatRequest(request_id=str(new_id()), person_id=str(self._persons[_SECOND_SECRETARY]), hat=hats.SECRETARY)
        await ask(self._door.identity.GiveHat, asked, self._door.secretary())

    async def _check_ballots(self, votes: list[Vote]) -> None:
        self._expect("ballots recorded", (await self._seen()).ballots, len(votes))

    async def _result(self) -> pb.Result | None:
        asked = pb.GetResultRequest(motion_id=self._motion.motion_id)
        try:
            answer: pb.GetResultResponse = await ask(self._door.governance.GetResult, asked, self._door.secretary())
        except NotNow:
            return None
        return answer.result

    async def _decision_number(self) -> int:
        answer = await ask(self._door.governance.ListDecisions, pb.ListDecisionsRequest(page_size=10), self._door.secretary())
        found = [one.number for one in answer.decisions if one.motion_id == self._motion.motion_id]
        self._expect("decisions about this motion", len(found), 1)
        return found[0] if found else 0

    async def _somebody(self) -> str:
        """The first supported member by number."""
        return min((number for number, one in classes_of(self._example).items() if one == "supported"), key=int)

    async def _link(self, person: UUID) -> str:
        asked = identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=identity.CODE_KIND_LINK)
        code = (await ask(self._door.identity.IssueSignInCode, asked, self._door.secretary())).code
        return f"{self._door.instance.co_op.public_url}/sign-in/{code}"

    def _expect(self, what: str, found: int, wanted: int) -> None:
        if found != wanted:
            self.wrong.append(f"{what}: {found} and not {wanted}")
            say(f"          {self.wrong[-1]}")
