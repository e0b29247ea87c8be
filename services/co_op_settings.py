"""The settings of one co-op, `kith.toml`: read and checked key by key, each mistake with its sentence."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from libs import texts
from libs.clock import MAX_AHEAD
from libs.host.trusted_proxies import TrustedProxies
from libs.mail.settings import MailSettings, MailTls
from services.web.http.public_address import PublicAddress

if TYPE_CHECKING:
    from libs.host.backing.settings import Provider

_PROVIDERS: "dict[str, Provider]" = {"any": "any", "wheel": "wheel", "path": "path"}

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_MAIL_PORTS = {MailTls.STARTTLS: 587, MailTls.TLS: 465, MailTls.NONE: 25}


class InstanceUnusableError(Exception):
    """The data folder lacks something a start needs; the message says what, and what to do."""


@dataclass(frozen=True)
class MailServerSettings:
    """The table `[mail]`: the server that sends the co-op's mail. Without a `host` there is no mail."""

    host: str
    port: int
    tls: MailTls
    user: str
    password_file: Path | None
    sender: str
    authority_file: Path | None

    def read(self) -> MailSettings:
        """With the password. Raises OSError when its file cannot be read."""
        password = self.password_file.read_text(encoding="utf-8").strip() if self.password_file else ""
        return MailSettings(self.host, self.port, self.tls, self.user, password, self.sender, str(self.authority_file or ""))


@dataclass(frozen=True)
class CoOpSettings:
    """The settings in `kith.toml`."""

    id: str
    name: str
    zone: ZoneInfo
    phone: str
    demo: bool
    web_address: str
    public_url: str
    trusted_proxies: str
    """Addresses of web servers in front of the pages, with commas between; empty when there is none that is believed."""
    mail: "MailServerSettings"
    operations_address: str
    postgres_url: str | None
    nats_url: str | None
    provider: "Provider"
    traces_endpoint: str
    traces_file: str
    traces_sample: float
    border_address: str
    """Where other co-ops reach this machine; empty when it has no inbound port and only calls others."""
    endpoint: str
    """The same address as other co-ops use it, `host:port`."""
    clock_max_days_ahead: int
    """How far a clock that no NTP keeps right may be ahead of the last time Kith knew."""
    shared_session_minutes: int
    """How long a person stays signed in on a device that other people use too, at most."""
    quiet_minutes: int
    """After so long without use they are signed out of it."""
    service_addresses: Mapping[str, str]
    """The TCP address of each service when services run as separate processes; empty when they all run in this one."""


def read_settings(file: Path) -> CoOpSettings:
    """The settings in the file. Raises InstanceUnusableError naming the first mistake."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"There is no co-op at {file.parent}. Make one with: kith init {file.parent}"
        if (file.parent / "steward").exists() or (file.parent / "keys").exists():
            message = f"{file} is missing from the folder of a co-op. Put it back from the backup."
        raise InstanceUnusableError(message) from None
    except (OSError, ValueError) as error:
        message = f"{file} cannot be read: {error}"
        raise InstanceUnusableError(message) from None
    return _parse_settings(file, values)


def _parse_settings(file: Path, values: dict[str, object]) -> CoOpSettings:
    settings = _SettingsTable(file, values)
    web, servers, monitoring, border = (
        settings.table("web"),
        settings.table("servers"),
        settings.table("watch"),
        settings.table("federation"),
    )
    border_address, sessions = border.text("address", ""), settings.table("sessions")
    zone = settings.text("zone", "UTC")
    address = web.text("address", "127.0.0.1:8400")
    public_url, trusted_proxies = web.text("public_url", f"http://{address}"), web.text("trusted_proxies", "")
    try:
        PublicAddress.parse(public_url)
        TrustedProxies(trusted_proxies)
    except ValueError as error:
        message = f"{file}: [web] {error}"
        raise InstanceUnusableError(message) from None
    provider = _PROVIDERS.get(servers.text("provider", "any"))
    if provider is None:
        message = f'{file}: [servers] provider must be "any", "wheel" or "path"'
        raise InstanceUnusableError(message)
    try:
        zone_info = ZoneInfo(zone)
    except (LookupError, ValueError):
        message = f'{file}: there is no time zone "{zone}"; write one such as "Europe/London"'
        raise InstanceUnusableError(message) from None
    return CoOpSettings(
        id=settings.text("id"),
        name=settings.text("name"),
        zone=zone_info,
        phone=settings.text("phone", ""),
        demo=settings.flag("demo"),
        web_address=address,
        public_url=public_url,
        trusted_proxies=trusted_proxies,
        mail=_parse_mail(file, settings.table("mail")),
        operations_address=monitoring.text("address", _default_operations_address(address)),
        postgres_url=servers.text("postgres_url", "") or None,
        nats_url=servers.text("nats_url", "") or None,
        provider=provider,
        traces_endpoint=monitoring.text("traces_endpoint", ""),
        traces_file=monitoring.text("traces_file", ""),
        traces_sample=float(monitoring.text("traces_sample", "0.05")),
        border_address=border_address,
        endpoint=border.text("endpoint", border_address),
        clock_max_days_ahead=settings.table("clock").days("max_days_ahead", MAX_AHEAD.days),
        shared_session_minutes=sessions.minutes("shared_minutes", 60, range(5, 721)),
        quiet_minutes=sessions.minutes("quiet_minutes", 15, range(1, 721)),
        service_addresses=settings.table("services").texts(),
    )


def _parse_mail(file: Path, mail: "_SettingsTable") -> MailServerSettings:
    host, user, sender, tls = mail.text("host", ""), mail.text("user", ""), mail.text("from", ""), mail.text("tls", MailTls.STARTTLS.value)
    if tls not in tuple(MailTls):
        message = f'{file}: [mail] tls must be "starttls", "tls" or "none"'
        raise InstanceUnusableError(message)
    if host and "@" not in sender:
        message = f'{file}: [mail] from must be the address that mail comes from, such as from = "hello@example.org"'
        raise InstanceUnusableError(message)
    if host and user and tls == MailTls.NONE and host not in _THIS_MACHINE:
        message = f'{file}: [mail] tls = "none" would send the password readable over the network; write "starttls" or "tls"'
        raise InstanceUnusableError(message)

    def beside(name: str) -> Path | None:
        return file.parent / mail.text(name) if mail.text(name, "") else None

    return MailServerSettings(
        host, mail.port("port", _MAIL_PORTS[MailTls(tls)]), MailTls(tls), user, beside("password_file"), sender, beside("authority_file")
    )


class _SettingsTable:
    """One table of `kith.toml`, read and checked key by key."""

    def __init__(self, file: Path, values: dict[str, object], name: str = "") -> None:
        self._file = file
        self._values = values
        self._name = f"[{name}] " if name else ""

    def text(self, key: str, default: str | None = None) -> str:
        value = self._values.get(key, default)
        if not isinstance(value, str):
            message = f'{self._file}: {self._name}{key} must be a text in quotes, such as {key} = "..."'
            raise InstanceUnusableError(message)
        if not texts.is_usable(value):
            message = f"{self._file}: {self._name}{key} holds a character that cannot be stored or shown; type it again by hand"
            raise InstanceUnusableError(message)
        return value

    def texts(self) -> dict[str, str]:
        """All keys with their texts."""
        return {key: self.text(key) for key in self._values}

    def flag(self, key: str) -> bool:
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            message = f"{self._file}: {self._name}{key} must be true or false"
            raise InstanceUnusableError(message)
        return value

    def days(self, key: str, default: int) -> int:
        value = self._values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            message = f"{self._file}: {self._name}{key} must be a whole number of days, at least 1"
            raise InstanceUnusableError(message)
        return value

    def minutes(self, key: str, default: int, allowed: range) -> int:
        value = self._values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
            first, last = allowed[0], allowed[-1]
            message = f"{self._file}: {self._name}{key} must be a whole number of minutes, from {first} to {last}"
            raise InstanceUnusableError(message)
        return value

    def port(self, key: str, default: int) -> int:
        value = self._values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 65536:
            message = f"{self._file}: {self._name}{key} must be the number of a port, such as {key} = {default}"
            raise InstanceUnusableError(message)
        return value

    def table(self, key: str) -> "_SettingsTable":
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            message = f"{self._file}: {key} must be a table: [{key}]"
            raise InstanceUnusableError(message)
        return _SettingsTable(self._file, value, key)


def _default_operations_address(address: str) -> str:
    """The operations port is the one after the port of the pages, on this machine only."""
    try:
        return f"127.0.0.1:{int(address.rsplit(':', 1)[1]) + 1}"
    except (IndexError, ValueError):
        message = f'[web] address must be a host and a port, such as "127.0.0.1:8400"; it is "{address}"'
        raise InstanceUnusableError(message) from None
