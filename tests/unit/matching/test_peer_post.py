"""What a post of a neighbour may say, until when, and what is searched; what makes a pair of peers safe."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from kith.matching.v1.enums import PeerHelpKind, PeerPostSide
from libs.refusals import FailedPrecondition, Invalid
from services.matching.domain.peer_pair import PeerPair, Peers, ask_to_talk, links_to_tell, peers_of
from services.matching.domain.peer_post import MAX_OPEN, PeerPostWords, require_room, searched_words, write

NOW, TODAY = datetime(2026, 12, 7, 9, tzinfo=UTC), date(2026, 12, 7)
ADA, WREN, LINK, OTHER_LINK = (UUID(int=number) for number in range(1, 5))
TYPED = PeerPostWords(PeerPostSide.OFFER, PeerHelpKind.PETS, " I can walk dogs. ", "", " the park ", "", None, others_agreed=False)


def test_a_post_is_trimmed_and_open_for_90_days_unless_it_says_less() -> None:
    post = write(LINK, ADA, TYPED, NOW, TODAY)
    assert (post.words, post.place, post.until_day) == ("I can walk dogs.", "the park", TODAY + timedelta(days=90))
    assert write(LINK, ADA, replace(TYPED, until_day=TODAY), NOW, TODAY).until_day == TODAY


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"words": " "}, "words", "POST_EMPTY"),
        ({"words": "x" * 1001}, "words", "WORDS_TOO_LONG"),
        ({"experience": "x" * 501}, "experience", "WORDS_TOO_LONG"),
        ({"place": "x" * 121}, "place", "WORDS_TOO_LONG"),
        ({"times": "My sister is ill on Mondays."}, "others_agreed", "OTHERS_HEALTH"),
        ({"until_day": TODAY - timedelta(days=1)}, "until_day", "DAY_PAST"),
        ({"until_day": TODAY + timedelta(days=91)}, "until_day", "POST_TOO_LONG"),
    ],
)
def test_what_cannot_be_posted_is_named(change: dict[str, object], field: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        write(LINK, ADA, replace(TYPED, **change), NOW, TODAY)  # type: ignore[arg-type]  # fields by name
    assert [(problem.field, problem.reason) for problem in refused.value.problems] == [(field, reason)]


def test_room_for_five() -> None:
    require_room(MAX_OPEN - 1)
    with pytest.raises(FailedPrecondition, match="TOO_MANY_POSTS"):
        require_room(MAX_OPEN)


def test_searched_words_are_few_and_plain() -> None:
    assert searched_words("  Café café\tTALK\0me ") == ("cafe", "talk", "me")
    assert len(searched_words("a b c d e f g h")) == 6
    assert searched_words("") == ()


@pytest.mark.capability("T7")
def test_both_directions_are_one_pair() -> None:
    assert peers_of(ADA, WREN) == peers_of(WREN, ADA) == Peers(ADA, WREN)
    with pytest.raises(Invalid, match="SAME_PERSON"):
        peers_of(ADA, ADA)


@pytest.mark.capability("T7")
def test_a_pair_is_safe_while_somebody_else_is_the_link() -> None:
    peers = peers_of(ADA, WREN)
    assert links_to_tell([OTHER_LINK, ADA, LINK], peers) == (LINK, OTHER_LINK)
    for alone in ([], [ADA], [WREN, ADA]):
        with pytest.raises(FailedPrecondition, match="LINK_NEEDED"):
            links_to_tell(alone, peers)


def test_the_first_link_who_asked_is_who_they_talk_to() -> None:
    asked = ask_to_talk(PeerPair(OTHER_LINK, ADA, WREN, NOW), LINK, NOW)
    assert (asked.talk_asked_by, asked.talk_asked_at) == (LINK, NOW)
    assert ask_to_talk(asked, OTHER_LINK, NOW + timedelta(days=1)) == asked
