"""Measures how long people wait for the pages of care while 64 of them use the pages, as `bench/profile_page.py` does for the profile.

Run with `python -m bench.care_pages`. Each of the 64 has a team of one, the next of them, who takes a visit to them; so everybody is a
person and a worker. Eight have had a draft of their week made. The reference, which takes turns, is that bench's bare server: one statement
for a request, and a page of as many bytes. Kith, or the reference, and PostgreSQL have one core, the 64 browsers the other.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import httpx2

from bench.profile_page import PAGES_IN_A_ROUND, READING_ROUNDS, READING_SECONDS, Browser, bare_server, cells_of
from bench.report import is_quick_run, markdown_table, save_report
from bench.siege import issue_codes, pinned_to
from kith.matching.v1 import teams_pb2 as teams
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1 import week_drafts_pb2 as drafts
from scripts.cli.connection import Connection, connect
from scripts.cli.service_databases import administrator_url
from tests.support.consistency_auditor import ConsistencyAuditor
from tests.support.kith_up_process import KithUpProcess, kith_up_in, service_readable_folder
from tests.support.matching_by_hand import MatchingByHand
from tests.support.motion_voters import admit_new_members
from tests.support.waiting import wait_until

LOAD = 8 if is_quick_run() else 64
PLANNERS = 1 if is_quick_run() else 8
_CO_OP_CORE, _LOAD_CORE = 0, 1


@dataclass(frozen=True)
class Care:
    """What the pages are about: for each person a visit to them, which the next one takes, and drafts of some."""

    people: list[UUID]
    visits: list[str]
    drafts: list[str]

    def addresses(self) -> dict[str, list[str]]:
        """By page, an address for each browser."""
        count = len(self.people)
        pages = {"home": "/", "week": "/week", "my week as a worker": "/week/mine", "my day": "/today", "team": "/team"}
        return (
            {name: [path] * count for name, path in pages.items()}
            | {"suggestions": ["/people/suggested"] * count, "a visit": [f"/visits/{visit}" for visit in self.visits]}
            | {"a draft of a week": [f"/week/drafts/{draft}" for draft in self.drafts]}
        )


async def prepare(connection: Connection, people: list[UUID], rested: ConsistencyAuditor) -> Care:
    """Teams, profiles, visits and drafts, as people make them."""
    by_hand = MatchingByHand(connection)
    pairs = list(zip(people, people[1:] + people[:1], strict=True))
    for person, helper in pairs:
        invited = teams.InviteToTeamRequest(owner_id=str(person), person_id=str(helper), kind=teams.TEAM_MEMBER_KIND_VOLUNTEER)
        team = (await connection.call(connection.teams.InviteToTeam, invited, connection.person_token(person))).team_id
        answer = teams.AnswerTeamInvitationRequest(team_id=team, accepted=True)
        await connection.call(connection.teams.AnswerTeamInvitation, answer, connection.person_token(helper))
        await by_hand.look(person)
    await rested.wait_until_at_rest()
    today = connection.now().date()
    monday = today + timedelta(days=7 - today.weekday())
    taken = [await _visit(connection, person, helper, today + timedelta(days=1), 9) for person, helper in pairs]
    for person, helper in pairs[:PLANNERS]:
        await _visit(connection, person, None, monday + timedelta(days=2), 14)
        request = drafts.SetWorkerDraftChoiceRequest(choice=drafts.WorkerDraftChoice())
        await connection.call(connection.week_drafts.SetWorkerDraftChoice, request, connection.person_token(helper))
    return Care(people, taken, [await _draft(connection, person, monday) for person, _ in pairs[:PLANNERS]])


async def _visit(connection: Connection, person: UUID, helper: UUID | None, day: date, hour: int) -> str:
    """Agreed, and taken by the helper if there is one."""
    when = visits.LocalTime(day=day.isoformat(), start=hour * 60, minutes=60)
    proposed = visits.ProposeVisitRequest(person_id=str(person), when=when, workers=1)
    visit = str((await connection.call(connection.visits.ProposeVisit, proposed, connection.person_token(person))).visit_id)
    if helper is not None:
        take = visits.TakeVisitRequest(visit_id=visit, version=2)
        await connection.call(connection.visits.TakeVisit, take, connection.person_token(helper))
    return visit


async def _draft(connection: Connection, person: UUID, monday: date) -> str:
    start = drafts.StartWeekDraftRequest(monday=monday.isoformat())
    draft = str((await connection.call(connection.week_drafts.StartWeekDraft, start, connection.person_token(person))).draft_id)

    async def is_made() -> bool:
        request = drafts.GetWeekDraftRequest(draft_id=draft)
        token = connection.person_token(person)
        found: drafts.GetWeekDraftResponse = await connection.call(connection.week_drafts.GetWeekDraft, request, token)
        return found.draft.state != drafts.WEEK_DRAFT_STATE_MAKING

    await wait_until(is_made, "a draft is made", pause=0.2)
    return draft


async def measure(co_op: KithUpProcess) -> list[list[str]]:
    async with connect(co_op.folder) as connection:
        people = await admit_new_members(connection, LOAD)
        rested = ConsistencyAuditor(co_op.folder)
        await rested.wait_until_at_rest()
        care = await prepare(connection, people, rested)
        codes = await issue_codes(connection, people)
        url, password = administrator_url(connection.instance), connection.instance.keys.postgres_password
        query = {name: str(value) for name, value in url.query.items()}
    database_url = str(httpx2.URL(f"postgresql://{url.username}@kith/kith_identity", params=query))
    browsers = [Browser(co_op.pages, person, number) for number, person in enumerate(people)]
    for browser, code in zip(browsers, codes, strict=True):
        await browser.sign_in(code)
    rows = [await measure_page(browsers, name, addresses, database_url, password) for name, addresses in care.addresses().items()]
    for browser in browsers:
        await browser.close()
    return rows


async def measure_page(browsers: Sequence[Browser], name: str, paths: Sequence[str], database_url: str, password: str) -> list[str]:
    """Where fewer than all have such a page, each of those has it open several times."""
    chosen = [browsers[number % len(paths)] for number in range(len(browsers))]
    addresses = [paths[number % len(paths)] for number in range(len(browsers))]
    _, shown = await chosen[0].open(addresses[0])
    async with bare_server(database_url, password, len(shown)) as bare_address:
        bare_addresses = [f"http://{bare_address}/{browser.person}" for browser in chosen]
        row = [name, f"{len(shown):,}", *await cells_of(chosen, addresses, bare_addresses, READING_SECONDS)]
    print(", ".join(row), flush=True)
    return row


async def main() -> int:
    environment = dict(os.environ) | {"PYTHONPATH": os.getcwd()}  # noqa: PTH109 - as text
    async with service_readable_folder() as place, kith_up_in(place, environment=environment) as co_op:
        with pinned_to(_CO_OP_CORE):
            await co_op.start()
        with pinned_to(_LOAD_CORE):
            await co_op.wait_until_ready()
            rows = await measure(co_op)
    head = ["page", "bytes", "p50 ms", "p95 ms", "bare p50 ms", "bare p95 ms", "ratio", "aim", ""]
    reading = f"Each of {LOAD} reads a page for {READING_SECONDS:.0f} s on average before opening the next, {PAGES_IN_A_ROUND} in a round."
    about = f"{reading}\n{READING_ROUNDS} rounds of Kith and of the bare server take turns; the ratio is that of the medians of a round."
    save_report("care_pages", f"The pages of care under a load of {LOAD}", about, markdown_table(head, rows))
    return int(any(row[-1] == "MISSED" for row in rows) and not is_quick_run())


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
