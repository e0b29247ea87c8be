"""Care in the demonstration: a few members of each co-op say what they look for and offer, and get to know each other. One has a team."""

import asyncio
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from kith.identity.v1 import credentials_pb2 as credentials
from kith.matching.v1 import call_outs_pb2 as call_outs
from kith.matching.v1 import introductions_pb2 as introductions
from kith.matching.v1 import support_profiles_pb2 as profiles
from kith.matching.v1.enums import WorksAs
from kith.scheduling.v1 import visits_pb2 as visits
from libs.rpc.enums import to_wire
from scripts.cli.demo import neighbourhood, week
from scripts.cli.demo.clocks import once_heard
from scripts.cli.demo.co_op import OFFICERS, DemoCoOp
from scripts.cli.demo.expected_results import read_classes
from scripts.cli.demo.week import TeamTokens

_FIRST_VISIT = ("dbs", "references", "right_to_work")
_GETTING, _GIVING, _NEARBY, _ANYBODY = {"supported", "user"}, {"worker"}, {"advocate", "user"}, {"member"}
_CALL_OUT_DAYS = 30
_Steps = tuple["introductions.IntroductionStep.ValueType", ...]
_TO_TRIAL: _Steps = (introductions.INTRODUCTION_STEP_INTEREST, introductions.INTRODUCTION_STEP_MEETING)
_TO_TEAM: _Steps = (*_TO_TRIAL, introductions.INTRODUCTION_STEP_TRIAL)


@dataclass(frozen=True)
class CareMembers:
    """Member numbers by what they are in the demonstration."""

    owner: str
    """Has a team, and tries it with somebody."""
    seeker: str
    """Has suggestions and a call-out."""
    in_team: str
    on_trial: str
    family: str
    """Is in the owner's team, and may act for them."""


class DemoCare:
    """Calls as the members themselves, who signed in with their cards."""

    def __init__(self, co_op: DemoCoOp, file: Path) -> None:
        self._co_op = co_op
        self._examples: dict[str, list[dict[str, Any]]] = tomllib.loads(file.read_text(encoding="utf-8"))
        self._tokens: dict[str, str] = {}
        self._secretary_token = ""
        self._first_visit = visits.Visit()
        self._people = self._numbers(_GETTING, len(self._examples["people"]))
        self._workers = self._numbers(_GIVING, len(self._examples["workers"]), self._people)
        [self._relative] = self._numbers(_NEARBY, 1, (*self._people, *self._workers))

    async def begin(self) -> CareMembers:
        """Profiles and call-outs of all; a team of two with somebody of the family, and a trial, of the first person."""
        looking = map(self._look, self._people, self._examples["people"])
        offering = map(self._offer, self._workers, self._examples["workers"])
        await asyncio.gather(*looking, *offering)
        owner, seeker = self._people
        in_team, on_trial = self._workers[:2]
        await self._secretary()
        await asyncio.gather(*map(self._get_ready, self._workers))
        await self._go_through(owner, in_team, _TO_TEAM)
        await self._go_through(owner, on_trial, _TO_TRIAL)
        [family] = self._examples["family"]
        await neighbourhood.bring_family(self._co_op.connection, await self._member(owner), await self._member(self._relative), family)
        return CareMembers(owner, seeker, in_team, on_trial, self._relative)

    async def take_first_visit(self) -> Timestamp:
        """When it ends: the clocks are to be moved past it."""
        [first] = self._examples["first_visit"]
        self._first_visit = await week.take_first_visit(self._co_op.connection, await self._team(), first["minutes"])
        return self._first_visit.ends_at

    async def go_on(self) -> None:
        """The first visit is over, and is written down. A week is planned, and mornings that repeat; and much goes on around it."""
        self._tokens.clear()
        self._secretary_token = ""
        [first], [every] = self._examples["first_visit"], self._examples["repeats"]
        connection, team = self._co_op.connection, await self._team()
        await week.write_down(connection, team, self._first_visit, first["note"])
        await week.plan_week(connection, team, self._examples["visits"])
        await week.repeat(connection, team, every)
        await self._begin_around()

    async def _begin_around(self) -> None:
        """A partner's referral, a matching day, an activity, and the money of visits from the first one on."""
        connection, secretary = self._co_op.connection, await self._secretary()
        [partner], [referral], [day], [activity], [payer] = (
            self._examples[name] for name in ("partner", "referral", "matching_day", "activity", "payer")
        )
        speaker = await neighbourhood.register_speaker(connection, partner)
        spoken = (await self._co_op.sign_in_person(speaker)).token
        by_number = read_classes(self._co_op.example)
        person, worker = await self._member(self._people[0]), await self._member(self._workers[0])
        begun = self._first_visit.starts_at.ToDatetime(tzinfo=UTC).astimezone(connection.instance.co_op.zone).date().isoformat()
        await asyncio.gather(
            neighbourhood.bring_partner(connection, secretary, (speaker, spoken), partner, referral),
            neighbourhood.announce_day(connection, secretary, day),
            neighbourhood.record_activity(connection, worker[1], activity, by_number[self._workers[0]]),
            neighbourhood.propose_payer(connection, secretary, person[0], begun, payer),
            neighbourhood.agree_pay(connection, secretary, worker, begun, self._examples["workers"][0]),
        )

    async def _member(self, number: str) -> tuple[str, str]:
        """Their id, and a token."""
        return str(self._co_op.persons[number]), await self._token(number)

    async def _team(self) -> TeamTokens:
        owner, in_team = self._people[0], self._workers[0]
        return TeamTokens(str(self._co_op.persons[owner]), await self._token(owner), await self._token(in_team))

    def _numbers(self, classes: set[str], count: int, taken: Sequence[str] = ()) -> list[str]:
        by_number = read_classes(self._co_op.example)
        fitting = [number for number, member_class in by_number.items() if member_class in classes | _ANYBODY]
        free = [number for number in sorted(fitting, key=int) if int(number) > OFFICERS and number not in taken]
        return free[:count]

    async def _token(self, number: str) -> str:
        if number not in self._tokens:
            self._tokens[number] = (await self._co_op.sign_in(number)).token
        return self._tokens[number]

    async def _look(self, number: str, example: dict[str, Any]) -> None:
        connection, person = self._co_op.connection, str(self._co_op.persons[number])
        profile = profiles.GettingSupport(
            postcode=example["postcode"],
            times=_times(example["times"]),
            needed_languages=example["needed_languages"],
            wished_languages=example["wished_languages"],
            wished_tags=example["wished_tags"],
            open=True,
        )
        token = await self._token(number)
        request = profiles.SetGettingSupportRequest(person_id=person, profile=profile)
        await connection.call(connection.support_profiles.SetGettingSupport, request, token)
        until = (connection.now() + timedelta(days=_CALL_OUT_DAYS)).date().isoformat()
        written = call_outs.WriteCallOutRequest(person_id=person, words=example["call_out"], until_day=until)
        await connection.call(connection.call_outs.WriteCallOut, written, token)

    async def _offer(self, number: str, example: dict[str, Any]) -> None:
        connection = self._co_op.connection
        profile = profiles.GivingSupport(
            postcode=example["postcode"],
            reach_km=example["reach_km"],
            times=_times(example["times"]),
            minutes_a_week=60 * example["hours_a_week"],
            languages=example["languages"],
            tags=example["tags"],
            works_as=to_wire(profiles.WorksAs, WorksAs(example["works_as"])),
            rate_pence=example["rate_pence"],
            words=example["words"],
            open=True,
        )
        request = profiles.SetGivingSupportRequest(person_id=str(self._co_op.persons[number]), profile=profile)
        await connection.call(connection.support_profiles.SetGivingSupport, request, await self._token(number))

    async def _get_ready(self, number: str) -> None:
        """A secretary has seen the papers that the rulebook asks for before a first visit."""
        connection, person = self._co_op.connection, str(self._co_op.persons[number])
        secretary = await self._secretary()
        issued = (connection.now() - timedelta(days=30)).date().isoformat()
        for kind in _FIRST_VISIT:
            claim = credentials.AddCredentialRequest(person_id=person, kind=kind, issued_on=issued, note="Seen on paper.")
            added = await connection.call(connection.credentials.AddCredential, claim, secretary)
            seen = credentials.VerifyCredentialRequest(credential_id=added.credential_id, version=1)
            await connection.call(connection.credentials.VerifyCredential, seen, secretary)

    async def _secretary(self) -> str:
        if not self._secretary_token:
            self._secretary_token = await self._co_op.secretary_session_token("1")
        return self._secretary_token

    async def _go_through(self, person: str, worker: str, steps: _Steps) -> None:
        """The person begins, and then both say yes to each step."""
        await self._yes(person, worker, person, introductions.INTRODUCTION_STEP_UNSPECIFIED)
        for step in steps:
            if step != introductions.INTRODUCTION_STEP_INTEREST:
                await self._yes(person, worker, person, step)
            await self._yes(person, worker, worker, step)

    async def _yes(self, person: str, worker: str, by: str, step: "introductions.IntroductionStep.ValueType") -> None:
        """Again while matching has not heard of a member or of a paper yet."""
        connection = self._co_op.connection
        persons, token = self._co_op.persons, await self._token(by)
        pair = introductions.Pair(person_id=str(persons[person]), worker_id=str(persons[worker]))
        request = introductions.SayYesRequest(pair=pair, step=step)
        call = partial(connection.call, connection.introductions.SayYes, request, token)
        await once_heard(call, {"CREDENTIALS_MISSING", "OFFER_UNKNOWN"}, "a yes")


def _times(times: Sequence[Sequence[str]]) -> list[profiles.WeeklyTime]:
    return [profiles.WeeklyTime(day=day, begins=begins, ends=ends) for day, begins, ends in times]
