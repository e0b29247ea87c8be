"""Notices by mail with a real mail server: what a person chose holds, nothing is lost and nothing comes twice; sign-in by a mailed link."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from kith.governance.facts.v1.facts_pb2 import BallotCast, MotionClosed, NoticeWanted
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1 import notices_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.identity.v1.notices_pb2_grpc import NoticeServiceStub
from kith.matching.facts.v1.facts_pb2 import NoticeWanted as MatchingNoticeWanted
from libs import callers
from libs.callers.service_tokens import ServiceTokenIssuer
from libs.database.engine import new_id
from libs.refusals import Conflict, NotAllowed, NotSignedIn
from libs.rpc.client import call_service
from tests.support.mail_server import MailServer
from tests.support.running_co_op import ZONE, EventPublisher, Infrastructure, RunningCoOp, event_publisher, running_co_op

pytestmark = pytest.mark.capability("I5")
_SYSTEM = callers.job("tests")
ADA, BEN = "person1@example.org", "person2@example.org"


@dataclass
class Told:
    """Identity and web, a voice of governance, a mail server, and three people."""

    co_op: RunningCoOp
    governance: EventPublisher
    matching: EventPublisher
    mail: MailServer
    people: list[UUID]

    @property
    def notices(self) -> NoticeServiceStub:
        return self.co_op.stub(NoticeServiceStub)

    @property
    def web_token(self) -> str:
        return ServiceTokenIssuer(self.co_op.infrastructure.keys_folder / "tls", "web", self.co_op.now).token()

    async def choose(self, person: UUID, version: int = 0, **ways: object) -> None:
        chosen = pb.WaysToBeTold(**({"language": "en", "channel": pb.NOTICE_CHANNEL_EMAIL, "version": version} | ways))  # type: ignore[arg-type]  # fields by name
        request = pb.SetWaysToBeToldRequest(request_id=str(new_id()), person_id=str(person), ways=chosen)
        await call_service(self.notices.SetWaysToBeTold, request, self.co_op.token(person))

    async def vote(self, person: UUID, ballot: str, revision: int, motion: UUID) -> None:
        event = BallotCast(motion_id=str(motion), ballot_id=ballot, person_id=str(person), revision=revision, taken="page")
        await self.governance.publish((event, str(motion)))

    async def states(self) -> dict[tuple[str, str], tuple[str, str]]:
        """State and reason by person's id and kind."""
        async with self.co_op.database_transaction("web", caller=_SYSTEM) as connection:
            rows = await connection.fetch("select person, kind, state, reason from notice order by asked_at")
        return {(str(row["person"]), row["kind"]): (row["state"], row["reason"]) for row in rows}

    async def wait_for_state(self, person: UUID, kind: str, *expected: tuple[str, str]) -> None:
        async with asyncio.timeout(60):
            while (await self.states()).get((str(person), kind)) not in expected:
                await asyncio.sleep(0.05)


@asynccontextmanager
async def told(infrastructure: Infrastructure) -> AsyncIterator[Told]:
    mail = MailServer()
    mail.start()
    settings: dict[str, object] = {"mail_host": "127.0.0.1", "mail_port": mail.port, "mail_tls": "none", "mail_from": "hello@elm.example"}
    try:
        async with (
            running_co_op(infrastructure, "identity", "web", web=settings) as co_op,
            event_publisher(co_op, "governance") as governance,
            event_publisher(co_op, "matching") as matching,
        ):
            yield Told(co_op, governance, matching, mail, await co_op.register_people("Sue Secretary", "Ada Ample", "Ben Birch"))
    finally:
        mail.stop()


async def test_notices_go_the_chosen_way_once_through_failures(infrastructure: Infrastructure) -> None:
    async with told(infrastructure) as it:
        _, ada, ben = it.people
        motion, ballot = new_id(), str(new_id())
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            request = pb.GetWaysToBeToldRequest(person_id=str(ada))
            await call_service(it.notices.GetWaysToBeTold, request, it.co_op.token(ben))
        await it.choose(ada, easy_read=True)
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await it.choose(ada)
        await it.choose(ben, channel=pb.NOTICE_CHANNEL_LETTER, large_print=True, stopped=[pb.NOTICE_TOPIC_BALLOTS])
        await it.mail.wait(lambda: "How we tell you was changed" in it.mail.subjects_to(ADA))
        await it.wait_for_state(ben, "ways_changed", ("to_print", ""))

        # Each revision of a ballot is told, and the same event again is the same notice.
        for revision in (1, 2, 2):
            await it.vote(ada, ballot, revision, motion)
        await it.vote(ben, str(new_id()), 1, motion)
        await it.mail.wait(lambda: len(it.mail.subjects_to(ADA)) == 3)
        assert it.mail.subjects_to(ADA)[1:] == ["Your vote was recorded", "Your vote was changed"]
        await it.wait_for_state(ben, "vote_recorded", ("stopped", ""))

        # The server breaks off, and is gone, and comes back: the mail is there once.
        it.mail.breaks_off = True
        await it.vote(ada, ballot, 3, motion)
        await it.wait_for_state(ada, "vote_changed", ("waiting", "MAIL_AWAY"))
        it.mail.stop()
        await it.vote(ada, ballot, 4, motion)
        it.mail.breaks_off = False
        it.mail.start()
        await it.co_op.move_clock(60)
        await it.mail.wait(lambda: it.mail.subjects_to(ADA).count("Your vote was changed") == 3)

        # A restart tells nobody anything again.
        await it.co_op.restart()
        it.mail.refused.add(ADA)
        ended = new_id()
        await it.vote(ada, str(ended), 1, ended)
        await it.wait_for_state(ada, "vote_recorded", ("refused", "MAIL_ADDRESS"))
        assert len({str(mail["Message-ID"]) for mail in it.mail.mails}) == len(it.mail.mails)
        assert it.mail.subjects_to(ADA).count("Your vote was changed") == 3


async def test_a_vote_is_told_when_it_opens_and_reminded_of_unless_cast(infrastructure: Infrastructure) -> None:
    async with told(infrastructure) as it:
        _, ada, ben = it.people
        for person in (ada, ben):
            await it.choose(person)
        motion, now = new_id(), it.co_op.now()
        for kind, due in (("motion_opened", now), ("motion_closing", now + timedelta(days=1))):
            event = NoticeWanted(person_ids=map(str, (ada, ben)), kind=kind, about_id=str(motion))
            event.due_at.FromDatetime(due)
            event.until.FromDatetime(now + timedelta(days=2))
            await it.governance.publish((event, str(motion)))
        await it.mail.wait(lambda: all("A vote has begun" in it.mail.subjects_to(address) for address in (ADA, BEN)))
        await it.vote(ada, str(new_id()), 1, motion)
        await it.co_op.wait_until_consumed("web", "governance")

        await it.co_op.move_clock(86_400 + 60)
        await it.mail.wait(lambda: "One day is left to vote" in it.mail.subjects_to(BEN))
        assert "One day is left to vote" not in it.mail.subjects_to(ADA)
        await it.governance.publish((MotionClosed(motion_id=str(motion)), str(motion)))

        # The signed way out: for web alone, and what is stopped stays so.
        stop = pb.StopNoticesRequest(request_id=str(new_id()), person_id=str(ben), topic=pb.NOTICE_TOPIC_MOTIONS)
        with pytest.raises(NotAllowed, match="NOT_FOR_THIS_CALLER"):
            await call_service(it.notices.StopNotices, stop, it.co_op.token(ben))
        await call_service(it.notices.StopNotices, stop, it.web_token)
        ways = (await call_service(it.notices.GetWaysToBeTold, pb.GetWaysToBeToldRequest(person_id=str(ben)), it.co_op.token(ben))).ways
        assert list(ways.stopped) == [pb.NOTICE_TOPIC_MOTIONS]

        # Both are asked how their visits go, each in the way they chose, whatever else they stopped.
        review = MatchingNoticeWanted(person_ids=map(str, (ada, ben)), kind="review_asked", about_id=str(new_id()))
        review.due_at.FromDatetime(it.co_op.now())
        review.until.FromDatetime(it.co_op.now() + timedelta(days=7))
        await it.matching.publish((review, review.about_id))
        await it.mail.wait(lambda: all("How does it go?" in it.mail.subjects_to(address) for address in (ADA, BEN)))
        assert "/people/reviews" in str(it.mail.mails[-1])


@pytest.mark.capability("L7")
async def test_who_holds_the_watch_is_mailed_at_once_whatever_the_hour(infrastructure: Infrastructure) -> None:
    """What waits until the morning waits; an alert does not, also for who stopped all other messages about visits."""
    async with told(infrastructure) as it:
        _, ada, _ = it.people
        minute = it.co_op.now().astimezone(ZONE).hour * 60
        await it.choose(ada, quiet_from=(minute - 60) % 1440, quiet_until=(minute + 240) % 1440, stopped=[pb.NOTICE_TOPIC_VISITS])
        # Every service asks for notices in the same way.
        for kind in ("review_asked", "watch_late", "visit_taken"):
            wanted = MatchingNoticeWanted(person_ids=[str(ada)], kind=kind, about_id=f"{new_id()}.{new_id()}")
            wanted.due_at.FromDatetime(it.co_op.now())
            wanted.until.FromDatetime(it.co_op.now() + timedelta(days=1))
            await it.matching.publish((wanted, str(ada)))
        await it.mail.wait(lambda: "A visit has not started" in it.mail.subjects_to(ADA))
        await it.wait_for_state(ada, "review_asked", ("waiting", "QUIET_HOURS"))
        await it.wait_for_state(ada, "visit_taken", ("stopped", ""))


async def test_a_mailed_link_signs_in_once_and_says_nobody_who_exists(infrastructure: Infrastructure) -> None:
    async with told(infrastructure) as it:
        accounts = it.co_op.stub(IdentityServiceStub)
        with pytest.raises(NotAllowed, match="NOT_FOR_THIS_CALLER"):
            await call_service(it.notices.RequestSignInLink, pb.RequestSignInLinkRequest(email=ADA), it.co_op.token(it.people[1]))
        with pytest.raises(NotSignedIn, match="TOKEN_MISSING"):
            await call_service(it.notices.IssueMailedLink, pb.IssueMailedLinkRequest(person_id=str(it.people[1])))
        answers = [
            await call_service(
                it.notices.RequestSignInLink, pb.RequestSignInLinkRequest(email=email, client_address="192.0.2.1"), it.web_token
            )
            for email in (ADA.upper(), "nobody@example.org", ADA, ADA, ADA)
        ]
        assert set(map(str, answers)) == {""}

        # Three an hour to one address, and each works: others cannot lock Ada out.
        await it.mail.wait(lambda: len(it.mail.mails) == 3)
        codes = [re.search(r"/sign-in/(\w+)", mail.get_content())[1] for mail in it.mail.mails]  # type: ignore[index]  # each has one
        assert {str(mail["To"]) for mail in it.mail.mails} == {ADA}
        session = await call_service(accounts.SignIn, identity.SignInRequest(code=codes[0], browser="b1"))
        assert session.person_id == str(it.people[1])
        with pytest.raises(NotSignedIn, match="SIGN_IN_FAILED"):
            await call_service(accounts.SignIn, identity.SignInRequest(code=codes[0], browser="b2"))
        await it.co_op.move_clock(86_400 + 60)
        with pytest.raises(NotSignedIn, match="CODE_EXPIRED"):
            await call_service(accounts.SignIn, identity.SignInRequest(code=codes[1], browser="b1"))
        assert len(it.mail.mails) == 3
