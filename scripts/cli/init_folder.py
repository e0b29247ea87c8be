"""Creates the data folder of a new co-op atomically."""

import json
import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from libs.host import instance_keys
from libs.rulebook import templates
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.init_answers import InitAnswers
from services.topology import SERVICE_NAMES

FOLDER_CONTENTS = {
    "kith.toml": "the co-op's name, zone and addresses",
    "rulebook.toml": "who belongs, and how members decide",
    "founding.toml": "the first member; used up by the first kith up",
    "keys/": "everything secret: tokens, codes, passwords, certificates",
}


def require_usable_folder(folder: Path) -> None:
    """Raises `CommandError` if a co-op cannot be created at `folder`."""
    what = f"Nothing was made at {folder}."
    if (folder / "kith.toml").exists():
        raise CommandError(what, "A co-op is there already.", f"Start it with kith up {folder}, or name another folder.", ExitCode.CONFLICT)
    if folder.is_dir():
        try:
            empty = next(folder.iterdir(), None) is None
        except PermissionError:
            raise _not_permitted(what, folder) from None
        if not empty:
            raise CommandError(what, "The folder is not empty.", "Name a folder that is new or empty.", ExitCode.CONFLICT)
        if folder.samefile(Path.cwd()):
            fix = "Go one folder up and name it: kith init " + folder.resolve().name
            raise CommandError(what, "It is the folder you stand in, and it would be replaced under your feet.", fix, ExitCode.CONFLICT)
    elif folder.exists() or folder.is_symlink():
        raise CommandError(what, "Something is there that is not a folder.", "Name a folder that is new or empty.", ExitCode.CONFLICT)


def create_data_folder(folder: Path, answers: InitAnswers, now: datetime) -> None:
    """Creates a temporary folder next to the target and renames it, so that an incomplete folder is never visible.

    Raises `CommandError` on failure and leaves nothing behind.
    """
    what = f"Nothing was made at {folder}."
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except PermissionError:
        raise _not_permitted(what, folder.parent) from None
    except OSError as error:
        raise CommandError(what, f"{error.strerror}.", "Name another folder.") from None
    try:
        _fill(building, answers, now)
        _move(building, folder)
    except OSError as error:
        raise CommandError(what, f"{error.strerror}.", "Make room or name another folder, and try again.") from None
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _move(building: Path, folder: Path) -> None:
    what = f"Nothing was made at {folder}."
    try:
        # rename() replaces an empty folder and fails for anything else.
        building.rename(folder)
    except (FileExistsError, NotADirectoryError):
        raise CommandError(
            what, "Somebody put something there meanwhile.", "Look at it, or name another folder.", ExitCode.CONFLICT
        ) from None
    except OSError as error:
        fix = f"If {folder} is where a disk is mounted, name a folder in it: kith init {folder / 'co-op'}"
        raise CommandError(what, f"{error.strerror}.", fix, ExitCode.CONFLICT) from None
    parent = os.open(folder.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def _fill(building: Path, answers: InitAnswers, now: datetime) -> None:
    building.chmod(0o700)
    _write(building / "kith.toml", _settings(answers), 0o644)
    _write(building / "rulebook.toml", _rulebook(answers), 0o644)
    _write(building / "founding.toml", _founding(answers), 0o600)
    instance_keys.create_keys(building / "keys", answers.id, now, SERVICE_NAMES)


def _write(path: Path, text: str, mode: int) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123 - rights from the first byte
        os.fchmod(file.fileno(), mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _quoted(text: str) -> str:
    # Valid answers contain no control characters, so JSON's quoting is also TOML's.
    return json.dumps(text, ensure_ascii=False)


def _settings(answers: InitAnswers) -> str:
    return f"""\
# The settings of one co-op. Changes count from the next `kith up`.

# What members read at the head of every page and letter.
name = {_quoted(answers.name)}

# This co-op among others. It is in the certificates under keys/, so it stays as it is.
id = {_quoted(answers.id)}

# Dates and times are shown in this zone. (They are kept in UTC.)
zone = {_quoted(answers.zone)}

# The number members ring when they would rather not use a screen. Empty: none is shown.
phone = {_quoted(answers.phone)}

# The language of the pages; every page has an Easy Read twin.
language = "en"

# A demonstration may shift its clock, and says so on every page. A real co-op never does.
demo = false

[web]
# Where the pages are served. 127.0.0.1 is this machine alone; put a web server with HTTPS in front for others.
address = {_quoted(answers.address)}

# What members type into their browser; links in letters and e-mails begin with it.
public_url = {_quoted(answers.public_url)}

[federation]
# Where this machine listens for other co-ops. Empty: no inbound port is needed, and this co-op calls the others.
address = {_quoted(answers.border_address)}

# The same as others dial it.
endpoint = {_quoted(answers.federation_address)}
"""


def _rulebook(answers: InitAnswers) -> str:
    return f"""\
# The rulebook this co-op began with, from the template {answers.template}.
# The first `kith up` adopts it. After that, members change it by a resolution, and this file is only the draft of the next one.
# Check it after every change: kith rulebook check rulebook.toml

{templates.template_text(answers.template)}"""


def _founding(answers: InitAnswers) -> str:
    return f"""\
# The first member. The first `kith up` registers this person as secretary and operator, prints a sign-in link, and removes this file.
name = {_quoted(answers.founder)}
email = {_quoted(answers.founder_email)}
"""


def _not_permitted(what: str, folder: Path) -> CommandError:
    return CommandError(what, f"You may not write in {folder}.", "Name a folder of your own.", ExitCode.NOT_PERMITTED)
