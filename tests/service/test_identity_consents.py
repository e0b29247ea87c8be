"""What people agree to is recorded decision by decision, and an act that needs a consent is refused without a valid one."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import ConsentEnded, ConsentGiven
from kith.identity.v1 import consent_pb2 as pb
from kith.identity.v1 import identity_pb2 as ident
from kith.identity.v1.consent_pb2_grpc import ConsentServiceStub
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs import callers
from libs.access import consents
from libs.database.engine import Database, new_id
from libs.messages.envelope import Event, type_of
from libs.refusals import FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

ABILITIES = ("understand", "retain", "weigh", "communicate")
_GIVE_RIGHT = "insert into acting_right (relationship, scope, holder, subject, valid_from) values ($1, $2, $3, $4, $5)"


class ConsentDesk:
    """Asks ConsentService for the people of one co-op."""

    def __init__(self, co_op: RunningCoOp, secretary: UUID) -> None:
        self.co_op, self._secretary = co_op, secretary
        self.stub, self.identity = co_op.stub(ConsentServiceStub), co_op.stub(IdentityServiceStub)

    @property
    def secretary(self) -> str:
        """A new token: tests move the clock."""
        return self.co_op.token(self._secretary, hat="secretary")

    def acting(self, holder: UUID, subject: UUID) -> str:
        return self.co_op.token(holder, acting_for=subject)

    async def record(self, person: UUID, token: str, **values: object) -> str:
        fields: dict[str, object] = {
            "request_id": str(new_id()), "person_id": str(person), "decision": pb.CONSENT_DECISION_SIGN_IN_HELP,
            "answer": pb.CONSENT_ANSWER_YES, "explained": [pb.EXPLANATION_SPOKEN, pb.EXPLANATION_EASY_READ],
            "words": "Yes, Kim may bring it.",
        }  # fmt: skip
        request = pb.RecordConsentRequest(**(fields | values))  # type: ignore[arg-type]  # the values of a test
        response: pb.RecordConsentResponse = await call_service(self.stub.RecordConsent, request, token)
        return response.consent_id

    async def withdraw(self, consent: str, token: str) -> None:
        await call_service(self.stub.WithdrawConsent, pb.WithdrawConsentRequest(request_id=str(new_id()), consent_id=consent), token)

    async def record_capacity(self, person: UUID, token: str, *, lacking: str = "", **values: object) -> str:
        abilities = {name: pb.Ability(able=name != lacking, support="Slowly, with pictures.") for name in ABILITIES}
        fields: dict[str, object] = {
            "request_id": str(new_id()), "person_id": str(person), "decision": pb.CONSENT_DECISION_SIGN_IN_HELP,
            "assessed_by": "Dr Example", "assessed_on": self.day(0), "because": "dementia", "until_day": self.day(30),
        }  # fmt: skip
        request = pb.RecordCapacityRequest(**(fields | abilities | values))  # type: ignore[arg-type]  # the values of a test
        response: pb.RecordCapacityResponse = await call_service(self.stub.RecordCapacity, request, token)
        return response.capacity_id

    async def get(self, person: UUID, token: str) -> pb.GetConsentsResponse:
        return await call_service(self.stub.GetConsents, pb.GetConsentsRequest(person_id=str(person)), token)

    async def hand_code_to_helper(self, person: UUID) -> None:
        request = ident.IssueSignInCodeRequest(
            request_id=str(new_id()), person_id=str(person), kind=ident.CODE_KIND_CARD, through_helper=True
        )
        await call_service(self.identity.IssueSignInCode, request, self.secretary)

    async def is_permitted(self, person: UUID) -> bool:
        try:
            await self.hand_code_to_helper(person)
        except FailedPrecondition as refusal:
            assert refusal.reason == "CONSENT_NEEDED"
            assert refusal.details == {"decision": "sign_in_help"}
            return False
        return True

    async def let_act(self, holder: UUID, subject: UUID, scope: str = "consent") -> None:
        async with self.co_op.database_transaction("identity") as database:
            await database.execute(_GIVE_RIGHT, new_id(), scope, holder, subject, self.co_op.now() - timedelta(days=1))

    async def end_rights(self, holder: UUID) -> None:
        async with self.co_op.database_transaction("identity") as database:
            await database.execute("update acting_right set ended_at = $2 where holder = $1", holder, self.co_op.now())

    def day(self, days: int) -> str:
        return (self.co_op.now() + timedelta(days=days)).date().isoformat()


@pytest.mark.capability("L4")
async def test_an_act_without_a_valid_consent_is_refused(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        secretary, ada, jo = await co_op.register_people("Ash Example", "Ada Ample", "Jo Sample")
        desk, own = ConsentDesk(co_op, secretary), co_op.token(ada)
        assert not await desk.is_permitted(ada)
        first = await desk.record(ada, own)
        assert await desk.is_permitted(ada)
        assert not await desk.is_permitted(jo)
        await desk.withdraw(first, own)
        assert not await desk.is_permitted(ada)
        with pytest.raises(FailedPrecondition, match="CONSENT_ENDED"):
            await desk.withdraw(first, own)

        # Recorded by the secretary with her; for a limited time; and a later "no" counts from then on.
        await desk.record(ada, desk.secretary, answer=pb.CONSENT_ANSWER_CONDITIONS, words="If it is Kim.", until_day=desk.day(1))
        assert await desk.is_permitted(ada)
        await co_op.move_clock(3 * 86400)
        assert not await desk.is_permitted(ada)
        await desk.record(ada, co_op.token(ada), from_day=desk.day(5))
        assert not await desk.is_permitted(ada)
        await desk.record(ada, co_op.token(ada))
        assert await desk.is_permitted(ada)
        await desk.record(ada, co_op.token(ada), answer=pb.CONSENT_ANSWER_NO)
        assert not await desk.is_permitted(ada)

        # What was planned is replaced too: the later ones count from now on.
        states = [entry.state for entry in (await desk.get(ada, co_op.token(ada))).entries]
        assert states == [
            pb.CONSENT_STATE_REFUSED, pb.CONSENT_STATE_REPLACED, pb.CONSENT_STATE_REPLACED, pb.CONSENT_STATE_OVER,
            pb.CONSENT_STATE_WITHDRAWN,
        ]  # fmt: skip
        await _projection_equals_the_table(co_op)
        await _words_are_sealed_and_reads_are_audited(desk, secretary, ada, jo)


async def _projection_equals_the_table(co_op: RunningCoOp) -> None:
    """What other services project from the events is what identity itself relies on."""
    events = [event for event in await co_op.published_events("identity") if isinstance(event, ConsentGiven | ConsentEnded)]
    before = await co_op.all_rows("identity", "given_consent")
    assert before
    database = Database(co_op.databases["identity"].run_url)
    async with co_op.database_transaction("identity") as connection:
        await connection.execute("delete from given_consent")
    handlers = {ConsentGiven: consents.on_consent_given, ConsentEnded: consents.on_consent_ended}
    async with database.work(callers.reaction("identity"), co_op.now()) as work:
        for number, event in enumerate(events):
            await handlers[type(event)](work, _event(number, event, co_op.now()))
    await database.close()
    assert await co_op.all_rows("identity", "given_consent") == before


def _event(number: int, message: ConsentGiven | ConsentEnded, at: datetime) -> Event:
    return Event(new_id(), "identity", number, type_of(type(message)), at, "", "", message.SerializeToString())


async def _words_are_sealed_and_reads_are_audited(desk: ConsentDesk, secretary: UUID, ada: UUID, jo: UUID) -> None:
    co_op = desk.co_op
    rows = repr(await co_op.all_rows("identity", "consent_entry"))
    assert "Kim" not in rows
    assert not any(b"Kim" in event.SerializeToString() for event in await co_op.published_events("identity"))
    for token, reason in ((co_op.token(jo), "HAT_NEEDED"), (desk.acting(jo, ada), "ACTING_ENDED")):
        with pytest.raises(NotAllowed, match=reason):
            await desk.get(ada, token)
    assert len((await desk.get(ada, desk.secretary)).entries) == 5
    refused, read = [row for row in await co_op.all_rows("identity", "read_audit") if "consents" in row]
    assert {str(jo), "refused", "ACTING_ENDED"} <= {value for value in refused if isinstance(value, str)}
    assert str(secretary) in read
    assert ["consent.entries", "consent.capacity"] in read


@pytest.mark.capability("L4")
async def test_others_decide_only_where_the_person_cannot_and_only_lawfully(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        secretary, ada, bo, jo = await co_op.register_people("Ash Example", "Ada Ample", "Bo Example", "Jo Sample")
        desk = ConsentDesk(co_op, secretary)
        record = pb.BestInterests(
            authority=pb.BEST_INTERESTS_AUTHORITY_CARE, decided_by="Ash, with the nurse", consulted="her sister",
            less_restrictive="waiting a week", wishes="she always let Kim help", reasons="she cannot read the letter",
        )  # fmt: skip
        with pytest.raises(Invalid, match="CAPACITY_RECORD_NEEDED"):
            await desk.record(ada, desk.secretary, best_interests=record)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await desk.record_capacity(secretary, desk.secretary, lacking="weigh")
        lack = await desk.record_capacity(ada, desk.secretary, lacking="weigh")
        with pytest.raises(FailedPrecondition, match="CAPACITY_LACKING"):
            await desk.record(ada, co_op.token(ada))
        with pytest.raises(Invalid, match="UNTIL_AFTER_CAPACITY"):
            await desk.record(ada, desk.secretary, best_interests=record, capacity_id=lack, until_day=desk.day(40))
        with pytest.raises(Invalid, match="CAPACITY_RECORD_NEEDED"):
            await desk.record(ada, desk.secretary, best_interests=record, capacity_id=lack, decision=pb.CONSENT_DECISION_PHOTO)
        kept = await desk.record(ada, desk.secretary, best_interests=record, capacity_id=lack)
        assert await desk.is_permitted(ada)
        [entry] = (await desk.get(ada, co_op.token(ada))).entries
        assert (entry.best_interests, entry.until_day, entry.basis) == (record, desk.day(30), pb.CONSENT_BASIS_BEST_INTERESTS)
        await desk.withdraw(kept, co_op.token(ada))
        assert not await desk.is_permitted(ada)

        # An attorney decides, and then no one else does; nothing outside the scope, and nothing after the right has ended.
        await desk.let_act(bo, ada)
        await desk.let_act(jo, ada, "money")
        with pytest.raises(FailedPrecondition, match="DECIDER_EXISTS"):
            await desk.record(ada, desk.secretary, best_interests=record, capacity_id=lack)
        with pytest.raises(NotAllowed, match="ACTING_OUTSIDE_SCOPE"):
            await desk.record(ada, desk.acting(jo, ada), capacity_id=lack)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await desk.record(bo, desk.acting(bo, ada), capacity_id=lack)
        with pytest.raises(Invalid, match="CAPACITY_RECORD_NEEDED"):
            await desk.record(ada, desk.acting(bo, ada))
        await desk.record(ada, desk.acting(bo, ada), capacity_id=lack)
        assert await desk.is_permitted(ada)
        await desk.record_capacity(ada, desk.secretary)
        assert not await desk.is_permitted(ada)
        again = await desk.record_capacity(ada, desk.secretary, lacking="retain")
        await desk.end_rights(bo)
        with pytest.raises(NotAllowed, match="ACTING_ENDED"):
            await desk.record(ada, desk.acting(bo, ada), capacity_id=again)
        with pytest.raises(Invalid, match="DECIDER_NOT_LAWFUL"):
            await desk.record(ada, desk.secretary, capacity_id=again, decider_id=str(bo))


@pytest.mark.capability("L4")
async def test_bad_input_is_named_and_a_merged_person_keeps_what_they_agreed_to(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        secretary, ada, double = await co_op.register_people("Ash Example", "Ada Ample", "Ada Ampel")
        desk = ConsentDesk(co_op, secretary)
        for values, reason in (
            ({"decision": 99}, "CONSENT_DECISION_UNKNOWN"),
            ({"answer": 0}, "ANSWER_MISSING"),
            ({"from_day": "2026-02-30"}, "DATE_MALFORMED"),
            ({"from_day": desk.day(2), "until_day": desk.day(1)}, "UNTIL_BEFORE_FROM"),
            ({"decision": pb.CONSENT_DECISION_OTHER}, "ABOUT_MISSING"),
        ):
            with pytest.raises(Invalid, match=reason):
                await desk.record(ada, desk.secretary, **values)
        with pytest.raises(NotFound, match="PERSON_UNKNOWN"):
            await desk.record(new_id(), desk.secretary)
        with pytest.raises(NotFound, match="CONSENT_UNKNOWN"):
            await desk.withdraw(str(new_id()), desk.secretary)

        wrong = await desk.record(double, desk.secretary, words="Yes")
        right = await desk.record(double, desk.secretary, words="Yes, on Mondays", corrects_id=wrong)
        with pytest.raises(FailedPrecondition, match="CONSENT_REPLACED"):
            await desk.record(double, desk.secretary, corrects_id=wrong)
        merge = ident.MergePersonsRequest(
            request_id=str(new_id()), kept_person_id=str(ada), other_person_id=str(double), reason="one person"
        )
        await call_service(desk.identity.MergePersons, merge, desk.secretary)
        assert await desk.is_permitted(ada)
        entries = (await desk.get(ada, co_op.token(ada))).entries
        assert [(entry.words, entry.corrected) for entry in entries] == [("Yes, on Mondays", False), ("Yes", True)]
        with pytest.raises(FailedPrecondition, match="PERSON_MERGED"):
            await desk.record(double, desk.secretary)
        await desk.withdraw(right, co_op.token(ada))
        assert not await desk.is_permitted(ada)
