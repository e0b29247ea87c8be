"""A person's own data as a page and as a file."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from importlib import import_module

import jsonschema  # type: ignore[import-untyped]  # it carries no types
import pytest
from sqlalchemy import Column, LargeBinary, MetaData, Table, Text

from libs.access.person_rights import person_rights_service
from libs.access.person_tables import SHARED_TABLES_WITHOUT_PEOPLE, Delete, PersonTable, SealedColumn
from libs.rpc.transactions import Transactions
from services.topology import PERSON_SERVICES
from services.web.localisation.catalogue import PLAIN_ENGLISH, load_catalogues
from services.web.pages.my_data import archive
from services.web.pages.my_data.gathering import PersonRecord
from services.web.storage.news import NewsItem
from tests.contract.person_data_schema import FILE, make_schema, person_tables
from tests.support.table_metadata import all_tables
from tests.unit.web.fake_people import ADA, MO, NAMES
from tests.unit.web.fake_services import FakeServices, InMemoryNews
from tests.unit.web.scriptless_browser import ScriptlessBrowser

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
READ = {
    "id": "0", "reader": MO, "hat": "secretary", "subject": ADA, "record": "person", "action": "get", "stale": False,
    "at": "2026-11-27T10:00:00+00:00", "fields": ["health.risks", "home.key_safe"], "reason": "", "acting_for": None,
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


def test_no_column_is_forgotten_and_no_secret_shown() -> None:
    table = Table("letter", MetaData(), Column("person", Text, primary_key=True), Column("mark", LargeBinary))
    with pytest.raises(ValueError, match="each column is either shown or withheld"):
        PersonTable(table, ("person",), ("person",), erasure=(Delete(),))
    with pytest.raises(ValueError, match="mark cannot be shown"):
        PersonTable(table, ("person",), ("person", "mark"), erasure=(Delete(),))
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
    assert "Looked at: person" in page
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
