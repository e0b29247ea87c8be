"""`kith mail`: tries the mail server of `kith.toml`, without a running co-op."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.cli.actions import DEFAULT_FOLDER, CommandGroup, FolderOption
from scripts.cli.console import CommandError, ExitCode, print_result
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from email import message as email_message

    from libs.mail import server as mail_server
    from services import co_op_settings, instance

if TYPE_CHECKING:
    from libs.mail.settings import MailSettings

_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
mail_app = CommandGroup("Look whether the mail server takes mail. How to set it up: docs/how-to/set-up-mail.md", no_args_is_help=True)


@mail_app.command("test")
def send_test(address: Annotated[str, typer.Argument(help="Where the test mail goes.")], folder: FolderOption = DEFAULT_FOLDER) -> int:
    """Send one mail, and say what is wrong if it cannot be sent."""
    settings = _read_settings(folder)
    if not _ADDRESS.fullmatch(address):
        raise CommandError("No mail was sent.", f"{address!r} is no e-mail address.", "Write one such as you@example.org.", ExitCode.USAGE)
    message = email_message.EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.sender, address, "A test from Kith"
    message.set_content("This co-op can send mail. You need do nothing.\n")
    try:
        connection = mail_server.MailConnection(settings)
        try:
            connection.send(message)
        finally:
            connection.close()
    except mail_server.MailError as error:
        raise _explain(error, settings) from error
    print_result(f"{settings.host} took a mail for {address}. Look whether it arrives, and not among the spam.")
    return ExitCode.OK


@mail_app.callback()
def _mail() -> None:
    """Keeps `test` a word of its own."""


def _read_settings(folder: Path) -> "MailSettings":
    try:
        mail = instance.Instance(folder).co_op.mail
        settings = mail.read()
    except co_op_settings.InstanceUnusableError as error:
        raise CommandError("No mail was sent.", str(error), "Put it right and try again.") from error
    except OSError as error:
        raise CommandError("No mail was sent.", f"{error.filename} cannot be read.", "Write the password into this file.") from error
    if not settings.host:
        raise CommandError("No mail was sent.", f"{folder / 'kith.toml'} has no [mail] host.", "See docs/how-to/set-up-mail.md.")
    return settings


def _explain(error: "mail_server.MailError", settings: "MailSettings") -> CommandError:
    server = f"{settings.host}:{settings.port}"
    answer = f" It said: {error.answer}" if error.answer else ""
    failure = mail_server.MailFailure
    why, fix, code = {
        failure.AWAY: (f"{server} does not answer.", "Look at host and port in [mail].", ExitCode.UNAVAILABLE),
        failure.TLS: (f"No safe connection to {server}.", "Look at tls in [mail], and at the server's certificate.", ExitCode.UNAVAILABLE),
        failure.PASSWORD: (f"{server} does not take the user or the password.", "Look at user and password_file.", ExitCode.NOT_PERMITTED),
        failure.SENDER: (f"{server} does not send mail from {settings.sender}.", "Look at from in [mail].", ExitCode.NOT_PERMITTED),
        failure.LATER: (f"{server} asks to try again later.", "Wait a few minutes.", ExitCode.UNAVAILABLE),
        failure.ADDRESS: (f"{server} refuses this address.", "Look whether it is right.", ExitCode.FAILED),
        failure.REFUSED: (f"{server} refuses the mail.", "Ask the people who run the server.", ExitCode.FAILED),
    }[error.failure]
    return CommandError("No mail was sent.", why + answer, fix, code)
