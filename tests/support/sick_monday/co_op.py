"""Founds the co-op of `examples/sick-monday`, moves its clock, and does by its RPCs what the journey does not do on pages.

Playwright's loop is busy with the browser, so calls have a thread and an event loop of their own.
"""

import asyncio
import os
import subprocess
import threading
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from google.protobuf.message import Message

from kith.identity.v1 import credentials_pb2 as credentials
from kith.identity.v1 import identity_pb2 as identity
from kith.matching.v1 import teams_pb2 as teams
from kith.scheduling.facts.v1.facts_pb2 import NoticeWanted, VisitConfirmed
from kith.scheduling.v1 import engagements_pb2 as engagements
from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1 import visit_records_pb2 as records
from kith.scheduling.v1 import visit_series_pb2 as series
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1 import watch_pb2 as watch
from kith.scheduling.v1 import week_drafts_pb2 as drafts
from scripts.cli.connection import Connection, connect
from scripts.cli.demo.clocks import CLOCK_FILE
from scripts.cli.demo.folders import CoOpAddresses, make_demo_folder
from scripts.cli.register_lookup import list_members
from tests.support.compose_file import ROOT
from tests.support.consistency_auditor import ConsistencyAuditor
from tests.support.demo_process import KITH, UP_SECONDS, free_address, run_kith, service_readable_folder
from tests.support.heard_events import HeardEvents
from tests.support.sick_monday.example import EXAMPLE, Person, PlannedVisit, Record, SickMonday, Worker
from tests.support.waiting import wait_until

T = TypeVar("T")
ZONE = ZoneInfo("Europe/London")
_FIRST_DAY = "2026-11-05"
_FEWER_STEPS = {"KITH_SCHEDULING_DRAFT_ITERATIONS": "5000"}
"""Enough for a week of so few choices, and so few that nothing has to be compiled for them."""
_BEFORE_A_VISIT = ("dbs", "references", "right_to_work")
_CLOCK_FILE_IS_READ = 0.3
"""Seconds: a co-op reads it four times a second."""
_KINDS = {"employed": engagements.ENGAGEMENT_KIND_EMPLOYED, "self_employed": engagements.ENGAGEMENT_KIND_SELF_EMPLOYED}
_PAYER_KINDS = {"council": funding.PAYER_KIND_COUNCIL, "health": funding.PAYER_KIND_HEALTH}


class MondayCoOp:
    """The running co-op: `persons`, `payers` and `visits` have the ids of what the example names."""

    def __init__(self, folder: Path, example: SickMonday) -> None:
        self.folder = folder
        self.example = example
        self.home = ""
        self.persons: dict[str, str] = {}
        self.payers: dict[str, str] = {}
        self.visits: dict[str, str] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connected = connect(folder)
        self._connection: Connection
        self.heard = HeardEvents(folder)

    def connect(self) -> None:
        self._connection = self.run(self._connected.__aenter__())
        self.home = self._connection.instance.co_op.public_url

    def close(self) -> None:
        self.heard.close()
        self.run(self._connected.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, coroutine: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def call(self, method: Any, request: Any, by: str = "") -> Any:
        """As somebody whom the example names; nobody is the secretary."""
        if not by:
            return self.run(self._connection.as_secretary(method, request, retried=True))
        return self.run(self._connection.call(method, request, self._connection.person_token(UUID(self.persons[by]))))

    def go_to(self, moment: str) -> None:
        """Moves the clock on to this local time. Every job looks then whether it is due."""
        move_clock(self.folder, datetime.fromisoformat(moment).replace(tzinfo=ZONE))
        time.sleep(_CLOCK_FILE_IS_READ)
        self.heard.wait()

    def sign_in_link(self, key: str) -> str:
        """What the square on a card leads to; it signs in for longer than a link."""
        person = self.persons[key] if key else str(self._connection.operator_id())
        request = identity.IssueSignInCodeRequest(person_id=person, kind=identity.CODE_KIND_CARD)
        return f"{self.home}/sign-in/{self.call(self._connection.identity.IssueSignInCode, request).code}"

    # --- setting up

    def set_up(self) -> None:
        """People, teams, terms, wishes, the watch, and the visits of the week, which wait for workers."""
        done = run_kith("member", "import", EXAMPLE / "members.csv", "--folder", self.folder)
        assert done.returncode == 0, done.stderr
        registered = {member.register_name: member.person_id for member in self.run(list_members(self._connection))}
        self.persons = {key: registered[self.example.name(key)] for key in (*self.example.people, *self.example.workers)}
        self.heard.wait()
        for person in self.example.people.values():
            self._form_team(person)
        self.heard.wait()
        for key, payer in self.example.payers.items():
            request = funding.AddPayerRequest(kind=_PAYER_KINDS[payer["kind"]], organisation=payer["name"], address="1 High Street")
            self.payers[key] = self.call(self._connection.funding.AddPayer, request).payer_id
        for person in self.example.people.values():
            self._agree_who_pays(person)
            self._choose(person)
        for worker in self.example.workers.values():
            self._show_papers(worker)
            self._agree_terms(worker)
        self._plan_series("edwin", [visit for visit in self.example.visits.values() if visit.person == "edwin"])
        for visit in self.example.visits.values():
            if visit.person != "edwin":
                self._plan(visit)
        self._watch_over("dora-mon", "gwen", "bo")

    def _form_team(self, person: Person) -> None:
        for worker in person.team:
            is_paid = self.example.workers[worker].works_as != "volunteer"
            kind = teams.TEAM_MEMBER_KIND_WORKER if is_paid else teams.TEAM_MEMBER_KIND_VOLUNTEER
            invite = teams.InviteToTeamRequest(owner_id=self.persons[person.key], person_id=self.persons[worker], kind=kind)
            team = self.call(self._connection.teams.InviteToTeam, invite, person.key).team_id
            answer = teams.AnswerTeamInvitationRequest(team_id=team, accepted=True)
            self.call(self._connection.teams.AnswerTeamInvitation, answer, worker)

    def _agree_who_pays(self, person: Person) -> None:
        if not person.pays:
            return
        request = funding.ProposeFundingRequest(person_id=self.persons[person.key], first_day=_FIRST_DAY)
        for payer, share in person.pays.items():
            request.lines.add(payer_id=self.persons[person.key] if payer == "self" else self.payers[payer], share=share)
        plan = self.call(self._connection.funding.ProposeFunding, request).plan_id
        self.call(self._connection.funding.AnswerFunding, funding.AnswerFundingRequest(plan_id=plan, agrees=True), person.key)

    def _show_papers(self, worker: Worker) -> None:
        """A secretary has seen what the rulebook asks of paid workers before a visit."""
        if worker.works_as not in _KINDS:
            return
        for kind in _BEFORE_A_VISIT:
            claim = credentials.AddCredentialRequest(
                person_id=self.persons[worker.key], kind=kind, issued_on="2026-10-05", note="Seen on paper."
            )
            added = self.call(self._connection.credentials.AddCredential, claim)
            seen = credentials.VerifyCredentialRequest(credential_id=added.credential_id, version=1)
            self.call(self._connection.credentials.VerifyCredential, seen)

    def _agree_terms(self, worker: Worker) -> None:
        choice = drafts.WorkerDraftChoice(wished_minutes=60 * worker.hours, free_parts=worker.free)
        self.call(self._connection.week_drafts.SetWorkerDraftChoice, drafts.SetWorkerDraftChoiceRequest(choice=choice), worker.key)
        if worker.works_as not in _KINDS:
            return
        request = engagements.ProposeEngagementRequest(
            worker_id=self.persons[worker.key],
            kind=_KINDS[worker.works_as],
            rate_pence=worker.rate,
            wage_pence=worker.wage,
            first_day=_FIRST_DAY,
        )
        engagement = self.call(self._connection.engagements.ProposeEngagement, request).engagement_id
        answer = engagements.AnswerEngagementRequest(engagement_id=engagement, agrees=True)
        self.call(self._connection.engagements.AnswerEngagement, answer, worker.key)

    def _choose(self, person: Person) -> None:
        """That a secretary drafts the visits to them with those to others, and how records of them are confirmed."""
        id_ = self.persons[person.key]
        request = drafts.SetPersonDraftChoiceRequest(person_id=id_, choice=drafts.PersonDraftChoice(together=True))
        self.call(self._connection.week_drafts.SetPersonDraftChoice, request, person.key)
        if person.confirms == "timer":
            agreed = records.SetTimedConfirmationRequest(person_id=id_, agreed=True)
            self.call(self._connection.visit_records.SetTimedConfirmation, agreed, person.key)

    def _plan(self, visit: PlannedVisit) -> None:
        when = visits.LocalTime(day=visit.day.isoformat(), start=visit.start, minutes=visit.minutes)
        request = visits.ProposeVisitRequest(person_id=self.persons[visit.person], when=when, workers=len(visit.drafted))
        self.visits[visit.key] = self.call(self._connection.visits.ProposeVisit, request, visit.person).visit_id

    def _plan_series(self, person: str, planned: Sequence[PlannedVisit]) -> None:
        first, last = planned[0], planned[-1]
        pattern = series.SeriesPattern(
            first_day=first.day.isoformat(),
            weekdays=[visit.day.isoweekday() for visit in planned],
            every_weeks=1,
            start=first.start,
            minutes=first.minutes,
            last_day=last.day.isoformat(),
        )
        request = series.ProposeSeriesRequest(person_id=self.persons[person], pattern=pattern, workers=1)
        proposed = self.call(self._connection.visit_series.ProposeSeries, request, person).series_id
        made = self.call(self._connection.visit_series.GetSeries, series.GetSeriesRequest(series_id=proposed), person).visits
        by_day = {visit.starts_at.ToDatetime(UTC).astimezone(ZONE).date(): visit.visit_id for visit in made}
        self.visits |= {visit.key: by_day[visit.day] for visit in planned}

    def _watch_over(self, visit: str, *holders: str) -> None:
        for rank, holder in enumerate(holders, 1):
            asked = watch.AskWatchHolderRequest(person_id=self.persons[holder], rank=rank)
            duty = self.call(self._connection.watch.AskWatchHolder, asked).duty_id
            self.call(self._connection.watch.AcceptWatch, watch.AcceptWatchRequest(duty_id=duty), holder)
        person = self.example.visits[visit].person
        watched = watch.SetWatchedRequest(person_id=self.persons[person], visit_id=self.visits[visit], watched=True)
        self.call(self._connection.watch.SetWatched, watched, person)

    # --- what happens at visits

    def start(self, visit: str, worker: str) -> None:
        self.call(self._connection.visit_records.StartVisit, records.StartVisitRequest(visit_id=self.visits[visit]), worker)

    def write(self, record: Record, *, later: int = 0) -> None:
        """The worker writes it down, as the phone sends it; `later` is by how many minutes the end is wrong."""
        day = self.example.visits[record.visit].day.isoformat()
        request = records.SendVisitRequest(
            visit_id=self.visits[record.visit],
            starts=records.LocalMoment(day=day, minute=record.start),
            ends=records.LocalMoment(day=day, minute=record.end + later),
            travel_minutes=record.travel,
            waiting_minutes=record.waiting,
        )
        self.call(self._connection.visit_records.SendVisit, request, record.worker)

    # --- waiting for what the co-op does by itself

    def wait_for_notices(self, kind: str, count: int) -> None:
        """Until so many notices of this kind are published."""
        self.run(wait_until(lambda: self._has_published(NoticeWanted, count, kind=kind), f"{count} notices {kind}", pause=0.2))

    def wait_for_confirmed(self, records_: int) -> None:
        """Until so many records are confirmed."""

        async def are_confirmed() -> bool:
            events = await ConsistencyAuditor(self.folder).events("scheduling")
            return len({event.text("record_id") for event in events if isinstance(event.fact, VisitConfirmed)}) == records_

        self.run(wait_until(are_confirmed, f"{records_} records are confirmed", pause=0.5))

    async def _has_published(self, message: type[Message], count: int, **fields: str) -> bool:
        events = await ConsistencyAuditor(self.folder).events("scheduling")
        same = [
            event for event in events if isinstance(event.fact, message) and all(event.text(name) == text for name, text in fields.items())
        ]
        return len(same) >= count


def move_clock(folder: Path, moment: datetime) -> None:
    """So that it shows this minute from now on."""
    file = folder / CLOCK_FILE
    now = datetime.now(UTC)
    # Rounded up: a moment before it is another minute.
    offset = int((moment.astimezone(UTC) - now) // timedelta(seconds=1)) + 1
    new = file.with_suffix(".new")
    new.write_text(f"{offset}\n", encoding="ascii")
    new.replace(file)


@contextmanager
def running_monday(begins: str) -> Iterator[MondayCoOp]:
    """The co-op, founded and set up, at this local time by its own clock."""
    with service_readable_folder() as place:
        folder, output = place / "sedge-lane", place / "said"
        make_demo_folder(folder, EXAMPLE, CoOpAddresses(free_address(), ""))
        move_clock(folder, datetime.fromisoformat(begins).replace(tzinfo=ZONE))
        with output.open("w") as out:
            process = subprocess.Popen([KITH, "up", folder], stdout=out, stderr=out, cwd=ROOT, env={**os.environ, **_FEWER_STEPS})
        try:
            until = time.monotonic() + UP_SECONDS
            while " is up after " not in output.read_text(encoding="utf-8"):
                assert process.poll() is None, output.read_text(encoding="utf-8")
                assert time.monotonic() < until, output.read_text(encoding="utf-8")
                time.sleep(0.05)
            co_op = MondayCoOp(folder, SickMonday())
            co_op.connect()
            try:
                co_op.set_up()
                yield co_op
            finally:
                co_op.close()
        finally:
            process.terminate()
            process.wait(90)
