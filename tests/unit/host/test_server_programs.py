"""Which server is chosen, how it is told to run, and what its address looks like."""

import json
from pathlib import Path

import pytest

from libs.host.backing.addresses import PostgresAddress
from libs.host.backing.errors import BackingStartError
from libs.host.backing.nats_server import nats_configuration, recorded_port
from libs.host.backing.postgres_server import initdb_command, read_postmaster_status, recorded_major, server_command
from libs.host.backing.server_programs import (
    NatsProgram,
    PostgresPrograms,
    choose_nats,
    choose_postgres,
    find_nats_programs,
    find_postgres_programs,
)
from libs.host.backing.settings import BackingSettings

WHEEL_18 = PostgresPrograms(Path("/wheel/18"), 18, "wheel")
WHEEL_16 = PostgresPrograms(Path("/wheel/16"), 16, "wheel")
PATH_15 = PostgresPrograms(Path("/path/15"), 15, "path")
PATH_14 = PostgresPrograms(Path("/path/14"), 14, "path")


def test_a_new_folder_gets_the_first_on_offer() -> None:
    assert choose_postgres([WHEEL_18, WHEEL_16, PATH_15], None) == WHEEL_18


@pytest.mark.parametrize("recorded", [WHEEL_18, WHEEL_16, PATH_15, PATH_14])
def test_a_folder_keeps_the_major_version_it_was_made_with(recorded: PostgresPrograms) -> None:
    assert choose_postgres([WHEEL_18, WHEEL_16, PATH_15, PATH_14], recorded.major) == recorded


def test_a_folder_of_a_version_that_is_not_here_is_refused_naming_both() -> None:
    with pytest.raises(
        BackingStartError, match=r"holds PostgreSQL 17 data.*Found here: 18 \(wheel\), 15 \(path\)\. Install PostgreSQL 17, or"
    ):
        choose_postgres([WHEEL_18, PATH_15], 17)


@pytest.mark.parametrize(("offers", "found"), [([], "none"), ([PATH_14], r"14 \(path\)")])
def test_too_old_or_no_postgresql_is_refused_with_what_to_install(offers: list[PostgresPrograms], found: str) -> None:
    with pytest.raises(BackingStartError, match=rf"PostgreSQL 15 or later\. Found here: {found}\. Install"):
        choose_postgres(offers, None)


def test_the_oldest_nats_that_serves_and_the_newest_that_does_not() -> None:
    fits, too_old = NatsProgram(Path("/a"), (2, 9, 10), "path"), NatsProgram(Path("/b"), (2, 9, 9), "wheel")
    assert choose_nats([too_old, fits]) == fits
    with pytest.raises(BackingStartError, match=r"nats-server 2\.9\.10 or later\. Found here: 2\.9\.9 \(wheel\)"):
        choose_nats([too_old])


def test_the_wheels_come_first_and_newest_first() -> None:
    offers = find_postgres_programs("any")
    assert [offer.origin for offer in offers] == sorted((offer.origin for offer in offers), reverse=True)
    wheels = find_postgres_programs("wheel")
    assert [wheel.major for wheel in wheels] == [18, 16]
    assert offers[: len(wheels)] == wheels
    assert find_nats_programs("any")[0] == find_nats_programs("wheel")[0]


def test_with_the_path_alone_no_wheel_is_on_offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert all(program.origin == "path" for program in find_postgres_programs("path"))
    assert find_nats_programs("path") == []
    (tmp_path / "nats-server").write_text("#!/bin/sh\necho nats-server: v2.9.10\n")
    (tmp_path / "nats-server").chmod(0o755)
    assert find_nats_programs("path") == [NatsProgram(tmp_path / "nats-server", (2, 9, 10), "path")]


def test_a_program_that_cannot_be_run_is_not_on_offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "nats-server").write_text("#!/nowhere/at/all\n")
    (tmp_path / "nats-server").chmod(0o755)
    assert find_nats_programs("path") == []


def test_a_url_over_a_socket_carries_its_directory_and_any_password() -> None:
    at = PostgresAddress("/run/kith", 5432, "kith_admin", "secret", 18, "wheel")
    url = at.url("kith_governance", "governance", "p@ss/word:?")
    assert url.host is None
    assert (url.query["host"], url.query["port"]) == ("/run/kith", "5432")
    assert (url.drivername, url.database, url.username, url.password) == (
        "postgresql+asyncpg",
        "kith_governance",
        "governance",
        "p@ss/word:?",
    )


def test_a_url_over_the_network_carries_the_operators_parameters() -> None:
    at = PostgresAddress("db.example", 6432, "admin", "secret", 17, "url", "co_op", {"ssl": "require"})
    assert at.url().render_as_string(hide_password=False) == "postgresql+asyncpg://admin:secret@db.example:6432/co_op?ssl=require"


def test_no_password_is_printed() -> None:
    settings = BackingSettings("secret-one", "secret-two", "postgresql://u:secret-three@h/d", "nats://u:secret-four@h")
    assert "secret" not in repr(settings)
    at = PostgresAddress("/run/kith", 5432, "kith_admin", "secret", 18, "wheel")
    assert "secret" not in repr(at) + str(at.url())


def test_no_tcp_port_and_nothing_that_could_lose_an_acknowledged_write() -> None:
    command = server_command(WHEEL_18, Path("/data"), Path("/run/kith"), "0123456789ab")
    assert {"listen_addresses=", "fsync=on", "synchronous_commit=on", "full_page_writes=on", "log_min_error_statement=panic"} <= set(
        command
    )


def test_the_builtin_locale_is_asked_for_where_there_is_one() -> None:
    assert "--builtin-locale=C.UTF-8" in initdb_command(WHEEL_18, Path("/data"), Path("/secret"))
    assert "--builtin-locale=C.UTF-8" not in initdb_command(WHEEL_16, Path("/data"), Path("/secret"))


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (None, (None, False)),
        ("", (None, False)),
        ("garbage\n", (None, False)),
        ("4711\n/data\n1\n5432\n/run\n\n  1 2\nstarting\n", (4711, False)),
        ("4711\n/data\n1\n5432\n/run\n\n  1 2\nready   \n", (4711, True)),
    ],
)
def test_what_postgresqls_lock_file_says(tmp_path: Path, lines: str | None, found: tuple[int | None, bool]) -> None:
    if lines is not None:
        (tmp_path / "postmaster.pid").write_text(lines)
    assert read_postmaster_status(tmp_path) == found


def test_a_damaged_version_file_is_refused(tmp_path: Path) -> None:
    assert recorded_major(tmp_path) is None
    (tmp_path / "PG_VERSION").write_text("\x00")
    with pytest.raises(BackingStartError, match="damaged"):
        recorded_major(tmp_path)


@pytest.mark.parametrize(("text", "port"), [("20001\n", 20001), ("80\n", None), ("soon", None), ("", None)])
def test_a_written_port_is_believed_only_in_its_range(tmp_path: Path, text: str, port: int | None) -> None:
    (tmp_path / "port").write_text(text)
    assert recorded_port(tmp_path) == port


def test_a_path_with_quotes_stays_one_string_in_the_nats_configuration() -> None:
    text = nats_configuration("kith-x", 20000, "password", Path('/srv/a "b" é'))
    line = next(line for line in text.splitlines() if line.startswith("jetstream"))
    assert json.loads(line.partition("store_dir: ")[2].partition(", max_memory")[0]) == '/srv/a "b" é'
    assert 'listen: "127.0.0.1:20000"' in text
