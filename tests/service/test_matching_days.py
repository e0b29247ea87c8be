"""A matching day from its announcement to what is proposed: ranks are the chooser's alone, and anybody checks their own part of it."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kith.governance.facts.v1.facts_pb2 import AdoptedMatching, RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import PersonsMerged
from kith.matching.facts.v1 import facts_pb2 as facts
from kith.matching.v1 import introductions_pb2 as introductions
from kith.matching.v1 import matching_days_pb2 as pb
from libs import callers
from libs.database.engine import Database
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed
from scripts.cli.main import main
from services.matching.commands.forget_passed import forget_passed
from tests.support.matching_days import HOUR, MatchingDays, choices
from tests.support.matching_people import matching_people
from tests.support.member_assembly import refused_with
from tests.support.running_co_op import ZONE, Infrastructure


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def recomputed(file: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What `kith pairs FILE --json` says of it."""
    written = folder / "recount.json"
    written.write_text(file, encoding="utf-8")
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["pairs", str(written), "--json"]) == 0
    # The running co-op logs to the same place, a line at a time.
    answer: dict[str, Any] = json.loads(next(line for line in capsys.readouterr().out.splitlines() if line.startswith("{")))
    return answer


@dataclass
class Choosing:
    """Ada, Ben and Cora look for support, Wren and Fern give it, and all of them have ranked; Ada's sister acts for her."""

    days: MatchingDays
    day: str
    secretary: UUID
    sister: UUID
    ada: UUID
    ben: UUID
    cora: UUID
    wren: UUID
    fern: UUID


@asynccontextmanager
async def choosing(infrastructure: Infrastructure) -> AsyncIterator[Choosing]:
    """All want Wren first, who wants Ben; Fern takes two, and Cora would rather have nobody than Fern. Each agrees to a recount."""
    async with matching_people(infrastructure) as people:
        days = MatchingDays(people)
        secretary, sister, ada, ben, cora, wren, fern = await people.members(7)
        await days.make_secretary(secretary)
        await days.look(ada, ben, cora)
        await days.offer(wren, fern)
        as_ada = await people.let_act(sister, ada)
        day = await days.announce(secretary)
        await days.enter(day, ada, as_ada, recount=True)
        for person in (ben, cora):
            await days.enter(day, person, recount=True)
        assert choices((await days.of(day, ada)).getting) == {}, "nobody takes part without saying so"
        await days.enter(day, wren, giving=True, recount=True)
        await days.enter(day, fern, giving=True, room=2, recount=True)
        await days.rank(day, ada, [wren], [fern], token=as_ada)
        await days.rank(day, ben, [wren, fern])
        await days.rank(day, cora, [wren])
        await days.rank(day, wren, [ben], [ada, cora], giving=True)
        await days.rank(day, fern, [ada], giving=True)
        yield Choosing(days, day, secretary, sister, ada, ben, cora, wren, fern)


@pytest.mark.capability("T1")
async def test_ranks_are_the_choosers_alone_and_closed_at_the_close(infrastructure: Infrastructure) -> None:
    async with choosing(infrastructure) as they:
        days, day, co_op = they.days, they.day, they.days.people.co_op
        assert choices((await days.of(day, they.ada)).getting) == {they.wren: 1, they.fern: 2}, "what was ranked for her"
        seen = (await days.of(day, they.wren)).giving.choices
        assert {str(one) for one in (they.ada, they.ben, they.cora)} == {choice.person_id for choice in seen}
        assert all(choice.person_id in choice.words[0] for choice in seen), "their call-outs"
        with refused_with(Conflict, "RANKS_CHANGED"):
            await days.rank(day, they.cora, [they.fern], version=1)
        for groups, reason in (([they.sister],), "NOT_TO_RANK"), (([they.wren], [they.wren]), "RANKED_TWICE"):
            with pytest.raises(Invalid) as refused:
                await days.rank(day, they.cora, *groups)
            assert [problem.reason for problem in refused.value.problems] == [reason]
        await days.people.let_act(they.fern, they.ada)
        as_ada = co_op.token(they.fern, acting_for=they.ada)
        with refused_with(NotAllowed, "DAY_OWN_SIDE"):
            await days.of(day, they.ada, as_ada)
        with refused_with(NotAllowed, "DAY_OWN_SIDE"):
            await days.rank(day, they.ada, [they.fern], token=as_ada, version=2)

        # Not the one who is ranked, not the secretary, and not with SQL under the run role.
        for reader in (they.wren, they.secretary, they.sister):
            caller = callers.person(reader, hat="secretary" if reader == they.secretary else "")
            async with co_op.database_transaction("matching", caller=caller) as connection:
                rows = await connection.fetch("select person from day_rank union all select person from day_entry")
                assert {row["person"] for row in rows} <= {reader}
                assert await connection.fetchval("select count(*) from matching_day_secret") == 0

        await co_op.move_clock(HOUR + 60)
        for late in (
            days.rank(day, they.ada, [they.fern], version=2),
            days.withdraw(day, they.ada),
            days.enter(day, they.sister, giving=True),
        ):
            with refused_with(FailedPrecondition, "MATCHING_DAY_CLOSED"):
                await late
        closed = await days.of(day, they.ada)
        assert (closed.day.state, list(closed.getting.choices)) == (pb.MATCHING_DAY_STATE_CLOSED, [])


@pytest.mark.capability("T1", "T5")
async def test_a_day_proposes_pairs_to_both_and_each_checks_their_own_part(
    infrastructure: Infrastructure, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with choosing(infrastructure) as they:
        days, day = they.days, they.day
        run = await days.pass_time_and_run(day, they.ada)
        assert (run.entries, run.pairs) == (5, 2)
        proposed = {person: await days.proposed(day, person) for person in (they.ada, they.ben, they.cora)}
        assert proposed == {they.ada: {they.fern}, they.ben: {they.wren}, they.cora: set()}
        assert await days.proposed(day, they.fern, giving=True) == {they.ada}
        await _proposals_need_the_yes_of_both(they)

        files = await _own_files(they, run)
        lines = {person: json.loads(file["own"]["line"]) for person, file in files.items()}
        ranked = {UUID(one.person_id): one.number for one in (await days.of(day, they.ada)).getting.ranked}
        assert ranked == {person: lines[person]["id"] for person in (they.wren, they.fern)}
        ada, wren, fern = (lines[person] for person in (they.ada, they.wren, they.fern))
        assert ada == {"id": ada["id"], "wants": 1, "ranks": [[wren["id"]], [fern["id"]]]}
        assert fern == {"id": fern["id"], "places": 2, "ranks": [[ada["id"]]]}

        # All agreed: a secretary recounts it, and the result is the same. One who took part reads nobody's ranks.
        await days.make_secretary(they.ada)
        with refused_with(NotAllowed, "OWN_MATCHING_DAY"):
            await days.recount(day, they.ada)
        answer = await recomputed(await days.recount(day, they.secretary), tmp_path, capsys)
        assert answer["pairs"] == sorted([[ada["id"], fern["id"]], [lines[they.ben]["id"], wren["id"]]])
        assert answer["unmatched"]["persons"] == [lines[they.cora]["id"]]

        events = await days.people.co_op.published_events("matching")
        [announced] = [event for event in events if isinstance(event, facts.MatchingDayAnnounced)]
        [ran] = [event for event in events if isinstance(event, facts.MatchingDayRun)]
        told = {event.kind: set(event.person_ids) for event in events if isinstance(event, facts.NoticeWanted)}
        everybody = {str(one) for one in (they.ada, they.ben, they.cora, they.wren, they.fern)}
        assert told == {"matching_day_announced": everybody, "matching_day_run": everybody}
        assert announced.commitment == run.commitment
        assert (ran.draw, list(ran.entry_hashes), ran.pairs) == (answer["draw"], files[they.ada]["entry_hashes"], 2)


async def _proposals_need_the_yes_of_both(they: Choosing) -> None:
    people, token = they.days.people, they.days.token
    [at_ada] = (await people.introductions(they.ada)).introductions
    [at_fern] = (await people.introductions(they.fern, giving=True)).introductions
    for one in (at_ada, at_fern):
        assert (one.proposed, one.asked, one.said_yes, one.step) == (True, False, False, introductions.INTRODUCTION_STEP_INTEREST)
    assert await people.yes(they.ada, they.fern, token(they.fern), at_ada.step) == at_ada.step
    assert list((await people.introductions(they.ada)).introductions) == [at_ada], "a yes of the other does not show either"
    assert await people.yes(they.ada, they.fern, token(they.ada), at_ada.step) == introductions.INTRODUCTION_STEP_MEETING


async def _own_files(they: Choosing, run: pb.MatchingDay) -> dict[UUID, dict[str, Any]]:
    """What each checks alone: the seed as it was announced, with their number in it, and their own line among those used."""
    files = {}
    for person in (they.ada, they.ben, they.cora, they.wren, they.fern):
        own = await they.days.of(they.day, person)
        entry = own.giving if own.HasField("giving") else own.getting
        file = files[person] = json.loads(entry.file)
        secret, *numbers = file["seed"].split("\n")
        assert sha256(secret) == file["commitment"] == run.commitment
        assert numbers == sorted(numbers)
        assert entry.number in numbers
        assert sha256(f"{file['own']['line']}\n{file['own']['salt']}") in file["entry_hashes"]
    assert len({(file["seed"], *file["entry_hashes"]) for file in files.values()}) == 1
    return files


@pytest.mark.capability("T1")
async def test_who_left_or_said_no_is_left_out_and_it_looks_like_nothing(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        days = MatchingDays(people)
        secretary, ada, old_ada, ben, gone, wren, fern, closed, blocker = await people.members(9)
        await days.make_secretary(secretary)
        day = await days.announce(secretary)
        await days.look(ada, old_ada, ben, gone)
        await days.offer(wren, fern, closed, blocker)
        for person in (ada, old_ada, ben, gone):
            await days.enter(day, person, room=4, recount=person != ben)
        for worker in (wren, fern, closed, blocker):
            await days.enter(day, worker, giving=True, room=3, recount=True)
        for person in (old_ada, ben, gone):
            await days.rank(day, person, [wren, fern, closed, blocker])
        await days.rank(day, ada, [wren], [fern, closed, blocker])
        for worker in (wren, fern, closed, blocker):
            await days.rank(day, worker, [gone], [ada, old_ada], [ben], giving=True)

        # Between entry and run: one leaves, one closes the offer, one blocks Ada, Ada says no to Fern, Ben withdraws and comes back.
        await people.leave(gone)
        await days.offer(closed, is_open=False)
        await people.no(ada, blocker, days.token(blocker), block=True)
        await people.no(ada, fern, days.token(ada))
        await days.withdraw(day, ben)
        await days.enter(day, ben, room=4)
        await days.rank(day, ben, [wren], [blocker])
        merged = PersonsMerged(kept_person_id=str(ada), other_person_id=str(old_ada))
        await people.identity.publish((merged, str(ada)))
        await people.co_op.wait_until_consumed("matching", "identity")
        assert choices((await days.of(day, ada)).getting) == {wren: 1}, "a no of the other looks as the end of the offer"
        assert set(choices((await days.of(day, fern)).giving)) == {ada, ben}, "whom one can rank never depends on a no of theirs"

        run = await days.pass_time_and_run(day, ada)
        assert await days.proposed(day, ada) == {wren}
        assert await days.proposed(day, ben) == {wren, blocker}, "who comes back is ranked by the others as before"
        assert run.pairs == 3
        own = (await days.of(day, ada)).getting
        line = json.loads(json.loads(own.file)["own"]["line"])
        assert (line["wants"], [len(group) for group in line["ranks"]]) == (4, [1]), "neither no is told apart from a closed offer"
        with refused_with(FailedPrecondition, "NO_RECOUNT"):
            await days.recount(day, secretary)

        # After a while the ranks are gone; what was published stays.
        database = Database(people.co_op.databases["matching"].run_url)
        for passed, left in ((27, True), (29, False)):
            async with database.work(callers.job("forget_passed"), people.co_op.now() + timedelta(days=passed)) as work:
                await forget_passed(work, zone=ZONE)
            assert bool(await people.co_op.all_rows("matching", "day_rank")) == left
        await database.close()
        assert not (await days.of(day, ada)).HasField("getting")
        assert (await days.of(day, ada)).day == run


async def test_a_day_is_called_off_and_a_rulebook_may_have_none(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        days = MatchingDays(people)
        secretary, wren = await people.members(2)
        await days.make_secretary(secretary)
        await days.offer(wren)
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await days.announce(wren)
        for moments, reason in (
            ({"closes": -60.0}, "MOMENT_PAST"),
            ({"closes": 100 * 24 * HOUR, "runs": 100 * 24 * HOUR}, "DAY_TOO_LONG"),
            ({"closes": 2 * HOUR, "runs": HOUR}, "RUNS_BEFORE_CLOSE"),
            ({"runs": 9 * 24 * HOUR}, "RUNS_TOO_LATE"),
        ):
            with pytest.raises(Invalid) as refused:
                await days.announce(secretary, **moments)
            assert [problem.reason for problem in refused.value.problems] == [reason]
        day = await days.announce(secretary)
        with refused_with(FailedPrecondition, "ONE_DAY_AT_A_TIME"):
            await days.announce(secretary)
        await days.enter(day, wren, giving=True)
        with refused_with(FailedPrecondition, "DAY_NEEDS_CALL_OUT"):
            await days.enter(day, wren)
        with refused_with(FailedPrecondition, "DAY_NEEDS_OFFER"):
            await days.enter(day, secretary, giving=True)
        await days.call_off(day, secretary)
        with refused_with(FailedPrecondition, "MATCHING_DAY_OVER"):
            await days.call_off(day, secretary)
        with refused_with(FailedPrecondition, "MATCHING_DAY_CLOSED"):
            await days.enter(day, wren, giving=True)
        again = await days.announce(secretary)
        assert [one.day_id for one in (await days.days(wren)).days] == [again, day]

        rules = AdoptedMatching(
            interest_days=14, meeting_days=28, trial_days=56, shown_a_week=20, no_matching_days=True, ranks_kept_days=28
        )
        await people.governance.publish((RulebookAdopted(matching=rules), "rulebook"))
        await people.co_op.wait_until_consumed("matching", "governance")
        assert not (await days.days(wren)).wanted
        await days.call_off(again, secretary)
        with refused_with(FailedPrecondition, "NO_MATCHING_DAYS"):
            await days.announce(secretary)
