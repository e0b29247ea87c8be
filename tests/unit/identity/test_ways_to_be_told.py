"""How a person wants to be told: what holds before the first choice, what can be chosen, and how many links go out by mail."""

from dataclasses import replace
from uuid import UUID

import pytest

from kith.identity.v1.enums import NoticeChannel, NoticeTopic
from libs.refusals import Invalid
from services.identity.domain.link_pace import LinkRequests, client_must_wait, may_send
from services.identity.domain.ways_to_be_told import Reachable, WaysToBeTold, check_choice, usable_channel

HELPER = UUID(int=1)
EVERY_WAY = Reachable("ada@elm.example", "+441632960017", frozenset({HELPER}))
NO_WAY = Reachable("", "", frozenset())
MAILED = WaysToBeTold(channel=NoticeChannel.EMAIL)


@pytest.mark.parametrize(
    ("channel", "reachable", "expected"),
    [
        (None, EVERY_WAY, NoticeChannel.EMAIL),
        (None, NO_WAY, NoticeChannel.PAGE),
        (NoticeChannel.EMAIL, NO_WAY, NoticeChannel.PAGE),
        (NoticeChannel.TEXT, EVERY_WAY, NoticeChannel.TEXT),
        (NoticeChannel.TEXT, replace(EVERY_WAY, phone=""), NoticeChannel.EMAIL),
        (NoticeChannel.LETTER, NO_WAY, NoticeChannel.LETTER),
        (NoticeChannel.PAGE, EVERY_WAY, NoticeChannel.PAGE),
        (NoticeChannel.HELPER, EVERY_WAY, NoticeChannel.HELPER),
        (NoticeChannel.HELPER, replace(EVERY_WAY, helpers=frozenset()), NoticeChannel.EMAIL),
    ],
)
def test_a_notice_goes_the_chosen_way_or_one_that_can_be_used(
    channel: NoticeChannel | None, reachable: Reachable, expected: NoticeChannel
) -> None:
    assert usable_channel(WaysToBeTold(channel=channel, helper=HELPER), reachable) is expected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": None}, "channel"),
        ({"language": "tlh"}, "language"),
        ({"quiet_from": 24 * 60}, "quiet_from"),
        ({"quiet_until": -1}, "quiet_until"),
        ({"stopped": (NoticeTopic.SECURITY,)}, "stopped"),
        ({"channel": NoticeChannel.HELPER, "helper": UUID(int=2)}, "helper_person_id"),
    ],
)
def test_what_cannot_be_chosen_is_named(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_choice(replace(MAILED, **changes), {HELPER})  # type: ignore[arg-type]  # one field each

    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_helper_is_stored_only_where_notices_go_through_them() -> None:
    assert check_choice(replace(MAILED, helper=HELPER), {HELPER}).helper is None


def test_notices_about_signing_in_never_stop() -> None:
    assert MAILED.stop(NoticeTopic.MOTIONS).stop(NoticeTopic.MOTIONS).stopped == (NoticeTopic.MOTIONS,)
    with pytest.raises(Invalid):
        MAILED.stop(NoticeTopic.SECURITY)


@pytest.mark.parametrize(
    ("requests", "known_browser", "expected"),
    [
        (LinkRequests(0, 2, 299), False, True),
        (LinkRequests(0, 3, 0), False, False),
        (LinkRequests(0, 0, 300), False, False),
        (LinkRequests(0, 3, 300), True, True),
        (LinkRequests(0, 6, 0), True, False),
    ],
)
def test_an_own_browser_is_sent_links_while_others_ask_for_too_many(requests: LinkRequests, *, known_browser: bool, expected: bool) -> None:
    assert may_send(requests, known_browser=known_browser) is expected
    assert not client_must_wait(requests)
    assert client_must_wait(replace(requests, by_client=30))
