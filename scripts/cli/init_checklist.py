"""Texts of `kith init`: the next steps and the dry run. Kith knows the figures in the templates; it does not know your law."""

import re
import textwrap
from pathlib import Path

from libs.rulebook import read_rulebook, templates
from libs.rulebook.resolutions import threshold_in_words
from scripts.cli.init_answers import InitAnswers
from scripts.cli.init_folder import FOLDER_CONTENTS

_WIDTH = 100


def next_steps_text(folder: Path, answers: InitAnswers) -> str:
    """The list of next steps for a co-op just created at `folder`."""
    contents = [f"  {name:<14} {purpose}" for name, purpose in FOLDER_CONTENTS.items()]
    return "\n".join([
        f"{answers.name} ({answers.id}) is made, at {folder}",
        "",
        *contents,
        "",
        "1. Start it",
        f"     kith up {folder}",
        *_bullet(f"It prints a link with which {answers.founder} signs in, as secretary and operator."),
        "",
        "2. Keep it safe",
        *_bullet(f"Back up {folder / 'keys'} apart from the rest: both together open everything; without keys nothing opens."),
        *_bullet("Nobody but you can read the folder. Leave it so."),
        "",
        f"3. Check the rules with an adviser: template {answers.template}",
        *_bullet("These figures follow British law or other co-ops' rules. Each is a default to check, not advice:"),
        *_figures(answers.template),
        *_bullet("The sources stand beside the figures in rulebook.toml. After every change of it:"),
        f"     kith rulebook check {folder}",
        "",
        "4. Talk through with an adviser, before you take members or money",
        *_bullet("FCA: registering the society and its rules takes months; this rulebook must say what your registered rules say."),
        *_bullet("FCA: the yearly return and accounts are due within 7 months of the year's end (a default to check)."),
        *_bullet("Data protection: whether to register and pay the fee with the regulator, who answers a member's request for their data."),
        *_bullet("Data protection: write down why you keep what, and assess the risks before keeping records of people's care."),
        *_bullet("Care: whether what you do must be registered with the care regulator (in England the CQC)."),
    ])  # fmt: skip


def dry_run_text(folder: Path, answers: InitAnswers) -> str:
    """What would be created, for --dry-run."""
    contents = [f"  {folder / name}: {purpose}" for name, purpose in FOLDER_CONTENTS.items()]
    settings = [f"  {key}: {getattr(answers, key)}" for key in ("name", "id", "template", "zone", "phone", "address", "federation_address")]
    founder = f"  founder: {answers.founder} <{answers.founder_email}>"
    return "\n".join(["Nothing was made. This would be:", *contents, "with", *settings, founder])


def _figures(template: str) -> list[str]:
    lines = []
    for resolution in read_rulebook(templates.template_text(template)).resolutions:
        parts = [threshold_in_words(resolution.counting.threshold)]
        if resolution.second_meeting is not None:
            days = f"{resolution.second_meeting.earliest_days} to {resolution.second_meeting.latest_days} days later"
            parts.append(f"a second meeting {days} ({threshold_in_words(resolution.second_meeting.threshold)})")
        parts.append(f"{resolution.notice_days} days' notice")
        lines += _bullet(f"{resolution.name}: {', '.join(parts)}", indent=5)
    notes = len(re.findall(r"^# CHECK:", templates.template_text(template), re.MULTILINE))
    return [*lines, *_bullet(f"and {notes} notes marked CHECK in all, with quorums, caps and shares", indent=5)]


def _bullet(text: str, indent: int = 3) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=" " * indent + "- ", subsequent_indent=" " * (indent + 2), break_on_hyphens=False)
