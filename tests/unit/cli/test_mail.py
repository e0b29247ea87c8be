"""`kith mail test` against a real mail server: what is wrong is said in a sentence, with an exit code."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.cli.console import ExitCode
from scripts.cli.main import main
from services.co_op_settings import InstanceUnusableError, read_settings
from tests.support.free_ports import free_ports
from tests.support.mail_server import MailServer

pytestmark = pytest.mark.capability("I5")
_PASSWORD = "a good long password"


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    mail = MailServer(_PASSWORD)
    mail.refused.add("nobody@elm.example")
    mail.start()
    yield mail
    mail.stop()


def _folder(folder: Path, port: int, password: str = _PASSWORD, **changes: str) -> Path:
    (folder / "mail-password").write_text(password + "\n", encoding="utf-8")
    keys = {"host": "127.0.0.1", "tls": "none", "user": "elm", "password_file": "mail-password", "from": "hello@elm.example"} | changes
    lines = "\n".join(f'{key} = "{value}"' for key, value in keys.items())
    (folder / "kith.toml").write_text(f'id = "0000test"\nname = "Elm"\n[mail]\nport = {port}\n{lines}\n', encoding="utf-8")
    return folder


def test_a_mail_is_sent(server: MailServer, tmp_path: Path) -> None:
    assert main(["mail", "test", "ada@elm.example", "--folder", str(_folder(tmp_path, server.port))]) == ExitCode.OK
    assert server.subjects_to("ada@elm.example") == ["A test from Kith"]


@pytest.mark.parametrize(
    ("address", "changes", "code", "words"),
    [
        ("nobody@elm.example", {}, ExitCode.FAILED, "refuses this address"),
        ("ada@elm.example", {"password": "wrong"}, ExitCode.NOT_PERMITTED, "user or the password"),
        ("ada@elm.example", {"tls": "starttls"}, ExitCode.UNAVAILABLE, "No safe connection"),
        ("ada@elm.example", {"host": ""}, ExitCode.FAILED, "no [mail] host"),
        ("ada@elm.example", {"password_file": "lost"}, ExitCode.FAILED, "cannot be read"),
        ("ada@elm.example\nBcc: all@elm.example", {}, ExitCode.USAGE, "no e-mail address"),
    ],
)
def test_what_is_wrong_is_said(
    server: MailServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    address: str,
    changes: dict[str, str],
    code: ExitCode,
    words: str,
) -> None:
    folder = _folder(tmp_path, server.port, **changes)

    assert main(["mail", "test", address, "--folder", str(folder)]) == code
    said = capsys.readouterr().err
    assert words in said
    assert _PASSWORD not in said


def test_nobody_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [port] = free_ports(1)

    assert main(["mail", "test", "ada@elm.example", "--folder", str(_folder(tmp_path, port))]) == ExitCode.UNAVAILABLE
    assert "does not answer" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tls": "ssl"}, 'tls must be "starttls"'),
        ({"from": ""}, "from must be the address"),
        ({"host": "mail.example.org"}, "password readable over the network"),
    ],
)
def test_a_mistake_in_the_settings_is_named(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    with pytest.raises(InstanceUnusableError, match=words):
        read_settings(_folder(tmp_path, 25, **changes) / "kith.toml")
