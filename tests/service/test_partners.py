"""Partners are written down, somebody speaks for them, and both sides agree on space and time."""

from datetime import timedelta

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonsMerged
from kith.matching.v1 import partners_pb2 as pb
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, Invalid, NotAllowed, NotFound
from tests.support.partner_people import partner_people
from tests.support.running_co_op import Infrastructure

KIND = pb.PartnerEntryKind


@pytest.mark.capability("T10")
async def test_a_secretary_writes_a_partner_down_and_who_speaks_for_it(infrastructure: Infrastructure) -> None:
    async with partner_people(infrastructure) as people:
        [ada] = await people.people.members(1)
        vicar, second = await people.people.register(2)
        for token in (people.token(ada), people.token(people.secretary)):
            with pytest.raises(NotAllowed, match="HAT_NEEDED"):
                await people.write(token=token)
        with pytest.raises(Invalid, match="PARTNER_TITLE_MISSING"):
            await people.write("  ")
        church = await people.write("St Exampel's")
        with pytest.raises(NotFound, match="PERSON_UNKNOWN"):
            await people.give_place(church, new_id())
        for _ in range(2):
            assert await people.write("St Example's", partner=church) == church
            await people.give_place(church, vicar)
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await people.give_place(church, ada, people.token(vicar))
        assert await people.list_partners(people.token(ada)) == ["St Example's"], "which partners there are, everybody sees"
        assert await people.list_partners(people.token(ada), own=True) == []
        with pytest.raises(NotFound, match="PARTNER_UNKNOWN"):
            await people.get_partner(church, people.token(ada))
        assert [place.person_id for place in (await people.get_partner(church)).places] == [str(vicar)]
        assert list((await people.get_partner(church, people.token(vicar))).places) == []
        merged = PersonsMerged(kept_person_id=str(second), other_person_id=str(vicar))
        await people.people.identity.publish((merged, str(second)))
        await people.co_op.wait_until_consumed("matching", "identity")
        await people.end_place(church, second, people.token(second))
        with pytest.raises(NotFound, match="PARTNER_UNKNOWN"):
            await people.end_place(church, second)
        await people.give_place(church, second)
        await people.end_place(church, second)
        await people.end_partner(church)
        with pytest.raises(FailedPrecondition, match="PARTNER_ENDED"):
            await people.give_place(church, ada)
        secretary = str(people.secretary)
        assert [(entry.kind, entry.said_by, entry.about) for entry in reversed(await people.timeline(church))] == [
            (KIND.PARTNER_ENTRY_KIND_WRITTEN, secretary, ""),
            (KIND.PARTNER_ENTRY_KIND_CORRECTED, secretary, ""),
            (KIND.PARTNER_ENTRY_KIND_PLACE_GIVEN, secretary, str(second)),
            (KIND.PARTNER_ENTRY_KIND_PLACE_ENDED, str(second), str(second)),
            (KIND.PARTNER_ENTRY_KIND_PLACE_GIVEN, secretary, str(second)),
            (KIND.PARTNER_ENTRY_KIND_PLACE_ENDED, secretary, str(second)),
            (KIND.PARTNER_ENTRY_KIND_ENDED, secretary, ""),
        ]


@pytest.mark.capability("T10")
async def test_both_sides_sign_an_agreement_on_space_and_time_and_either_ends_it(infrastructure: Infrastructure) -> None:
    async with partner_people(infrastructure) as people:
        [ada] = await people.people.members(1)
        vicar, other = await people.people.register(2)
        await people.make_secretary(ada)
        church = await people.a_partner(vicar, title="St Example's")
        await people.a_partner(other)
        today = people.co_op.now().date()
        days = {"from_day": today.isoformat(), "review_day": today.isoformat(), "until_day": (today + timedelta(days=9)).isoformat()}
        for wrong, reason in (
            ({"space": ""}, "SPACE_MISSING"), ({"times": ""}, "SPACE_TIMES_MISSING"), ({"from_day": ""}, "DATE_MALFORMED"),
            ({"until_day": "2020-01-01"}, "SPACE_DAYS_REVERSED"), ({"review_day": "2020-01-01"}, "SPACE_REVIEW_OUTSIDE"),
            ({"given_by": 0}, "SPACE_GIVEN_BY_MISSING"),
        ):  # fmt: skip
            with pytest.raises(Invalid, match=reason):
                await people.propose(church, **days | wrong)
        by_church = await people.propose(church, people.token(vicar), **days)
        with pytest.raises(FailedPrecondition, match="OTHER_SIDE_SIGNS"):
            await people.sign(by_church, people.token(vicar))
        for stranger in (people.token(other), people.token(people.secretary)):
            with pytest.raises(NotFound, match="AGREEMENT_UNKNOWN"):
                await people.sign(by_church, stranger)
        [seen] = (await people.get_partner(church)).agreements
        assert (seen.state, seen.own_turn, seen.terms.space) == (pb.AGREEMENT_STATE_PROPOSED, True, "The hall")
        assert not (await people.get_partner(church, people.token(vicar))).agreements[0].own_turn
        for _ in range(2):
            await people.sign(by_church, people.hat)
        [signed] = (await people.get_partner(church, people.token(vicar))).agreements
        assert (signed.state, signed.review_due) == (pb.AGREEMENT_STATE_SIGNED, True)

        # A secretary who speaks for the partner too signs for one side alone.
        await people.give_place(church, people.secretary)
        own = await people.propose(church)
        with pytest.raises(NotAllowed, match="BOTH_SIDES"):
            await people.sign(own, people.token(people.secretary))
        await people.end_agreement(own, people.token(vicar))
        for _ in range(2):
            await people.end_agreement(by_church, people.hat)
        for ended in (own, by_church):
            with pytest.raises(FailedPrecondition, match="AGREEMENT_OVER"):
                await people.sign(ended, people.token(vicar))
        states = [agreement.state for agreement in (await people.get_partner(church)).agreements]
        assert states == [pb.AGREEMENT_STATE_ENDED, pb.AGREEMENT_STATE_ENDED]
        told = [(kind, who) for kind, who in await people.notices() if kind.startswith("space")]
        assert told == [
            ("space_for_co_op", {people.secretary, ada}),
            ("space_for_partner", {vicar}),
            ("space_for_partner", {vicar}),
            ("space_for_co_op", {people.secretary, ada}),
            ("space_for_partner", {vicar}),
        ]
        kinds = [entry.kind for entry in await people.timeline(church, people.token(vicar)) if entry.agreement_id == by_church]
        assert kinds == [
            KIND.PARTNER_ENTRY_KIND_AGREEMENT_ENDED, KIND.PARTNER_ENTRY_KIND_AGREEMENT_SIGNED, KIND.PARTNER_ENTRY_KIND_AGREEMENT_PROPOSED,
        ]  # fmt: skip
