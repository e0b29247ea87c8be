"""A person's own data as a page and as a file."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it carries no types
import pytest
from sqlalchemy import ARRAY, Column, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeEngine

from kith.identity.v1 import enums
from kith.matching.v1 import enums as matching
from kith.scheduling.v1.enums import AlertKind, AlertState, AlertStepKind, SwapState, VisitState, WatchDutyState
from libs.access.hat_names import HATS
from libs.access.person_rights import person_rights_service
from libs.access.person_tables import SHARED_TABLES_WITHOUT_PEOPLE, Delete, PersonTable, Retention, SealedColumn
from libs.access.reading import AudienceKind
from libs.access.record_fields import FIELDS
from libs.callers import AuthenticationStrength
from libs.rpc.transactions import Transactions
from services.identity.domain.capacity import Ability, CapacityWords
from services.identity.domain.consent import BestInterests, ConsentWords
from services.topology import PERSON_SERVICES
from services.web.localisation.catalogue import PLAIN_ENGLISH, load_catalogues
from services.web.pages.my_data import archive
from services.web.pages.my_data.gathering import PersonRecord
from services.web.pages.my_data.words import VALUES, VALUES_OF_KIND, kind_of_value
from services.web.storage.news import NewsItem
from services.web.storage.notices import NoticeState
from tests.contract.person_data_schema import FILE, make_schema, person_tables
from tests.support.table_metadata import all_tables
from tests.unit.web.fake_people import ADA, MO, NAMES
from tests.unit.web.fake_services import FakeServices, InMemoryNews
from tests.unit.web.scriptless_browser import ScriptlessBrowser

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
READ = {
    "id": "0", "reader": MO, "hat": "secretary", "subject": ADA, "record": "person", "action": "get", "stale": False,
    "at": "2026-11-27T10:00:00+00:00", "fields": ["health.risks", "home.key_safe"], "reason": "", "acting_for": None, "helped_by": None,
}  # fmt: skip


def _unpack(*records: PersonRecord) -> dict[str, str]:
    packed = zipfile.ZipFile(io.BytesIO(archive.pack(ADA, records, PERSON_SERVICES, NOW, "Read me.")))
    assert packed.testzip() is None
    return {name: packed.read(name).decode() for name in packed.namelist()}


@pytest.mark.capability("L5")
def test_zip_lists_readers() -> None:
    older = PersonRecord("membership", "read_audit", READ | {"at": "2026-11-01T10:00:00+00:00", "record": "register entry"})
    files = _unpack(older, PersonRecord("identity", "read_audit", READ))

    rows = list(csv.DictReader(io.StringIO(files["readers.csv"].removeprefix("\ufeff"))))
    assert [(row["service"], row["reader"], row["record"], row["fields"]) for row in rows] == [
        ("identity", MO, "person", "health.risks home.key_safe"),
        ("membership", MO, "register entry", "health.risks home.key_safe"),
    ]


def test_the_files_hold_every_record_in_the_documented_form() -> None:
    email = "=HYPERLINK(1)@example.org"
    fields = {"person": ADA, "email": email, "phone": ""}
    files = _unpack(PersonRecord("identity", "contact", fields), PersonRecord("identity", "read_audit", READ | {"id": MO}))

    schema = jsonschema.Draft202012Validator(make_schema())
    for service in PERSON_SERVICES:
        schema.validate(json.loads(files[f"{service}.json"]))
    assert [record["fields"] for record in json.loads(files["identity.json"])["records"]] == [fields, READ | {"id": MO}]
    wrong = json.loads(files["identity.json"]) | {"service": "web"}
    assert not schema.is_valid(wrong)
    assert csv.DictReader(io.StringIO(files["tables/identity-contact.csv"].removeprefix("\ufeff"))).__next__()["email"] == f"'{email}"


def test_the_published_schema_is_that_of_the_services() -> None:
    """Made by `python -m tests.contract.person_data_schema`."""
    assert json.loads(FILE.read_text(encoding="utf-8")) == make_schema()


@pytest.mark.parametrize("service", PERSON_SERVICES)
def test_every_table_is_exported_or_says_why_not(service: str) -> None:
    without = import_module(f"services.{service}.storage.person_tables").TABLES_WITHOUT_PEOPLE
    exported = [table.kind for table in person_tables(service)]
    declared = sorted((*exported, *without, *SHARED_TABLES_WITHOUT_PEOPLE))
    assert declared == sorted(table.name for metadata in all_tables(service) for table in metadata.sorted_tables)


@pytest.mark.parametrize("service", PERSON_SERVICES)
def test_every_kind_and_field_has_its_words(service: str) -> None:
    """Reads have a list of their own."""
    words = load_catalogues()[PLAIN_ENGLISH]
    tables = [table for table in person_tables(service) if table.kind != "read_audit"]
    keys = {f"data.{part}.{table.kind}" for table in tables for part in ("kind", "why")}
    keys |= {f"data.field.{name}" for table in tables for name in table.shown}
    assert {key for key in keys if not words.has(key)} == set()


def _stored_values(service: str) -> set[str]:
    """The columns that the service shows as texts and numbers, by kind; ids, moments, days and truth values read by themselves."""
    return {
        f"{table.kind}.{name}"
        for table in person_tables(service)
        for name in table.shown
        if table.kind != "read_audit" and (name in table.sealed or isinstance(_item_type(table.table.c[name]), Text | Integer))
    }


def _item_type(column: Column[Any]) -> TypeEngine[Any]:
    return column.type.item_type if isinstance(column.type, ARRAY) else column.type


def test_every_value_that_is_shown_has_its_words() -> None:
    stored = set().union(*map(_stored_values, PERSON_SERVICES))
    assert {value for value in stored if not kind_of_value(*value.split("."))} == set()
    of_kind = {f"{kind}.{column}" for kind, columns in VALUES_OF_KIND.items() for column in columns}
    assert of_kind <= stored
    assert VALUES.keys() - {value.split(".")[1] for value in stored - of_kind} == {"authority"}, "inside words in somebody's best interests"
    words = load_catalogues()[PLAIN_ENGLISH]
    inside = (*fields(ConsentWords), *fields(BestInterests), *fields(CapacityWords), *fields(Ability))
    assert {field.name for field in inside if not words.has(f"data.word.{field.name}")} == set()


@pytest.mark.parametrize(
    ("column", "vocabulary"),
    [
        ("field", FIELDS),
        ("audience_kind", AudienceKind),
        ("scope", enums.ActingScope),
        ("hat", HATS),
        ("strength", AuthenticationStrength),
        ("decision", enums.ConsentDecision),
        ("explained", enums.Explanation),
        ("basis", enums.ConsentBasis),
        ("cause", enums.WithdrawalCause),
        ("consent_entry.answer", enums.ConsentAnswer),
        ("authority", enums.BestInterestsAuthority),
        ("channel", enums.NoticeChannel),
        ("stopped", set(enums.NoticeTopic) - {enums.NoticeTopic.SECURITY}),
        ("evidence_kind", enums.EvidenceKind),
        ("end_reason", enums.EndReason),
        ("ended_why", ("removed", "declined", "merged")),
        ("relationship.kind", enums.RelationshipKind),
        ("relationship.state", enums.RelationshipState),
        ("sign_in_code.kind", enums.CodeKind),
        ("credential.state", enums.CredentialState),
        ("notice.state", NoticeState),
        ("choice", ("for", "against", "abstain")),
        ("taken", ("page", "paper", "phone", "helper")),
        ("stored_file.state", ("receiving", "ready")),
        ("data_request.kind", enums.DataRequestKind),
        ("person_hold.kind", enums.HoldKind),
        ("works_as", matching.WorksAs),
        ("introduction.step", matching.IntroductionStep),
        ("private_no.kind", matching.NoKind),
        ("team_member.kind", matching.TeamMemberKind),
        ("team_hat.hat", matching.TeamHat),
        ("team_task.kind", matching.TaskKind),
        ("visit.state", VisitState),
        ("swap.state", SwapState),
        ("concern.step", matching.ConcernStep),
        ("team_question.state", matching.TeamQuestionState),
        ("team_answer.said", matching.TeamAnswer),
        ("cover.how", ("none", "covered", "not_needed")),
        ("watch_alert.kind", AlertKind),
        ("watch_alert.state", AlertState),
        ("watch_duty.state", WatchDutyState),
        ("watch_step.kind", AlertStepKind),
        ("device_kind", enums.DeviceKind),
        ("device_use", enums.DeviceUse),
        ("help_kind", enums.HelpKind),
    ],
)
def test_every_word_of_a_vocabulary_is_said_in_words(column: str, vocabulary: Iterable[str]) -> None:
    words = load_catalogues()[PLAIN_ENGLISH]
    assert {word for word in vocabulary if not words.has(kind_of_value(*column.rpartition(".")[::2]).format(word))} == set()


def test_what_is_stored_reads_as_people_say_it() -> None:
    fakes = FakeServices()
    fakes.person_rights["identity"].records = [
        ("ways_to_be_told", {"person": ADA, "quiet_from": 1230, "quiet_until": 480, "language": "pl", "stopped": ["motions"]}),
        ("record_field", {"person": ADA, "field": "home.key_safe", "sealed": "4711, left of the door"}),
        ("credential", {"person": ADA, "kind": "right_to_work", "state": "verified", "sealed_note": "2026-11-24"}),
        ("consent_entry", {"topic": f"other:{MO}", "decision": "key_safe", "basis": "best_interests", "recorded_by": "job:leave",
                           "sealed": {"words": "Only Jo.", "about": "", "best_interests": {"authority": "care", "reasons": "2026"}}}),
        ("stored_file", {"declared_size": 20261124}),
    ]  # fmt: skip
    browser = ScriptlessBrowser(fakes)
    browser.sign_in()
    page = browser.http.get("/you/data").text
    pairs = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))

    assert (pairs["Quiet from"], pairs["Quiet until"], pairs["Language"]) == ("20:30", "08:00", "Polish (polski)")
    assert (pairs["Part"], pairs["Not wanted"]) == ("My key safe", "When a vote begins, and a day before it ends")
    assert (pairs["Kind"], pairs["How it stands"], pairs["Note"]) == ("right to work", "It counts", "2026-11-24")
    assert (pairs["What about"], pairs["Who decided"], pairs["Written down by"]) == (
        "Somebody may use my key-safe",
        "Others, for your best",
        "The computer itself",
    )
    assert "20261124" in pairs.values(), "a number of eight digits is no day"
    assert pairs["What it says"].startswith("In these words: Only Jo.; Decided by others: By which right: Everyday care")


def test_no_column_is_forgotten_and_no_secret_shown() -> None:
    table = Table("letter", MetaData(), Column("person", Text, primary_key=True), Column("mark", LargeBinary))
    with pytest.raises(ValueError, match="each column is either shown or withheld"):
        PersonTable(table, ("person",), ("person",), erasure=(Delete(),))
    with pytest.raises(ValueError, match="mark cannot be shown"):
        PersonTable(table, ("person",), ("person", "mark"), erasure=(Delete(),))
    with pytest.raises(ValueError, match="it has no column writer"):
        kept = Retention("visits", table.c.person, person="writer")
        PersonTable(table, ("person",), ("person",), {"mark": "a secret"}, erasure=(Delete(),), retention=kept)
    sealed = PersonTable(table, ("person",), ("person", "mark"), sealed={"mark": SealedColumn(lambda _: "letter")}, erasure=(Delete(),))
    with pytest.raises(ValueError, match="letter: sealed columns need a sealer"):
        person_rights_service(object.__new__(Transactions), (sealed,))  # without a database: it is refused before


def test_the_page_shows_each_kind_in_words_and_who_looked() -> None:
    browser = ScriptlessBrowser(FakeServices())
    browser.sign_in()
    page = browser.http.get("/you/data").text

    assert "ada@example.org" in page
    assert "Where you signed in" in page
    assert NAMES[MO][0] in page
    assert "They saw your name and how to reach you." in page
    assert ADA not in page
    response = browser.http.get("/you/data/file")
    assert response.headers["content-type"] == "application/zip"
    packed = zipfile.ZipFile(io.BytesIO(response.content))
    assert {"read-me.txt", "readers.csv", *(f"{service}.json" for service in PERSON_SERVICES)} <= set(packed.namelist())
    assert [record["kind"] for record in json.loads(packed.read("identity.json"))["records"]] == ["contact", "session", "read_audit"]


def test_a_person_and_the_secretaries_hear_of_a_request() -> None:
    items = [NewsItem("data_asked", "", "", NOW), NewsItem("data_answered", "", "", NOW), NewsItem("data_waits", MO, "2026-12-05", NOW)]
    browser = ScriptlessBrowser(FakeServices(news=InMemoryNews(items)))
    browser.sign_in()
    page = browser.http.get("/news").text

    for words in ("Someone asked for what we hold about you", "We have answered you about your data", "They must have an answer by"):
        assert words in page
    assert 'href="/data-requests"' in page
