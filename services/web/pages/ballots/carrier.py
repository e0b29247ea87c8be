"""What the ballot pages need to know of a kind of vote: its question, its answers, and the RPCs that record a ballot."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from kith.governance.v1 import governance_pb2 as gov
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext

CHANNELS = {"page", "paper", "phone", "helper", "command_line"}
"""The ways of casting a ballot for which the catalogue has a message."""


@dataclass(frozen=True)
class AnswerField:
    """One option of the form. `field` names its input, `value` is what it sends."""

    field: str
    value: str
    text: str
    hint: str
    chosen: bool
    points: str = ""


@dataclass(frozen=True)
class BallotChoice:
    """The chosen options, each with its points where the method has any. Without options it is a choice too, where several are possible."""

    marks: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class OwnBallot:
    """The person's own recorded ballot. `choice` is None when it was taken back."""

    revision: int
    choice: BallotChoice | None


@dataclass(frozen=True)
class PaperEntry:
    """What one of the two people who enter a ballot says of it. The second one does not say again how it came: `channel` is empty."""

    channel: str
    asked_for: bool
    """The voter chose on the phone, and asked them to enter it."""
    request_id: str


@dataclass(frozen=True)
class BallotTexts:
    """How the form asks: the type of its inputs (radio, checkbox or number), the catalogue keys of its texts, the highest score."""

    input_type: str
    ask: str
    recorded: str
    highest_score: int = 0
    small_group: bool = False
    states_limits: bool = False
    """The page says what the method does not promise."""


class Question(Protocol):
    """What every question has, in any kind of vote."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def open(self) -> bool: ...
    @property
    def may_vote(self) -> bool: ...
    @property
    def closes_at(self) -> datetime: ...


QuestionT = TypeVar("QuestionT", bound=Question)


class BallotCarrier(Protocol[QuestionT]):
    """One kind of vote. `form_suffix` keeps its forms apart from those of other kinds."""

    form_suffix: str

    async def fetch(self, ctx: PageContext, question_id: str = "") -> QuestionT:
        """The question with this id, or the one that the path names. Raises NotFound."""
        ...

    def texts(self, question: QuestionT) -> BallotTexts: ...

    def answers(self, ctx: PageContext, question: QuestionT, chosen: BallotChoice | None) -> list[AnswerField]:
        """The options of the form, with the earlier choice."""
        ...

    def parse(self, ctx: PageContext, question: QuestionT, form: Form) -> tuple[BallotChoice | None, list[FormProblem]]:
        """The choice that the form contains, or its problems."""
        ...

    def form_fields(self, question: QuestionT, choice: BallotChoice) -> dict[str, str]:
        """The choice as form fields, for hidden inputs and for a draft."""
        ...

    def describe(self, ctx: PageContext, question: QuestionT, choice: BallotChoice) -> str:
        """The choice in words."""
        ...

    async def fetch_my_ballot(self, ctx: PageContext, question: QuestionT) -> OwnBallot | None: ...

    async def cast(self, ctx: PageContext, question: QuestionT, choice: BallotChoice, revision: int, request_id: str) -> None: ...

    async def record(self, ctx: PageContext, question: QuestionT, person_id: str, choice: BallotChoice, entry: PaperEntry) -> None:
        """Record a paper or phone ballot, which then waits for the second person."""
        ...

    async def list_unconfirmed(self, ctx: PageContext) -> list[gov.UnconfirmedBallot]:
        """All paper and phone ballots that wait for the second person, without their choices."""
        ...

    def confirm_path(self, ballot: gov.UnconfirmedBallot) -> str: ...

    async def confirm(self, ctx: PageContext, record_id: str, choice: BallotChoice, entry: PaperEntry) -> bool:
        """Whether the second entry differs from the first; then neither counts."""
        ...
