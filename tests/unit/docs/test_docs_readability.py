"""Documents for members and founders are in plain English and print well."""

import re
from pathlib import Path

import pytest

from tests.unit.docs.markdown_text import MARKDOWN_FILES, prose_paragraphs, read_text
from tests.unit.web.readability import measure_readability

FOR_MEMBERS = ("README.md", "docs/accessibility.md", "docs/how-to/start-a-co-op.md", "docs/how-to/write-a-rulebook.md")
OF_THE_FIELD = (
    "circle hat motion roll ballot tally recorded witnessed counted rulebook class quorum cap fact outbox relay projection position head "
    "epoch|in time|resolution type|fixed share|visit|share|team owner|proposal"
)


@pytest.mark.parametrize("name", FOR_MEMBERS)
def test_what_members_read_is_for_a_reader_of_eleven(name: str) -> None:
    found = measure_readability(prose_paragraphs(name))

    assert found.grade <= 6.0, f"grade {found.grade:.1f}"
    assert found.longest <= 45


@pytest.mark.parametrize("name", ("SECURITY.md", "CONTRIBUTING.md", "docs/flow.md", "docs/threat-model.md", "docs/asvs.md"))
def test_developer_documents_are_plain_too(name: str) -> None:
    assert measure_readability(prose_paragraphs(name)).grade <= 8.0


def test_every_word_of_the_field_is_explained_in_one_sentence() -> None:
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", read_text("docs/glossary.md"), re.MULTILINE)
    explained = {word.strip() for words, _ in rows for word in words.replace(" (not yet)", "").split(",")}
    plain, *pairs = OF_THE_FIELD.split("|")

    assert {*plain.split(), *pairs} - explained == set()
    assert [word for word, meaning in rows if re.search(r"\. [A-Z]", meaning)] == []


def test_no_word_is_explained_twice() -> None:
    words = [
        words for words, _ in re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", read_text("docs/glossary.md"), re.MULTILINE) if words != "word"
    ]

    assert len(words) == len(set(words))


@pytest.mark.parametrize("path", MARKDOWN_FILES, ids=str)
def test_lines_print_well(path: Path) -> None:
    """A cell of a table cannot be broken, and a file that is quoted letter by letter must not be."""
    text = re.sub(r"^```$.*?^```$", "", read_text(path), flags=re.MULTILINE | re.DOTALL)
    assert [line for line in text.splitlines() if len(line) > 140 and not line.startswith("|")] == []
