"""Partners refer people in, people ask partners, and each side sees what it is told, and nothing else."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import HoldPlaced, PersonErased, PersonsMerged
from kith.matching.v1 import referrals_pb2 as refs
from libs import callers
from libs.database.engine import Database, new_id
from libs.host.dispose_records import dispose_records_job
from libs.refusals import FailedPrecondition, Invalid, NotAllowed, NotFound
from services.matching.storage.person_tables import PERSON_TABLES
from tests.support.partner_people import CO_OP, PARTNER, PERSON, PartnerPeople, partner_people
from tests.support.running_co_op import Infrastructure

SENT, PUT, ACCEPTED, DECLINED, REFUSED, WITHDRAWN, CLOSED, TOLD_MORE, TOLD_LESS = (
    refs.ReferralEntryKind.values()[1:]
)  # fmt: skip


DAY = 24 * 60 * 60


async def dispose(people: PartnerPeople, *, days: int) -> int:
    """What the job does so many days from now."""
    job = dispose_records_job(PERSON_TABLES, ZoneInfo("Europe/London"), ())
    database = Database(people.co_op.databases["matching"].run_url)
    try:
        async with database.work(callers.job(job.name), people.co_op.now() + timedelta(days=days), "tests") as work:
            return await job.run(work)
    finally:
        await database.close()


def steps_of(seen: refs.GetReferralResponse) -> list[tuple[int, str]]:
    return [(entry.kind, entry.said_by) for entry in seen.entries]


@pytest.mark.capability("T10")
async def test_a_referral_in_goes_its_way_and_the_partner_hears_what_the_person_allows(infrastructure: Infrastructure) -> None:
    async with partner_people(infrastructure) as people:
        ada, nurse, colleague, moss = await people.people.members(4)
        surgery = await people.a_partner(nurse, colleague)
        for field, reason in (
            ("who", "REFERRAL_WHO_MISSING"), ("agreed_how", "REFERRAL_AGREED_MISSING"), ("agreed_on", "DATE_MALFORMED"),
        ):  # fmt: skip
            with pytest.raises(Invalid) as refused:
                await people.refer_in(surgery, nurse, **{field: ""})
            assert [(problem.field, problem.reason) for problem in refused.value.problems] == [(field, reason)]
        referral = await people.refer_in(surgery, nurse)
        with pytest.raises(FailedPrecondition, match="REFERRAL_MOVED_ON"):
            await people.answer(referral)
        with pytest.raises(NotFound, match="REFERRAL_UNKNOWN"):
            await people.tell(referral, people.token(nurse))
        with pytest.raises(NotFound, match="REFERRAL_UNKNOWN"):
            await people.get(referral, people.token(moss))
        await people.put(referral, moss)
        own = await people.get(referral, people.token(moss))
        assert (own.side, own.words, own.agreed_how, own.agreed_on) == (PERSON, "Would like company.", "He said so here.", "2026-01-01")
        assert list(own.steps) == [refs.REFERRAL_STEP_REFUSE]
        nurses = await people.get(referral, people.token(colleague))
        assert (nurses.side, nurses.person_id, nurses.referral.state) == (PARTNER, "", refs.REFERRAL_STATE_SENT)
        assert steps_of(nurses) == [(SENT, str(nurse))]
        await people.answer(referral)
        await people.close(referral)
        nurses = await people.get(referral, people.token(nurse))
        assert (nurses.referral.state, nurses.outcome, nurses.outcome_words) == (refs.REFERRAL_STATE_ACCEPTED, 0, "")
        assert steps_of(nurses) == [(SENT, str(nurse)), (ACCEPTED, "")], "the co-op took it on; which of us, they are not told"

        with pytest.raises(NotFound, match="REFERRAL_UNKNOWN"):
            await people.tell(referral, people.token(nurse))
        await people.tell(referral, people.token(moss))
        nurses = await people.get(referral, people.token(nurse))
        assert (nurses.referral.state, nurses.outcome_words) == (refs.REFERRAL_STATE_CLOSED, "They sing on Tuesdays.")
        assert steps_of(nurses) == [(SENT, str(nurse)), (ACCEPTED, ""), (CLOSED, "")]
        await people.tell(referral, people.token(moss), outcome=False)
        assert (await people.get(referral, people.token(nurse))).outcome_words == ""
        secretary = str(people.secretary)
        assert steps_of(await people.get(referral)) == [
            (SENT, str(nurse)), (PUT, secretary), (ACCEPTED, secretary), (CLOSED, secretary),
            (TOLD_MORE, str(moss)), (TOLD_LESS, str(moss)),
        ]  # fmt: skip
        assert (await people.notices())[2:] == [
            ("referral_received", {people.secretary}),
            ("referral_about_you", {moss}),
            ("referral_answered", {moss}),
            ("referral_answered", {nurse, colleague}),
            ("referral_outcome", {moss}),
            ("referral_outcome", {nurse, colleague}),
        ]
        readers = {value for row in await people.co_op.all_rows("matching", "read_audit") if "referral" in row for value in row[:3]}
        assert {str(people.secretary), str(nurse), str(colleague)} <= readers, "he sees who looked"
        assert await people.listed(people.token(ada), PERSON, person_id=str(ada)) == []


@pytest.mark.capability("T10")
async def test_a_partner_sees_its_own_referrals_and_nothing_else_of_the_co_op(infrastructure: Infrastructure) -> None:
    """Somebody else's referral looks like one that does not exist, whatever is tried with it; the database shows no row more."""
    async with partner_people(infrastructure) as people:
        moss, fern = await people.people.members(2)
        nurse, vicar = await people.people.register(2)  # who speak for partners are no members
        await people.people.look_for_support(fern)
        await people.people.offer_support(moss)
        surgery, church = await people.a_partner(nurse), await people.a_partner(vicar, title="St Example's")
        of_surgery, of_church = await people.refer_in(surgery, nurse), await people.refer_out(fern, church)
        await people.put(of_surgery, moss)
        tries: list[Callable[[str], Awaitable[object]]] = [
            lambda which: people.get(which, people.token(vicar)),
            lambda which: people.withdraw(which, people.token(vicar)),
            lambda which: people.answer(which, people.token(vicar)),
            lambda which: people.close(which, people.token(vicar)),
            lambda which: people.refuse(which, people.token(vicar)),
            lambda which: people.tell(which, people.token(vicar)),
            lambda which: people.put(which, vicar, people.token(vicar)),
            lambda which: people.get(which, people.token(fern)),
        ]
        for attempt in tries:
            refused = []
            for which in (of_surgery, str(new_id())):
                with pytest.raises(NotFound, match="REFERRAL_UNKNOWN") as refusal:
                    await attempt(which)
                refused.append((refusal.value.reason, dict(refusal.value.details)))
            assert refused[0] == refused[1]
        with pytest.raises(NotFound, match="REFERRAL_UNKNOWN"):
            await people.get(of_church)  # what a person asks a partner is not the secretary's
        assert await people.listed(people.token(vicar), PARTNER, partner_id=church) == [of_church]
        assert await people.listed(people.hat) == [of_surgery]
        for listing in (
            lambda: people.listed(people.token(vicar), PARTNER, partner_id=surgery),
            lambda: people.get_partner(surgery, people.token(vicar)),
        ):
            with pytest.raises(NotFound, match="PARTNER_UNKNOWN"):
                await listing()
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await people.listed(people.token(vicar))
        with pytest.raises(NotFound, match="PARTNER_UNKNOWN"):
            await people.refer_in(surgery, vicar)
        assert await people.list_partners(people.token(vicar), own=True) == ["St Example's"]

        async with people.co_op.database_transaction("matching", caller=callers.person(vicar)) as rows:
            for table, seen in (
                ("referral", 1), ("referral_entry", 1), ("partner_place", 1), ("getting_support", 0), ("giving_support", 0), ("team", 0),
                ("introduction", 0), ("call_out", 0), ("peer_post", 0), ("working_pair", 0),
            ):  # fmt: skip
                assert await rows.fetchval(f"select count(*) from {table}") == seen, table  # noqa: S608 - names from the list above
        await people.end_place(church, vicar)
        with pytest.raises(NotFound, match="REFERRAL_UNKNOWN"):
            await people.get(of_church, people.token(vicar))


@pytest.mark.capability("T10")
async def test_a_no_of_the_person_looks_like_one_of_the_co_op(infrastructure: Infrastructure) -> None:
    async with partner_people(infrastructure) as people:
        moss, nurse, sister = await people.people.members(3)
        surgery = await people.a_partner(nurse)
        declined, refused, later = [await people.refer_in(surgery, nurse) for _ in range(3)]
        for referral in (declined, refused, later):
            await people.put(referral, moss)
        with pytest.raises(Invalid, match="REFERRAL_REASON_MISSING"):
            await people.answer(declined, accepted=False)
        await people.answer(declined, accepted=False, reason="We have no room.")
        await people.refuse(refused, await people.people.let_act(sister, moss))
        one, other = [await people.get(which, people.token(nurse)) for which in (declined, refused)]
        assert (one.referral.state, one.reason, steps_of(one)) == (refs.REFERRAL_STATE_DECLINED, "", [(SENT, str(nurse)), (DECLINED, "")])
        assert (other.referral.state, other.reason, steps_of(other)) == (one.referral.state, one.reason, steps_of(one))
        assert list(one.steps) == list(other.steps) == []
        told = [kind for kind, who in await people.notices() if who == {nurse}]
        assert told == ["partner_place_given", "referral_answered", "referral_answered"]
        assert steps_of(await people.get(refused))[-1] == (REFUSED, str(sister)), "the secretary sees who said it"
        assert (await people.get(declined, people.token(moss))).reason == "We have no room."
        await people.tell(declined, people.token(moss))
        assert (await people.get(declined, people.token(nurse))).reason == "We have no room."

        await people.make_secretary(sister)
        await people.give_place(surgery, people.secretary)
        for both in (sister, people.secretary):  # who acts for him; who speaks for the surgery as well
            hat = people.token(both, hat="secretary")
            assert list((await people.get(later, hat)).steps) == []
            with pytest.raises(NotAllowed, match="BOTH_SIDES"):
                await people.answer(later, hat, accepted=False, reason="We have no room.")
        await people.end_place(surgery, people.secretary)
        await people.answer(later)
        before = await people.get(later, people.token(nurse))
        await people.refuse(later, people.token(moss))
        assert await people.get(later, people.token(nurse)) == before, "after it was taken on, it changes nothing for them"
        withdrawn = await people.refer_in(surgery, nurse)
        await people.withdraw(withdrawn, people.token(nurse))
        with pytest.raises(FailedPrecondition, match="REFERRAL_MOVED_ON"):
            await people.put(withdrawn, moss)
        assert await people.listed(people.hat, open=True) == []


@pytest.mark.capability("T10")
async def test_a_person_asks_a_partner_and_hears_what_came_of_it(infrastructure: Infrastructure) -> None:
    async with partner_people(infrastructure) as people:
        fern, sister, vicar, other = await people.people.members(4)
        church = await people.a_partner(vicar, sister, title="St Example's")
        as_fern = await people.people.let_act(sister, fern)
        for field in ("who", "reach", "words"):
            with pytest.raises(Invalid, match="MISSING"):
                await people.refer_out(fern, church, **{field: " "})
        referral = await people.refer_out(fern, church, as_fern)
        seen = await people.get(referral, people.token(vicar))
        assert (seen.side, seen.words, seen.person_id, steps_of(seen)) == (PARTNER, "I would like to sing again.", "", [(SENT, "")])
        assert list(seen.steps) == [refs.REFERRAL_STEP_ACCEPT, refs.REFERRAL_STEP_DECLINE]
        assert list((await people.get(referral, people.token(sister))).steps) == [], "who sent it does not answer it"
        with pytest.raises(NotAllowed, match="BOTH_SIDES"):
            await people.answer(referral, people.token(sister))
        await people.answer(referral, people.token(vicar))
        await people.close(referral, people.token(vicar))
        own = await people.get(referral, as_fern)
        assert (own.side, own.outcome_words) == (PERSON, "They sing on Tuesdays.")
        assert steps_of(own) == [(SENT, str(sister)), (ACCEPTED, str(vicar)), (CLOSED, str(vicar))]
        with pytest.raises(FailedPrecondition, match="REFERRAL_MOVED_ON"):
            await people.tell(referral, people.token(fern))
        again = await people.refer_out(fern, church)
        assert list((await people.get(again, people.token(sister))).steps) == []
        with pytest.raises(NotAllowed, match="BOTH_SIDES"):
            await people.answer(again, people.token(sister))  # who acts for the person
        await people.refuse(again, people.token(fern))
        assert (await people.get(again, people.token(vicar))).referral.state == refs.REFERRAL_STATE_REFUSED
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await people.refer_out(fern, church, people.token(other))
        for _ in range(10):
            await people.refer_out(other, church)
        with pytest.raises(FailedPrecondition, match="TOO_MANY_REFERRALS"):
            await people.refer_out(other, church)
        assert (await people.notices())[2:5] == [
            ("referral_for_partner", {vicar}), ("referral_answered", {fern}), ("referral_outcome", {fern}),
        ]  # fmt: skip


@pytest.mark.capability("T10")
async def test_nobody_changes_a_timeline_and_it_has_each_step(infrastructure: Infrastructure) -> None:
    """Neither the run role, nor a reaction of matching itself: but who is named follows a merge and an erasure."""
    async with partner_people(infrastructure) as people:
        moss, nurse = await people.people.members(2)
        surgery = await people.a_partner(nurse)
        referral = await people.refer_in(surgery, nurse)
        await people.put(referral, moss)
        for caller in (callers.person(nurse), callers.job("tests"), callers.reaction("identity")):
            for table in ("referral_entry", "partner_entry"):
                for statement in ("update {} set kind = 'closed'", "update {} set at = now()", "delete from {}", "truncate {}"):
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        async with people.co_op.database_transaction("matching", caller=caller) as rows:
                            await rows.execute(statement.format(table))
        async with people.co_op.database_transaction("matching", caller=callers.job("tests")) as rows:
            assert await rows.execute("update referral_entry set said_by = null") == "UPDATE 0"
            assert [row["kind"] for row in await rows.fetch("select kind from referral_entry order by id")] == ["sent", "put"]


@pytest.mark.capability("T10")
async def test_answers_are_due_and_kept_as_the_rulebook_says(infrastructure: Infrastructure) -> None:
    async with partner_people(infrastructure) as people:
        moss, held, nurse = await people.people.members(3)
        surgery = await people.a_partner(nurse)
        adopted = RulebookAdopted(rulebook_hash="1" * 64)
        adopted.partners.answer_days = 3
        adopted.retention.add(kind="referrals", years=1, after="closing")
        await people.people.governance.publish((adopted, "rules"))
        await people.co_op.wait_until_consumed("matching", "governance")
        over, kept, waiting = [await people.refer_in(surgery, nurse) for _ in range(3)]
        await people.put(over, moss)
        await people.put(kept, held)
        for referral in (over, kept):
            await people.answer(referral, accepted=False, reason="We have no room.")
        await people.people.identity.publish((HoldPlaced(hold_id=str(new_id()), person_id=str(held)), str(held)))
        await people.co_op.wait_until_consumed("matching", "identity")
        assert not (await people.get(waiting)).referral.overdue
        assert await dispose(people, days=360) == 0
        assert await dispose(people, days=367) == 1
        assert set(await people.listed(people.hat)) == {kept, waiting}
        entries = {row[1] for row in await people.co_op.all_rows("matching", "referral_entry")}
        assert entries == {UUID(kept), UUID(waiting)}
        [line] = await people.co_op.all_rows("matching", "disposal")
        assert tuple(line[2:]) == ("referrals", 1, 1, "closing")
        await people.co_op.move_clock(3 * DAY)
        seen = await people.get(waiting)
        assert (seen.referral.overdue, seen.referral.HasField("answer_by")) == (True, True)


@pytest.mark.capability("T10")
async def test_a_person_gets_and_erases_what_is_about_them(infrastructure: Infrastructure) -> None:
    async with partner_people(infrastructure) as people:
        moss, fern, nurse, second = await people.people.members(4)
        surgery = await people.a_partner(nurse)
        about_moss, about_fern = await people.refer_in(surgery, nurse), await people.refer_in(surgery, nurse)
        await people.put(about_moss, moss)
        await people.put(about_fern, fern)
        await people.refer_out(moss, surgery)
        records = await people.people.exported(moss)
        assert [kind for kind, _ in records].count("referral") == 2
        assert {record["who"] for kind, record in records if kind == "referral"} == {"Mr Moss", "Fern"}
        assert [kind for kind, _ in records].count("referral_entry") == 3
        await people.propose(surgery, people.token(nurse))
        await people.end_place(surgery, nurse)
        await people.give_place(surgery, nurse)
        spoken = await people.people.exported(nurse)
        assert {"partner_place", "partner_agreement", "partner_entry", "referral_entry"} <= {kind for kind, _ in spoken}
        assert "referral" not in {kind for kind, _ in spoken}, "what it says is about others"

        merged = PersonsMerged(kept_person_id=str(second), other_person_id=str(nurse))
        await people.people.identity.publish((merged, str(second)))
        await people.co_op.wait_until_consumed("matching", "identity")
        assert str(second) in {said_by for _, said_by in steps_of(await people.get(about_fern, people.token(second)))}
        third = await people.refer_in(surgery, second)
        await people.put(third, nurse)  # from a page of before the merge
        assert (await people.get(third)).person_id == str(second), "it is the entry's that is in use"
        await people.give_place(surgery, nurse)
        assert nurse not in {value for row in await people.co_op.all_rows("matching", "partner_place") for value in row}

        for entries in ([moss], [second, nurse]):
            erased = PersonErased(erasure_id=str(new_id()), person_ids=map(str, entries))
            await people.people.identity.publish((erased, str(entries[0])))
        await people.co_op.wait_until_consumed("matching", "identity")
        assert await people.listed(people.hat) == [about_fern]
        late = await people.refer_in(await people.a_partner(fern), fern)
        for nobody in (moss, nurse, new_id()):
            with pytest.raises(NotFound, match="PERSON_UNKNOWN"):
                await people.put(late, nobody)  # erased, as an entry merged before, and never registered
        assert [said_by for _, said_by in steps_of(await people.get(about_fern))] == ["", str(people.secretary)]
        for table in ("referral", "referral_entry", "partner_place", "partner_entry"):
            rows = await people.co_op.all_rows("matching", table)
            assert not {moss, second, nurse} & {value for row in rows for value in row}, table


@pytest.mark.parametrize("side", [CO_OP, PERSON])
async def test_a_list_of_nobody_is_refused(infrastructure: Infrastructure, side: int) -> None:
    async with partner_people(infrastructure) as people:
        other = UUID(int=1)
        with pytest.raises((NotAllowed, Invalid)):
            await people.listed(people.token(other), side)  # type: ignore[arg-type]  # one of the enum's
