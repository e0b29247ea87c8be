"""How long a password must be, and how long a session lasts."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kith.identity.v1.enums import DeviceUse, HelpKind
from libs.refusals import Invalid
from services.identity.domain import session
from services.identity.domain.password import MAX_LENGTH, normalise_attempt, normalise_new_password
from services.identity.storage.passwords import Argon2Hasher

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("typed", "reason"), [("nine char", "PASSWORD_TOO_SHORT"), ("x" * 257, "PASSWORD_TOO_LONG")])
def test_a_password_outside_the_lengths_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalise_new_password(typed, common=())
    assert refused.value.reason == reason
    assert refused.value.problems[0].field == "password"


def test_a_password_is_the_same_from_every_keyboard() -> None:
    assert normalise_new_password("cafe\u0301 au lait", common=()) == normalise_attempt("caf\u00e9 au lait")
    assert normalise_attempt("long" * 10_000) != normalise_new_password("long" * (MAX_LENGTH // 4), common=())


async def test_a_password_fits_its_own_hash_only() -> None:
    passwords = Argon2Hasher()
    hashed = await passwords.hash("correct horse")
    assert hashed.startswith("$argon2id$")
    assert await passwords.verify("correct horse", hashed)
    assert not await passwords.verify("correct house", hashed)
    assert not await passwords.verify("correct horse", "garbled")


@pytest.mark.parametrize(("strength", "hours"), [("link", 12), ("card", 720), ("password", 720)])
def test_a_session_lasts_as_long_as_what_was_shown_is_trusted(strength: str, hours: int) -> None:
    begun = session.start_session(UUID(int=1), UUID(int=2), strength, b"", NOW, session.Device(DeviceUse.OWN))
    last = NOW + timedelta(hours=hours)
    assert begun.is_live(last - timedelta(microseconds=1))
    assert not begun.is_live(last)


@pytest.mark.parametrize("strength", ["link", "card", "password", "recovery"])
@pytest.mark.parametrize(
    "device",
    [
        session.Device(),
        session.Device(DeviceUse.SHARED),
        session.Device(DeviceUse.OWN, help=session.Help(UUID(int=3), HelpKind.READS_OUT)),
    ],
    ids=["nothing said", "shared", "a helper's"],
)
def test_a_session_on_a_device_of_others_is_short_and_ends_when_it_is_quiet(strength: str, device: session.Device) -> None:
    begun = session.start_session(UUID(int=1), UUID(int=2), strength, b"", NOW, device)
    assert (begun.device_use, begun.quiet_seconds, begun.expires_at - NOW) == (DeviceUse.SHARED, 900, timedelta(hours=1))
    assert begun.helped_by == (device.help.helper if device.help else None)


def test_the_co_op_sets_the_limits_and_a_quiet_time_is_never_longer_than_the_session() -> None:
    limits = session.SessionLimits(shared_for=timedelta(minutes=20), quiet_for=timedelta(minutes=40))
    begun = session.start_session(UUID(int=1), UUID(int=2), "card", b"", NOW, session.Device(limits=limits))
    assert (begun.quiet_seconds, begun.expires_at - NOW) == (1200, timedelta(minutes=20))
    own = session.start_session(UUID(int=1), UUID(int=2), "card", b"", NOW, session.Device(DeviceUse.OWN, limits=limits))
    assert (own.quiet_seconds, own.expires_at - NOW) == (0, timedelta(days=30))


@pytest.mark.parametrize("typed", ["Heather-Finch1", "heatherfinch", "HEATHER 2026!!", "h.finch@example.org", "xHeatherFinchx"])
def test_a_password_of_own_words_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="PASSWORD_OF_OWN_WORDS"):
        normalise_new_password(typed, common=(), own=("Heather Finch", "Heather", "h.finch@example.org"))


@pytest.mark.parametrize("typed", ["Elm-Row-Care-1", "elmrowcare2026"])
def test_the_name_of_the_co_op_is_no_password(typed: str) -> None:
    with pytest.raises(Invalid, match="PASSWORD_OF_OWN_WORDS"):
        normalise_new_password(typed, common=(), own=("Ada Ample", "", "", "Elm Row Care"))


@pytest.mark.parametrize("typed", ["heather grows on hills", "kettle lantern heron", "thefinchsings"])
def test_own_words_may_be_in_a_longer_password(typed: str) -> None:
    assert normalise_new_password(typed, common=(), own=("Heather Finch", "", "h.finch@example.org"))
