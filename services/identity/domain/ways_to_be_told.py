"""How a person wants to be told: how it is to read, by which way it comes, when it is quiet, and of what they are not told.

| what                  | before the first choice                                             |
|-----------------------|---------------------------------------------------------------------|
| how it reads          | plain English, print of the usual size                              |
| by which way          | by e-mail where there is an address, else on the pages only          |
| quiet hours           | 20:00 to 8:00 in the co-op's zone                                    |
| what they are told of | everything; notices about how they sign in (`SECURITY`) never stop   |

A helper is somebody who may act for the person in `notices`. When that right ends, notices go the way they went before the first choice.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from kith.identity.v1.enums import NoticeChannel, NoticeTopic
from libs.refusals import invalid

SCOPE = "notices"
LANGUAGES = ("en", "ar", "bn", "cy", "fa", "fr", "gu", "ga", "pa", "pl", "pt", "ro", "so", "ta", "ur", "zh")
"""Languages that a person may ask for (BCP 47): English, and the others that people in British and Irish co-ops speak most."""
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class WaysToBeTold:
    """One person's choice; `quiet_from` and `quiet_until` are minutes after midnight."""

    easy_read: bool = False
    large_print: bool = False
    language: str = "en"
    channel: NoticeChannel | None = None
    """None before the first choice."""
    helper: UUID | None = None
    quiet_from: int = 20 * 60
    quiet_until: int = 8 * 60
    stopped: tuple[NoticeTopic, ...] = ()
    version: int = 0

    def stop(self, topic: NoticeTopic) -> "WaysToBeTold":
        """The choice without notices of this topic. Raises Invalid TOPIC_NOT_STOPPABLE."""
        if topic is NoticeTopic.SECURITY:
            raise invalid("topic", "TOPIC_NOT_STOPPABLE")
        return replace(self, stopped=tuple(sorted({*self.stopped, topic})))


@dataclass(frozen=True)
class Reachable:
    """How a person can be reached now."""

    email: str
    phone: str
    helpers: frozenset[UUID]
    """Who may act for them in `notices`."""


def check_choice(ways: WaysToBeTold, helpers: Collection[UUID]) -> WaysToBeTold:
    """The choice as it is stored. Raises Invalid with the field."""
    if ways.channel is None:
        raise invalid("channel", "CHANNEL_MISSING")
    if ways.language not in LANGUAGES:
        raise invalid("language", "LANGUAGE_UNKNOWN")
    for field, minutes in (("quiet_from", ways.quiet_from), ("quiet_until", ways.quiet_until)):
        if not 0 <= minutes < _DAY_MINUTES:
            raise invalid(field, "HOUR_UNKNOWN")
    if NoticeTopic.SECURITY in ways.stopped:
        raise invalid("stopped", "TOPIC_NOT_STOPPABLE")
    if ways.channel is not NoticeChannel.HELPER:
        return replace(ways, helper=None)
    if ways.helper not in helpers:
        raise invalid("helper_person_id", "NOTICE_HELPER_UNKNOWN")
    return ways


def usable_channel(ways: WaysToBeTold, reachable: Reachable) -> NoticeChannel:
    """The way by which a notice can go now: the chosen one, or where nothing was chosen or it cannot be used, e-mail or the pages."""
    match ways.channel:
        case NoticeChannel.PAGE | NoticeChannel.LETTER:
            return ways.channel
        case NoticeChannel.TEXT if reachable.phone:
            return ways.channel
        case NoticeChannel.HELPER if ways.helper in reachable.helpers:
            return ways.channel
        case _:
            return NoticeChannel.EMAIL if reachable.email else NoticeChannel.PAGE
