"""The words of a notice, from the catalogue: as a mail, as a letter, as a text message."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from kith.identity.v1.enums import NoticeTopic
from libs.texts.days import read_day
from services.web.localisation import dates
from services.web.localisation.catalogue import Catalogue
from services.web.notices.kinds import DAY_SHEET, DAY_SHEET_AGAIN, KINDS, SIGN_IN_LINK
from services.web.notices.stop_links import StopLinks
from services.web.storage.notices import Notice

TEXT_LENGTH = 160
DAY_SHEETS = frozenset({DAY_SHEET, DAY_SHEET_AGAIN})
_SPACES = re.compile(r"[\s\x00-\x1f\x7f]+")
_LARGE = "font: 1.5em/1.5 sans-serif"


@dataclass(frozen=True)
class NoticeSender:
    """What every notice says about the co-op."""

    name: str
    phone: str
    public_url: str
    zone: ZoneInfo


@dataclass(frozen=True)
class NoticeReader:
    """Who reads the notice: `called` is the person it is for, `helper` the full name of their helper who gets it, or empty."""

    called: str
    helper: str = ""


@dataclass(frozen=True)
class NoticeWords:
    """What a notice says, part by part; `stop` is empty where it cannot be stopped."""

    subject: str
    greeting: str
    lines: tuple[str, ...]
    link: str
    why: str
    stop: str
    stop_url: str
    ring: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """All of it in reading order, the link aside."""
        return tuple(part for part in (self.greeting, *self.lines, self.ring) if part)


@dataclass(frozen=True)
class NoticeRenderer:
    """Puts notices into words."""

    sender: NoticeSender
    catalogues: Mapping[bool, Catalogue]
    """Easy Read under True, plain English under False."""
    stop_links: StopLinks

    def words(
        self,
        notice: Notice,
        reader: NoticeReader,
        now: datetime,
        *,
        easy: bool,
        code: str = "",
        printed: bool = False,
        sheet: tuple[str, ...] = (),
    ) -> NoticeWords:
        """`code` is that of a sign-in link; `printed` if somebody else puts it into an envelope; `sheet` what stands on a day sheet."""
        say, kind = self._catalogue(easy), KINDS[notice.kind]
        until = dates.format_moment(notice.until, self.sender.zone, now)
        sheet_day = read_day(notice.subject) if notice.kind in DAY_SHEETS else None
        day = dates.format_day(sheet_day, now.astimezone(self.sender.zone).date()) if sheet_day else ""
        said = "sealed" if printed and kind.is_sealed else notice.kind
        lines = [_plain(line.text) for line in say.sentences(f"notice.{said}.text", co_op=self.sender.name, until=until, day=day)]
        lines += map(_plain, map(Markup.escape, sheet))
        link = self.sender.public_url + kind.path.format(about=code if notice.kind == SIGN_IN_LINK else notice.subject)
        is_stoppable = kind.topic is not NoticeTopic.SECURITY and not kind.at_once
        phone = self.sender.phone
        return NoticeWords(
            subject=_one_line(_plain(say.say(f"notice.{said}.subject", co_op=self.sender.name, day=day))),
            greeting=_plain(
                say.say("notice.greeting_helper", helper=reader.helper, called=reader.called)
                if reader.helper
                else say.say("notice.greeting", called=reader.called)
            ),
            lines=tuple(lines),
            link=link,
            why=_plain(say.say(f"notice.why.{kind.why or kind.topic.value}", co_op=self.sender.name)),
            stop=_plain(say.say("notice.stop")) if is_stoppable else "",
            stop_url=f"{self.sender.public_url}/stop/{self.stop_links.token(notice.person, kind.topic)}" if is_stoppable else "",
            ring=_plain(say.say("notice.ring", phone=phone)) if phone else _plain(say.say("notice.ring_secretary")),
        )

    def mail(self, notice: Notice, words: NoticeWords, address: str, from_address: str, now: datetime, *, large: bool) -> EmailMessage:
        """The mail, the same however often it is sent: its id is the notice's. Raises ValueError for an address that is none."""
        message = EmailMessage(policy=SMTP)
        message["From"] = from_address
        message["To"] = _one_line(address)
        message["Subject"] = words.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{notice.id}@{from_address.rpartition('@')[2].strip('> ')}>"
        message["Auto-Submitted"] = "auto-generated"
        if words.stop_url:
            message["List-Unsubscribe"] = f"<{words.stop_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        end = [words.why, *([f"{words.stop}\n{words.stop_url}"] if words.stop_url else [])]
        message.set_content("\n\n".join([words.greeting, *words.lines, words.link, words.ring, "--\n" + "\n".join(end)]) + "\n")
        if large:
            message.add_alternative(str(_html_mail(words)), subtype="html")
        return message

    def text_message(self, notice: Notice, *, easy: bool) -> str:
        """At most 160 characters that tell a bystander nothing: that there is news, and whom to ring."""
        say = self._catalogue(easy)
        key = "notice.text_message" if self.sender.phone else "notice.text_message_no_phone"
        topic = _plain(say.say(f"notice.topic.{KINDS[notice.kind].topic.value}"))
        text = _plain(say.say(key, co_op=self.sender.name, topic=topic, phone=self.sender.phone))
        surplus = len(text) - TEXT_LENGTH
        if surplus > 0:
            name = self.sender.name[: max(1, len(self.sender.name) - surplus - 1)].rstrip() + "…"
            text = _plain(say.say(key, co_op=name, topic=topic, phone=self.sender.phone))
        return text[:TEXT_LENGTH]

    def _catalogue(self, easy: bool) -> Catalogue:  # noqa: FBT001 - the key of a mapping
        return self.catalogues[easy]


def _html_mail(words: NoticeWords) -> Markup:
    paragraph = Markup('<p style="white-space: pre-line">{}</p>').format
    link = Markup('<p><a href="{0}">{0}</a></p>').format
    parts = [*map(paragraph, (words.greeting, *words.lines)), link(words.link), paragraph(words.ring), Markup("<hr>"), paragraph(words.why)]
    if words.stop_url:
        parts += [paragraph(words.stop), link(words.stop_url)]
    return Markup('<body style="{}">{}</body>').format(_LARGE, Markup().join(parts))


def _plain(text: Markup) -> str:
    """Words of the catalogue outside a page: without tags and entities."""
    return html.unescape(str(text.striptags() if "<" in text else text))


def _one_line(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
