"""The pages can be read by most people, and the Easy Read ones by more."""

import re
from collections import defaultdict

import pytest

from services.web.drawings.pictures import PICTURE_SHAPES
from services.web.localisation.catalogue import EASY_READ, FOLDER, PLAIN_ENGLISH, Message, load_catalogues, read_catalogue
from tests.unit.web.readability import count_syllables, measure_readability, split_sentences

PLAIN_MESSAGES = read_catalogue(FOLDER / f"{PLAIN_ENGLISH}.po")
EASY_MESSAGES = read_catalogue(FOLDER / f"{EASY_READ}.po")
UNPLAIN = {
    "please note", "in order to", "utilise", "utilize", "commence", "terminate", "prior to", "pursuant", "hereby", "via", "e.g.", "i.e.",
    "etc.", "submit", "invalid", "failed", "illegal", "abort", "user", "users", "click", "authentication", "unauthorised", "forbidden",
}  # fmt: skip


def message_texts(message: Message) -> list[str]:
    return [message.singular] if message.plural is None else [message.singular, message.plural]


def texts_by_page(catalogue: dict[str, Message]) -> dict[str, list[str]]:
    pages: dict[str, list[str]] = defaultdict(list)
    for key, message in catalogue.items():
        pages[key.partition(".")[0]] += message_texts(message)
    return pages


@pytest.mark.parametrize(
    ("word", "count"), [("vote", 1), ("voted", 2), ("member", 2), ("decided", 3), ("recorded", 3), ("rulebook", 2), ("people", 2)]
)
def test_syllables_are_counted_as_people_say_them(word: str, count: int) -> None:
    assert count_syllables(word) == count


def test_no_sentence_is_longer_than_twenty_words() -> None:
    long = {
        key: words
        for key, one in PLAIN_MESSAGES.items()
        for text in message_texts(one)
        for words in split_sentences(text)
        if len(words) > 20
    }
    assert long == {}


def test_sentences_have_twelve_words_or_fewer_on_average_on_every_page() -> None:
    assert {
        page: measure_readability(found).mean
        for page, found in texts_by_page(PLAIN_MESSAGES).items()
        if measure_readability(found).mean > 12
    } == {}


def test_every_page_with_more_than_labels_is_at_grade_six_or_below() -> None:
    """A page of a few labels has no grade: the formula wants running text. All of them are in the sum below."""
    running = {page: [text for text in found if len(text.split()) > 3] for page, found in texts_by_page(PLAIN_MESSAGES).items()}
    grades = {page: measure_readability(found).grade for page, found in running.items() if len(found) > 4}
    assert {page: round(grade, 1) for page, grade in grades.items() if grade > 6} == {}


def test_all_pages_together_are_at_grade_six_or_below() -> None:
    assert measure_readability(text for message in PLAIN_MESSAGES.values() for text in message_texts(message)).grade <= 6


def test_no_easy_read_sentence_is_longer_than_fifteen_words() -> None:
    long = {
        key: words
        for key, one in EASY_MESSAGES.items()
        for text in message_texts(one)
        for words in split_sentences(text)
        if len(words) > 15
    }
    assert long == {}


def test_easy_read_has_one_idea_in_each_line_and_a_drawing_beside_it() -> None:
    words = load_catalogues()[EASY_READ]
    names = re.compile(r"\{(\w+)\}")
    for key, message in EASY_MESSAGES.items():
        values = dict.fromkeys({*names.findall(message.singular)} - {"n"}, "x")
        lines = words.sentences(key, 2 if message.plural else None, **values)
        pictured = [line for line in lines if line.picture]
        assert len(pictured) in {0, len(lines)}, key
        assert {line.picture for line in pictured} <= PICTURE_SHAPES.keys(), key


def test_easy_read_says_nothing_the_pages_do_not_say() -> None:
    assert EASY_MESSAGES.keys() <= PLAIN_MESSAGES.keys()


def test_no_word_a_neighbour_would_not_use() -> None:
    results = {
        key: word
        for catalogue in (PLAIN_MESSAGES, EASY_MESSAGES)
        for key, one in catalogue.items()
        for text in message_texts(one)
        for word in UNPLAIN
        if f" {word} " in f" {text.lower().strip('.!?')} ".replace(",", " ").replace(".", " ")
    }
    assert results == {}
